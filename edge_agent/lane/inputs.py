"""What the lane is asked, with everything looked up that it needs to answer."""

from typing import Literal

from edge_agent.api.events import AgeCheckMethod, Tender, Verdict
from edge_agent.api.values import Employee, Frozen, Gtin14, PriceBookItem


class SignEmployeeOn(Frozen):
    """``employee`` is None where the badge is not known."""

    employee: Employee | None


class SignEmployeeOff(Frozen):
    """Ends the session."""

    reason: Literal["requested", "automatic"]


class StartSale(Frozen):
    """Opens a basket."""


class AttachCustomer(Frozen):
    """Names the customer of the sale."""

    customer_id: str


class AddItem(Frozen):
    """``item`` is None where the price book does not have the GTIN."""

    gtin: Gtin14
    item: PriceBookItem | None
    quantity: int = 1


class VoidItem(Frozen):
    """Takes a line back."""

    line_id: int


class VoidSale(Frozen):
    """Gives the basket up."""


class Finalize(Frozen):
    """Computes the totals."""


class TakeTender(Frozen):
    """``tendered`` is the cash given in minor units, None for the exact total."""

    tender: Tender
    tendered: int | None = None


class RecordAgeCheck(Frozen):
    """A decision made by a person."""

    minimum_age: int
    verdict: Verdict
    method: AgeCheckMethod


class LiftHoldByLead(Frozen):
    """``approver`` is None where the badge is not known."""

    hold_id: str
    approver: Employee | None
    reason: str


LaneInput = (
    SignEmployeeOn
    | SignEmployeeOff
    | StartSale
    | AttachCustomer
    | AddItem
    | VoidItem
    | VoidSale
    | Finalize
    | TakeTender
    | RecordAgeCheck
    | LiftHoldByLead
)
