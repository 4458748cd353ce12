"""Sums and taxes of a basket, in integer minor units."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from edge_agent.api.lane import BasketLine, Totals
from edge_agent.api.values import Money, TaxLine

_HUNDRED = Decimal(100)


def totals_of(lines: Iterable[BasketLine], currency: str, prices_include_tax: bool) -> Totals:
    """Adds up the lines that are not voided.

    Tax is computed once per rate on the sum of that rate's lines and rounded half up, so that the
    tax table of the receipt adds up to its total.
    """
    amounts: defaultdict[Decimal, int] = defaultdict(int)
    item_count = 0
    for line in lines:
        if not line.voided:
            amounts[line.tax_rate] += line.amount.minor
            item_count += line.quantity
    taxes = tuple(
        _tax_line(rate, amount, currency, prices_include_tax)
        for rate, amount in sorted(amounts.items())
    )
    zero = Money(minor=0, currency=currency)
    return Totals(
        item_count=item_count,
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
