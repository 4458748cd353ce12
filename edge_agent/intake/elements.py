"""GS1 element strings and Digital Link URIs to application identifiers, through biip.

GenSpecs section 3 (application identifiers), 7.8 (FNC1), 7.12 (dates); GS1 Digital Link standard,
URI syntax. What biip lets pass and a till must not is checked here: characters that no element
string has, a missing separator, the same AI with two values. An error never quotes the data.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import SplitResult, urlsplit

from biip import ParseConfig, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings
from biip.gs1_messages import GS1Message

from edge_agent.api.currencies import ALPHA_OF_NUMERIC
from edge_agent.api.values import Weight
from edge_agent.intake.gtin import canonical_gtin
from edge_agent.intake.unknown import UnknownReason

_LONGEST_MESSAGE = 1024
_LONGEST_URI = 2048
# GenSpecs figure 7.11-1: the 82 characters of an element string.
_CHARACTERS = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
# AI 8200 holds a web address, which is not bound to them (section 3.9.13).
_PRINTABLE = re.compile(r"[!-~]+")
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_URI_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_HUMAN_READABLE = re.compile(r"\([0-9]{2,4}\)")
_COUPON = re.compile(r"811[02][0-9]{12}")
# The keys that a Digital Link may begin with (URI syntax, section 4.3).
_KEYS = frozenset(
    {"00", "01", "253", "255", "401", "402", "414", "415", "417", "8003", "8004", "8006", "8010",
     "8013", "8017", "8018"}
)  # fmt: skip
# Measures of which a label carries one (the "ex" of GS1's syntax dictionary).
_ALTERNATIVES = (frozenset({"310", "320"}), frozenset({"392", "393"}))
# Names of versions 1.0 and 1.1 of the URI syntax, which codes in circulation still carry.
_SHORT_NAMES = {"gtin": "01", "cpv": "22", "lot": "10", "ser": "21", "exp": "17"}


@dataclass(frozen=True, slots=True)
class Elements:
    """AI -> value, in the order of the code, with what a till makes of them.

    Attributes:
        gtin: of AI 01.
        batch: of AI 10.
        expires: of AI 17 or 7003, the last day of use.
        weight: the net weight of AI 310n or 320n.
        price: the amount payable of AI 392n or 393n, in major units of ``currency``.
        currency: ISO 4217 code of AI 393n; None for the local currency.
        count: of AI 30, where neither price nor weight is there; else 1.
    """

    values: Mapping[str, str]
    gtin: str | None
    batch: str | None
    expires: date | None
    weight: Weight | None
    price: Decimal | None
    currency: str | None
    count: int


class NotElements(Exception):
    """The text holds no element strings that can be used."""

    def __init__(self, reason: UnknownReason) -> None:
        super().__init__(reason)
        self.reason = reason


def looks_like_elements(text: str) -> bool:
    """True where a code that does not say so begins as an item's or a coupon's elements do."""
    if _HUMAN_READABLE.match(text) or _COUPON.match(text):
        return True
    return text[:2] == "01" and len(text) >= 16 and canonical_gtin(text[2:16]) is not None


def is_uri(text: str) -> bool:
    """True where the text is a web address."""
    return _URI_SCHEME.match(text) is not None


def read_message(text: str, separators: Sequence[str], today: date) -> Elements:
    """Reads the data of a GS1 symbol, or its human readable form with AIs in parentheses.

    Args:
        separators: the characters that may stand for FNC1.
        today: fixes the century of two-digit years.

    Raises:
        NotElements: something of it cannot be right; then nothing of it is used.
    """
    if len(text) > _LONGEST_MESSAGE:
        raise NotElements(UnknownReason.TOO_LONG)
    text = text.lstrip("".join(separators))
    config = ParseConfig(separator_chars=tuple(separators))
    try:
        if _HUMAN_READABLE.match(text):
            return _elements(_parse_human_readable(text, config), today)
        found = GS1Message.parse(text, config=config).element_strings
    # biip's message quotes the data.
    except (ParseError, ValueError):
        raise NotElements(UnknownReason.NOT_GS1) from None
    _check_separators(text, found, separators)
    return _elements(found, today)


def read_digital_link(uri: str, today: date) -> Elements:
    """Reads a GS1 Digital Link URI of any domain.

    Raises:
        NotElements: it is another web address, or something of it cannot be right.
    """
    if len(uri) > _LONGEST_URI:
        raise NotElements(UnknownReason.TOO_LONG)
    if not _URI_CHARACTERS.fullmatch(uri):
        raise NotElements(UnknownReason.WEB_ADDRESS)
    try:
        normal = _without_stem(urlsplit(uri))
        found = GS1DigitalLinkURI.parse(normal).element_strings
    # urlsplit raises ValueError on a host that cannot be one.
    except (ParseError, ValueError):
        reason = UnknownReason.NOT_GS1 if _names_an_item(uri) else UnknownReason.WEB_ADDRESS
        raise NotElements(reason) from None
    return _elements(found, today)


def _names_an_item(uri: str) -> bool:
    """True where the path alone is a Digital Link, so that something behind it must be wrong."""
    try:
        GS1DigitalLinkURI.parse(_without_stem(urlsplit(uri)).partition("?")[0])
    except (ParseError, ValueError, NotElements):
        return False
    return True


def _parse_human_readable(text: str, config: ParseConfig) -> GS1ElementStrings:
    """What cannot be written back as it was is not taken: a value may hold a parenthesis."""
    found = GS1Message.parse_hri(text, config=config).element_strings
    if "".join(f"({each.ai.ai}){each.value}" for each in found) != "".join(text.split()):
        raise NotElements(UnknownReason.NOT_GS1)
    return found


def _without_stem(uri: SplitResult) -> str:
    """The same link as its issuer-independent path; the rightmost key begins it."""
    segments = [_SHORT_NAMES.get(part, part) for part in uri.path.split("/")]
    if segments[-1] == "":
        segments.pop()
    starts = [
        place
        for place, part in enumerate(segments)
        if part in _KEYS and (len(segments) - place) % 2 == 0
    ]
    if not starts or not uri.hostname:
        raise NotElements(UnknownReason.WEB_ADDRESS)
    parameters = (part.partition("=") for part in re.split("[&;]", uri.query))
    query = "&".join(f"{_SHORT_NAMES.get(name, name)}={value}" for name, _, value in parameters)
    return f"https://id.gs1.org/{'/'.join(segments[starts[-1] :])}?{query}"


def _check_separators(
    text: str, found: Sequence[GS1ElementString], separators: Sequence[str]
) -> None:
    """Section 7.8.6: FNC1 ends every element string whose AI has no predefined length."""
    rest = text
    for element in found:
        rest = rest[len(element) :]
        if rest and element.ai.separator_required and not rest.startswith(tuple(separators)):
            raise NotElements(UnknownReason.SEPARATOR_MISSING)
        rest = rest.lstrip("".join(separators))


def _elements(found: GS1ElementStrings, today: date) -> Elements:
    values: dict[str, str] = {}
    for element in found:
        ai, value = element.ai.ai, element.value
        characters = _PRINTABLE if ai == "8200" else _CHARACTERS
        if not characters.fullmatch(value):
            raise NotElements(UnknownReason.NOT_GS1)
        if values.setdefault(ai, value) != value:
            raise NotElements(UnknownReason.ELEMENTS_DISAGREE)
        if element.gtin_error or element.sscc_error or element.gln_error:
            raise NotElements(UnknownReason.CHECK_DIGIT)
    gtin = canonical_gtin(values["01"]) if "01" in values else None
    if "01" in values and gtin is None:
        raise NotElements(UnknownReason.CHECK_DIGIT)
    _check_alternatives(values)
    price, currency = _price(values)
    weight = _weight(values)
    # A price or a weight is of the whole pack, however many pieces are in it.
    count = int(values["30"]) if "30" in values and price is None and weight is None else 1
    return Elements(
        values=values,
        gtin=gtin,
        batch=values.get("10"),
        expires=_expiry(values, today),
        weight=weight,
        price=price,
        currency=currency,
        count=count,
    )


def _check_alternatives(values: Mapping[str, str]) -> None:
    """A label says each of its measures once, in one unit and one currency."""
    families = [ai[:3] for ai in values if len(ai) == 4]
    for alternatives in _ALTERNATIVES:
        if sum(family in alternatives for family in families) > 1:
            raise NotElements(UnknownReason.ELEMENTS_DISAGREE)


def _price(values: Mapping[str, str]) -> tuple[Decimal | None, str | None]:
    """The amount payable, and its currency where AI 393n names it."""
    if (payable := _of_family(values, "393")) is None:
        return _measure(values, "392"), None
    ai, value = payable
    currency = ALPHA_OF_NUMERIC.get(value[:3])
    if currency is None:
        raise NotElements(UnknownReason.NOT_GS1)
    return Decimal(value[3:]).scaleb(-int(ai[3])), currency


def _expiry(values: Mapping[str, str], today: date) -> date | None:
    """The earlier of AI 17 and the day of AI 7003."""
    dates = [_read_date(values[ai][:6], today) for ai in ("17", "7003") if ai in values]
    return min(dates, default=None)


def _weight(values: Mapping[str, str]) -> Weight | None:
    if (kilograms := _measure(values, "310")) is not None:
        return Weight(value=kilograms, unit="kg")
    if (pounds := _measure(values, "320")) is not None:
        return Weight(value=pounds, unit="lb")
    return None


def _of_family(values: Mapping[str, str], family: str) -> tuple[str, str] | None:
    """The element of an AI such as 310n, whose fourth digit says where the point stands."""
    return next(((ai, value) for ai, value in values.items() if ai[:3] == family), None)


def _measure(values: Mapping[str, str], family: str) -> Decimal | None:
    found = _of_family(values, family)
    return None if found is None else Decimal(found[1]).scaleb(-int(found[0][3]))


def _read_date(text: str, today: date) -> date:
    """YYMMDD of section 7.12: at most 49 years past, 50 ahead; day 00 is the month's last."""
    year = today.year // 100 * 100 + int(text[:2])
    if year - today.year > 50:
        year -= 100
    elif year - today.year < -49:
        year += 100
    month, day = int(text[2:4]), int(text[4:])
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        raise NotElements(UnknownReason.NOT_GS1) from None
