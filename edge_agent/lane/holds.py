"""Holds: reasons why no tender is taken, who placed them and who may lift them."""

from typing import Literal

from edge_agent.api.events import Event, HoldPlaced, HoldReleased
from edge_agent.api.lane import Basket, Hold, LaneState
from edge_agent.api.values import Employee, Refused, Role
from edge_agent.lane.basket import NO_SALE
from edge_agent.lane.inputs import ReleaseHold
from edge_agent.lane.outcome import Context, Outcome


def place(
    state: LaneState,
    source: str,
    key: str,
    message: str,
    context: Context,
    minimum_age: int | None = None,
) -> tuple[Event, ...]:
    """Place a hold of ``source`` on the open basket, or renew the one it has of that key."""
    if state.basket is None:
        return ()
    present = _find(state.basket, source, key)
    if present is not None and (present.message, present.minimum_age) == (message, minimum_age):
        return ()
    return (
        HoldPlaced(
            occurred_at=context.now,
            basket_id=state.basket.basket_id,
            hold_id=present.hold_id if present is not None else context.new_id(),
            source=source,
            key=key,
            message=message,
            minimum_age=minimum_age,
        ),
    )


def lift(
    state: LaneState, source: str, key: str, reason: str, context: Context
) -> tuple[Event, ...]:
    """Release a hold that ``source`` placed itself."""
    found = _find(state.basket, source, key) if state.basket is not None else None
    if state.basket is None or found is None:
        return ()
    return (released(state.basket, found, source, "plugin", reason, context),)


def lift_by_lead(state: LaneState, given: ReleaseHold, context: Context) -> Outcome | Refused:
    """Release any hold on a lead's word; the reason is kept."""
    if state.basket is None:
        return NO_SALE
    found = next((hold for hold in state.basket.holds if hold.hold_id == given.hold_id), None)
    if found is None:
        return Refused(code="no_such_hold", message="This hold is already gone.")
    lead = given.approver
    if lead is None or lead.role is not Role.LEAD:
        return Refused(
            code="lead_needed", message="Only a shift lead may lift a hold. Ask a lead's badge."
        )
    event = released(state.basket, found, lead.employee_id, "lead", given.reason, context)
    return Outcome((event,))


def lift_by_badge(state: LaneState, lead: Employee, context: Context) -> Outcome | None:
    """Release the first hold for a lead whose badge is scanned; None where nothing is held."""
    if state.basket is None or not state.basket.holds or lead.role is not Role.LEAD:
        return None
    first, reason = state.basket.holds[0], "badge scanned at the lane"
    return Outcome((released(state.basket, first, lead.employee_id, "lead", reason, context),))


def released(
    basket: Basket,
    hold: Hold,
    released_by: str,
    means: Literal["plugin", "age_check", "lead"],
    reason: str,
    context: Context,
) -> HoldReleased:
    """The event that releases a hold; ``released_by`` is a plugin or an employee."""
    return HoldReleased(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        hold_id=hold.hold_id,
        source=hold.source,
        released_by=released_by,
        means=means,
        reason=reason,
    )


def _find(basket: Basket, source: str, key: str) -> Hold | None:
    return next((hold for hold in basket.holds if (hold.source, hold.key) == (source, key)), None)
