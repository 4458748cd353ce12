"""Reasons why a scan means nothing to the lane."""

from collections.abc import Mapping
from enum import StrEnum


class UnknownReason(StrEnum):
    """Reason why a scan is of no use."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CHECK_DIGIT = "check_digit"
    MEASURE_VERIFIER = "measure_verifier"
    ADD_ON = "add_on"
    REFUND_RECEIPT = "refund_receipt"
    NO_ITEM = "no_item"
    NOT_GS1 = "not_gs1"
    SEPARATOR_MISSING = "separator_missing"
    ELEMENTS_DISAGREE = "elements_disagree"
    WEB_ADDRESS = "web_address"
    UNKNOWN_CODE = "unknown_code"


_DAMAGED_LABEL = (
    "This label's data cannot be right. Scan the other code on it, or key in the number."
)

CASHIER_MESSAGES: Mapping[UnknownReason, str] = {
    UnknownReason.EMPTY: "The scanner sent an empty code. Scan again.",
    UnknownReason.TOO_LONG: "This code is too long for this lane. Scan the item's barcode.",
    UnknownReason.CHECK_DIGIT: "The code was misread: its check digit is wrong. "
    "Scan again or key it in.",
    UnknownReason.MEASURE_VERIFIER: "The price or weight on this label was misread: its check "
    "digit is wrong. Scan again, or have the item weighed again.",
    UnknownReason.ADD_ON: "Only the small add-on code was read. Scan the whole barcode.",
    UnknownReason.REFUND_RECEIPT: "This is a refund receipt. This lane does not take them.",
    UnknownReason.NO_ITEM: "This code names no item for sale, but a box, a place or a document. "
    "Scan the item's barcode.",
    UnknownReason.NOT_GS1: _DAMAGED_LABEL,
    UnknownReason.SEPARATOR_MISSING: _DAMAGED_LABEL,
    UnknownReason.ELEMENTS_DISAGREE: _DAMAGED_LABEL,
    UnknownReason.WEB_ADDRESS: "This code is a web address without an item number. "
    "Scan the item's barcode.",
    UnknownReason.UNKNOWN_CODE: "This code is not an item, a badge or a customer card. "
    "Scan the item's barcode.",
}
