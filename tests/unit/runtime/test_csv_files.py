"""Imports: whole or not at all, with every wrong line named."""

import pytest

from edge_agent.api.errors import ImportRefused
from edge_agent.api.values import Money, Role
from edge_agent.intake.gtin import canonical_gtin
from edge_agent.runtime.csv_files import read_people, read_price_book, read_recalls

HEAD = "gtin,description,unit_price,tax_rate,restriction\n"


def test_a_price_book_is_read() -> None:
    text = (
        "\ufeff" + HEAD + '4006381333931,"Pen, blue",1.29,19,\n96385074,Beer,"0,99",19.0,alcohol\n'
    )
    pen, beer = read_price_book(text, "EUR", canonical_gtin)
    assert (pen.gtin, pen.description, pen.restriction) == ("04006381333931", "Pen, blue", None)
    assert (beer.unit_price, beer.restriction) == (Money(minor=99, currency="EUR"), "alcohol")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("4006381333932,Pen,1.29,19,", "line 2: gtin '4006381333932'"),
        ("4006381333931,Pen,cheap,19,", "line 2: 'cheap' is not an amount"),
        ("4006381333931,Pen,1.299,19,", "more decimals"),
        ("4006381333931,Pen,-1.00,19,", "unit_price '-1.00' is negative"),
        ("4006381333931,Pen,1.29,lots,", "tax_rate 'lots'"),
        ("4006381333931,Pen,1.29,190,", "tax_rate: "),
        ("4006381333931,,1.29,19,", "description: "),
        ("4006381333931,Pen\x1b[2J,1.29,19,", "line 2: description contains U+001B"),
        ("4006381333931,\u202ePen,1.29,19,", "description contains RIGHT-TO-LEFT OVERRIDE"),
        ("4006381333931,A,1,19,\n4006381333931,B,1,19,", "line 3: 04006381333931 is there twice"),
    ],
)
def test_a_wrong_line_is_named(row: str, says: str) -> None:
    with pytest.raises(ImportRefused, match="lines are wrong") as refused:
        read_price_book(HEAD + row + "\n", "EUR", canonical_gtin)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "row",
    [
        "96385074,Beer,9,99,19,alcohol",
        "96385074,Beer,9.99,19",
        '96385074,Beer,9.99,19,"alcohol\n4006381333931,Pen,1.00,19,',
        '96385074,Beer,9.99,19,"alcohol\n' + "x" * 200_000,
    ],
    ids=["a decimal comma", "cut short", "an open quote", "an open quote before a long file"],
)
def test_a_row_that_moves_a_price_or_a_restriction_is_refused(row: str) -> None:
    with pytest.raises(ImportRefused, match=r"line \d: "):
        read_price_book(HEAD + row + "\n", "EUR", canonical_gtin)


@pytest.mark.parametrize("amount", ["Infinity", "NaN", "1e999999999"])
def test_what_is_no_amount_is_said(amount: str) -> None:
    with pytest.raises(ImportRefused, match="is not an amount of money"):
        read_price_book(f"{HEAD}96385074,Beer,{amount},19,\n", "EUR", canonical_gtin)


def test_a_column_that_is_there_twice_or_a_file_without_lines_is_refused() -> None:
    with pytest.raises(ImportRefused, match="names restriction twice"):
        read_price_book(HEAD.replace("\n", ",restriction\n"), "EUR", canonical_gtin)
    with pytest.raises(ImportRefused, match="no line but the first"):
        read_people("badge,employee_id,name,role\n")
    assert read_recalls("gtin,batch,reason\n", canonical_gtin) == []


def test_semicolons_and_decimal_commas_are_read() -> None:
    text = HEAD.replace(",", ";") + "4006381333931;Pen;1,29;8,875;\n"
    (pen,) = read_price_book(text, "EUR", canonical_gtin)
    assert (pen.unit_price.minor, str(pen.tax_rate)) == (129, "8.875")


def test_missing_columns_are_named() -> None:
    with pytest.raises(ImportRefused, match="missing: tax_rate, restriction"):
        read_price_book("gtin,description,unit_price\n", "EUR", canonical_gtin)


def test_many_errors_are_cut_short() -> None:
    rows = "".join(f"{n},x,1,19,\n" for n in range(50))
    with pytest.raises(ImportRefused, match="and 30 more"):
        read_price_book(HEAD + rows, "EUR", canonical_gtin)


def test_people_are_read_and_roles_checked() -> None:
    head = "badge,employee_id,name,role\n"
    assert read_people(head + "b,1,Anna,lead\n")[0].role is Role.LEAD
    with pytest.raises(ImportRefused, match="role 'boss' is not one of cashier, lead"):
        read_people(head + "b,1,Anna,boss\n")


def test_a_price_book_may_say_what_is_sold_by_weight() -> None:
    text = HEAD.replace("\n", ",sold_by\n") + "4006381333931,Ham,12.90,7,,kg\n96385074,Tin,1,7,,\n"
    ham, tin = read_price_book(text, "EUR", canonical_gtin)
    assert (ham.sold_by, tin.sold_by) == ("kg", "each")
    with pytest.raises(ImportRefused, match="sold_by 'stone' is not one of each, kg, lb"):
        read_price_book(text.replace(",kg", ",stone"), "EUR", canonical_gtin)


def test_recalls_are_read() -> None:
    text = "gtin,batch,reason\n4006381333931,B7,glass\n4006381333931,,fire\n"
    batch, whole = read_recalls(text, canonical_gtin)
    assert (batch.gtin, batch.batch, batch.reason) == ("04006381333931", "B7", "glass")
    assert whole.batch == ""
    with pytest.raises(ImportRefused, match="line 2: gtin '123'"):
        read_recalls("gtin,batch,reason\n123,B7,glass\n", canonical_gtin)
    with pytest.raises(ImportRefused, match="reason: "):
        read_recalls("gtin,batch,reason\n4006381333931,B7,\n", canonical_gtin)
