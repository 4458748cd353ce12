"""People, an item and states of a sale, for the tests of the lane."""

from dataclasses import dataclass
from itertools import count

from edge_agent.api.events import Event
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Employee, Money, PriceBookItem, Role
from edge_agent.lane import holds
from edge_agent.lane.decide import decide
from edge_agent.lane.evolve import fold
from edge_agent.lane.inputs import AddItem, LaneInput, SignOn
from edge_agent.lane.outcome import Context, LaneJob, Outcome
from edge_agent.testing import NOON

ANNA = Employee(badge="EMP1", employee_id="1", name="Anna")
MARIA = Employee(badge="EMP9", employee_id="9", name="Maria", role=Role.LEAD)
MILK = PriceBookItem(
    gtin="04006381333931",
    description="Milk",
    unit_price=Money(minor=107, currency="EUR"),
    tax_rate="7",
)
ids = count(1)
CONTEXT = Context(now=NOON, new_id=lambda: f"id-{next(ids)}")
FRESH = LaneState(store="1", lane="1", currency="EUR")
ON = SignOn(employee=ANNA)
ADD = AddItem(gtin=MILK.gtin, item=MILK)


def new_context() -> Context:
    """One that gives the same ids in every test, whatever ran before."""
    numbers = count(1)
    return Context(now=NOON, new_id=lambda: f"new-{next(numbers)}")


@dataclass(frozen=True)
class Taken:
    """An input that was accepted: what followed, and the lane after it."""

    state: LaneState
    events: tuple[Event, ...]
    jobs: tuple[LaneJob, ...]


def taken(state: LaneState, given: LaneInput, context: Context = CONTEXT) -> Taken:
    outcome = decide(state, given, context)
    assert isinstance(outcome, Outcome), outcome
    return Taken(fold(state, outcome.events), outcome.events, outcome.jobs)


def after(*inputs: LaneInput, state: LaneState = FRESH) -> LaneState:
    for given in inputs:
        state = taken(state, given).state
    return state


def held(
    state: LaneState,
    source: str = "age",
    key: str = "k",
    message: str = "m",
    minimum_age: int | None = None,
) -> LaneState:
    """The lane with a hold that a plugin placed."""
    return fold(state, holds.place(state, source, key, message, CONTEXT, minimum_age))
