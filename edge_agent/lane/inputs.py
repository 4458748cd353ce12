"""Inputs of the lane, with everything looked up that it needs to answer."""

from typing import Literal

from edge_agent.api.age import (
    AgeCheckMethod,
    AgeReason,
    DocumentClass,
    NoScanReason,
    Verdict,
)
from edge_agent.api.events import Tender
from edge_agent.api.values import (
    Employee,
    Frozen,
    Gtin14,
    ItemFlag,
    Money,
    PriceBookItem,
    Symbology,
    Weight,
)


class SignOn(Frozen):
    """``employee`` is None where the badge is not known."""

    employee: Employee | None


class SignOff(Frozen):
    """Ends the session."""

    reason: Literal["requested", "automatic"]


class StartBasket(Frozen):
    """Opens a basket."""


class IdentifyCustomer(Frozen):
    """Names the customer of the sale."""

    customer_id: str


class AddItem(Frozen):
    """``item`` is None where the price book does not have the GTIN.

    ``flags`` and ``warning``: why somebody should look at it, for programs and for the cashier.
    ``read_as``: what the digits were taken for, where the scanner left it open.
    """

    gtin: Gtin14
    item: PriceBookItem | None
    quantity: int = 1
    weight: Weight | None = None
    label_price: Money | None = None
    flags: tuple[ItemFlag, ...] = ()
    warning: str | None = None
    read_as: Symbology | None = None


class VoidLine(Frozen):
    """Takes a line back."""

    line_id: int


class VoidBasket(Frozen):
    """Gives the basket up."""


class FinalizeSubtotal(Frozen):
    """Computes the totals."""


class Pay(Frozen):
    """``tendered`` is the cash given in minor units, None for the exact total."""

    tender: Tender
    tendered: int | None = None


class CheckAge(Frozen):
    """A decision about the customer's age, by a person or from a document."""

    minimum_age: int
    verdict: Verdict
    method: AgeCheckMethod
    rule: str
    reasons: tuple[AgeReason, ...] = ()
    no_scan_reason: NoScanReason | None = None
    document_class: DocumentClass | None = None
    expired: bool | None = None


class ReleaseHold(Frozen):
    """``approver`` is None where the badge is not known."""

    hold_id: str
    approver: Employee | None
    reason: str


class NoSale(Frozen):
    """Opens the drawer; ``approver`` is None where no badge was given, or an unknown one."""

    reason: str
    approver: Employee | None


LaneInput = (
    SignOn
    | SignOff
    | StartBasket
    | IdentifyCustomer
    | AddItem
    | VoidLine
    | VoidBasket
    | FinalizeSubtotal
    | Pay
    | CheckAge
    | ReleaseHold
    | NoSale
)
