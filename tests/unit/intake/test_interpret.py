"""What a scan means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan, Symbology
from edge_agent.intake.aim import split_aim
from edge_agent.intake.gtin import canonical_gtin
from edge_agent.intake.interpret import ScanRules, interpret
from edge_agent.intake.meaning import BadgeCode, CustomerCode, ItemCode, Unusable


def meaning(data: bytes | str) -> object:
    raw = data if isinstance(data, bytes) else data.encode()
    return interpret(Scan(data=Sensitive(raw)), ScanRules())


@pytest.mark.parametrize(
    ("code", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("]E04006381333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("]E496385074", "00000096385074"),
        ("10614141000415", "10614141000415"),
        ("4006381333931\r\n", "04006381333931"),
    ],
)
def test_items_of_every_length_have_one_canonical_gtin(code: str, gtin: str) -> None:
    assert meaning(code) == ItemCode(gtin=gtin)


def test_badge_and_customer_card() -> None:
    assert meaning("EMP1001") == BadgeCode(badge="EMP1001")
    assert meaning("]C0LOY5001") == CustomerCode(customer_id="5001")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("4006381333932", "check_digit"),
        ("HELLO", "unknown_code"),
        ("", "unknown_code"),
        (b"\xff\xfe\x00", "unknown_code"),
        ("4111111111111111", "unknown_code"),
        ("@\n\x1e\rANSI 636000100002DL00410278ZV03190008DLDAQT64235789", "identity_document"),
        ("A" * 200, "identity_document"),
    ],
)
def test_what_is_not_for_the_lane_is_unusable_with_its_reason(data: str | bytes, code: str) -> None:
    unusable = meaning(data)
    assert isinstance(unusable, Unusable)
    assert unusable.code == code


def test_a_refusal_never_repeats_the_scan() -> None:
    unusable = meaning("@\n\x1e\rANSI 636000DBB19900131DCSSMITH")
    assert isinstance(unusable, Unusable)
    assert "SMITH" not in unusable.message
    assert "1990" not in unusable.message


@given(st.binary(max_size=300))
def test_no_input_raises(data: bytes) -> None:
    meaning(data)


@given(st.text(max_size=40))
def test_no_digits_or_letters_raise(text: str) -> None:
    meaning(text)


@pytest.mark.parametrize("digits", ["4006381333932", "123", "", "40063813339310", "٤006381333931"])
def test_wrong_check_digit_or_length_is_no_gtin(digits: str) -> None:
    assert canonical_gtin(digits) is None


@pytest.mark.parametrize(
    ("text", "symbology", "data"),
    [
        ("]E0123", Symbology.EAN13, "123"),
        ("]E4123", Symbology.EAN8, "123"),
        ("]C1123", Symbology.GS1_128, "123"),
        ("]z9123", Symbology.OTHER, "123"),
        ("123", None, "123"),
        ("]E", None, "]E"),
    ],
)
def test_aim_identifier_is_split_off(text: str, symbology: Symbology | None, data: str) -> None:
    assert split_aim(text) == (symbology, data)
