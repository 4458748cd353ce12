"""Prompts stay as long as what they say is so."""

from edge_agent.api.events import (
    AgentStarted,
    DeviceChanged,
    ReceiptCompleted,
    ReceiptDecided,
)
from edge_agent.api.lane import LaneState
from edge_agent.lane.evolve import evolve, fold
from edge_agent.lane.inputs import AddItem, VoidBasket
from edge_agent.lane.prompts import MOST_PROMPTS
from edge_agent.testing import NOON
from tests.unit.lane.sales import MILK, ON, after

NO_PAPER = DeviceChanged(
    occurred_at=NOON, device="printer", state="ready", detail="", advice="Add paper."
)
UNCERTAIN = ReceiptCompleted(
    occurred_at=NOON,
    job_id=7,
    basket_id="b",
    sale_number=3,
    outcome="uncertain",
    copy_of_original=False,
    detail="cut",
)
STARTED = AgentStarted(occurred_at=NOON, agent_version="1", previous_stop="crash")
WARNED = AddItem(gtin=MILK.gtin, item=MILK, warning="it expired.")


def told(state: LaneState) -> list[str]:
    return [prompt.message for prompt in state.prompts]


def test_warnings_hide_nothing() -> None:
    """No number of warnings about items pushes out what is wrong with a device or a receipt."""
    state = fold(after(ON), [NO_PAPER, UNCERTAIN])
    for number in range(MOST_PROMPTS["sale"] + 5):
        item = MILK.model_copy(update={"description": f"Milk {number}"})
        state = after(WARNED.model_copy(update={"item": item}), state=state)
    assert told(state)[:2] == [
        "Add paper.",
        "The receipt of sale 3 may be on paper (cut). Look, then decide.",
    ]
    assert len(state.prompts) == 2 + MOST_PROMPTS["sale"]
    assert told(after(VoidBasket(), state=state)) == [*told(state)[:2], "Sale 1 is void."]


def test_devices_speak_anew_after_a_start() -> None:
    """One that left the configuration is not spoken of for ever; a receipt still is."""
    state = fold(after(ON), [NO_PAPER, UNCERTAIN, STARTED])
    assert [prompt.source for prompt in state.prompts] == ["lane", "job 7"]


def test_decision_ends_the_question() -> None:
    decided = ReceiptDecided(
        occurred_at=NOON, job_id=7, basket_id=None, decision="let_be", employee_id=None
    )
    assert told(evolve(fold(after(ON), [UNCERTAIN]), decided)) == told(after(ON))
