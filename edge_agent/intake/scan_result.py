"""The meanings that a scan can have. Only what the lane needs of it is kept in any of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Symbology, Weight
from edge_agent.intake.gtin import Reading
from edge_agent.intake.identity.document import IdentityDocument
from edge_agent.intake.unknown import UnknownReason


@dataclass(frozen=True, slots=True)
class ItemCode:
    """A trade item.

    Attributes:
        readings: the ways to read it, the preferred one first; more than one only where eight
            digits leave it open, and then the price book settles it.
        price: what the label says is to be paid, in major units of ``currency``.
        currency: ISO 4217 code; None: the lane's.
        count: pieces in the pack that the label says.
        elements: AI -> value, where the code had application identifiers.
        may_be_card: the digits could as well be a payment card's; not to be kept unless the
            price book knows the item.
    """

    readings: tuple[Reading, ...]
    price: Decimal | None = None
    currency: str | None = None
    weight: Weight | None = None
    count: int = 1
    batch: str | None = None
    expires: date | None = None
    elements: Mapping[str, str] = field(default_factory=dict)
    may_be_card: bool = False

    @property
    def gtin(self) -> str:
        """The GTIN-14 of the preferred reading."""
        return self.readings[0].gtin

    @property
    def read_as(self) -> Symbology:
        """The symbology of the preferred reading."""
        return self.readings[0].read_as


@dataclass(frozen=True, slots=True)
class BadgeCode:
    """An employee's badge."""

    badge: str


@dataclass(frozen=True, slots=True)
class CustomerCode:
    """A customer's card."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class CouponCode:
    """A coupon. ``gtin`` where it is an EAN or UPC coupon number."""

    gtin: str | None = None
    elements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GiftCardCode:
    """A gift card. Its number is as good as cash, so it is not kept."""


class LaneFunction(StrEnum):
    """Functions of a code on the counter."""

    SUBTOTAL = "subtotal"
    VOID_LAST_LINE = "void-last-line"
    VOID_BASKET = "void-basket"
    SIGN_OFF = "sign-off"


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """A code on the counter that works a key."""

    function: LaneFunction


@dataclass(frozen=True, slots=True)
class DocumentScan:
    """An identity document, to be judged and forgotten in this step."""

    document: Sensitive[IdentityDocument]


@dataclass(frozen=True, slots=True)
class PaymentCardScan:
    """A number that looks like a payment card's. Nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class UnknownScan:
    """Nothing that this lane knows. Carries nothing of the scan's content."""

    reason: UnknownReason


ScanResult = (
    ItemCode
    | BadgeCode
    | CustomerCode
    | CouponCode
    | GiftCardCode
    | FunctionCode
    | DocumentScan
    | PaymentCardScan
    | UnknownScan
)
