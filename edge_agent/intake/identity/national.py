"""National documents outside AAMVA and ICAO 9303: three that are read, others that are only named.

Their layouts come from public parsers and sample cards, not from a published standard. So a layout
must fit as a whole, what repeats within it must agree, and whatever else begins like such a
document is one that cannot be read: never an item, and never kept.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from edge_agent.api.age import AgeReason, DocumentClass
from edge_agent.intake.identity.document import BirthDate, Expiry, IdentityDocument, Standard
from edge_agent.intake.identity.mrz import holds_zone

# Argentina, documento nacional de identidad: a keyboard with a Spanish layout sends " for @.
_ARGENTINA_NEW = re.compile(
    r"[0-9]{11}([@\"])[^@\"]+\1[^@\"]+\1[MFX]\1[MF]?[0-9]{7,8}\1[A-Z]\1"
    r"(?P<birth>[0-9]{2}[/-][0-9]{2}[/-][0-9]{4})\1(?P<issued>[0-9]{2}[/-][0-9]{2}[/-][0-9]{4})"
    r"(?:\1[0-9]{3})?"
)
_ARGENTINA_OLD = re.compile(
    r"([@\"])[MF]?[0-9]{7,8} *\1[A-Z]\1[0-9]\1[^@\"]+\1[^@\"]+\1[A-Z]+\1"
    r"(?P<birth>[0-9]{2}[/-][0-9]{2}[/-][0-9]{4})\1[MFX]\1"
    r"(?P<issued>[0-9]{2}[/-][0-9]{2}[/-][0-9]{4})\1[0-9]{11}\1[^@\"]*\1"
    r"(?P<expires>[0-9]{2}[/-][0-9]{2}[/-][0-9]{4})\1(?P<rest>.*)",
    re.DOTALL,
)
_ARGENTINA_LIKE = re.compile(r"[@\"]?[^@\"]*(?:[@\"][^@\"]*){6,}")

# South Africa, smart identity card.
_SOUTH_AFRICA = re.compile(
    r"[^|]+\|[^|]+\|[MF]\|[A-Z]{3}\|(?P<number>[0-9]{13})\|"
    r"(?P<birth>[0-9]{2} [A-Z]{3} [0-9]{4})\|[A-Z]{3}\|[^|]+\|"
    r"(?P<issued>[0-9]{2} [A-Z]{3} [0-9]{4})\|[0-9]+\|[0-9]+\|[0-9]+",
    re.IGNORECASE,
)
_SOUTH_AFRICA_LIKE = re.compile(r"[^|]*(?:\|[^|]*){7,}")

# Colombia, yellow cédula de ciudadanía: fixed columns behind a marker, padded with NUL or blanks.
# Exactly six digits follow the birth date, so that a digit that was lost is missed.
_COLOMBIA_LIKE = re.compile(r"PubDSK_")
_COLOMBIA = re.compile(r"[ \x00]0[MF](?P<birth>[0-9]{8})[0-9]{6}(?:AB|A|B|O)[+-]")

_COLOMBIA_LONGEST = 600
_DATE = re.compile(r"[0-9]{2}[/-][0-9]{2}[/-][0-9]{4}")
# What only a card of each kind has.
_MARKS = (
    re.compile(r"[@\"][0-9]{2}[/-][0-9]{2}[/-][0-9]{4}"),
    re.compile(r"\|[0-9]{13}\|"),
    _COLOMBIA_LIKE,
)
_AAMVA = re.compile(r"(?:ANSI|AAMVA|AMVA) ?[0-9]{6}", re.IGNORECASE)

_NAMED: tuple[tuple[re.Pattern[str], str | None, DocumentClass], ...] = (
    # ISO/IEC 18013-5 section 8.2.2.3: device engagement of a mobile licence.
    (re.compile(r"mdoc:", re.IGNORECASE), None, DocumentClass.DRIVING_LICENCE),
    (
        re.compile(r"https?://portal\.sidiv\.registrocivil\.cl/docstatus", re.IGNORECASE),
        "CHL",
        DocumentClass.IDENTITY_CARD,
    ),
    # India, Aadhaar: XML of the older letters, a number of some thousand digits since 2018.
    (re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<PrintLetterBarcodeData\b"), "IND", DocumentClass.OTHER),
    (re.compile(r"[0-9]{600,}\s*\Z"), "IND", DocumentClass.OTHER),
    # South Africa, driving licence: encrypted.
    (
        re.compile(r"\x01(?:\x9b\x09|\xe1\x02)\x45\x00\x00", re.DOTALL),
        "ZAF",
        DocumentClass.DRIVING_LICENCE,
    ),
    # Switzerland and Liechtenstein, driving licence: no check digits.
    (
        re.compile(r"\s*[A-Z]{3}[0-9]{3}[A-Z]<<\s*FA(?:CHE|LIE)[0-9]{12}<<"),
        "CHE",
        DocumentClass.DRIVING_LICENCE,
    ),
    # ISO/IEC 18013-1 annex D: one line of 30 characters, without a birth date.
    (
        re.compile(r"\s*D1[A-Z]{3}[A-Z0-9<]{25}\s*\Z"),
        None,
        DocumentClass.DRIVING_LICENCE,
    ),
)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def read_national(text: str) -> IdentityDocument | None:
    """Read a document of the Argentine, South African or Colombian layout, or name another one.

    None where the text is nothing of the kind.
    """
    for pattern, jurisdiction, document_class in _NAMED:
        if pattern.match(text):
            return _unread(jurisdiction, document_class, AgeReason.NOT_READ_HERE)
    for read in _READERS:
        if document := read(text):
            return _doubted(document) if _holds_another(text) else document
    return None


def _holds_another(text: str) -> bool:
    """Look for a second document, of any kind, in the same text."""
    kinds = sum(mark.search(text) is not None for mark in _MARKS)
    return kinds > 1 or _AAMVA.search(text) is not None or holds_zone(text)


def _doubted(document: IdentityDocument) -> IdentityDocument:
    doubts = tuple({*document.doubts, AgeReason.DATES_DISAGREE})
    return replace(document, doubts=doubts)


def _argentina(text: str) -> IdentityDocument | None:
    stripped = text.strip()
    found = _ARGENTINA_NEW.fullmatch(stripped) or _ARGENTINA_OLD.fullmatch(stripped)
    if found is None:
        looks_like = _ARGENTINA_LIKE.fullmatch(stripped) and re.search(
            r"[0-9]{2}[/-][0-9]{2}[/-](?:[0-9]{2}){1,2}[@\"]", stripped
        )
        return _unreadable("ARG") if looks_like else None
    parts = found.groupdict()
    if _DATE.search(parts.get("rest") or ""):
        return _unreadable("ARG")
    expires = parts.get("expires")
    last_day = _day_first(expires) if expires is not None else None
    return _document(
        "ARG",
        _day_first(found["birth"]),
        _day_first(found["issued"]),
        Expiry(last_day) if last_day is not None else None,
    )


def _south_africa(text: str) -> IdentityDocument | None:
    stripped = text.strip()
    found = _SOUTH_AFRICA.fullmatch(stripped)
    if found is None:
        looks_like = _SOUTH_AFRICA_LIKE.fullmatch(stripped) and re.search(
            r"\|[0-9]{1,2} [A-Za-z]{3} [0-9]{2,4}\|", stripped
        )
        return _unreadable("ZAF") if looks_like else None
    birth, issued = _with_month(found["birth"]), _with_month(found["issued"])
    number = found["number"]
    if birth is None or f"{birth:%y%m%d}" != number[:6] or not _luhn(number):
        return _unreadable("ZAF")
    # The card says of no day that it is its last: it does not expire.
    return _document("ZAF", birth, issued, Expiry(None))


def _colombia(text: str) -> IdentityDocument | None:
    if _COLOMBIA_LIKE.search(text) is None:
        return None
    births = {match["birth"] for match in _COLOMBIA.finditer(text)}
    cards = len(_COLOMBIA_LIKE.findall(text))
    if len(births) != 1 or cards != 1 or len(text) > _COLOMBIA_LONGEST:
        return _unreadable("COL")
    (digits,) = births
    return _document("COL", _parsed(digits, "%Y%m%d"), None, Expiry(None))


_READERS: tuple[Callable[[str], IdentityDocument | None], ...] = (
    _argentina,
    _south_africa,
    _colombia,
)


def _document(
    jurisdiction: str, birth: date | None, issued: date | None, expiry: Expiry | None
) -> IdentityDocument:
    doubts: list[AgeReason] = []
    if birth is None:
        doubts.append(AgeReason.BIRTH_DATE_UNREADABLE)
    elif issued is not None and issued <= birth:
        doubts.append(AgeReason.DATES_DISAGREE)
    return IdentityDocument(
        standard=Standard.NATIONAL,
        version=None,
        jurisdiction=jurisdiction,
        document_class=DocumentClass.IDENTITY_CARD,
        birth=BirthDate(birth, birth) if birth is not None else None,
        expiry=expiry,
        issued=issued,
        doubts=tuple(doubts),
    )


def _unreadable(jurisdiction: str) -> IdentityDocument:
    """It begins like a document that is read, and does not go on like one."""
    return _unread(jurisdiction, DocumentClass.IDENTITY_CARD, AgeReason.BIRTH_DATE_UNREADABLE)


def _unread(
    jurisdiction: str | None, document_class: DocumentClass, reason: AgeReason
) -> IdentityDocument:
    return IdentityDocument(
        standard=Standard.NATIONAL,
        version=None,
        jurisdiction=jurisdiction,
        document_class=document_class,
        birth=None,
        expiry=None,
        issued=None,
        doubts=(reason,),
    )


def _day_first(text: str) -> date | None:
    return _parsed(text.replace("-", "/"), "%d/%m/%Y")


def _with_month(text: str) -> date | None:
    day, month, year = text.upper().split(" ")
    if month not in _MONTHS:
        return None
    return _parsed(f"{day}/{_MONTHS.index(month) + 1}/{year}", "%d/%m/%Y")


def _parsed(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day
    except ValueError:
        return None


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
