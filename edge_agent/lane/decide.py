"""Decide: one input to a lane becomes events and jobs, or a refusal. Pure."""

from edge_agent.api.lane import LaneState
from edge_agent.api.values import Refused
from edge_agent.lane import age_check, basket, drawer, holds, session, tender
from edge_agent.lane.inputs import (
    AddItem,
    CheckAge,
    FinalizeSubtotal,
    IdentifyCustomer,
    LaneInput,
    NoSale,
    Pay,
    ReleaseHold,
    SignOff,
    SignOn,
    StartBasket,
    VoidBasket,
    VoidLine,
)
from edge_agent.lane.outcome import Context, Outcome


def decide(state: LaneState, given: LaneInput, context: Context) -> Outcome | Refused:
    """Decide what follows from an input; ``evolve`` folds the events into the state."""
    match given:
        case SignOn(employee=employee):
            lifted = holds.lift_by_badge(state, employee, context) if employee else None
            return lifted or session.sign_on(state, employee, context)
        case SignOff(reason=reason):
            return session.sign_off(state, reason, context)
        case StartBasket():
            return basket.start(state, context)
        case IdentifyCustomer(customer_id=customer_id):
            return basket.attach_customer(state, customer_id, context)
        case AddItem():
            return basket.add_item(state, given, context)
        case VoidLine(line_id=line_id):
            return basket.void_item(state, line_id, context)
        case VoidBasket():
            return basket.void_sale(state, context)
        case FinalizeSubtotal():
            return tender.finalize(state, context)
        case Pay():
            return tender.take(state, given, context)
        case CheckAge():
            return age_check.record(state, given, context)
        case ReleaseHold():
            return holds.lift_by_lead(state, given, context)
        case NoSale():
            return drawer.open_without_sale(state, given, context)
