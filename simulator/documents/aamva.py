"""Writes AAMVA DL/ID bar codes of every version, as annex D of the standard lays them out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from simulator.documents.holder import Holder

VERSIONS = range(1, 12)
"""2000, 2003, 2005, 2009, 2010, 2011, 2012, 2013, 2016, 2020 and 2025."""

_ISSUERS = {"VA": "636000", "FL": "636010", "CA": "636014", "TX": "636015"}
_CANADIAN_ISSUERS = {"ON": "636012", "BC": "636028", "AB": "604432"}
ISSUERS: Mapping[str, str] = {**_ISSUERS, **_CANADIAN_ISSUERS}

WriteDate = Callable[[date], str]
Subfile = tuple[str, Sequence[tuple[str, str]]]


def month_first(day: date) -> str:
    """MMDDCCYY, as the United States write it from version 2 on."""
    return day.strftime("%m%d%Y")


def year_first(day: date) -> str:
    """CCYYMMDD, as version 1 and Canada write it."""
    return day.strftime("%Y%m%d")


def dashed(day: date) -> str:
    """MM-DD-CCYY, which no version asks for and some issuers write."""
    return day.strftime("%m-%d-%Y")


@dataclass(frozen=True, slots=True)
class Card:
    """Style of a card; what is not set follows the standard of its version.

    Attributes:
        kind: the subfile type, ``DL`` or ``ID``.
        file_type: five characters behind the record separators.
        truncated: whether DDH, DDI and DDJ say until when the holder is under 18, 19 and 21.
        more_subfiles: further subfiles, as type and elements.
        replaced: element id -> value that stands there instead; None leaves the element out.
    """

    version: int
    jurisdiction: str = "VA"
    kind: str = "DL"
    file_type: str = "ANSI "
    write_date: WriteDate | None = None
    under_age_until: bool = False
    more_subfiles: tuple[Subfile, ...] = ()
    replaced: Mapping[str, str | None] | None = None

    def payload(self, holder: Holder) -> bytes:
        """The bytes of the PDF417 symbol."""
        subfiles = [(self.kind, self._elements(holder)), *self.more_subfiles]
        return assemble(
            [_subfile(kind, elements) for kind, elements in subfiles],
            version=self.version,
            issuer=ISSUERS[self.jurisdiction],
            file_type=self.file_type,
        )

    def _elements(self, holder: Holder) -> list[tuple[str, str]]:
        write = self.write_date or self._standard_date
        elements = _VERSION_1 if self.version == 1 else _names(self.version) + _BODY
        values = _values(holder, self.jurisdiction, write, self.version)
        chosen = [(element, values[element]) for element in elements]
        if self.under_age_until:
            chosen += [
                (element, write(_birthday(holder.birth, years)))
                for element, years in (("DDH", 18), ("DDI", 19), ("DDJ", 21))
            ]
        replaced = dict(self.replaced or {})
        written = [(element, replaced.get(element, value)) for element, value in chosen]
        return [(element, value) for element, value in written if value is not None]

    @property
    def _standard_date(self) -> WriteDate:
        canadian = self.jurisdiction in _CANADIAN_ISSUERS
        return year_first if self.version == 1 or canadian else month_first


def assemble(subfiles: Sequence[str], *, version: int, issuer: str, file_type: str) -> bytes:
    """Header, directory and subfiles; offsets count from the first byte of the file."""
    jurisdiction_version = "" if version == 1 else "01"
    header = f"@\n\x1e\r{file_type}{issuer}{version:02d}{jurisdiction_version}{len(subfiles):02d}"
    offset = len(header) + 10 * len(subfiles)
    directory = ""
    for subfile in subfiles:
        directory += f"{subfile[:2]}{offset:04d}{len(subfile):04d}"
        offset += len(subfile)
    return (header + directory + "".join(subfiles)).encode("latin-1")


def _subfile(kind: str, elements: Sequence[tuple[str, str]]) -> str:
    return kind + "\n".join(name + value for name, value in elements) + "\r"


# The 2000 standard, table 4: one name field, and no elements of the DC and DD families.
_VERSION_1 = ("DAQ", "DAA", "DAG", "DAI", "DAJ", "DAK", "DAR", "DAS", "DAT", "DBA", "DBB", "DBC",
              "DBD", "DAU", "DAY")  # fmt: skip
_BODY = ("DBD", "DBB", "DBA", "DBC", "DAU", "DAY", "DAG", "DAI", "DAJ", "DAK", "DCF", "DCG",
         "DCK", "DDB", "DDK")  # fmt: skip


def _names(version: int) -> tuple[str, ...]:
    vehicle = ("DCA", "DCB", "DCD")
    if version == 2:
        return ("DAQ", *vehicle, "DCS", "DCT", "DCU")
    if version == 3:
        return ("DAQ", *vehicle, "DCS", "DCT")
    return ("DAQ", "DCS", "DDE", "DAC", "DDF", "DAD", "DDG", *vehicle)


def _values(holder: Holder, jurisdiction: str, write: WriteDate, version: int) -> dict[str, str]:
    canadian = jurisdiction in _CANADIAN_ISSUERS
    return {
        "DAA": f"{holder.family_name},{holder.given_name},{holder.middle_name}",
        "DAC": holder.given_name,
        "DAD": holder.middle_name,
        "DAG": holder.street,
        "DAI": holder.city,
        "DAJ": jurisdiction,
        "DAK": "K1A0B1     " if canadian else "232690000  ",
        "DAQ": holder.number,
        "DAR": "D",
        "DAS": "NONE",
        "DAT": "NONE",
        "DAU": "175 cm" if canadian else "068 in",
        "DAY": "BRO",
        "DBA": write(holder.expires) if holder.expires is not None else "NONE",
        "DBB": write(holder.birth),
        "DBC": "M" if version == 1 else "1",
        "DBD": write(holder.issued),
        "DCA": "D",
        "DCB": "K",
        "DCD": "PH",
        "DCF": "2424244747474786102204",
        "DCG": "CAN" if canadian else "USA",
        "DCK": "123456789",
        "DCS": holder.family_name,
        "DCT": f"{holder.given_name},{holder.middle_name}",
        "DCU": "JR",
        "DDB": write(date(2008, 6, 6)),
        "DDE": "N",
        "DDF": "N",
        "DDG": "N",
        "DDK": "1",
    }


def _birthday(birth: date, years: int) -> date:
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)
