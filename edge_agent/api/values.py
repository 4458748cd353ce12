"""Frozen values shared by drivers, the lane, plugins and the control socket."""

import re
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.api.currencies import exponent
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.text import Text

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Gtin14 = Annotated[str, Field(pattern=r"^[0-9]{14}$")]


class Frozen(BaseModel):
    """Base of all values: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


LARGEST_AMOUNT = 10**12
"""Minor units, of either sign: what is larger is a slip in a file rather than a price."""
_AMOUNT = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,9})?", re.ASCII)


class Money(Frozen):
    """An amount in minor units of an ISO 4217 currency (cents for EUR, yen for JPY)."""

    minor: int
    currency: CurrencyCode

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other), currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other), currency=self.currency)

    def __mul__(self, factor: int) -> "Money":
        return Money(minor=self.minor * factor, currency=self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.minor

    def __str__(self) -> str:
        return f"{self.amount()} {self.currency}"

    def amount(self) -> str:
        """The amount in major units with the currency's number of decimals, as ``12.30``."""
        return str(Decimal(self.minor).scaleb(-exponent(self.currency)))

    @classmethod
    def nearest(cls, amount: Decimal, currency: str) -> Self:
        """An amount in major units, rounded half up to what the currency has."""
        minor = amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP)
        return cls(minor=int(minor), currency=currency)

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """Read ``"12.30"`` or ``"12,30"``.

        Raises:
            ValueError: anything else, more decimals than the currency has, or more than
                ``LARGEST_AMOUNT``.
        """
        if _AMOUNT.fullmatch(amount.strip()) is None:
            raise ValueError(f"{amount!r} is not an amount of money")
        minor = Decimal(amount.strip().replace(",", ".")).scaleb(exponent(currency))
        whole = int(minor)
        if whole != minor:
            raise ValueError(f"{amount!r} has more decimals than {currency} has")
        if abs(whole) > LARGEST_AMOUNT:
            raise ValueError(f"{amount!r} is too large an amount of money")
        return cls(minor=whole, currency=currency)


class Weight(Frozen):
    """A net weight in kilograms or pounds, exact as the label or the scale says it."""

    value: Decimal = Field(ge=0)
    unit: Literal["kg", "lb"]

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class Symbology(StrEnum):
    """Barcode symbologies as UnifiedPOS names them; UNKNOWN where the scanner does not say."""

    UNKNOWN = "unknown"
    UPCA = "upc-a"
    UPCE = "upc-e"
    EAN8 = "ean-8"
    EAN13 = "ean-13"
    CODE39 = "code-39"
    CODE128 = "code-128"
    GS1_128 = "gs1-128"
    GS1_DATABAR = "gs1-databar"
    ITF14 = "itf-14"
    DATA_MATRIX = "data-matrix"
    GS1_DATA_MATRIX = "gs1-data-matrix"
    QR_CODE = "qr-code"
    GS1_QR_CODE = "gs1-qr-code"
    PDF417 = "pdf-417"
    DOT_CODE = "dot-code"
    GS1_DOT_CODE = "gs1-dot-code"
    OTHER = "other"


class Scan(Frozen):
    """One good read: the bytes as the device sent them, sensitive until intake has read them."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    data: Sensitive[bytes] = Field(exclude=True)
    symbology: Symbology = Symbology.UNKNOWN


class Role(StrEnum):
    """Role of an employee: a lead approves what a cashier may not."""

    CASHIER = "cashier"
    LEAD = "lead"


class Employee(Frozen):
    """A person who may sign on at a lane; ``badge`` is what their badge's barcode carries."""

    badge: str = Field(min_length=1)
    employee_id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    role: Role = Role.CASHIER


class ItemFlag(StrEnum):
    """Reasons to look at an item although it was taken."""

    PAST_EXPIRY = "past_expiry"
    RECALLED = "recalled"
    BATCHES_RECALLED = "batches_recalled"


SoldBy = Literal["each", "kg", "lb"]


class PriceBookItem(Frozen):
    """One row of the price book.

    ``unit_price`` is for one piece, kilogram or pound, as ``sold_by`` says; ``tax_rate`` is in
    percent (``Decimal("8.875")``); ``restriction`` is a category such as ``alcohol`` that a plugin
    may act on, or None.
    """

    gtin: Gtin14
    description: str = Field(min_length=1, max_length=200)
    unit_price: Money
    tax_rate: Decimal = Field(ge=0, le=100)
    restriction: str | None = None
    sold_by: SoldBy = "each"


class Recall(Frozen):
    """Goods that must not be sold, and why; the batch ``""`` stands for all of the GTIN's."""

    gtin: Gtin14
    batch: str = Field(max_length=20)
    reason: str = Field(min_length=1, max_length=200)


LARGEST_NUMBER = 2**62
"""Of an epoch or a sequence: SQLite's integers end at 2**63 - 1."""


class JournalPlace(Frozen):
    """An event's place in a lane's journal, and its hash in hex."""

    epoch: int = Field(ge=0, le=LARGEST_NUMBER)
    sequence: int = Field(ge=0, le=LARGEST_NUMBER)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")

    def __str__(self) -> str:
        return f"epoch {self.epoch} sequence {self.sequence} ({self.hash[:8]})"


class TaxLine(Frozen):
    """The part of a total that falls under one tax rate (percent)."""

    rate: Decimal
    net: Money
    tax: Money
    gross: Money


class Severity(StrEnum):
    """Severity of a prompt."""

    INFO = "info"
    ATTENTION = "attention"
    REFUSED = "refused"


class Prompt(Frozen):
    """A sentence for the cashier, and who says it.

    ``lasts``: until the next input, until a sale has ended, or until retracted by its source.
    """

    message: Text
    severity: Severity = Severity.INFO
    source: str = "lane"
    lasts: Literal["input", "sale", "retracted"] = "input"


class Refused(Frozen):
    """A refusal: why something was not done.

    ``code`` is stable and for programs; ``message`` says what was refused, why and what to do, in
    the cashier's words; ``gtin`` is the item that it is about, where there is one.
    """

    code: str
    message: str
    gtin: Gtin14 | None = None
