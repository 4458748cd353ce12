"""The layout of a sale's receipt."""

from string import ascii_uppercase
from zoneinfo import ZoneInfo

from edge_agent.api.events import Tender
from edge_agent.api.receipt import Align, Columns, Element, Feed, Receipt, Rule, Text
from edge_agent.api.values import Frozen
from edge_agent.lane.outcome import PaidSale


class StoreHeader(Frozen):
    """The store as its customers know it, line by line; the first line is its name."""

    lines: tuple[str, ...]


def lay_out(
    sale: PaidSale, chain_code: str, header: StoreHeader, zone: ZoneInfo, *, is_copy: bool
) -> Receipt:
    """Lines, tax table, total, tender, change and the chain's short code.

    Args:
        chain_code: short form of the payment event's hash, by which the journal can be checked.
        zone: the store's time zone, for the printed time.
        is_copy: prints COPY above everything, as any but the first print of a sale must.
    """
    basket = sale.basket
    elements: list[Element] = []
    if is_copy:
        elements.append(Text(text="*** COPY ***", align=Align.CENTER, bold=True, large=True))
    name, *address = header.lines
    elements.append(Text(text=name, align=Align.CENTER, bold=True, large=True))
    elements += (Text(text=line, align=Align.CENTER) for line in address)
    elements += [
        Feed(),
        Columns(
            left=f"Sale {basket.sale_number}",
            right=sale.paid_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        ),
        Columns(left=f"Store {sale.store}  Lane {sale.lane}", right=f"Served by {sale.operator}"),
        Rule(),
    ]
    totals = basket.totals
    codes = {tax.rate: code for tax, code in zip(totals.taxes, ascii_uppercase, strict=False)}
    for line in basket.active_lines:
        right = f"{line.amount.amount()} {codes[line.tax_rate]}"
        elements.append(Columns(left=line.description, right=right))
        if line.weight is not None and line.label_price is None:
            each = f"{line.unit_price.amount()}/{line.weight.unit}"
            elements.append(Text(text=f"  {line.weight} x {each}"))
        elif line.weight is not None:
            elements.append(Text(text=f"  {line.weight}"))
        if line.quantity > 1:
            one = line.label_price or line.unit_price
            elements.append(Text(text=f"  {line.quantity} x {one.amount()}"))
    elements += [
        Rule(),
        Columns(left=f"TOTAL {totals.total.currency}", right=totals.total.amount(), bold=True),
        Columns(
            left="Cash" if sale.tender is Tender.CASH else "Card", right=sale.tendered.amount()
        ),
    ]
    if sale.tender is Tender.CASH:
        elements.append(Columns(left="Change", right=sale.change.amount()))
    elements += [Feed(), Columns(left="Tax", right=_tax_columns("Net", "Tax", "Gross"))]
    elements += (
        Columns(
            left=f"{codes[tax.rate]} {tax.rate}%",
            right=_tax_columns(tax.net.amount(), tax.tax.amount(), tax.gross.amount()),
        )
        for tax in totals.taxes
    )
    if basket.customer_id is not None:
        elements.append(Columns(left="Customer card", right=f"...{basket.customer_id[-4:]}"))
    elements += [
        Feed(),
        Text(text="Thank you for your visit", align=Align.CENTER),
        Text(text=f"Journal {chain_code}", align=Align.CENTER),
    ]
    return Receipt(elements=tuple(elements))


def _tax_columns(net: str, tax: str, gross: str) -> str:
    return f"{net:>8} {tax:>7} {gross:>8}"
