"""Money, sensitive values, ids."""

import copy
import json
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge_agent.api.currencies import ALPHA_OF_NUMERIC, exponent
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.uuid7 import uuid7
from edge_agent.api.values import LARGEST_AMOUNT, Money, Scan

EUR = "EUR"


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(1230, "EUR", "12.30"), (5, "EUR", "0.05"), (-99, "USD", "-0.99"), (500, "JPY", "500"),
     (1234, "KWD", "1.234")],
)  # fmt: skip
def test_amount_has_the_decimals_of_its_currency(minor: int, currency: str, shown: str) -> None:
    assert Money(minor=minor, currency=currency).amount() == shown


@given(st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_parse_reads_what_amount_writes(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert Money.parse(money.amount(), currency) == money


@pytest.mark.parametrize("text", ["", "abc", "1.234", "1,2,3", "--1"])
def test_parse_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        Money.parse(text, EUR)


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_parse_refuses_larger_amounts(currency: str) -> None:
    over = Money(minor=LARGEST_AMOUNT + 1, currency=currency)
    with pytest.raises(ValueError, match="too large"):
        Money.parse(over.amount(), currency)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="EUR with USD"):
        Money(minor=1, currency="EUR") + Money(minor=1, currency="USD")


def test_exponent_defaults_to_two() -> None:
    assert [exponent(code) for code in ("EUR", "JPY", "BHD", "UYW", "XYZ")] == [2, 0, 3, 4, 2]
    assert (ALPHA_OF_NUMERIC["392"], ALPHA_OF_NUMERIC["978"]) == ("JPY", "EUR")


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Money(minor=1, currency=EUR).minor = 2  # type: ignore[misc]


def test_sensitive_shows_nothing() -> None:
    secret = Sensitive("1990-01-31")
    assert "1990" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    assert secret.reveal() == "1990-01-31"


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
def test_sensitive_refuses_every_way_out(leak: object) -> None:
    with pytest.raises(TypeError):
        leak(Sensitive("secret"))  # type: ignore[operator]


def test_a_scan_dumps_without_its_data() -> None:
    scan = Scan(data=Sensitive(b"secret"))
    assert "secret" not in scan.model_dump_json()
    assert "secret" not in repr(scan)


def test_uuid7_is_version_7_and_ordered_by_time() -> None:
    early = uuid7(datetime(2026, 1, 1, tzinfo=UTC), b"\xff" * 10)
    late = uuid7(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), b"\x00" * 10)
    assert (early.version, early.variant) == (7, "specified in RFC 4122")
    assert early < late
