"""Starting a sale, its customer and its lines."""

from decimal import Decimal

from edge_agent.api.events import (
    BasketStarted,
    BasketVoided,
    CustomerIdentified,
    Event,
    ItemAdded,
    ItemVoided,
)
from edge_agent.api.lane import BasketLine, LaneState
from edge_agent.api.values import PriceBookItem, Refused
from edge_agent.lane.inputs import AddItem
from edge_agent.lane.outcome import Context, Outcome
from edge_agent.lane.session import NOT_SIGNED_ON

MOST_LINES = 500
MOST_PIECES = 999
MOST_MINOR = 100_000_000
"""In minor units; a line that costs more is a misread label."""
MOST_WEIGHT = Decimal(1000)
_HALF = Decimal("0.5")
NO_SALE = Refused(code="no_sale", message="There is no open sale. Scan an item to start one.")


def start(state: LaneState, context: Context) -> Outcome | Refused:
    """Opens an empty basket on request."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is not None:
        return Refused(
            code="sale_open",
            message=f"Sale {state.basket.sale_number} is still open. "
            "Take payment or void it before starting another.",
        )
    return Outcome((_started(state, state.operator.employee_id, context),))


def attach_customer(state: LaneState, customer_id: str, context: Context) -> Outcome | Refused:
    """Names the customer; the card may come before the first item."""
    if state.operator is None:
        return NOT_SIGNED_ON
    known = state.basket.customer_id if state.basket is not None else None
    if known == customer_id:
        return Refused(code="customer_known", message="This customer card is already on the sale.")
    if known is not None:
        return Refused(
            code="customer_taken",
            message="Another customer card is already on this sale. Void the sale to change it.",
        )
    basket_id, events = _current(state, state.operator.employee_id, context)
    identified = CustomerIdentified(
        occurred_at=context.now, basket_id=basket_id, customer_id=customer_id
    )
    return Outcome((*events, identified))


def add_item(state: LaneState, given: AddItem, context: Context) -> Outcome | Refused:
    """Adds a line; the first one starts the sale."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if given.item is None:
        return Refused(
            gtin=given.gtin,
            code="unknown_item",
            message=f"Item {given.gtin} is not in the price book. "
            "Put it aside and ask a shift lead.",
        )
    if given.item.unit_price.currency != state.currency:
        return Refused(
            gtin=given.gtin,
            code="wrong_currency",
            message=f"Item {given.gtin} is priced in {given.item.unit_price.currency}, this lane "
            f"sells in {state.currency}. Tell IT to import the price book again.",
        )
    if refusal := _why_not_measured(given, given.item, state.currency):
        return refusal
    if not 0 < given.quantity <= MOST_PIECES:
        return Refused(
            gtin=given.gtin,
            code="quantity",
            message=f"{given.item.description}: {given.quantity} pieces cannot be right. "
            f"A line has 1 to {MOST_PIECES}.",
        )
    lines = state.basket.lines if state.basket is not None else ()
    if len(lines) >= MOST_LINES:
        return Refused(
            gtin=given.gtin,
            code="basket_full",
            message=f"A sale has at most {MOST_LINES} lines. Take payment and start another.",
        )
    item = given.item
    line = BasketLine(
        line_id=lines[-1].line_id + 1 if lines else 1,
        gtin=item.gtin,
        description=item.description,
        quantity=given.quantity,
        unit_price=item.unit_price,
        tax_rate=item.tax_rate,
        restriction=item.restriction,
        weight=given.weight,
        label_price=given.label_price,
        flags=given.flags,
    )
    basket_id, events = _current(state, state.operator.employee_id, context)
    added = ItemAdded(
        occurred_at=context.now,
        basket_id=basket_id,
        line_id=line.line_id,
        gtin=line.gtin,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        tax_rate=line.tax_rate,
        restriction=line.restriction,
        weight=line.weight,
        label_price=line.label_price,
        flags=line.flags,
        read_as=given.read_as,
        warning=given.warning,
    )
    return Outcome((*events, added))


def _why_not_measured(given: AddItem, item: PriceBookItem, currency: str) -> Refused | None:
    """A label's price or weight must fit the way in which the item is sold."""
    name = item.description
    if given.label_price is not None:
        if given.label_price.currency != currency:
            return Refused(
                gtin=given.gtin,
                code="wrong_currency",
                message=f"{name}: the label's price is in {given.label_price.currency}, this lane "
                f"sells in {currency}. Have it labelled again.",
            )
        if not 0 < given.label_price.minor <= MOST_MINOR:
            return Refused(
                gtin=given.gtin,
                code="label_price",
                message=f"{name}: the label says {given.label_price}, which cannot be right. "
                "Have it labelled again.",
            )
        return None
    if given.weight is None:
        if item.sold_by == "each":
            return None
        return Refused(
            gtin=given.gtin,
            code="weigh_it",
            message=f"{name} is sold by the {item.sold_by}. Weigh it and scan the scale's label.",
        )
    if given.weight.unit != item.sold_by:
        sold = "by the piece" if item.sold_by == "each" else f"by the {item.sold_by}"
        return Refused(
            gtin=given.gtin,
            code="wrong_unit",
            message=f"{name} is sold {sold}, but the label gives {given.weight}. "
            "Ask a shift lead; the price book or the label is wrong.",
        )
    one = item.unit_price.minor * given.weight.value
    if given.weight.value > MOST_WEIGHT or (item.unit_price.minor and one < _HALF):
        return Refused(
            gtin=given.gtin,
            code="label_weight",
            message=f"{name}: the label says {given.weight}, which cannot be right. "
            "Have it weighed again.",
        )
    return None


def void_item(state: LaneState, line_id: int, context: Context) -> Outcome | Refused:
    """Marks one line void; a finalized subtotal must be taken again."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is None:
        return NO_SALE
    basket = state.basket
    found = next((line for line in basket.active_lines if line.line_id == line_id), None)
    if found is None:
        return Refused(
            code="no_such_line", message=f"Line {line_id} is not on this sale or already voided."
        )
    voided = ItemVoided(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        line_id=line_id,
        gtin=found.gtin,
        amount=found.amount,
        employee_id=state.operator.employee_id,
        after_subtotal=basket.subtotaled,
    )
    return Outcome((voided,))


def void_sale(state: LaneState, context: Context) -> Outcome | Refused:
    """Gives the sale up."""
    if state.operator is None:
        return NOT_SIGNED_ON
    if state.basket is None:
        return NO_SALE
    basket = state.basket
    voided = BasketVoided(
        occurred_at=context.now,
        basket_id=basket.basket_id,
        employee_id=state.operator.employee_id,
        item_count=basket.totals.item_count,
        total=basket.totals.total,
    )
    return Outcome((voided,))


def _current(state: LaneState, employee_id: str, context: Context) -> tuple[str, tuple[Event, ...]]:
    """The id of the open sale, or of one that the events start."""
    if state.basket is not None:
        return state.basket.basket_id, ()
    started = _started(state, employee_id, context)
    return started.basket_id, (started,)


def _started(state: LaneState, employee_id: str, context: Context) -> BasketStarted:
    return BasketStarted(
        occurred_at=context.now,
        basket_id=context.new_id(),
        sale_number=state.last_sale_number + 1,
        employee_id=employee_id,
    )
