"""Finalizing the subtotal and taking the payment."""

from edge_agent.api.events import PaymentCompleted, SubtotalFinalized, Tender
from edge_agent.api.lane import Basket, LaneState, Operator
from edge_agent.api.values import Money, Refused
from edge_agent.lane.basket import NO_SALE
from edge_agent.lane.inputs import Pay
from edge_agent.lane.outcome import Context, DrawerJob, LaneJob, Outcome, PaidSale, ReceiptJob
from edge_agent.lane.session import NOT_SIGNED_ON

MOST_CHANGE = 100_000
"""Minor units; more change than that is a slip of the finger."""


def finalize(state: LaneState, context: Context) -> Outcome | Refused:
    """Fixes the totals; adding or voiding a line afterwards needs a new subtotal."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is None:
        return NO_SALE
    basket = state.basket
    if not basket.active_lines:
        return Refused(code="nothing_to_pay", message="The sale has no items. Scan one or void it.")
    if basket.subtotaled:
        return Refused(
            code="already_subtotaled",
            message=f"The subtotal is {basket.totals.total}. Take the payment.",
        )
    totals = basket.totals
    finalized = SubtotalFinalized(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        item_count=totals.item_count,
        net=totals.net,
        tax=totals.tax,
        total=totals.total,
        taxes=totals.taxes,
    )
    return Outcome((finalized,))


def take(state: LaneState, given: Pay, context: Context) -> Outcome | Refused:
    """Completes the sale; refused while anything holds it."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is None:
        return NO_SALE
    basket, operator = state.basket, state.operator
    total = basket.totals.total
    tendered = Money(
        minor=total.minor if given.tendered is None else given.tendered, currency=state.currency
    )
    if refusal := _why_not(basket, given.tender, tendered):
        return refusal
    change = tendered - total
    completed = PaymentCompleted(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        sale_number=basket.sale_number,
        employee_id=operator.employee_id,
        customer_id=basket.customer_id,
        tender=given.tender,
        total=total,
        tendered=tendered,
        change=change,
    )
    return Outcome((completed,), _jobs(state, basket, operator, completed))


def _why_not(basket: Basket, tender: Tender, tendered: Money) -> Refused | None:
    total = basket.totals.total
    if not basket.subtotaled:
        return Refused(
            code="no_subtotal", message="Payment needs a subtotal first. Press subtotal, then pay."
        )
    if basket.holds:
        return Refused(code="held", message=f"Payment is held. {basket.holds[0].message}")
    if tender is Tender.CARD and tendered != total:
        return Refused(
            code="card_amount",
            message=f"A card pays exactly {total}, not {tendered}.",
        )
    if tendered.minor - total.minor > MOST_CHANGE:
        return Refused(
            code="too_much",
            message=f"{tendered} for {total} cannot be right. Enter the cash again.",
        )
    if tendered.minor < total.minor:
        return Refused(
            code="too_little",
            message=f"{tendered} is too little for {total}: {total - tendered} is missing.",
        )
    return None


def _jobs(
    state: LaneState, basket: Basket, operator: Operator, paid: PaymentCompleted
) -> tuple[LaneJob, ...]:
    receipt = ReceiptJob(
        sale=PaidSale(
            store=state.store,
            lane=state.lane,
            operator=operator.name,
            paid_at=paid.occurred_at,
            basket=basket,
            tender=paid.tender,
            tendered=paid.tendered,
            change=paid.change,
        )
    )
    if paid.tender is Tender.CASH:
        return (DrawerJob(basket_id=basket.basket_id), receipt)
    return (receipt,)
