"""A sale laid out as its receipt, its copy, or its gift receipt, by the shop's template."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from string import ascii_uppercase

from edge_agent.api.events import Tender
from edge_agent.api.lane import BasketLine
from edge_agent.api.receipt import (
    NO_BREAK,
    Align,
    Barcode,
    Columns,
    Element,
    Feed,
    Picture,
    QrCode,
    Receipt,
    Rule,
    Table,
    Text,
)
from edge_agent.api.values import Money
from edge_agent.lane.outcome import PaidSale
from edge_agent.lane.receipt_template import ON_A_GIFT_RECEIPT, Block, ReceiptContext, TextBlock


class Edition(StrEnum):
    """The original is printed once, any other print says COPY, a gift receipt has no prices."""

    ORIGINAL = "original"
    COPY = "copy"
    GIFT = "gift"


def lay_out(
    sale: PaidSale, chain_code: str, receipt_context: ReceiptContext, edition: Edition
) -> Receipt:
    """The receipt of a sale.

    Args:
        chain_code: short form of the payment event's hash, by which the journal can be checked.
    """
    return Receipt(elements=tuple(_Layout(sale, chain_code, receipt_context, edition).elements()))


class _Layout:
    def __init__(
        self,
        sale: PaidSale,
        chain_code: str,
        receipt_context: ReceiptContext,
        edition: Edition,
    ) -> None:
        self._sale = sale
        self._chain_code = chain_code
        self._template = receipt_context.template
        self._picture = receipt_context.logo
        self._words = receipt_context.template.vocabulary
        self._paid_at: datetime = sale.paid_at.astimezone(receipt_context.zone)
        self._edition = edition
        rates = (tax.rate for tax in sale.basket.totals.taxes)
        self._codes: Mapping[Decimal, str] = dict(zip(rates, ascii_uppercase, strict=False))
        self._blocks: Mapping[Block, Callable[[], list[Element]]] = {
            Block.LOGO: self._logo,
            Block.STORE: self._store,
            Block.SALE: self._numbers,
            Block.LINES: self._lines,
            Block.TOTAL: self._total,
            Block.TENDER: self._tender,
            Block.TAXES: self._taxes,
            Block.AGE: self._age,
            Block.CUSTOMER: self._customer,
            Block.THANKS: lambda: [_centred(self._words.thanks)],
            Block.RETURN_POLICY: self._return_policy,
            Block.CODE: self._code,
            Block.JOURNAL: lambda: [_centred(f"{self._words.journal} {self._chain_code}")],
            Block.RULE: lambda: [Rule()],
            Block.SPACE: lambda: [Feed()],
        }

    def elements(self) -> list[Element]:
        """All blocks in the template's order, under the mark of what is no original."""
        marks = {
            Edition.COPY: f"* {self._words.copy_mark} *",
            Edition.GIFT: self._words.gift_mark,
        }
        elements: list[Element] = []
        if self._edition in marks:
            elements.append(
                Text(text=marks[self._edition], align=Align.CENTER, bold=True, large=True)
            )
        for block in self._template.blocks:
            if isinstance(block, TextBlock):
                elements.append(self._own_text(block))
            elif self._edition is not Edition.GIFT or block in ON_A_GIFT_RECEIPT:
                elements += self._blocks[block]()
        return elements

    def _own_text(self, block: TextBlock) -> Text:
        values = {
            "sale": self._sale.basket.sale_number,
            "store": self._sale.store,
            "lane": self._sale.lane,
            "operator": self._sale.operator,
            "date": self._paid_at.strftime(self._words.date),
        }
        text = block.text.format(**values)
        return Text(text=text, align=block.align, bold=block.bold, large=block.large)

    def _logo(self) -> list[Element]:
        return [] if self._picture is None else [Picture(png=self._picture)]

    def _store(self) -> list[Element]:
        name, *address = self._template.store_lines
        title = Text(text=name, align=Align.CENTER, bold=True, large=True)
        return [title, *(_centred(line) for line in address)]

    def _numbers(self) -> list[Element]:
        words, sale = self._words, self._sale
        return [
            Columns(
                left=f"{words.sale} {sale.basket.sale_number}",
                right=self._paid_at.strftime(words.date),
            ),
            Columns(
                left=f"{words.store}{NO_BREAK}{sale.store}  {words.lane}{NO_BREAK}{sale.lane}",
                right=f"{words.served_by} {sale.operator}",
            ),
        ]

    def _lines(self) -> list[Element]:
        elements: list[Element] = []
        for line in self._sale.basket.active_lines:
            if self._edition is Edition.GIFT:
                times = f"{line.quantity} x " if line.quantity > 1 else ""
                elements.append(Text(text=f"{times}{line.description}"))
                continue
            right = f"{self._amount(line.amount)} {self._codes[line.tax_rate]}"
            elements.append(Columns(left=line.description, right=right))
            elements += (Text(text=f"  {detail}") for detail in self._details(line))
        return elements

    def _details(self, line: BasketLine) -> list[str]:
        details = []
        if line.weight is not None and line.label_price is None:
            each = f"{self._amount(line.unit_price)}/{line.weight.unit}"
            details.append(f"{self._number(str(line.weight))} x {each}")
        elif line.weight is not None:
            details.append(self._number(str(line.weight)))
        if line.quantity > 1:
            details.append(f"{line.quantity} x {self._amount(line.label_price or line.unit_price)}")
        return details

    def _total(self) -> list[Element]:
        total = self._sale.basket.totals.total
        left = f"{self._words.total} {total.currency}"
        return [Columns(left=left, right=self._amount(total), bold=True)]

    def _tender(self) -> list[Element]:
        words, sale = self._words, self._sale
        if sale.tender is Tender.CARD:
            return [Columns(left=words.card, right=self._amount(sale.tendered))]
        return [
            Columns(left=words.cash, right=self._amount(sale.tendered)),
            Columns(left=words.change, right=self._amount(sale.change)),
        ]

    def _taxes(self) -> list[Element]:
        words = self._words
        rows = [(words.tax, words.net, words.tax, words.gross)]
        for tax in self._sale.basket.totals.taxes:
            name = f"{self._codes[tax.rate]} {self._number(str(tax.rate))}%"
            net, part, gross = map(self._amount, (tax.net, tax.tax, tax.gross))
            rows.append((name, net, part, gross))
        return [Table(rows=tuple(rows))]

    def _age(self) -> list[Element]:
        years = self._sale.basket.age_checked
        return [] if years is None else [Text(text=self._words.age.format(years=years))]

    def _customer(self) -> list[Element]:
        customer = self._sale.basket.customer_id
        if customer is None:
            return []
        return [Columns(left=self._words.customer, right=f"...{customer[-4:]}")]

    def _return_policy(self) -> list[Element]:
        policy = self._template.return_policy
        return [_centred(line) for line in policy.splitlines()]

    def _code(self) -> list[Element]:
        number = sale_code(self._sale, self._chain_code)
        if self._template.code == "qr":
            return [QrCode(text=number), _centred(number)]
        return [Barcode(text=number)]

    def _amount(self, money: Money) -> str:
        return self._number(money.amount())

    def _number(self, text: str) -> str:
        return text.replace(".", ",") if self._words.decimal_comma else text


def sale_code(sale: PaidSale, chain_code: str) -> str:
    """A permanent name of a sale: store, lane, number and the start of its hash."""
    number = sale.basket.sale_number
    return f"{sale.store}-{sale.lane}-{number}-{chain_code.replace('-', '')}"[:40]


def _centred(text: str) -> Text:
    return Text(text=text, align=Align.CENTER)
