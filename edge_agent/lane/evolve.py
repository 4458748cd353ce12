"""Evolve: fold one event into the lane's state. Pure; the state is what its events say.

An event that does not fit the state, as behind a gap of a damaged journal, changes nothing.
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from edge_agent.api.age import Verdict
from edge_agent.api.events import (
    AgeChecked,
    AgentStarted,
    AgentStopped,
    BasketStarted,
    BasketVoided,
    CustomerIdentified,
    EmployeeLoggedIn,
    EmployeeLoggedOut,
    Event,
    HoldPlaced,
    HoldReleased,
    ItemAdded,
    ItemVoided,
    JournalDamaged,
    PaymentCompleted,
    SubtotalFinalized,
)
from edge_agent.api.lane import Basket, BasketLine, Hold, LaneState, Operator
from edge_agent.lane.prompts import prompts_after
from edge_agent.lane.totals import no_totals, totals_of, with_line, without_line

_Changes = dict[str, Any]


def evolve(state: LaneState, event: Event) -> LaneState:
    """The state after the event; the same object where the event changes nothing."""
    changes = _changes(state, event)
    prompts = prompts_after(state, event)
    if prompts != state.prompts:
        changes["prompts"] = prompts
    return state.model_copy(update=changes) if changes else state


def fold(state: LaneState, events: Iterable[Event]) -> LaneState:
    """The state after all of the events, in their order."""
    return reduce(evolve, events, state)


def _changes(state: LaneState, event: Event) -> _Changes:
    match event:
        case EmployeeLoggedIn():
            return {"operator": _operator(event)}
        case EmployeeLoggedOut():
            return {"operator": None}
        case BasketStarted():
            return {"basket": _basket(state, event), "last_sale_number": event.sale_number}
        case BasketVoided():
            return {"basket": None}
        case PaymentCompleted(sale_number=number):
            return {"basket": None, "last_sale_number": max(number, state.last_sale_number)}
        case JournalDamaged() if state.basket is None:
            # The start of a sale may be among what is gone: no number is used twice.
            return {"last_sale_number": state.last_sale_number + 1}
        case AgentStarted():
            return _configured(state, event)
        case AgentStopped():
            return {"running": False}
    change = _BASKET_CHANGES.get(type(event))
    if change is None or state.basket is None or state.basket.basket_id != _sale_of(event):
        return {}
    changed = change(state.basket, event, state.prices_include_tax)
    return {"basket": state.basket.model_copy(update=changed)} if changed else {}


def _sale_of(event: Event) -> str:
    basket_id: str = vars(event)["basket_id"]
    return basket_id


def _operator(event: EmployeeLoggedIn) -> Operator:
    return Operator(
        session_id=event.session_id,
        employee_id=event.employee_id,
        name=event.name,
        role=event.role,
        since=event.occurred_at,
    )


def _basket(state: LaneState, event: BasketStarted) -> Basket:
    return Basket(
        basket_id=event.basket_id,
        sale_number=event.sale_number,
        started_at=event.occurred_at,
        totals=no_totals(state.currency),
    )


def _configured(state: LaneState, event: AgentStarted) -> _Changes:
    """Apply the configuration; the currency of an open sale stays."""
    changes: _Changes = {"running": True}
    if event.currency is not None and state.basket is None:
        changes["currency"] = event.currency
    included = event.prices_include_tax
    if included is None or included == state.prices_include_tax:
        return changes
    changes["prices_include_tax"] = included
    if state.basket is not None:
        totals = totals_of(state.basket.lines, state.currency, included)
        told = {"totals": totals, "subtotaled": False}
        changes["basket"] = state.basket.model_copy(update=told)
    return changes


def _identified(_: Basket, event: CustomerIdentified, __: bool) -> _Changes:
    return {"customer_id": event.customer_id}


def _added(basket: Basket, event: ItemAdded, included: bool) -> _Changes:
    line = BasketLine(
        line_id=event.line_id,
        gtin=event.gtin,
        description=event.description,
        quantity=event.quantity,
        unit_price=event.unit_price,
        tax_rate=event.tax_rate,
        restriction=event.restriction,
        weight=event.weight,
        label_price=event.label_price,
        flags=event.flags,
    )
    return {
        "lines": (*basket.lines, line),
        "totals": with_line(basket.totals, line, included),
        "subtotaled": False,
    }


def _voided(basket: Basket, event: ItemVoided, included: bool) -> _Changes:
    found = next((line for line in basket.active_lines if line.line_id == event.line_id), None)
    if found is None:
        return {}
    lines = tuple(
        line.model_copy(update={"voided": True}) if line is found else line for line in basket.lines
    )
    remaining = [line for line in lines if not line.voided]
    return {
        "lines": lines,
        "totals": without_line(basket.totals, found, remaining, included),
        "subtotaled": False,
    }


def _finalized(_: Basket, __: SubtotalFinalized, ___: bool) -> _Changes:
    return {"subtotaled": True}


def _checked(basket: Basket, event: AgeChecked, _: bool) -> _Changes:
    """The sale's memory of a check: the highest age proved, the lowest age failed."""
    if event.proves_age:
        return {"age_checked": max(event.minimum_age, basket.age_checked or 0)}
    if event.verdict is Verdict.FAIL:
        failed = min(event.minimum_age, basket.age_failed or event.minimum_age)
        return {"age_failed": failed, "age_checked": None}
    return {}


def _held(basket: Basket, event: HoldPlaced, _: bool) -> _Changes:
    hold = Hold(
        hold_id=event.hold_id,
        source=event.source,
        key=event.key,
        message=event.message,
        minimum_age=event.minimum_age,
    )
    if all(other.hold_id != hold.hold_id for other in basket.holds):
        return {"holds": (*basket.holds, hold)}
    return {
        "holds": tuple(hold if other.hold_id == hold.hold_id else other for other in basket.holds)
    }


def _released(basket: Basket, event: HoldReleased, _: bool) -> _Changes:
    return {"holds": tuple(hold for hold in basket.holds if hold.hold_id != event.hold_id)}


_BASKET_CHANGES: dict[type[Event], Callable[[Basket, Any, bool], _Changes]] = {
    CustomerIdentified: _identified,
    ItemAdded: _added,
    ItemVoided: _voided,
    SubtotalFinalized: _finalized,
    AgeChecked: _checked,
    HoldPlaced: _held,
    HoldReleased: _released,
}
"""Event -> the fields of the open sale that it changes; True: prices include tax."""
