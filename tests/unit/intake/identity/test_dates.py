"""Dates of documents are read where there is one way to read them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.intake.identity.dates import (
    read_date,
    read_two_digit_birth_date,
    read_two_digit_expiry_date,
)

TODAY = date(2026, 11, 21)
RECENT = st.dates(date(1850, 1, 1), date(2199, 12, 31))


@given(RECENT)
def test_every_written_form_of_a_date_is_read_back(day: date) -> None:
    for form in ("%m%d%Y", "%Y%m%d", "%m-%d-%Y", "%Y-%m-%d", "%m/%d/%Y", "%Y.%m.%d"):
        assert read_date(day.strftime(form)) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "0606198", "060619866", "25121990", "02302000", "13011990", "00000000", "19502110",
        "12319999", "99999999", "06-06-86", "6-6-1986", "0606I986", "٠٦٠٦١٩٨٦", "06061849",
    ],
)  # fmt: skip
def test_what_cannot_be_read_one_way_is_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("740812", date(1974, 8, 12), date(1974, 8, 12)),
        ("261121", date(2026, 11, 21), date(2026, 11, 21)),
        ("240812", date(2024, 8, 12), date(2024, 8, 12)),
        ("290101", date(1929, 1, 1), date(1929, 1, 1)),
        ("261122", date(1926, 11, 22), date(2026, 11, 22)),
        ("271231", date(1927, 12, 31), date(2027, 12, 31)),
        ("000229", date(2000, 2, 29), date(2000, 2, 29)),
        ("0802<<", date(2008, 2, 1), date(2008, 2, 29)),
        ("08<<<<", date(2008, 1, 1), date(2008, 12, 31)),
    ],
)
def test_two_digit_birth_years_make_the_person_younger(
    text: str, earliest: date, latest: date
) -> None:
    span = read_two_digit_birth_date(text, TODAY)
    assert span is not None
    assert (span.earliest, span.latest) == (earliest, latest)


def test_the_next_year_is_open_over_the_end_of_a_century_too() -> None:
    span = read_two_digit_birth_date("000101", date(2099, 12, 31))
    assert span is not None
    assert (span.earliest, span.latest) == (date(2000, 1, 1), date(2100, 1, 1))


def test_the_first_century_has_no_year_0() -> None:
    assert read_two_digit_birth_date("00<<<<", date(50, 1, 1)) is None


@pytest.mark.parametrize(
    "text",
    ["<<<<<<", "<<0812", "741312", "740832", "010229", "7408<1", "74<<12", "74081", "7A0812"],
)
def test_a_birth_date_without_a_year_or_out_of_the_calendar_is_none(text: str) -> None:
    assert read_two_digit_birth_date(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("320415", date(2032, 4, 15)),
        ("120415", date(2012, 4, 15)),
        ("990101", date(1999, 1, 1)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
        ("010229", None),
        ("<<<<<<", None),
    ],
)
def test_two_digit_expiry_is_the_nearest_such_date(text: str, day: date | None) -> None:
    assert read_two_digit_expiry_date(text, TODAY) == day
