"""Holds: reasons why no tender is taken, who placed them and who may lift them."""

from edge_agent.api.events import Event, HoldPlaced, HoldReleased
from edge_agent.api.lane import Hold, LaneState
from edge_agent.api.values import Employee, Prompt, Refused, Role
from edge_agent.lane.basket import NO_SALE
from edge_agent.lane.inputs import LiftHoldByLead
from edge_agent.lane.outcome import Context, Step


def place(
    state: LaneState,
    source: str,
    key: str,
    message: str,
    context: Context,
    minimum_age: int | None = None,
) -> tuple[LaneState, tuple[Event, ...]]:
    """Adds a hold of ``source`` to the open basket, or renews the one it has."""
    if state.basket is None:
        return state, ()
    basket = state.basket
    present = next((h for h in basket.holds if (h.source, h.key) == (source, key)), None)
    if present is not None:
        renewed = Hold(
            hold_id=present.hold_id,
            source=source,
            key=key,
            message=message,
            minimum_age=minimum_age,
        )
        return _with_holds(
            state, tuple(renewed if hold is present else hold for hold in basket.holds)
        ), ()
    hold = Hold(
        hold_id=context.new_id(), source=source, key=key, message=message, minimum_age=minimum_age
    )
    placed = HoldPlaced(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        hold_id=hold.hold_id,
        source=source,
        message=message,
    )
    return _with_holds(state, (*basket.holds, hold)), (placed,)


def lift(
    state: LaneState, source: str, key: str, reason: str, context: Context
) -> tuple[LaneState, tuple[Event, ...]]:
    """Removes a hold that ``source`` placed itself."""
    holds = state.basket.holds if state.basket is not None else ()
    found = next((hold for hold in holds if (hold.source, hold.key) == (source, key)), None)
    if found is None:
        return state, ()
    return release(state, found, source, reason, context)


def lift_by_lead(state: LaneState, given: LiftHoldByLead, context: Context) -> Step | Refused:
    """Removes any hold on a lead's word; the reason is kept."""
    if state.basket is None:
        return NO_SALE
    found = next((hold for hold in state.basket.holds if hold.hold_id == given.hold_id), None)
    if found is None:
        return Refused(code="no_such_hold", message="This hold is already gone.")
    if given.approver is None or given.approver.role is not Role.LEAD:
        return Refused(
            code="lead_needed", message="Only a shift lead may lift a hold. Ask a lead's badge."
        )
    return _lift_for(state, found, given.approver, given.reason, context)


def lift_by_badge(state: LaneState, lead: Employee, context: Context) -> Step | None:
    """A lead's badge scanned while a sale is held lifts its first hold; None: nothing is held."""
    if state.basket is None or not state.basket.holds or lead.role is not Role.LEAD:
        return None
    return _lift_for(state, state.basket.holds[0], lead, "badge scanned at the lane", context)


def release(
    state: LaneState, hold: Hold, released_by: str, reason: str, context: Context
) -> tuple[LaneState, tuple[Event, ...]]:
    """Removes a hold of the open basket; ``released_by`` is a plugin or an employee."""
    assert state.basket is not None
    released = HoldReleased(
        occurred_at=context.now,
        basket_id=state.basket.basket_id,
        hold_id=hold.hold_id,
        source=hold.source,
        released_by=released_by,
        reason=reason,
    )
    remaining = tuple(other for other in state.basket.holds if other is not hold)
    return _with_holds(state, remaining), (released,)


def _lift_for(state: LaneState, hold: Hold, lead: Employee, reason: str, context: Context) -> Step:
    lifted, events = release(state, hold, lead.employee_id, reason, context)
    return Step(lifted.saying(Prompt(message=f"Hold lifted by {lead.name}.")), events)


def _with_holds(state: LaneState, holds: tuple[Hold, ...]) -> LaneState:
    assert state.basket is not None
    return state.model_copy(update={"basket": state.basket.model_copy(update={"holds": holds})})
