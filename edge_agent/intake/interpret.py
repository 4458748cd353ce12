"""From the bytes of one scan to its meaning. Total: whatever the bytes are, there is an answer."""

from dataclasses import replace
from datetime import date

from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan, Symbology
from edge_agent.intake.aim import split_aim, symbology_of
from edge_agent.intake.elements import (
    Elements,
    NotElements,
    is_uri,
    looks_like_elements,
    read_digital_link,
    read_message,
)
from edge_agent.intake.gtin import Reading, has_gtin_length, readings
from edge_agent.intake.identity.aamva import read_aamva
from edge_agent.intake.identity.aamva_stripe import read_aamva_stripe
from edge_agent.intake.identity.mrz import read_mrz
from edge_agent.intake.identity.national import read_national
from edge_agent.intake.payment_card import looks_like_payment_card
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import (
    CouponCode,
    DocumentScan,
    ItemCode,
    PaymentCardScan,
    ScanResult,
    UnknownScan,
)
from edge_agent.intake.unknown import UnknownReason
from edge_agent.intake.variable_measure import layout_of

LONGEST_SCAN = 8192
"""Bytes. The largest PDF417 symbol holds 1,850 characters; a wedge may double its line ends."""

_AROUND = " \t\r\n\x02\x03\x04\x1c\x1d\x1e\x1f"
_ADD_ONS = ("]E1", "]E2")
# GenSpecs section 7.8: what precedes the composite component where a scanner sends both as one.
_COMPOSITE = "|]e0"
_WITH_ADD_ON = "]E3"
_PERIODICALS_AND_BOOKS = ("977", "978", "979")
_RETAIL = {
    Symbology.EAN8: (8,),
    Symbology.EAN13: (8, 12, 13),
    Symbology.UPCA: (12, 13),
    Symbology.UPCE: (8, 12, 13),
    Symbology.ITF14: (14,),
}
_GS1 = frozenset(
    {
        Symbology.GS1_128,
        Symbology.GS1_DATABAR,
        Symbology.GS1_DATA_MATRIX,
        Symbology.GS1_QR_CODE,
        Symbology.GS1_DOT_CODE,
    }
)
# Printers leave FNC1 out of matrix codes; a Code 128 without it is another company's number.
_MAY_HOLD_ELEMENTS = frozenset(
    {Symbology.UNKNOWN, Symbology.QR_CODE, Symbology.DATA_MATRIX, Symbology.DOT_CODE}
)
# AIs 8110 and 8112 are North American coupons (GenSpecs section 3.9.9), 255 is a global one.
_COUPON_AIS = frozenset({"255", "8110", "8112"})
# GTIN-13s of the GS1 prefixes for coupons (section 1.4.2); 05 is UPC number system 5.
_COUPON_PREFIXES = ("05", "981", "982", "983", "984", "99")
_REFUND_PREFIX = "980"


def interpret(scan: Scan, rules: ScanRules, today: date) -> ScanResult:
    """Says what a scan is.

    Args:
        today: the lane's date, which fixes the century of two-digit years.
    """
    data = scan.data.reveal()
    if len(data) > LONGEST_SCAN:
        return UnknownScan(UnknownReason.TOO_LONG)
    identifier, text = split_aim(_text(data))
    symbology = scan.symbology if identifier is None else symbology_of(identifier)
    # No document is printed as a retail code or as GS1 elements, whatever their data look like.
    if symbology not in _RETAIL and symbology not in _GS1:
        document = read_national(text)
        if document is None and not is_uri(text):
            document = read_aamva(text) or read_mrz(text, today) or read_aamva_stripe(text)
        if document is not None:
            return DocumentScan(Sensitive(document))
    text = text.strip(_AROUND)
    if _COMPOSITE in text and symbology in _RETAIL:
        linear, _, composite = text.partition(_COMPOSITE)
        return _composite(linear, composite, symbology, rules, today)
    if identifier in _ADD_ONS:
        return UnknownScan(UnknownReason.ADD_ON)
    if identifier == _WITH_ADD_ON:
        text = text[:13]
    return _interpret_safely(text, symbology, rules, today)


def _interpret_safely(text: str, symbology: Symbology, rules: ScanRules, today: date) -> ScanResult:
    try:
        return _interpret_code(text, symbology, rules, today)
    except NotElements as reason:
        return UnknownScan(reason.reason)


def _composite(
    linear: str, composite: str, symbology: Symbology, rules: ScanRules, today: date
) -> ScanResult:
    """A retail code with a composite component (ISO/IEC 24723), sent as one: GTIN, then elements.

    The component says what the linear code has no room for; its number is the linear one's.
    """
    item = _interpret_safely(linear, symbology, rules, today)
    if not isinstance(item, ItemCode):
        return item
    try:
        elements = read_message(composite, rules.separators, today)
    except NotElements as reason:
        return UnknownScan(reason.reason)
    if elements.gtin is not None and elements.gtin != item.gtin:
        return UnknownScan(UnknownReason.ELEMENTS_DISAGREE)
    return replace(item, batch=elements.batch, expires=elements.expires, elements=elements.values)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _interpret_code(text: str, symbology: Symbology, rules: ScanRules, today: date) -> ScanResult:
    if not text:
        return UnknownScan(UnknownReason.EMPTY)
    structured = symbology in _RETAIL or symbology in _GS1 or is_uri(text)
    card_number = not structured and looks_like_payment_card(text)
    if own := rules.own_code(text, card_number=card_number):
        return own
    if symbology in _GS1 and not is_uri(text):
        return _item_of(read_message(text, rules.separators, today), symbology)
    if found := _readings(text, symbology, rules):
        return _numbered_item(found, rules, may_be_card=card_number)
    if card_number:
        return PaymentCardScan()
    if is_uri(text):
        return _item_of(read_digital_link(text, today), symbology)
    if symbology in _MAY_HOLD_ELEMENTS and looks_like_elements(text):
        return _item_of(read_message(text, rules.separators, today), symbology)
    if has_gtin_length(text) or symbology in _RETAIL:
        return UnknownScan(UnknownReason.CHECK_DIGIT)
    return UnknownScan(UnknownReason.UNKNOWN_CODE)


def _readings(text: str, symbology: Symbology, rules: ScanRules) -> tuple[Reading, ...]:
    if symbology in _RETAIL and len(text) not in _RETAIL[symbology]:
        return ()
    if len(text) in (15, 18) and text.startswith(_PERIODICALS_AND_BOOKS) and text.isdigit():
        text = text[:13]
    return readings(text, symbology, rules.eight_digits)


def _numbered_item(
    found: tuple[Reading, ...], rules: ScanRules, *, may_be_card: bool
) -> ScanResult:
    preferred = found[0].gtin
    number = preferred.removeprefix("0")
    if preferred.startswith("0"):
        if number.startswith(_COUPON_PREFIXES):
            return CouponCode(gtin=preferred)
        if number.startswith(_REFUND_PREFIX):
            return UnknownScan(UnknownReason.REFUND_RECEIPT)
        if layout := layout_of(number, rules.layouts):
            measure = layout.read(number)
            if measure is None:
                return UnknownScan(UnknownReason.MEASURE_VERIFIER)
            return ItemCode(
                readings=(Reading(measure.gtin, found[0].read_as),),
                price=measure.price,
                weight=measure.weight,
                count=1 if measure.count is None else measure.count,
                may_be_card=may_be_card,
            )
    return ItemCode(readings=found, may_be_card=may_be_card)


def _item_of(elements: Elements, symbology: Symbology) -> ScanResult:
    if not _COUPON_AIS.isdisjoint(elements.values):
        return CouponCode(elements=elements.values)
    if elements.gtin is None:
        return UnknownScan(UnknownReason.NO_ITEM)
    return ItemCode(
        readings=(Reading(elements.gtin, symbology),),
        price=elements.price,
        currency=elements.currency,
        weight=elements.weight,
        count=elements.count,
        batch=elements.batch,
        expires=elements.expires,
        elements=elements.values,
    )
