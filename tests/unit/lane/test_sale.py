"""The sale, step by step: each test is a state, an input and what must follow."""

from decimal import Decimal

import pytest

from edge_agent.api.age import AgeReason, Verdict
from edge_agent.api.events import AgeChecked, Event, ItemAdded, Tender
from edge_agent.api.lane import Phase
from edge_agent.api.values import (
    Employee,
    ItemFlag,
    Money,
    PriceBookItem,
    Refused,
    Symbology,
    Weight,
)
from edge_agent.lane import holds
from edge_agent.lane.basket import MOST_LINES, MOST_PIECES
from edge_agent.lane.decide import decide
from edge_agent.lane.evolve import fold
from edge_agent.lane.inputs import (
    AddItem,
    CheckAge,
    FinalizeSubtotal,
    IdentifyCustomer,
    LaneInput,
    Pay,
    ReleaseHold,
    SignOff,
    SignOn,
    StartBasket,
    VoidBasket,
    VoidLine,
)
from edge_agent.lane.outcome import Outcome, ReceiptJob
from tests.conftest import SEVEN_OF_A_SALE
from tests.unit.lane.sales import (
    ADD,
    ANNA,
    CONTEXT,
    FRESH,
    MARIA,
    MILK,
    ON,
    after,
    held,
    new_context,
    taken,
)


def types(events: tuple[Event, ...]) -> list[str]:
    return [event.type for event in events]


def test_a_whole_sale_gives_the_seven_events_in_order() -> None:
    inputs = (
        ON,
        StartBasket(),
        IdentifyCustomer(customer_id="5001"),
        ADD,
        FinalizeSubtotal(),
        Pay(tender=Tender.CASH, tendered=500),
        SignOff(reason="requested"),
    )
    state, seen = FRESH, list[str]()
    for given in inputs:
        outcome = taken(state, given)
        state, seen = outcome.state, seen + types(outcome.events)
    assert seen == SEVEN_OF_A_SALE


@pytest.mark.parametrize(
    ("before", "given", "code", "says"),
    [
        ((), ADD, "nobody_signed_on", "badge"),
        ((), SignOff(reason="requested"), "nobody_signed_on", "badge"),
        ((), FinalizeSubtotal(), "nobody_signed_on", "badge"),
        ((), SignOn(employee=None), "unknown_badge", "not known"),
        ((ON,), ON, "already_signed_on", "Anna is already"),
        ((ON,), SignOn(employee=MARIA), "lane_taken", "Anna is signed on"),
        ((ON,), FinalizeSubtotal(), "no_sale", "no open sale"),
        ((ON,), VoidLine(line_id=1), "no_sale", "no open sale"),
        ((ON,), VoidBasket(), "no_sale", "no open sale"),
        ((ON,), Pay(tender=Tender.CASH), "no_sale", "no open sale"),
        ((ON,), AddItem(gtin=MILK.gtin, item=None), "unknown_item", "not in the price book"),
        ((ON, StartBasket()), StartBasket(), "sale_open", "still open"),
        ((ON, ADD), StartBasket(), "sale_open", "still open"),
        ((ON, ADD), SignOff(reason="requested"), "sale_open", "void it"),
        ((ON, StartBasket()), FinalizeSubtotal(), "nothing_to_pay", "no items"),
        ((ON, ADD), VoidLine(line_id=2), "no_such_line", "Line 2"),
        ((ON, ADD, VoidLine(line_id=1)), VoidLine(line_id=1), "no_such_line", "already voided"),
        ((ON, ADD), Pay(tender=Tender.CASH), "no_subtotal", "subtotal first"),
        ((ON, ADD, FinalizeSubtotal()), FinalizeSubtotal(), "already_subtotaled", "1.07 EUR"),
        (
            (ON, ADD, FinalizeSubtotal()),
            Pay(tender=Tender.CASH, tendered=100),
            "too_little",
            "0.07",
        ),
        (
            (ON, ADD, FinalizeSubtotal()),
            Pay(tender=Tender.CARD, tendered=200),
            "card_amount",
            "1.07",
        ),
        (
            (ON, ADD, FinalizeSubtotal()),
            Pay(tender=Tender.CASH, tendered=10**9),
            "too_much",
            "cannot be right",
        ),
        (
            (ON, IdentifyCustomer(customer_id="1")),
            IdentifyCustomer(customer_id="1"),
            "customer_known",
            "already",
        ),
        (
            (ON, IdentifyCustomer(customer_id="1")),
            IdentifyCustomer(customer_id="2"),
            "customer_taken",
            "Another",
        ),
        (
            (ON, ADD),
            ReleaseHold(hold_id="x", approver=MARIA, reason="r"),
            "no_such_hold",
            "gone",
        ),
    ],
)
def test_out_of_order_is_refused_in_the_cashiers_words(
    before: tuple[LaneInput, ...], given: LaneInput, code: str, says: str
) -> None:
    refused = decide(after(*before), given, CONTEXT)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert says in refused.message
    assert refused.message.endswith(".")


def test_the_first_item_starts_the_sale() -> None:
    assert types(taken(after(ON), ADD).events) == ["pos.basket.started", "pos.item.added"]


def test_phases_follow_the_sale() -> None:
    inputs = (ON, ADD, FinalizeSubtotal(), ADD, FinalizeSubtotal(), Pay(tender=Tender.CARD))
    state, phases = FRESH, [FRESH.phase]
    for given in inputs:
        state = after(given, state=state)
        phases.append(state.phase)
    assert phases == [
        Phase.SIGNED_OFF,
        Phase.READY,
        Phase.SELLING,
        Phase.SUBTOTALED,
        Phase.SELLING,
        Phase.SUBTOTALED,
        Phase.READY,
    ]


def test_most_pieces_of_a_line() -> None:
    state = after(ON, AddItem(gtin=MILK.gtin, item=MILK, quantity=MOST_PIECES))
    assert state.basket is not None
    assert state.basket.totals.item_count == MOST_PIECES


def test_quantity_multiplies_the_line() -> None:
    state = after(ON, AddItem(gtin=MILK.gtin, item=MILK, quantity=3))
    assert state.basket is not None
    assert state.basket.totals.total == Money(minor=321, currency="EUR")
    assert state.basket.totals.item_count == 3


def test_a_voided_line_stays_but_counts_no_more() -> None:
    state = after(ON, ADD, ADD, VoidLine(line_id=1))
    assert state.basket is not None
    assert [line.voided for line in state.basket.lines] == [True, False]
    assert state.basket.totals.total == MILK.unit_price


def test_void_after_subtotal_is_marked_and_needs_a_new_subtotal() -> None:
    outcome = taken(after(ON, ADD, ADD, FinalizeSubtotal()), VoidLine(line_id=2))
    assert outcome.events[0].after_subtotal is True  # type: ignore[attr-defined]
    assert outcome.state.phase is Phase.SELLING


def test_cash_gives_change_opens_the_drawer_and_prints() -> None:
    outcome = taken(after(ON, ADD, FinalizeSubtotal()), Pay(tender=Tender.CASH, tendered=500))
    paid = outcome.events[0]
    assert paid.change == Money(minor=393, currency="EUR")  # type: ignore[attr-defined]
    assert [type(job).__name__ for job in outcome.jobs] == ["DrawerJob", "ReceiptJob"]
    assert outcome.state.prompts[0].message == "Paid. Change: 3.93 EUR."


def test_a_card_prints_and_leaves_the_drawer_shut() -> None:
    outcome = taken(after(ON, ADD, FinalizeSubtotal()), Pay(tender=Tender.CARD))
    assert [type(job) for job in outcome.jobs] == [ReceiptJob]


def test_sales_are_numbered_without_gaps() -> None:
    state = after(ON, ADD, VoidBasket(), ADD, FinalizeSubtotal(), Pay(tender=Tender.CARD), ADD)
    assert state.basket is not None
    assert state.basket.sale_number == 3


def test_a_sale_has_a_bounded_number_of_lines() -> None:
    state = after(ON, *([ADD] * MOST_LINES))
    refused = decide(state, ADD, CONTEXT)
    assert isinstance(refused, Refused)
    assert refused.code == "basket_full"


def test_a_hold_stops_tender_until_its_source_lifts_it() -> None:
    state = after(ON, ADD, FinalizeSubtotal())
    placed = holds.place(state, "age", "k", "Check ID.", CONTEXT)
    state = fold(state, placed)
    refused = decide(state, Pay(tender=Tender.CARD), CONTEXT)
    assert isinstance(refused, Refused)
    assert (refused.code, "Check ID." in refused.message) == ("held", True)
    lifted = holds.lift(state, "age", "k", "18+", CONTEXT)
    assert types((*placed, *lifted)) == ["pos.hold.placed", "pos.hold.released"]
    state = fold(state, lifted)
    assert isinstance(decide(state, Pay(tender=Tender.CARD), CONTEXT), Outcome)


def test_hold_is_renewed() -> None:
    """One hold per key: its words change by a second event, and the same words by none."""
    state = held(after(ON, ADD), message="16")
    (renewed,) = holds.place(state, "age", "k", "18", CONTEXT)
    state = fold(state, [renewed])
    assert state.basket is not None
    assert [hold.message for hold in state.basket.holds] == ["18"]
    assert holds.place(state, "age", "k", "18", CONTEXT) == ()


def test_nobody_lifts_the_hold_of_another() -> None:
    assert holds.lift(held(after(ON, ADD)), "fraud", "k", "r", CONTEXT) == ()


@pytest.mark.parametrize("approver", [None, ANNA])
def test_only_a_lead_lifts_a_hold_by_hand(approver: Employee | None) -> None:
    state = held(after(ON, ADD))
    assert state.basket is not None
    hold_id = state.basket.holds[0].hold_id
    refused = decide(state, ReleaseHold(hold_id=hold_id, approver=approver, reason="r"), CONTEXT)
    assert isinstance(refused, Refused)
    assert refused.code == "lead_needed"


def test_a_leads_release_says_who_and_why() -> None:
    state = held(after(ON, ADD))
    assert state.basket is not None
    hold_id = state.basket.holds[0].hold_id
    outcome = taken(state, ReleaseHold(hold_id=hold_id, approver=MARIA, reason="known"))
    released = outcome.events[0]
    assert (released.released_by, released.reason) == ("9", "known")  # type: ignore[attr-defined]


def test_an_age_check_records_only_the_decision() -> None:
    given = CheckAge(minimum_age=18, verdict=Verdict.PASS, method="visual", rule="18+")
    checked = taken(after(ON, ADD), given).events[0]
    assert set(checked.model_dump()) == {
        "type", "version", "occurred_at", "basket_id", "minimum_age", "verdict", "method",
        "employee_id", "rule", "reasons", "no_scan_reason", "document_class", "expired",
        "failed_before", "by_lead",
    }  # fmt: skip


def check(verdict: Verdict, age: int = 18) -> CheckAge:
    return CheckAge(minimum_age=age, verdict=verdict, method="visual", rule=f"{age}+")


@pytest.mark.parametrize("age", [18, 21])
def test_second_document_after_a_fail(age: int) -> None:
    """Somebody else's pass lifts nothing, and the lane and the event say why."""
    failed = taken(held(after(ON, ADD), minimum_age=18), check(Verdict.FAIL)).state
    second = taken(failed, check(Verdict.PASS, age))
    assert second.state.basket is not None
    assert len(second.state.basket.holds) == 1
    assert second.state.basket.age_checked is None
    (checked,) = second.events
    assert isinstance(checked, AgeChecked)
    assert (checked.verdict, checked.failed_before, checked.proves_age) == ("pass", True, False)
    assert "has failed before" in second.state.prompts[-1].message


def test_lower_age_after_a_fail() -> None:
    """Who is not 18 may still be 16."""
    failed = taken(held(after(ON, ADD), minimum_age=16), check(Verdict.FAIL)).state
    passed = taken(failed, check(Verdict.PASS, 16))
    assert passed.state.basket is not None
    assert passed.state.basket.holds == ()


def test_undetermined_is_neither_pass_nor_fail() -> None:
    """It lifts nothing; a card that could not be read may be read at the second scan."""
    unread = taken(held(after(ON, ADD), minimum_age=18), check(Verdict.UNDETERMINED)).state
    assert unread.basket is not None
    assert len(unread.basket.holds) == 1
    passed = taken(unread, check(Verdict.PASS))
    assert passed.state.basket is not None
    assert passed.state.basket.holds == ()


def test_lead_signed_on_decides_after_a_fail() -> None:
    selling = held(after(SignOn(employee=MARIA), ADD), minimum_age=18)
    failed = taken(selling, check(Verdict.FAIL)).state
    passed = taken(failed, check(Verdict.PASS))
    assert passed.state.basket is not None
    assert passed.state.basket.holds == ()
    assert isinstance(passed.events[0], AgeChecked)
    assert passed.events[0].by_lead


def test_lead_lifts_the_hold_after_a_fail() -> None:
    failed = taken(held(after(ON, ADD), minimum_age=18), check(Verdict.FAIL)).state
    lifted = taken(failed, SignOn(employee=MARIA)).state
    assert lifted.basket is not None
    assert lifted.basket.holds == ()


def test_fail_is_forgotten_with_the_sale() -> None:
    failed = taken(held(after(ON, ADD), minimum_age=18), check(Verdict.FAIL)).state
    next_sale = held(after(VoidBasket(), ADD, state=failed), minimum_age=18)
    passed = taken(next_sale, check(Verdict.PASS))
    assert passed.state.basket is not None
    assert passed.state.basket.holds == ()


def test_a_refusal_changes_nothing() -> None:
    state = after(ON, ADD)
    before, given = state.model_dump_json(), new_context()
    assert isinstance(decide(state, StartBasket(), given), Refused)
    assert state.model_dump_json() == before
    assert decide(state, ADD, given) == decide(state, ADD, new_context())


def test_an_age_check_lifts_the_holds_that_ask_for_no_more() -> None:
    state = held(after(ON, ADD), "off-now", "k", "16", minimum_age=16)
    state = held(state, "off-now", "l", "21", minimum_age=21)
    state = held(state, "fraud", "m", "a lead must look")
    checked = taken(
        state, CheckAge(minimum_age=18, verdict=Verdict.PASS, method="visual", rule="18+")
    )
    assert checked.state.basket is not None
    assert [hold.message for hold in checked.state.basket.holds] == ["21", "a lead must look"]
    failed = taken(
        state, CheckAge(minimum_age=18, verdict=Verdict.FAIL, method="visual", rule="18+")
    )
    assert failed.state.basket is not None
    assert len(failed.state.basket.holds) == 3


def test_a_leads_badge_lifts_the_first_hold_a_cashiers_does_not() -> None:
    state = held(after(ON, ADD), "fraud", "k", "look")
    lifted = taken(state, SignOn(employee=MARIA))
    assert types(lifted.events) == ["pos.hold.released"]
    assert lifted.state.operator is not None
    assert lifted.state.operator.name == "Anna"
    jonas = Employee(badge="EMP2", employee_id="2", name="Jonas")
    refused = decide(state, SignOn(employee=jonas), CONTEXT)
    assert isinstance(refused, Refused)


def test_an_item_priced_in_another_currency_is_refused() -> None:
    dollars = MILK.model_copy(update={"unit_price": Money(minor=99, currency="USD")})
    refused = decide(after(ON), AddItem(gtin=MILK.gtin, item=dollars), CONTEXT)
    assert isinstance(refused, Refused)
    assert refused.code == "wrong_currency"


HAM = MILK.model_copy(update={"description": "Ham", "sold_by": "kg"})
WEIGHT = Weight(value=Decimal("0.455"), unit="kg")


def test_a_weighed_line_costs_its_weight_rounded_half_up() -> None:
    added = taken(after(ON), AddItem(gtin=HAM.gtin, item=HAM, weight=WEIGHT))
    event = added.events[1]
    assert isinstance(event, ItemAdded)
    assert (event.amount.minor, event.unit_price.minor, event.weight) == (49, 107, WEIGHT)
    assert added.state.basket is not None
    assert added.state.basket.totals.total.minor == 49


def test_the_labels_price_is_what_is_paid() -> None:
    price = Money(minor=599, currency="EUR")
    given = AddItem(gtin=HAM.gtin, item=HAM, weight=WEIGHT, label_price=price, quantity=2)
    state = taken(after(ON), given).state
    assert state.basket is not None
    assert state.basket.lines[0].amount.minor == 1198


@pytest.mark.parametrize(
    ("item", "changes", "code"),
    [
        (HAM, {}, "weigh_it"),
        (MILK, {"weight": WEIGHT}, "wrong_unit"),
        (HAM, {"weight": Weight(value=Decimal(1), unit="lb")}, "wrong_unit"),
        (HAM, {"weight": Weight(value=Decimal(0), unit="kg")}, "label_weight"),
        (HAM, {"weight": Weight(value=Decimal("0.001"), unit="kg")}, "label_weight"),
        (HAM, {"weight": Weight(value=Decimal(1001), unit="kg")}, "label_weight"),
        (HAM, {"label_price": Money(minor=0, currency="EUR")}, "label_price"),
        (HAM, {"label_price": Money(minor=10**9, currency="EUR")}, "label_price"),
        (MILK, {"quantity": 0}, "quantity"),
        (MILK, {"quantity": MOST_PIECES + 1}, "quantity"),
        (MILK, {"quantity": 99_999_999}, "quantity"),
        (HAM, {"label_price": Money(minor=5, currency="USD")}, "wrong_currency"),
    ],
)
def test_a_measure_that_does_not_fit_the_item_is_refused(
    item: PriceBookItem, changes: dict[str, object], code: str
) -> None:
    given = AddItem(gtin=item.gtin, item=item).model_copy(update=changes)
    refused = decide(after(ON), given, CONTEXT)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.gtin) == (code, item.gtin)


def test_a_flagged_item_is_sold_with_a_warning_that_stays() -> None:
    given = AddItem(gtin=MILK.gtin, item=MILK, flags=(ItemFlag.PAST_EXPIRY,), warning="it expired.")
    flagged = taken(after(ON), given)
    added = flagged.events[1]
    assert isinstance(added, ItemAdded)
    assert added.flags == (ItemFlag.PAST_EXPIRY,)
    later = after(ADD, state=flagged.state)
    assert [prompt.message for prompt in later.prompts] == ["Milk: it expired."]


def test_what_eight_digits_were_taken_for_is_said() -> None:
    given = AddItem(gtin=MILK.gtin, item=MILK, read_as=Symbology.UPCE)
    state = after(ON, given)
    assert [prompt.message for prompt in state.prompts] == ["Milk: the code was read as UPC-E."]


@pytest.mark.parametrize("reason", list(AgeReason))
def test_every_reason_of_an_age_check_is_told_in_words(reason: AgeReason) -> None:
    verdict = Verdict.FAIL if reason is AgeReason.UNDER_AGE else Verdict.UNDETERMINED
    given = CheckAge(
        minimum_age=18, verdict=verdict, method="document_scan", rule="18+", reasons=(reason,)
    )
    (prompt,) = taken(after(ON, ADD), given).state.prompts
    assert "oid the restricted items" in prompt.message
    assert reason is AgeReason.UNDER_AGE or "does not prove 18 years: " in prompt.message
