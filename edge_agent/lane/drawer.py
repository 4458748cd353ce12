"""Opening the drawer without a sale."""

from edge_agent.api.events import NoSaleOpened
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Refused, Role
from edge_agent.lane.inputs import NoSale
from edge_agent.lane.outcome import Context, DrawerJob, Outcome
from edge_agent.lane.session import NOT_SIGNED_ON


def open_without_sale(state: LaneState, given: NoSale, context: Context) -> Outcome | Refused:
    """Records who opens the drawer and why; a lead's badge where the shop asks for one."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is not None:
        return Refused(
            code="sale_open",
            message="A sale is open. Take its payment or void it; then open the drawer.",
        )
    approver = given.approver if given.approver and given.approver.role is Role.LEAD else None
    if context.no_sale_needs_lead and approver is None and state.operator.role is not Role.LEAD:
        return Refused(
            code="lead_needed",
            message="Without a sale the drawer is opened by a lead. Ask one for their badge.",
        )
    opened = NoSaleOpened(
        occurred_at=context.now,
        employee_id=state.operator.employee_id,
        approved_by=approver.employee_id if approver is not None else None,
        reason=given.reason,
    )
    return Outcome((opened,), (DrawerJob(basket_id=None),))
