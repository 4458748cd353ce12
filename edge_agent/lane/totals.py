"""Sums and taxes of a basket, in integer minor units, kept up line by line.

Tax is computed once per rate on the sum of that rate's lines and rounded half up, so that the tax
table of the receipt adds up to its total.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from edge_agent.api.lane import BasketLine, Totals
from edge_agent.api.values import Money, TaxLine

_HUNDRED = Decimal(100)


def no_totals(currency: str) -> Totals:
    """The totals of a basket without lines."""
    zero = Money(minor=0, currency=currency)
    return Totals(item_count=0, net=zero, tax=zero, total=zero)


def totals_of(lines: Iterable[BasketLine], currency: str, prices_include_tax: bool) -> Totals:
    """Add up the lines that are not voided."""
    totals = no_totals(currency)
    for line in lines:
        if not line.voided:
            totals = with_line(totals, line, prices_include_tax)
    return totals


def with_line(totals: Totals, line: BasketLine, prices_include_tax: bool) -> Totals:
    """The totals with one line more."""
    amounts = _amounts(totals, prices_include_tax)
    amounts[line.tax_rate] = amounts.get(line.tax_rate, 0) + line.amount.minor
    return _sum(totals, amounts, line.quantity, prices_include_tax)


def without_line(
    totals: Totals, line: BasketLine, remaining: Iterable[BasketLine], prices_include_tax: bool
) -> Totals:
    """The totals without a line that they include.

    Args:
        remaining: the other lines that count; a rate that none of them has leaves the tax table.
    """
    amounts = _amounts(totals, prices_include_tax)
    amounts[line.tax_rate] -= line.amount.minor
    if all(other.tax_rate != line.tax_rate for other in remaining):
        del amounts[line.tax_rate]
    return _sum(totals, amounts, -line.quantity, prices_include_tax)


def _amounts(totals: Totals, included: bool) -> dict[Decimal, int]:
    """Tax rate -> the sum of its lines' prices."""
    return {tax.rate: tax.gross.minor if included else tax.net.minor for tax in totals.taxes}


def _sum(totals: Totals, amounts: dict[Decimal, int], pieces: int, included: bool) -> Totals:
    currency = totals.total.currency
    taxes = tuple(_tax_line(rate, amounts[rate], currency, included) for rate in sorted(amounts))
    zero = Money(minor=0, currency=currency)
    return Totals(
        item_count=totals.item_count + pieces,
        net=sum((tax.net for tax in taxes), zero),
        tax=sum((tax.tax for tax in taxes), zero),
        total=sum((tax.gross for tax in taxes), zero),
        taxes=taxes,
    )


def _tax_line(rate: Decimal, amount: int, currency: str, included: bool) -> TaxLine:
    base = _HUNDRED + rate if included else _HUNDRED
    tax = int((amount * rate / base).quantize(Decimal(1), ROUND_HALF_UP))
    net = amount - tax if included else amount
    return TaxLine(
        rate=rate,
        net=Money(minor=net, currency=currency),
        tax=Money(minor=tax, currency=currency),
        gross=Money(minor=net + tax, currency=currency),
    )
