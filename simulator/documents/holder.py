"""The person on a made-up document, and its dates."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Holder:
    """Holder of a document. ``expires`` is None on one that does not expire."""

    birth: date
    issued: date
    expires: date | None
    family_name: str = "SAMPLE"
    given_name: str = "ALEX"
    middle_name: str = "JORDAN"
    number: str = "T64235789"
    street: str = "2300 NOWHERE STREET"
    city: str = "ANYTOWN"


def holder_born(birth: date, today: date) -> Holder:
    """A holder whose document is valid ``today``: issued two years ago, for eight years."""
    issued = max(_moved(today, -2), _moved(birth, 0, days=30))
    return Holder(birth=birth, issued=issued, expires=_moved(today, 6))


def turning(years: int, on: date) -> date:
    """The birth date of somebody who becomes ``years`` old on that day."""
    return _moved(on, -years)


def _moved(day: date, years: int, *, days: int = 0) -> date:
    """The same day of another year; 29 February becomes the 28th where there is none."""
    try:
        moved = day.replace(year=day.year + years)
    except ValueError:
        moved = day.replace(year=day.year + years, day=28)
    return date.fromordinal(moved.toordinal() + days)
