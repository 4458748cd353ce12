"""Dates as documents carry them. A date is read only where there is one way to read it."""

import re
from datetime import date

from edge_agent.intake.identity.document import BirthDate

_EARLIEST_YEAR, _LATEST_YEAR = 1850, 2199
_DASHED = re.compile(r"([0-9]{2})[-/.]([0-9]{2})[-/.]([0-9]{4})")
_DASHED_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{2})[-/.]([0-9]{2})")


def read_date(text: str) -> date | None:
    """Reads MMDDCCYY, CCYYMMDD, MM-DD-CCYY or CCYY-MM-DD; None for anything else.

    AAMVA D.12.5 writes MMDDCCYY in the United States and CCYYMMDD in Canada, but issuers do not
    keep to it: the digits decide. No eight digits can be read both ways, because a month is never
    18 to 21 and a year of this standard always begins so. A day before the month, which no
    version has, reads as a month up to the 12th: nothing in eight digits tells.
    """
    if dashed := _DASHED.fullmatch(text):
        month, day, year = dashed.groups()
    elif dashed := _DASHED_YEAR_FIRST.fullmatch(text):
        year, month, day = dashed.groups()
    elif len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    elif _EARLIEST_YEAR <= int(text[:4]) <= _LATEST_YEAR:
        year, month, day = text[:4], text[4:6], text[6:]
    else:
        month, day, year = text[:2], text[2:4], text[4:]
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        return None
    return _date(int(year), int(month), int(day))


def read_two_digit_birth_date(text: str, today: date) -> BirthDate | None:
    """Reads YYMMDD of ICAO 9303-3 section 4.8, in which ``<`` stands for what is not known.

    The century is the one that makes the person younger, unless that is the future: 20YY up to
    ``today``, else 19YY. Returns the span of days that the date may mean; None where the year is
    not known or the text is no date. A date of this year or the next leaves both centuries open,
    so that a lane whose clock runs behind does not take a child for somebody a century older.
    """
    year, month, day = text[:2], text[2:4], text[4:]
    if len(text) != 6 or not _is_number(year):
        return None
    this_century = today.year // 100 * 100 + int(year)
    candidates = (this_century + shift for shift in (-100, 0, 100))
    spans = [span for each in candidates if (span := _span(each, month, day)) is not None]
    past = [span for span in spans if span.earliest <= today]
    soon = [span for span in spans if span not in past and span.earliest.year <= today.year + 1]
    if not past:
        return None
    return BirthDate(past[-1].earliest, (soon or past)[-1].latest)


def read_two_digit_expiry_date(text: str, today: date) -> date | None:
    """Reads YYMMDD as the date nearest to ``today``; None for what is no date."""
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        return None
    year = today.year // 100 * 100 + int(text[:2])
    candidates = [
        found
        for candidate in (year - 100, year, year + 100)
        if (found := _date(candidate, int(text[2:4]), int(text[4:]))) is not None
    ]
    return min(candidates, key=lambda found: abs((found - today).days), default=None)


def _span(year: int, month: str, day: str) -> BirthDate | None:
    if month == "<<" and day == "<<":
        first, last = _date(year, 1, 1), _date(year, 12, 31)
    elif not _is_number(month):
        return None
    elif day == "<<":
        first, last = _date(year, int(month), 1), _last_day(year, int(month))
    else:
        first = last = _date(year, int(month), int(day)) if _is_number(day) else None
    return BirthDate(first, last) if first is not None and last is not None else None


def _last_day(year: int, month: int) -> date | None:
    days = (_date(year, month, day) for day in (31, 30, 29, 28))
    return next((day for day in days if day is not None), None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
