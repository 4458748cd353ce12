"""What a scan means."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.api.values import Symbology
from edge_agent.intake.aim import split_aim, symbology_of
from edge_agent.intake.gtin import EightDigits, Reading, canonical_gtin
from edge_agent.intake.interpret import LONGEST_SCAN
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import (
    BadgeCode,
    CouponCode,
    CustomerCode,
    DocumentScan,
    FunctionCode,
    GiftCardCode,
    ItemCode,
    LaneFunction,
    PaymentCardScan,
    ScanResult,
    UnknownScan,
)
from edge_agent.intake.unknown import CASHIER_MESSAGES, UnknownReason
from tests.unit.intake.scans import item, meaning

LICENCE = "@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDBB06061986\n"


@pytest.mark.parametrize(
    ("code", "gtin", "read_as"),
    [
        ("4006381333931", "04006381333931", Symbology.EAN13),
        ("]E04006381333931", "04006381333931", Symbology.EAN13),
        ("036000291452", "00036000291452", Symbology.UPCA),
        ("]E00036000291452", "00036000291452", Symbology.EAN13),
        ("96385074", "00000096385074", Symbology.EAN8),
        ("]E496385074", "00000096385074", Symbology.EAN8),
        ("]E004252614", "00042100005264", Symbology.UPCE),
        ("10614141000415", "10614141000415", Symbology.ITF14),
        ("4006381333931\r\n", "04006381333931", Symbology.EAN13),
        ("\x024006381333931\x03", "04006381333931", Symbology.EAN13),
        ("]E3978014300723412345", "09780143007234", Symbology.EAN13),
        ("978014300723412345", "09780143007234", Symbology.EAN13),
    ],
)
def test_items_of_every_length_have_one_canonical_gtin(
    code: str, gtin: str, read_as: Symbology
) -> None:
    assert item(code) == ItemCode(readings=(Reading(gtin, read_as),))


EITHER = "01234565"
AS_UPCE = Reading("00012345000065", Symbology.UPCE)
AS_EAN8 = Reading("00000001234565", Symbology.EAN8)


@pytest.mark.parametrize(
    ("preferred", "readings"),
    [
        (EightDigits.BY_LEADING_ZERO, (AS_UPCE, AS_EAN8)),
        (EightDigits.UPCE, (AS_UPCE, AS_EAN8)),
        (EightDigits.EAN8, (AS_EAN8, AS_UPCE)),
    ],
)
def test_eight_bare_digits_that_fit_both_are_read_in_the_configured_order(
    preferred: EightDigits, readings: tuple[Reading, ...]
) -> None:
    assert item(EITHER, ScanRules(eight_digits=preferred)).readings == readings


def test_eight_digits_that_fit_one_leave_no_choice() -> None:
    assert item("04252614").readings == (Reading("00042100005264", Symbology.UPCE),)
    assert item("96385074").readings == (Reading("00000096385074", Symbology.EAN8),)


def test_a_scanner_that_says_what_it_read_leaves_no_choice() -> None:
    assert item("]E4" + EITHER).readings == (AS_EAN8,)
    assert item("]E0" + EITHER).readings == (AS_UPCE,)


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("EMP1001", BadgeCode(badge="EMP1001")),
        ("]C0LOY5001", CustomerCode(customer_id="5001")),
        ("FN-SUBTOTAL", FunctionCode(LaneFunction.SUBTOTAL)),
        ("FN-VOID-LAST-LINE", FunctionCode(LaneFunction.VOID_LAST_LINE)),
        ("9912345678909", CouponCode(gtin="09912345678909")),
        ("9811234567891", CouponCode(gtin="09811234567891")),
        ("509000123455", CouponCode(gtin="00509000123455")),
        ("GIFT-12345", GiftCardCode()),
        ("SAVE10", CouponCode()),
    ],
)
def test_the_shops_own_codes(code: str, meant: ScanResult) -> None:
    rules = ScanRules(gift_card=re.compile(r"GIFT-\d+"), coupon=re.compile(r"SAVE\d+"))
    assert meaning(code, rules) == meant


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "]C05555555555554444",
        "2221000000000009",
        "378282246310005",
        "30569309025904",
        "38520000023237",
        "6011111111111117",
        "3530111333300000",
        "6759649826438453",
        "6200000000000005",
        "4222222222222",
        "%B4111111111111111^DOE/JOHN^30121010000000000000?",
        ";4111111111111111=30121010000000000000?",
        "%B4111111111111111^DOE/JOHN^3012101?;4111111111111111=3012101?",
        "4111111111111111=25121010000000",
        "4111.1111.1111.1111",
        "PAN 4111111111111111",
        "LOY4111111111111111",
        "\uff14\uff11\uff11\uff11111111111111",
    ],
)
def test_what_looks_like_a_payment_card_is_dropped(number: str) -> None:
    assert meaning(number) == PaymentCardScan()


def test_a_wide_customer_card_pattern_cannot_claim_payment_cards() -> None:
    wide = ScanRules(customer_card=re.compile(r"([0-9]{16})"))
    assert meaning("4111111111111111", wide) == PaymentCardScan()
    assert meaning("1234567890123456", wide) == CustomerCode(customer_id="1234567890123456")


def test_a_pattern_that_names_its_own_issuer_keeps_its_cards() -> None:
    own = ScanRules(gift_card=re.compile(r"603571[0-9]{10}"))
    assert meaning("6035710000000000", own) == GiftCardCode()
    assert meaning("6035710000000000") == PaymentCardScan()


def test_a_number_that_is_both_a_gtin_and_a_card_is_left_to_the_price_book() -> None:
    both = item("36000000000081")
    assert both.may_be_card
    assert not item("]I136000000000081").may_be_card


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("4006381333930", UnknownReason.CHECK_DIGIT),
        ("]E04006381333932", UnknownReason.CHECK_DIGIT),
        ("HELLO", UnknownReason.UNKNOWN_CODE),
        ("", UnknownReason.EMPTY),
        ("\r\n", UnknownReason.EMPTY),
        ("]E0", UnknownReason.EMPTY),
        (b"\xff\xfe\x00", UnknownReason.UNKNOWN_CODE),
        ("A" * 200, UnknownReason.UNKNOWN_CODE),
        ("A" * (LONGEST_SCAN + 1), UnknownReason.TOO_LONG),
        ("]E112", UnknownReason.ADD_ON),
        ("9801234567892", UnknownReason.REFUND_RECEIPT),
        ("https://example.com/menu", UnknownReason.WEB_ADDRESS),
        ("]C100123456789012345675", UnknownReason.NO_ITEM),
        ("]C10109501101530003\x1d10AB CD", UnknownReason.NOT_GS1),
        ("]C1010950110153000317260230", UnknownReason.NOT_GS1),
        ("]C1010950110153000310A\x1d10B", UnknownReason.ELEMENTS_DISAGREE),
        ("]C1010950110153000342252810LOT", UnknownReason.SEPARATOR_MISSING),
        ("]C10109501101530004", UnknownReason.CHECK_DIGIT),
        ("]C101995212345432163922100\x1d3921100", UnknownReason.ELEMENTS_DISAGREE),
        ("]C101995212345432163922100\x1d3932978100", UnknownReason.ELEMENTS_DISAGREE),
        ("]C1019952123454321631030010003102001000", UnknownReason.ELEMENTS_DISAGREE),
        ("]C1019952123454321631030010003201001000", UnknownReason.ELEMENTS_DISAGREE),
        ("(01)04006381333931(10)AB(C", UnknownReason.NOT_GS1),
        ("00000000000000", UnknownReason.CHECK_DIGIT),
        ("]C1" + "0109501101530003" * 100, UnknownReason.TOO_LONG),
        ("https://a/01/" + "1" * 3000, UnknownReason.TOO_LONG),
    ],
)
def test_what_is_not_for_the_lane_is_unknown_with_its_reason(
    data: str | bytes, reason: UnknownReason
) -> None:
    assert meaning(data) == UnknownScan(reason)


def test_every_reason_has_a_sentence_for_the_cashier() -> None:
    assert set(CASHIER_MESSAGES) == set(UnknownReason)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("]C1010952123454321310DAADABDACDAG", ItemCode),
        ("https://id.gs1.org/01/09521234543213/10/DAADACDAGDBB", ItemCode),
        ("]C0ANSI 150 DN25", UnknownScan),
        ("@", UnknownScan),
    ],
)
def test_other_codes_that_remind_of_a_document_are_none(data: str, kind: type[ScanResult]) -> None:
    assert isinstance(meaning(data), kind)


def test_a_document_is_sensitive_and_shows_nothing_of_itself() -> None:
    scanned = meaning(LICENCE)
    assert isinstance(scanned, DocumentScan)
    assert repr(scanned) == "DocumentScan(document=<sensitive>)"
    assert "1986" not in repr(scanned.document.reveal())


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    meaning(data)


@given(st.text(max_size=60), st.sampled_from(["", "]C1", "]Q1", "]E0", "]e0", "]L2", "]E3"]))
def test_no_text_raises(text: str, aim: str) -> None:
    meaning(aim + text)


@given(st.integers(1, 10**13 - 1))
def test_every_number_with_its_check_digit_is_canonical_and_any_other_is_not(number: int) -> None:
    digits = f"{number:013d}"
    valid = [digit for digit in "0123456789" if canonical_gtin(digits + digit) is not None]
    assert len(valid) == 1


@pytest.mark.parametrize("digits", ["4006381333932", "123", "", "40063813339310", "٤006381333931"])
def test_wrong_check_digit_or_length_is_no_gtin(digits: str) -> None:
    assert canonical_gtin(digits) is None


@pytest.mark.parametrize(
    ("text", "identifier", "data", "symbology"),
    [
        ("]E0123", "]E0", "123", Symbology.EAN13),
        ("]E4123", "]E4", "123", Symbology.EAN8),
        ("]C1123", "]C1", "123", Symbology.GS1_128),
        ("]C0123", "]C0", "123", Symbology.CODE128),
        ("]J1123", "]J1", "123", Symbology.GS1_DOT_CODE),
        ("]z9123", "]z9", "123", Symbology.OTHER),
    ],
)
def test_aim_identifier_is_split_off(
    text: str, identifier: str, data: str, symbology: Symbology
) -> None:
    assert split_aim(text) == (identifier, data)
    assert symbology_of(identifier) is symbology


@pytest.mark.parametrize("text", ["123", "]E", "", "]", "]ä0x"])
def test_text_without_an_identifier_is_left_alone(text: str) -> None:
    assert split_aim(text) == (None, text)


def test_linear_code_with_a_composite_component() -> None:
    """GenSpecs section 7.8: the number is the linear code's, batch and expiry the component's."""
    item = meaning(b"]E04006381333931|]e010BATCH1\x1d17270101")
    assert isinstance(item, ItemCode)
    assert (item.gtin, item.batch) == ("04006381333931", "BATCH1")
    assert item.expires == date(2027, 1, 1)


def test_composite_component_of_another_item() -> None:
    wrong = meaning(b"]E04006381333931|]e00109520123456788")
    assert wrong == UnknownScan(UnknownReason.ELEMENTS_DISAGREE)


@pytest.mark.parametrize("query", ["17=260231", "17=261301", "3103=abc"])
def test_link_with_a_value_that_cannot_be(query: str) -> None:
    """It names an item, so it is a damaged label and no other web address."""
    link = f"https://id.gs1.org/01/09520123456788?{query}".encode()
    assert meaning(b"]Q1" + link) == UnknownScan(UnknownReason.NOT_GS1)
    assert meaning(b"]Q1https://example.com/a?17=260231") == UnknownScan(UnknownReason.WEB_ADDRESS)
