"""The lane is the fold of its events, whatever the events are."""

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.api.age import Verdict
from edge_agent.api.events import (
    CATALOGUE,
    PLUGIN_EVENTS,
    AgentStarted,
    Event,
    PaymentCompleted,
    Tender,
    parse_event,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.values import ItemFlag, JournalPlace, Money, Symbology
from edge_agent.lane.decide import decide
from edge_agent.lane.evolve import evolve, fold
from edge_agent.lane.inputs import (
    AddItem,
    CheckAge,
    FinalizeSubtotal,
    IdentifyCustomer,
    LaneInput,
    NoSale,
    Pay,
    SignOff,
    SignOn,
    StartBasket,
    VoidBasket,
    VoidLine,
)
from edge_agent.lane.outcome import Context, Outcome
from edge_agent.lane.prompts import bounded
from edge_agent.lane.totals import totals_of
from edge_agent.testing import NOON
from tests.unit.lane.sales import ADD, ANNA, FRESH, MARIA, MILK, ON, after, held

FULL_RATE = MILK.model_copy(update={"tax_rate": 19, "gtin": "04006381333948"})
INPUTS: st.SearchStrategy[LaneInput] = st.one_of(
    st.sampled_from([ADD, ADD, ADD, FinalizeSubtotal(), VoidBasket(), StartBasket()]),
    st.sampled_from([ANNA, MARIA, None]).map(lambda who: SignOn(employee=who)),
    st.just(SignOff(reason="requested")),
    st.sampled_from(["5001", "5002"]).map(lambda card: IdentifyCustomer(customer_id=card)),
    st.integers(1, 5).map(
        lambda pieces: AddItem(gtin=FULL_RATE.gtin, item=FULL_RATE, quantity=pieces)
    ),
    st.just(
        AddItem(
            gtin=MILK.gtin,
            item=MILK,
            flags=(ItemFlag.RECALLED,),
            warning="it is recalled.",
            read_as=Symbology.UPCE,
        )
    ),
    st.integers(1, 9).map(lambda line: VoidLine(line_id=line)),
    st.builds(Pay, tender=st.sampled_from(Tender), tendered=st.sampled_from([None, 2000])),
    st.builds(
        CheckAge,
        minimum_age=st.sampled_from([16, 18]),
        verdict=st.sampled_from(Verdict),
        method=st.just("visual"),
        rule=st.just("18+"),
    ),
    st.just(NoSale(reason="change", approver=MARIA)),
)


def events_of(inputs: list[LaneInput]) -> list[Event]:
    """Events that a lane journals of the inputs that it accepts."""
    ids = count(1)
    context = Context(now=NOON, new_id=lambda: f"id-{next(ids)}")
    state, events = FRESH, list[Event]()
    for given_input in inputs:
        outcome = decide(state, given_input, context)
        if isinstance(outcome, Outcome):
            events += outcome.events
            state = fold(state, outcome.events)
    return events


@given(st.lists(INPUTS, max_size=40), st.integers(0, 60))
@settings(max_examples=200)
def test_journal_is_the_lane(inputs: list[LaneInput], cut: int) -> None:
    """Events that were written and read give the same lane, folded at once or from a snapshot."""
    events = events_of([ON, *inputs])
    read = [parse_event(event.model_dump_json()) for event in events]
    snapshot = LaneState.model_validate_json(fold(FRESH, events[:cut]).model_dump_json())
    assert fold(FRESH, events) == fold(FRESH, read) == fold(snapshot, read[cut:])


@given(st.lists(INPUTS, max_size=40))
def test_totals_are_those_of_the_lines(inputs: list[LaneInput]) -> None:
    state = fold(FRESH, events_of([ON, *inputs]))
    if state.basket is not None:
        assert state.basket.totals == totals_of(state.basket.lines, "EUR", True)
    assert state.prompts == bounded(state.prompts)


PLACE = JournalPlace(epoch=1, sequence=1, hash="0" * 64)
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("occurred_at", "started_at", "ended_at"), st.just(NOON)),
    **dict.fromkeys(("gtin", "because_gtin"), st.just(MILK.gtin)),
    **dict.fromkeys(("head", "place", "predecessor", "journal_head"), st.just(PLACE)),
    "basket_id": st.just("id-2"),
    "currency": st.sampled_from([None, "EUR", "USD"]),
    "tax_rate": st.sampled_from([Decimal(0), Decimal("8.875")]),
    "seconds": st.integers(-9, 9),
    "taxes": st.just(()),
}
"""Field name -> values, where the field's type alone does not give valid ones."""
MONEY = st.builds(Money, minor=st.integers(0, 999), currency=st.just("EUR"))


def made(event: type[Event]) -> st.SearchStrategy[Event]:
    """Any event of that type, of the sale ``id-2``."""
    fields = {
        name: MONEY if "Money" in str(field.annotation) else GIVEN.get(name)
        for name, field in event.model_fields.items()
    }
    return st.builds(
        event, **{name: values for name, values in fields.items() if values is not None}
    )


def selling() -> LaneState:
    return fold(FRESH, events_of([ON, ADD]))


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=list(CATALOGUE))
def test_events_that_do_not_fit(event: type[Event]) -> None:
    """Behind a gap of a damaged journal the lane goes on as well as it can."""

    @given(made(event), st.sampled_from([FRESH, after(ON), held(selling())]))
    @settings(max_examples=20)
    def folds(happened: Event, state: LaneState) -> None:
        after_it = evolve(state, happened)
        assert LaneState.model_validate_json(after_it.model_dump_json()) == after_it
        if event in PLUGIN_EVENTS:
            assert after_it is state

    folds()


def test_configuration_changes_at_the_start() -> None:
    """Another tax rule holds for the open sale too; another currency waits for its end."""
    started = AgentStarted(
        occurred_at=NOON,
        agent_version="1",
        previous_stop="crash",
        currency="USD",
        prices_include_tax=False,
    )
    again = evolve(selling(), started)
    assert again.basket is not None
    assert (again.basket.totals.net.minor, again.basket.totals.tax.minor) == (107, 7)
    assert again.basket.totals == totals_of(again.basket.lines, "EUR", False)
    assert (again.running, again.currency) == (True, "EUR")
    (subtotal,) = [
        event for event in events_of([ON, ADD, FinalizeSubtotal()]) if "subtotal" in event.type
    ]
    told = evolve(fold(FRESH, [*events_of([ON, ADD, FinalizeSubtotal()])]), started)
    assert subtotal.type == "pos.subtotal.finalized"
    assert told.basket is not None
    assert not told.basket.subtotaled
    assert evolve(after(ON), started).currency == "USD"


def test_sale_of_another_basket() -> None:
    """An event of a sale that is gone does not touch the open one."""
    open_sale = after(ON, ADD)
    (other,) = [event for event in events_of([ON, ADD]) if event.type == "pos.item.added"]
    assert evolve(open_sale, other).basket == open_sale.basket


def test_payment_ends_words_about_the_sale() -> None:
    warned = after(ON, AddItem(gtin=MILK.gtin, item=MILK, warning="it expired."))
    assert warned.basket is not None
    paid = PaymentCompleted(
        occurred_at=NOON,
        basket_id=warned.basket.basket_id,
        sale_number=1,
        employee_id="1",
        tender=Tender.CARD,
        total=MILK.unit_price,
        tendered=MILK.unit_price,
        change=Money(minor=0, currency="EUR"),
    )
    assert [prompt.message for prompt in evolve(warned, paid).prompts] == ["Paid. No change."]
