"""Context and outcome of the lane's decisions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from edge_agent.api.events import Event, Tender
from edge_agent.api.lane import Basket
from edge_agent.api.values import Frozen, Money


@dataclass(frozen=True, slots=True)
class Context:
    """Time and randomness for one input, and what the shop decided."""

    now: datetime
    new_id: Callable[[], str]
    no_sale_needs_lead: bool = True


class PaidSale(Frozen):
    """All that a receipt tells of one sale."""

    store: str
    lane: str
    operator: str
    paid_at: datetime
    basket: Basket
    tender: Tender
    tendered: Money
    change: Money


class ReceiptJob(Frozen):
    """Print the receipt of a sale."""

    sale: PaidSale


class DrawerJob(Frozen):
    """Open the drawer for the cash of a sale; None: without a sale."""

    basket_id: str | None


LaneJob = ReceiptJob | DrawerJob


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of an accepted input: events that change the lane, and jobs."""

    events: tuple[Event, ...]
    jobs: tuple[LaneJob, ...] = ()
