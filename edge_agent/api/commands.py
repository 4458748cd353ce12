"""Commands that a person, a POS application or a plugin may give to the lane.

Each command is one ``POST /lane/{name}`` on the control socket. A refused command changes nothing
and is answered with a :class:`~edge_agent.api.values.Refused`.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge_agent.api.age import HIGHEST_AGE, DocumentClass, NoScanReason, Verdict
from edge_agent.api.events import Tender
from edge_agent.api.values import Frozen

LONGEST_CODE = 128
LONGEST_REASON = 200


class LaneCommand(Frozen):
    """Base of all commands; ``name`` is its place in the URL.

    What does not fit is refused without being quoted: it may be an identity document.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ClassVar[str]


class EnterCode(LaneCommand):
    """Keys in a code that will not scan: a GTIN, a loyalty card."""

    name: ClassVar[str] = "enter-code"
    code: str = Field(min_length=1, max_length=LONGEST_CODE, repr=False)
    quantity: int = Field(default=1, ge=1, le=999)


class SignOn(LaneCommand):
    """Signs an employee on by the content of their badge."""

    name: ClassVar[str] = "sign-on"
    badge: str = Field(min_length=1, max_length=LONGEST_CODE)


class SignOff(LaneCommand):
    """Ends the operator's session; refused while a sale is open."""

    name: ClassVar[str] = "sign-off"
    reason: Literal["requested", "automatic"] = "requested"


class StartBasket(LaneCommand):
    """Starts a sale; the first item or customer card does so by itself."""

    name: ClassVar[str] = "start-basket"


class IdentifyCustomer(LaneCommand):
    """Attaches a customer to the sale."""

    name: ClassVar[str] = "identify-customer"
    customer_id: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")


class VoidLine(LaneCommand):
    """Takes one line back."""

    name: ClassVar[str] = "void-line"
    line_id: int = Field(ge=1)


class VoidBasket(LaneCommand):
    """Gives the whole sale up."""

    name: ClassVar[str] = "void-basket"


class FinalizeSubtotal(LaneCommand):
    """Computes the totals and makes the sale ready for tender."""

    name: ClassVar[str] = "subtotal"


class Pay(LaneCommand):
    """Takes the tender. ``tendered`` is the cash given, in minor units; a card pays the total."""

    name: ClassVar[str] = "payment"
    tender: Tender
    tendered: Annotated[int, Field(ge=0)] | None = None


class CheckAge(LaneCommand):
    """Records a decision made by looking at the customer, or at a document that is not scanned."""

    name: ClassVar[str] = "age-check"
    minimum_age: int = Field(ge=1, le=HIGHEST_AGE)
    verdict: Verdict
    reason: NoScanReason
    document_class: DocumentClass | None = None


class EnterBirthDate(LaneCommand):
    """Judges a birth date that somebody read from a document; only the decision is kept.

    ``expired``: the document's date of expiry is past.
    """

    name: ClassVar[str] = "birth-date"
    birth_date: date = Field(repr=False)
    reason: NoScanReason
    document_class: DocumentClass
    expired: bool


class ReleaseHold(LaneCommand):
    """A shift lead lifts a hold, named by badge, with a reason for the record."""

    name: ClassVar[str] = "release-hold"
    hold_id: str
    badge: str
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)


class NoSale(LaneCommand):
    """Opens the drawer without a sale. ``badge``: a lead's, where the shop asks for one."""

    name: ClassVar[str] = "no-sale"
    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    badge: str | None = Field(default=None, min_length=1, max_length=LONGEST_CODE)


COMMANDS: tuple[type[LaneCommand], ...] = (
    SignOn,
    StartBasket,
    IdentifyCustomer,
    EnterCode,
    VoidLine,
    FinalizeSubtotal,
    CheckAge,
    EnterBirthDate,
    ReleaseHold,
    Pay,
    VoidBasket,
    NoSale,
    SignOff,
)
"""Every command, in the order of the sale."""
