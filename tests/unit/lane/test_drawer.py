"""Opening the drawer without a sale: a person and a reason, or not at all."""

from dataclasses import replace

import pytest

from edge_agent.api.events import DrawerCompleted, NoSaleOpened, parse_event
from edge_agent.api.values import Employee, Refused
from edge_agent.lane.decide import decide
from edge_agent.lane.inputs import NoSale, SignOn
from edge_agent.lane.outcome import DrawerJob, Outcome
from tests.unit.lane.sales import ADD, ANNA, CONTEXT, FRESH, MARIA, ON, after


def opened(approver: Employee | None = None) -> NoSale:
    return NoSale(reason="change for the till", approver=approver)


def code_of(outcome: Outcome | Refused) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def test_a_lead_approves_and_the_event_names_both_and_the_reason() -> None:
    outcome = decide(after(ON), opened(MARIA), CONTEXT)
    assert isinstance(outcome, Outcome)
    (event,) = outcome.events
    assert isinstance(event, NoSaleOpened)
    assert (event.employee_id, event.approved_by) == (ANNA.employee_id, MARIA.employee_id)
    assert event.reason == "change for the till"
    assert outcome.jobs == (DrawerJob(basket_id=None),)


@pytest.mark.parametrize("approver", [None, ANNA])
def test_a_cashier_alone_is_refused_where_the_shop_wants_a_lead(approver: Employee | None) -> None:
    assert code_of(decide(after(ON), opened(approver), CONTEXT)) == "lead_needed"


def test_a_lead_at_the_lane_needs_nobody() -> None:
    lane = after(SignOn(employee=MARIA))
    assert isinstance(decide(lane, opened(), CONTEXT), Outcome)


def test_the_shop_may_let_cashiers_do_it() -> None:
    relaxed = replace(CONTEXT, no_sale_needs_lead=False)
    outcome = decide(after(ON), opened(), relaxed)
    assert isinstance(outcome, Outcome)
    assert isinstance(outcome.events[0], NoSaleOpened)
    assert outcome.events[0].approved_by is None


def test_it_is_refused_during_a_sale_and_with_nobody_signed_on() -> None:
    assert code_of(decide(after(ON, ADD), opened(MARIA), CONTEXT)) == "sale_open"
    assert code_of(decide(FRESH, opened(MARIA), CONTEXT)) == "nobody_signed_on"


def test_drawer_events_of_version_1_are_still_read() -> None:
    old = (
        '{"type": "lane.drawer.completed", "version": 1, "occurred_at": "2026-03-01T12:00:00Z", '
        '"job_id": 1, "basket_id": "b", "outcome": "opened", "detail": "seen open"}'
    )
    event = parse_event(old)
    assert isinstance(event, DrawerCompleted)
    assert event.basket_id == "b"
