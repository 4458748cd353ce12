"""Machine readable zones of ICAO Doc 9303, and the French identity card of before 2021.

Parts 3 (common rules), 4 (TD3 passports), 5 (TD1), 6 (TD2) and 7 (visas MRV-A, MRV-B). All check
digits must be right for a document to be believed; nothing is repaired. What they cannot see are
two neighbouring digits that differ by five and changed places.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.dates import read_two_digit_birth_date, read_two_digit_expiry_date
from edge_agent.intake.identity.document import BirthDate, Expiry, IdentityDocument, Standard
from edge_agent.intake.identity.judgement import LeapDayPolicy, comes_of_age

_WEIGHTS: Sequence[int] = (7, 3, 1) * 40
_ZONE = re.compile(r"[A-Z0-9<]+")
# The shortest line has 30 characters, two of which a scanner may have lost.
_LINE_WITHIN = re.compile(r"[A-Z0-9<]{28,}")
_FEWEST_FILLERS = 3
_LINE_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f]+")
_BLANKS = re.compile(r"[ \t]+")
_LONGEST = 120
_NO_DATE = "<<<<<<"
_LINES = {
    "TD1": [30, 30, 30],
    "TD2": [36, 36],
    "TD3": [44, 44],
    "MRV-A": [44, 44],
    "MRV-B": [36, 36],
    "IDFRA": [36, 36],
}
_SEXES = frozenset("MFX<")
# Mexico's voter card has the letters of hombre and mujer; only the first is one more letter.
_SEXES_OF_MEXICO = frozenset("HMX<")
_NATIONALITY = re.compile(r"[A-Z]{1,3}<{0,2}")
# Document code and issuer begin every zone (section 4.2 of parts 4 to 7).
_DOCUMENT_CODE = re.compile(r"(?:[PVACI][A-Z0-9<]|B[0-9])[A-Z<]{3}")
_RUSSIAN_PASSPORT = "PNRUS"
_CLASS_OF_CODE = {
    "P": DocumentClass.PASSPORT,
    "V": DocumentClass.VISA,
    "I": DocumentClass.IDENTITY_CARD,
}


@dataclass(frozen=True, slots=True, repr=False)
class _Fields:
    """The parts of a zone that are looked at; each check is (covered characters, check digit).

    ``optional`` is the one check whose digit may be ``<`` where there is nothing to check.
    """

    version: str
    birth: str
    expiry: str | None
    sex: str
    nationality: str | None
    checks: tuple[tuple[str, str], ...]
    optional: tuple[str, str] | None = None
    sexes: frozenset[str] = _SEXES
    issued: str | None = None

    @property
    def all_right(self) -> bool:
        checks = self.checks
        if self.optional is not None and (self.optional[0].strip("<") or self.optional[1] != "<"):
            checks = (*checks, self.optional)
        return (
            self.sex in self.sexes
            and (self.nationality is None or _NATIONALITY.fullmatch(self.nationality) is not None)
            and all(check_digit(covered) == digit for covered, digit in checks)
        )


def read_mrz(text: str, today: date) -> IdentityDocument | None:
    """Reads a zone whose lines are split by any control character, or not at all.

    None where the text is no machine readable zone.
    """
    if len(text) > 2 * _LONGEST:
        return None
    lines = [line for line in _LINE_BREAKS.split(_BLANKS.sub("", text.upper())) if line]
    zone = "".join(lines)
    if (
        len(zone) > _LONGEST
        or not _ZONE.fullmatch(zone)
        or not _DOCUMENT_CODE.match(zone)
        or "<<" not in zone
    ):
        return None
    fields = _fields_of(zone)
    if fields is None or (len(lines) > 1 and [*map(len, lines)] != _LINES[fields.version]):
        return _unreadable(zone)
    doubts: list[AgeReason] = []
    if not fields.all_right:
        doubts.append(AgeReason.CHECK_DIGIT)
    birth = read_two_digit_birth_date(fields.birth, today)
    issued = read_two_digit_expiry_date(fields.issued, today) if fields.issued else None
    if birth is None:
        unknown = fields.birth.startswith("<<")
        doubts.append(AgeReason.BIRTH_DATE_MISSING if unknown else AgeReason.BIRTH_DATE_UNREADABLE)
    return IdentityDocument(
        standard=Standard.ICAO_9303,
        version=fields.version,
        jurisdiction=_issuer(zone),
        document_class=_class_of(zone),
        birth=birth,
        expiry=_read_expiry(fields, birth, issued, today),
        issued=issued,
        doubts=tuple(doubts),
    )


def holds_zone(text: str) -> bool:
    """Look for a line of a zone in a text of another kind."""
    return any(line.count("<") >= _FEWEST_FILLERS for line in _LINE_WITHIN.findall(text.upper()))


def check_digit(covered: str) -> str:
    """The check digit of Doc 9303-3 section 4.9: weights 7, 3, 1; A is 10, Z is 35, ``<`` is 0."""
    total = sum(
        (0 if character == "<" else int(character, 36)) * weight
        for character, weight in zip(covered, _WEIGHTS, strict=False)
    )
    return str(total % 10)


def _fields_of(zone: str) -> _Fields | None:
    match len(zone), zone[0]:
        case 90, "A" | "B" | "C" | "I":
            fields = _td1(zone[:30], zone[30:60])
            return replace(fields, sexes=_SEXES_OF_MEXICO) if zone[2:5] == "MEX" else fields
        case 88, "P" if zone.startswith(_RUSSIAN_PASSPORT) and zone[65:71] == _NO_DATE:
            return _russian_passport(zone[44:])
        case 88, "P":
            return _td3(zone[44:])
        case 88, "V":
            return _mrv(zone[44:], "MRV-A")
        case 72, "V":
            return _mrv(zone[36:], "MRV-B")
        case 72, "I" if zone.startswith("IDFRA") and not _is_td2(zone[36:]):
            return _french_card(zone[:36], zone[36:])
        # Emergency travel documents (part 8) are passports of this size.
        case 72, "A" | "C" | "I" | "P":
            return _td2(zone[36:])
    return None


def _td1(first: str, second: str) -> _Fields:
    """Doc 9303-5 section 4.2."""
    number = _number_check(first[5:14], first[14], first[15:30])
    composite = first[5:30] + second[0:7] + second[8:15] + second[18:29]
    return _Fields(
        version="TD1",
        birth=second[0:6],
        expiry=second[8:14],
        sex=second[7],
        nationality=second[15:18],
        checks=(
            number,
            (second[0:6], second[6]),
            (second[8:14], second[14]),
            (composite, second[29]),
        ),
    )


def _td2(second: str) -> _Fields:
    """Doc 9303-6 section 4.2."""
    number = _number_check(second[0:9], second[9], second[28:35])
    composite = second[0:10] + second[13:20] + second[21:35]
    return _second_line(second, "TD2", number, (composite, second[35]))


def _td3(second: str) -> _Fields:
    """Doc 9303-4 section 4.2; an empty personal number may have ``<`` for its check digit."""
    composite = second[0:10] + second[13:20] + second[21:43]
    fields = _second_line(second, "TD3", (second[0:9], second[9]), (composite, second[43]))
    return replace(fields, optional=(second[28:42], second[42]))


def _russian_passport(second: str) -> _Fields:
    """The internal passport, which has no date of expiry: its check digit may be ``<`` or 0.

    The optional data begin with the fourth digit of the series and the date of issue.
    """
    fields = _td3(second)
    expiry = (second[21:27], second[27])
    kept = tuple(check for check in fields.checks if check != expiry)
    return replace(
        fields,
        expiry=None,
        issued=second[29:35],
        checks=(*kept, ("", "0" if second[27] == "<" else second[27])),
    )


def _mrv(second: str, version: str) -> _Fields:
    """Doc 9303-7 sections 4.2 and 5.2: a visa has no composite check digit."""
    return _second_line(second, version, (second[0:9], second[9]))


def _second_line(second: str, version: str, *checks: tuple[str, str]) -> _Fields:
    """The fields that the second lines of all formats with two lines share."""
    birth, expiry = second[13:19], second[21:27]
    return _Fields(
        version=version,
        birth=birth,
        expiry=expiry,
        sex=second[20],
        nationality=second[10:13],
        checks=(*checks, (birth, second[19]), (expiry, second[27])),
    )


def _french_card(first: str, second: str) -> _Fields:
    """The French carte nationale d'identité of 1988 to 2021, which has no date of expiry."""
    return _Fields(
        version="IDFRA",
        birth=second[27:33],
        expiry=None,
        sex=second[34],
        nationality=None,
        checks=(
            (second[0:12], second[12]),
            (second[27:33], second[33]),
            (first + second[0:35], second[35]),
        ),
    )


def _is_td2(second: str) -> bool:
    """French cards of both layouts begin alike: the check digits tell them apart."""
    return _td2(second).all_right


def _number_check(number: str, digit: str, optional: str) -> tuple[str, str]:
    """A number of more than nine characters goes on in the optional data, up to its check digit.

    Doc 9303-5 section 4.2.4 leaves out the ``<`` that stands in the check digit's place; Belgian
    and Portuguese cards count it in. Either is right, because a card is made by one of the two. A
    card without a number has nothing to check but by its composite digit.
    """
    if digit == "<" and not (number + optional).strip("<"):
        return "", "0"
    rest = optional.split("<", 1)[0]
    if digit != "<" or not rest:
        return number, digit
    without, with_filler = number + rest[:-1], f"{number}<{rest[:-1]}"
    return (without if check_digit(without) == rest[-1] else with_filler), rest[-1]


def _read_expiry(
    fields: _Fields, birth: BirthDate | None, issued: date | None, today: date
) -> Expiry | None:
    """A card may do without a date of expiry; a passport or a visa has one."""
    if fields.issued is not None:
        return _expiry_by_age(birth, issued)
    if fields.expiry is None:
        return None
    if fields.expiry == _NO_DATE:
        return Expiry(None) if fields.version in ("TD1", "TD2") else None
    last_day = read_two_digit_expiry_date(fields.expiry, today)
    return Expiry(last_day) if last_day is not None else None


def _expiry_by_age(birth: BirthDate | None, issued: date | None) -> Expiry | None:
    """A Russian internal passport is renewed at 20 and at 45 (government decree 828 of 1997)."""
    if birth is None or issued is None or birth.earliest != birth.latest:
        return None
    birthdays = (comes_of_age(birth.latest, age, LeapDayPolicy.FEBRUARY_28) for age in (20, 45))
    return Expiry(next((birthday for birthday in birthdays if issued < birthday), None))


def _issuer(zone: str) -> str | None:
    return zone[2:5].rstrip("<") or None


def _class_of(zone: str) -> DocumentClass:
    return _CLASS_OF_CODE.get(zone[0], DocumentClass.OTHER)


def _unreadable(zone: str) -> IdentityDocument | None:
    """A zone of the wrong length is still a document; a short code may be anything."""
    if len(zone) < 60 or zone.count("<") < 5:
        return None
    return IdentityDocument(
        standard=Standard.ICAO_9303,
        version=None,
        jurisdiction=None,
        document_class=_class_of(zone),
        birth=None,
        expiry=None,
        issued=None,
        doubts=(AgeReason.HEADER_UNREADABLE,),
    )
