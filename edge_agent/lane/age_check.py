"""Recording an age check: what is kept of it, and which holds it releases."""

from edge_agent.api.events import AgeChecked
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Refused, Role
from edge_agent.lane import holds
from edge_agent.lane.basket import NO_SALE
from edge_agent.lane.inputs import CheckAge
from edge_agent.lane.outcome import Context, Outcome
from edge_agent.lane.session import NOT_SIGNED_ON


def required_age(state: LaneState) -> int | None:
    """The highest age that a hold on the open sale asks for; None where none does."""
    held = state.basket.holds if state.basket is not None else ()
    ages = [hold.minimum_age for hold in held if hold.minimum_age is not None]
    return max(ages, default=None)


def record(state: LaneState, given: CheckAge, context: Context) -> Outcome | Refused:
    """Record a decision; a pass lifts every hold that asks for no more than that age.

    After a fail in the same sale a pass lifts nothing, unless a lead is signed on: else a second
    person's document would undo the first one's.
    """
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is None:
        return NO_SALE
    basket, operator = state.basket, state.operator
    failed_before = basket.age_failed is not None and given.minimum_age >= basket.age_failed
    checked = AgeChecked(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        minimum_age=given.minimum_age,
        verdict=given.verdict,
        method=given.method,
        employee_id=operator.employee_id,
        rule=given.rule,
        reasons=given.reasons,
        no_scan_reason=given.no_scan_reason,
        document_class=given.document_class,
        expired=given.expired,
        failed_before=failed_before,
        by_lead=operator.role is Role.LEAD,
    )
    released = [
        holds.released(
            basket,
            hold,
            checked.employee_id,
            "age_check",
            f"{given.minimum_age}+ checked",
            context,
        )
        for hold in (basket.holds if checked.proves_age else ())
        if hold.minimum_age is not None and hold.minimum_age <= checked.minimum_age
    ]
    return Outcome((checked, *released))
