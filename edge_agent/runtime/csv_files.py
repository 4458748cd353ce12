"""Reads the CSV files that head office sends: price book, recalls and people.

A file is taken whole or not at all: every wrong line is named, with what was expected.
"""

import csv
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import TypeVar, get_args

from pydantic import ValidationError

from edge_agent.api.errors import ImportRefused
from edge_agent.api.text import first_acting
from edge_agent.api.values import Employee, Money, PriceBookItem, Recall, Role, SoldBy

T = TypeVar("T")
PRICE_COLUMNS = ("gtin", "description", "unit_price", "tax_rate", "restriction")
SOLD_BY_COLUMN = "sold_by"
RECALL_COLUMNS = ("gtin", "batch", "reason")
PEOPLE_COLUMNS = ("badge", "employee_id", "name", "role")
_MOST_ERRORS = 20


def read_price_book(
    text: str, currency: str, canonical_gtin: Callable[[str], str | None]
) -> list[PriceBookItem]:
    """Reads ``gtin,description,unit_price,tax_rate,restriction``.

    ``unit_price`` in major units (``1.29``), ``tax_rate`` in percent, ``restriction`` may be empty.
    A further column ``sold_by`` says ``each`` (or nothing), ``kg`` or ``lb``.

    Raises:
        ImportRefused: names each wrong line.
    """

    def read(row: dict[str, str]) -> PriceBookItem:
        gtin = canonical_gtin(row["gtin"].strip())
        if gtin is None:
            raise ValueError(f"gtin {row['gtin']!r} has a wrong length or check digit")
        try:
            tax_rate = Decimal(row["tax_rate"].strip().replace(",", "."))
        except InvalidOperation:
            raise ValueError(f"tax_rate {row['tax_rate']!r} is not a percentage") from None
        sold_by = row[SOLD_BY_COLUMN].strip() or "each"
        if sold_by not in get_args(SoldBy):
            raise ValueError(f"sold_by {sold_by!r} is not one of {', '.join(get_args(SoldBy))}")
        price = Money.parse(row["unit_price"], currency)
        if price.minor < 0:
            raise ValueError(f"unit_price {row['unit_price']!r} is negative")
        return PriceBookItem(
            gtin=gtin,
            description=row["description"].strip(),
            unit_price=price,
            tax_rate=tax_rate,
            restriction=row["restriction"].strip() or None,
            sold_by=sold_by,
        )

    return _read(
        text, PRICE_COLUMNS, read, lambda item: item.gtin, "price book", optional=(SOLD_BY_COLUMN,)
    )


def read_recalls(text: str, canonical_gtin: Callable[[str], str | None]) -> list[Recall]:
    """Reads ``gtin,batch,reason``; an empty batch recalls all of the item.

    Raises:
        ImportRefused: names each wrong line.
    """

    def read(row: dict[str, str]) -> Recall:
        gtin = canonical_gtin(row["gtin"].strip())
        if gtin is None:
            raise ValueError(f"gtin {row['gtin']!r} has a wrong length or check digit")
        return Recall(gtin=gtin, batch=row["batch"].strip(), reason=row["reason"].strip())

    return _read(
        text,
        RECALL_COLUMNS,
        read,
        lambda recall: (recall.gtin, recall.batch),
        "recall list",
        may_be_empty=True,
    )


def read_people(text: str) -> list[Employee]:
    """Reads ``badge,employee_id,name,role``; ``role`` is ``cashier`` or ``lead``.

    Raises:
        ImportRefused: names each wrong line.
    """

    def read(row: dict[str, str]) -> Employee:
        role = row["role"].strip()
        if role not in list(Role):
            raise ValueError(f"role {role!r} is not one of {', '.join(Role)}")
        return Employee(
            badge=row["badge"].strip(),
            employee_id=row["employee_id"].strip(),
            name=row["name"].strip(),
            role=Role(role),
        )

    return _read(text, PEOPLE_COLUMNS, read, lambda person: person.badge, "people file")


def _read(
    text: str,
    columns: tuple[str, ...],
    read: Callable[[dict[str, str]], T],
    key: Callable[[T], Hashable],
    what: str,
    *,
    optional: tuple[str, ...] = (),
    may_be_empty: bool = False,
) -> list[T]:
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    # Spreadsheets of countries with a decimal comma separate by semicolons.
    rows = csv.DictReader(StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    names = _names(rows, what)
    missing = [column for column in columns if column not in names]
    if missing:
        raise ImportRefused(
            f"The {what} was not imported: its first line must name the columns "
            f"{','.join(columns)}; missing: {', '.join(missing)}."
        )
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ImportRefused(
            f"The {what} was not imported: its first line names {', '.join(twice)} twice."
        )
    taken: dict[Hashable, T] = {}
    errors: list[str] = []
    for row in _rows(rows, what):
        if None in row or None in row.values():
            # One field more or less moves prices and restrictions into each other's place.
            errors.append(
                f"line {rows.line_num}: it does not have {len(names)} fields like the first line; "
                "is there a decimal comma or a quote too many?"
            )
            continue
        given = {column: row.get(column, "") for column in (*columns, *optional)}
        if wrong := _acting(given):
            errors.append(f"line {rows.line_num}: {wrong}")
            continue
        try:
            value = read(given)
        except ValidationError as error:
            first = error.errors()[0]
            errors.append(f"line {rows.line_num}: {first['loc'][0]}: {first['msg']}")
            continue
        except ValueError as error:
            errors.append(f"line {rows.line_num}: {error}")
            continue
        if key(value) in taken:
            errors.append(f"line {rows.line_num}: {key(value)} is there twice")
        taken[key(value)] = value
    if errors:
        raise ImportRefused(_summary(what, errors))
    if not taken and not may_be_empty:
        raise ImportRefused(f"The {what} was not imported: it has no line but the first.")
    return list(taken.values())


def _acting(row: dict[str, str]) -> str:
    """Why a row must not reach a terminal, a receipt or a log; empty where it may."""
    for column, text in row.items():
        if name := first_acting(text):
            return f"{column} contains {name}, which cannot be shown"
    return ""


def _names(rows: "csv.DictReader[str]", what: str) -> Sequence[str]:
    try:
        return rows.fieldnames or ()
    except csv.Error as error:
        raise ImportRefused(f"The {what} was not imported; line 1: {error}.") from None


def _rows(rows: "csv.DictReader[str]", what: str) -> Iterator[dict[str, str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise ImportRefused(
            f"The {what} was not imported; line {rows.line_num}: {error}. Is a quote open?"
        ) from None


def _summary(what: str, errors: Iterable[str]) -> str:
    listed = list(errors)
    more = len(listed) - _MOST_ERRORS
    shown = listed[:_MOST_ERRORS] + ([f"and {more} more"] if more > 0 else [])
    return f"The {what} was not imported; {len(listed)} lines are wrong:\n  " + "\n  ".join(shown)
