"""AAMVA DL/ID bar codes, versions 1 (2000) to 11 (2025), as they arrive.

Issuers and scanners damage the layout of these codes in every way: offsets are wrong, separators
are doubled, replaced or stripped by keyboard emulation. The layout is therefore not trusted. The
elements that decide about an age are found by their identifiers wherever they stand, all of their
occurrences must agree, and what looks like a damaged date casts doubt on the whole document. An
identifier within a name, a number or a jurisdiction's own data is no damaged date
(:mod:`edge_agent.intake.identity.aamva_layout`).

What no reader can see: digits of the birth date that became other digits, on a card without DDH,
DDI and DDJ. The standard has no check digit; the error correction of PDF417 stands before it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.aamva_layout import AamvaLayout
from edge_agent.intake.identity.dates import read_date
from edge_agent.intake.identity.document import BirthDate, Expiry, IdentityDocument, Standard
from edge_agent.intake.identity.judgement import LeapDayPolicy, comes_of_age
from edge_agent.intake.identity.jurisdictions import is_jurisdiction, jurisdiction_of
from edge_agent.intake.identity.mrz import holds_zone

_NEWEST_VERSION = 11
_HEADER_WITHIN = 64

# Control characters written out by a wedge or a web form.
_WRITTEN_OUT = re.compile(r"[%~](?:0A|0D|1C|1E)")

# D.12.3: file type, issuer identification number, version. A wedge may eat the blank.
_HEADER = re.compile(r"(?:ANSI|AAMVA|AMVA)[ ]?([0-9]{6})([0-9]{2})")
_FILE_TYPE = re.compile(r"(?:ANSI|AAMVA|AMVA) ?[0-9]{4}|@\s*(?:ANSI|AAMVA|AMVA)")
_COMPLIANCE_INDICATOR = re.compile(r"@[\n\r\x1e\x1c]")
# Where a run of bytes is lost, digits of another element may end up in the birth date. What stood
# between them is then missing: first of all the sex, which follows the birth date on most cards and
# is mandatory in every version. A card with any of the details has it; one with many has them all.
_DETAILS = ("DAR", "DAU", "DAY", "DBD", "DCA", "DCB", "DCD", "DCF", "DDA", "DDB", "DDE", "DDF")
_MANY_DETAILS = 4
_SEX = ("DBC",)
_MANDATORY = ("DAG", "DAJ", "DAK", "DBA", "DBC", "DBD")
# In a jurisdiction's own data @ may stand before a line end; a card that starts there has a header.
_STARTS_CARD = re.compile(r"@[\n\r\x1e\x1c]+[A-Z ]{0,6}[0-9]{4}")
_COLOMBIAN_MARK = "PUBDSK_"
_NUMBER = re.compile(r"[A-Z0-9]+")
_STATE = re.compile(r"[A-Z]{2}(?![A-Z])")
# Of a document that has lost its header: elements that most cards have, and no other code.
_COMMON_ELEMENTS = ("DAA", "DAC", "DAG", "DAI", "DAJ", "DAK", "DAQ", "DBA", "DBB", "DBC", "DBD",
                    "DCG", "DCS", "DCT")  # fmt: skip
_ENOUGH_ELEMENTS = 3

_SUBFILE = re.compile(r"(DL|ID|EN)(?:[0-9]{8}|(?=D[A-Z]{2}))")
_CLASS_OF_SUBFILE = {
    "DL": DocumentClass.DRIVING_LICENCE,
    "ID": DocumentClass.IDENTITY_CARD,
    "EN": DocumentClass.DRIVING_LICENCE,
}

# Behind a date comes a letter, over any separators; a digit there is a part of something torn.
_DATE = re.compile(
    r"[ ]*([0-9]{8}|[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4}|[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2})"
    r"(?![^A-Z]*[0-9])"
)
_ZEROS = re.compile(r"[ ]*0{8}(?![0-9])")
_NO_VALUE = re.compile(r"[ ]*(?:NONE|UNAVL|UNAVAIL|N/A)", re.IGNORECASE)
# An element without a value is followed by a separator, the next element or the end.
_EMPTY = re.compile(r"[ ]*(?:[^0-9A-Z]|[A-Z]{0,2}[DZ][A-Z][A-Z0-9]|$)")
# What is left of a date where its identifier is within other text: digits, or digits behind one
# character that is none.
_REMAINS = re.compile(r"[ ]*(?:[0-9]|[^ 0-9][0-9]{3})")
# D.12.5.2 has no word for it; issuers write the last representable day.
_NEVER = re.compile(r"[ ]*(?:99999999|12319999|99991231|12-31-9999|INDEF)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class _Element:
    """All occurrences of one date element. ``damaged``: one of them is there, but is no date."""

    dates: frozenset[date]
    damaged: bool
    says_never: bool

    @property
    def agreed(self) -> date | None:
        return next(iter(self.dates)) if len(self.dates) == 1 and not self.damaged else None


def read_aamva(text: str) -> IdentityDocument | None:
    """Reads the text of a PDF417 symbol; None where it is no AAMVA document."""
    # A wedge under caps lock swaps the case of every letter.
    text = _WRITTEN_OUT.sub("\n", text.upper())
    header = _HEADER.search(text[:_HEADER_WITHIN])
    if header is None and not _is_headless(text):
        return None
    layout = AamvaLayout(text)
    doubts: set[AgeReason] = set()
    version: int | None = None
    if header is None:
        doubts.add(AgeReason.HEADER_UNREADABLE)
    else:
        version = int(header.group(2))
        if version > _NEWEST_VERSION:
            doubts.add(AgeReason.UNKNOWN_VERSION)
    if _is_torn(layout):
        doubts.add(AgeReason.INCOMPLETE)
    if _is_more_than_one(layout) or _is_of_two_jurisdictions(header, layout):
        doubts.add(AgeReason.DATES_DISAGREE)

    birth, issued, expires = (_find(layout, name) for name in ("DBB", "DBD", "DBA"))
    doubts |= _doubts_about_birth(birth)
    if issued.damaged or expires.damaged:
        doubts.add(AgeReason.DATE_UNREADABLE)
    if max(len(issued.dates), len(expires.dates)) > 1:
        doubts.add(AgeReason.DATES_DISAGREE)
    if birth.agreed is not None:
        doubts |= _doubts_about_ages(layout, birth.agreed)
    if _out_of_order(birth.agreed, issued.agreed, expires.agreed):
        doubts.add(AgeReason.DATES_DISAGREE)
    return IdentityDocument(
        standard=Standard.AAMVA,
        version=version,
        jurisdiction=jurisdiction_of(header.group(1)) if header is not None else None,
        document_class=_class_of(text),
        birth=BirthDate(birth.agreed, birth.agreed) if birth.agreed is not None else None,
        expiry=_expiry_of(expires),
        issued=issued.agreed,
        doubts=tuple(doubts),
    )


def _is_headless(text: str) -> bool:
    if _COMPLIANCE_INDICATOR.match(text) or _FILE_TYPE.search(text[:_HEADER_WITHIN]):
        return True
    return sum(element in text for element in _COMMON_ELEMENTS) >= _ENOUGH_ELEMENTS


def _is_torn(layout: AamvaLayout) -> bool:
    details = sum(layout.has(element) for element in _DETAILS)
    expected = _MANDATORY if details >= _MANY_DETAILS else _SEX
    return details > 0 and not all(layout.has(element) for element in expected)


def _is_more_than_one(layout: AamvaLayout) -> bool:
    """True where two cards were scanned into one: two headers, two starts or two holders."""
    text = layout.text
    starts = sum(
        not layout.is_own_data(match.start()) or _STARTS_CARD.match(text, match.start()) is not None
        for match in _COMPLIANCE_INDICATOR.finditer(text)
    )
    return (
        len(_HEADER.findall(text)) > 1
        or starts > 1
        or len(_holders(layout)) > 1
        or _COLOMBIAN_MARK in text
        or holds_zone(text)
    )


def _is_of_two_jurisdictions(header: re.Match[str] | None, layout: AamvaLayout) -> bool:
    """True where the address (DAJ) is in another state than the issuer: two cards torn into one."""
    issuer = jurisdiction_of(header.group(1)) if header is not None else None
    states = {
        state[0]
        for match in re.finditer("DAJ", layout.text)
        if layout.begins_at(match.start())
        and (state := _STATE.match(layout.value(match.end()))) is not None
    }
    known = {state for state in states if is_jurisdiction(state)}
    return issuer is not None and bool(known) and issuer not in known


def _holders(layout: AamvaLayout) -> set[str]:
    """The customer numbers (DAQ). Within other text only what has a digit is one: not DAQUINO."""
    numbers: set[str] = set()
    for match in re.finditer("DAQ", layout.text):
        at = match.start()
        begins = layout.begins_at(at)
        if not begins and (layout.is_own_data(at) or layout.is_in_number(at)):
            continue
        number = _NUMBER.match(layout.value(match.end()))
        if number is not None and (begins or any(map(str.isdigit, number[0]))):
            numbers.add(number[0])
    return numbers


def _find(layout: AamvaLayout, identifier: str) -> _Element:
    """All occurrences of a date element.

    A whole date counts wherever it stands. What is no date is damage where an element begins, and
    elsewhere only with the remains of a date behind it; never in a jurisdiction's own data, nor in
    a number, but for the birth date.
    """
    text = layout.text
    dates: set[date] = set()
    damaged = says_never = False
    for match in re.finditer(identifier, text):
        at, start = match.span()
        if _NEVER.match(text, start):
            says_never = True
        elif _ZEROS.match(text, start) or _NO_VALUE.match(text, start):
            continue
        elif found := _DATE.match(text, start):
            day = read_date(found.group(1))
            if day is None:
                damaged = True
            else:
                dates.add(day)
        elif layout.begins_at(at):
            damaged = damaged or _EMPTY.match(text, start) is None
        elif layout.is_own_data(at) or (identifier != "DBB" and layout.is_in_number(at)):
            continue
        else:
            damaged = damaged or _REMAINS.match(text, start) is not None
    return _Element(frozenset(dates), damaged, says_never)


def _doubts_about_birth(birth: _Element) -> set[AgeReason]:
    if birth.damaged or birth.says_never:
        return {AgeReason.BIRTH_DATE_UNREADABLE}
    if not birth.dates:
        return {AgeReason.BIRTH_DATE_MISSING}
    return {AgeReason.DATES_DISAGREE} if len(birth.dates) > 1 else set()


def _doubts_about_ages(layout: AamvaLayout, birth: date) -> set[AgeReason]:
    """DDH, DDI and DDJ say until when the holder is under 18, 19 and 21 (D.12.5.2)."""
    doubts: set[AgeReason] = set()
    for identifier, years in (("DDH", 18), ("DDI", 19), ("DDJ", 21)):
        until = _find(layout, identifier)
        allowed = {comes_of_age(birth, years, policy) for policy in LeapDayPolicy}
        if until.damaged:
            doubts.add(AgeReason.DATE_UNREADABLE)
        if not until.dates <= allowed:
            doubts.add(AgeReason.DATES_DISAGREE)
    return doubts


def _out_of_order(*days: date | None) -> bool:
    """Birth comes before issue, issue before expiry."""
    known = [day for day in days if day is not None]
    return any(earlier >= later for earlier, later in pairwise(known))


def _expiry_of(expires: _Element) -> Expiry | None:
    if expires.agreed is not None and not expires.says_never:
        return Expiry(expires.agreed)
    if expires.says_never and not expires.dates and not expires.damaged:
        return Expiry(None)
    return None


def _class_of(text: str) -> DocumentClass:
    kinds: Iterable[str] = (match.group(1) for match in _SUBFILE.finditer(text))
    return _CLASS_OF_SUBFILE.get(next(iter(kinds), ""), DocumentClass.OTHER)
