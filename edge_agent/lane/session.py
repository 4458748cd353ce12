"""Signing on and off."""

from typing import Literal

from edge_agent.api.events import EmployeeLoggedIn, EmployeeLoggedOut
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Employee, Refused
from edge_agent.lane.outcome import Context, Outcome

NOT_SIGNED_ON = Refused(
    code="nobody_signed_on", message="Nobody is signed on. Scan your badge to sign on first."
)


def sign_on(state: LaneState, employee: Employee | None, context: Context) -> Outcome | Refused:
    """Opens a session for a known badge on a free lane."""
    if employee is None:
        return Refused(
            code="unknown_badge",
            message="This badge is not known in this store. Use another badge or ask a lead.",
        )
    if state.operator is not None:
        who = state.operator.name
        if state.operator.employee_id == employee.employee_id:
            return Refused(code="already_signed_on", message=f"{who} is already signed on here.")
        return Refused(
            code="lane_taken", message=f"{who} is signed on at this lane and must sign off first."
        )
    return Outcome(
        (
            EmployeeLoggedIn(
                occurred_at=context.now,
                session_id=context.new_id(),
                employee_id=employee.employee_id,
                name=employee.name,
                role=employee.role,
            ),
        )
    )


def sign_off(
    state: LaneState, reason: Literal["requested", "automatic"], context: Context
) -> Outcome | Refused:
    """Ends the session; a sale must be paid or given up before."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is not None:
        return Refused(
            code="sale_open", message="A sale is open. Take payment or void it before signing off."
        )
    return Outcome(
        (
            EmployeeLoggedOut(
                occurred_at=context.now,
                session_id=state.operator.session_id,
                employee_id=state.operator.employee_id,
                reason=reason,
            ),
        )
    )
