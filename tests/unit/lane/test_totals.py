"""Totals and taxes add up."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.api.lane import BasketLine
from edge_agent.api.values import Money
from edge_agent.lane.totals import no_totals, totals_of, with_line, without_line


def line(cents: int, rate: str, quantity: int = 1, *, voided: bool = False) -> BasketLine:
    return BasketLine(
        line_id=1,
        gtin="04006381333931",
        description="x",
        quantity=quantity,
        unit_price=Money(minor=cents, currency="EUR"),
        tax_rate=Decimal(rate),
        voided=voided,
    )


lines = st.lists(
    st.builds(
        line,
        st.integers(0, 100_000),
        st.sampled_from(["0", "7", "19", "8.875"]),
        st.integers(1, 20),
        voided=st.booleans(),
    ),
    max_size=30,
)


def test_tax_included_is_taken_out_once_per_rate() -> None:
    totals = totals_of([line(119, "19"), line(119, "19"), line(107, "7")], "EUR", True)
    assert [(t.rate, t.net.minor, t.tax.minor) for t in totals.taxes] == [
        (Decimal(7), 100, 7),
        (Decimal(19), 200, 38),
    ]
    assert (totals.net.minor, totals.tax.minor, totals.total.minor) == (300, 45, 345)


def test_tax_excluded_is_put_on_top_rounded_half_up() -> None:
    totals = totals_of([line(1000, "8.875")], "USD", False)
    assert (totals.net.minor, totals.tax.minor, totals.total.minor) == (1000, 89, 1089)


@given(lines)
def test_included_total_is_the_sum_of_what_the_labels_say(given_lines: list[BasketLine]) -> None:
    totals = totals_of(given_lines, "EUR", True)
    assert totals.total.minor == sum(x.amount.minor for x in given_lines if not x.voided)


@given(lines, st.booleans())
def test_the_tax_table_adds_up(given_lines: list[BasketLine], included: bool) -> None:
    totals = totals_of(given_lines, "EUR", included)
    assert totals.net + totals.tax == totals.total
    assert sum(tax.gross.minor for tax in totals.taxes) == totals.total.minor
    assert all(tax.net + tax.tax == tax.gross for tax in totals.taxes)


@given(lines, st.booleans())
def test_kept_up_line_by_line(given_lines: list[BasketLine], included: bool) -> None:
    """Adding all lines and taking the voided ones away gives what the sums per rate give."""
    totals, active = no_totals("EUR"), list(given_lines)
    for added in given_lines:
        totals = with_line(totals, added, included)
    for taken in [one for one in given_lines if one.voided]:
        active.remove(taken)
        totals = without_line(totals, taken, active, included)
    sums: dict[Decimal, int] = {}
    for one in active:
        sums[one.tax_rate] = sums.get(one.tax_rate, 0) + one.unit_price.minor * one.quantity
    kept = {tax.rate: (tax.gross if included else tax.net).minor for tax in totals.taxes}
    assert kept == sums
    assert totals.item_count == sum(one.quantity for one in active)
    assert totals == totals_of(active, "EUR", included)


def test_an_empty_sale_is_zero() -> None:
    assert totals_of([], "EUR", True).total == Money(minor=0, currency="EUR")
