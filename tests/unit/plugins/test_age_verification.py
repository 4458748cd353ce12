"""Age verification: no restricted item is paid for without a proof of age."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from edge_agent.api.age import NoScanReason, Verdict
from edge_agent.api.commands import (
    CheckAge,
    EnterCode,
    FinalizeSubtotal,
    Pay,
    ReleaseHold,
    SignOn,
    VoidBasket,
    VoidLine,
)
from edge_agent.api.events import PluginChanged, Tender
from edge_agent.runtime.pipeline.unit_of_work import PipelineState
from edge_agent.testing import PluginScenario
from plugins.age_verification import AgeSettings, AgeVerification

PEN, BEER, GAME = "04006381333931", "00000096385074", "00036000291452"
PASS_18 = CheckAge(minimum_age=18, verdict=Verdict.PASS, reason=NoScanReason.NO_CODE)
ASK_18, ASK_16 = (f"Check ID: the customer must be {age} or older." for age in (18, 16))


@pytest.fixture
def lane() -> PluginScenario:
    scenario = PluginScenario(AgeVerification)
    scenario.price(PEN)
    scenario.price(BEER, restriction="alcohol")
    scenario.price(GAME, restriction="games")
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def add(lane: PluginScenario, *gtins: str) -> None:
    for gtin in gtins:
        lane.do(EnterCode(code=gtin))


def test_an_unrestricted_item_asks_nothing(lane: PluginScenario) -> None:
    add(lane, PEN)
    assert lane.holds == []


def test_a_restricted_item_holds_and_tells_the_age(lane: PluginScenario) -> None:
    add(lane, BEER)
    assert [event.type for event in lane.last] == [
        "pos.basket.started",
        "pos.item.added",
        "pos.age.check_required",
        "pos.hold.placed",
    ]
    assert lane.holds == [ASK_18]
    assert lane.lane.basket is not None
    assert lane.lane.basket.holds[0].minimum_age == 18


def test_payment_waits_for_the_check(lane: PluginScenario) -> None:
    add(lane, BEER)
    lane.do(FinalizeSubtotal())
    refused = lane.try_to(Pay(tender=Tender.CARD))
    assert refused is not None
    assert ASK_18 in refused.message
    lane.do(PASS_18)
    lane.do(Pay(tender=Tender.CARD))


def test_the_highest_age_counts(lane: PluginScenario) -> None:
    add(lane, GAME)
    assert lane.holds == [ASK_16]
    add(lane, BEER)
    assert lane.holds == [ASK_18]
    lane.do(CheckAge(minimum_age=16, verdict=Verdict.PASS, reason=NoScanReason.NO_CODE))
    assert lane.holds == [ASK_18]
    lane.do(PASS_18)
    assert lane.holds == []


def test_one_check_is_enough_for_the_whole_sale(lane: PluginScenario) -> None:
    add(lane, BEER)
    lane.do(PASS_18)
    add(lane, BEER, GAME)
    assert lane.holds == []


def test_a_check_is_never_good_for_the_next_customer(lane: PluginScenario) -> None:
    add(lane, BEER)
    lane.do(PASS_18)
    lane.do(VoidBasket())
    add(lane, BEER)
    assert lane.holds == [ASK_18]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.UNDETERMINED])
def test_without_proof_the_sale_stays_held(lane: PluginScenario, verdict: Verdict) -> None:
    add(lane, BEER)
    lane.do(CheckAge(minimum_age=18, verdict=verdict, reason=NoScanReason.NO_CODE))
    assert lane.holds == [ASK_18]
    assert "oid the restricted items" in lane.prompts[0]


def test_voiding_the_restricted_items_frees_the_sale(lane: PluginScenario) -> None:
    add(lane, BEER, GAME, PEN)
    lane.do(VoidLine(line_id=1))
    assert lane.holds == [ASK_16]
    lane.do(VoidLine(line_id=2))
    assert lane.holds == []


def test_a_category_nobody_configured_needs_the_fallback_age(lane: PluginScenario) -> None:
    lane.price(PEN, restriction="fireworks")
    add(lane, PEN)
    assert "21 or older" in lane.holds[0]


def test_ages_are_settings() -> None:
    lane = PluginScenario(AgeVerification, minimum_ages={"alcohol": 16})
    lane.price(BEER, restriction="alcohol")
    lane.do(SignOn(badge="EMP1001"))
    add(lane, BEER)
    assert lane.holds == [ASK_16]


def test_a_later_failed_check_takes_the_proof_back(lane: PluginScenario) -> None:
    add(lane, BEER)
    lane.do(PASS_18)
    lane.do(CheckAge(minimum_age=18, verdict=Verdict.FAIL, reason=NoScanReason.NO_CODE))
    assert lane.holds == [ASK_18]


def test_a_lower_failed_check_leaves_what_a_higher_one_cannot(lane: PluginScenario) -> None:
    add(lane, GAME)
    lane.do(PASS_18)
    lane.do(CheckAge(minimum_age=21, verdict=Verdict.FAIL, reason=NoScanReason.NO_CODE))
    assert lane.holds == []


def test_what_was_scanned_while_off_is_held_when_it_is_turned_on(lane: PluginScenario) -> None:
    lane._state = PipelineState(lane.lane, {lane.slot.name: replace(lane.slot, enabled=False)})
    add(lane, BEER)
    assert lane.holds == []
    lane._state = PipelineState(lane.lane, {lane.slot.name: replace(lane.slot, enabled=True)})
    changed = PluginChanged(occurred_at=lane.now, plugin="age-verification", change="enabled")
    lane.publish(changed)
    assert lane.holds == [ASK_18]


def test_the_subtotal_is_the_last_look(lane: PluginScenario) -> None:
    add(lane, BEER)
    lane.do(PASS_18)
    assert lane.slot.plugin is not None
    stricter = lane.slot.with_settings({"minimum_ages": {"alcohol": 21}})
    lane._state = PipelineState(lane.lane, {lane.slot.name: stricter})
    lane.do(FinalizeSubtotal())
    assert "21 or older" in lane.holds[0]


def test_a_leads_word_stands_until_something_stricter_comes(lane: PluginScenario) -> None:
    add(lane, GAME, GAME)
    assert lane.lane.basket is not None
    hold_id = lane.lane.basket.holds[0].hold_id
    lane.do(ReleaseHold(hold_id=hold_id, badge="EMP9001", reason="known"))
    lane.do(VoidLine(line_id=1))
    lane.do(FinalizeSubtotal())
    assert lane.holds == []
    add(lane, BEER)
    assert lane.holds == [ASK_18]


@pytest.mark.parametrize("age", [-1, 0, 121])
def test_an_age_that_asks_nobody_is_refused(age: int) -> None:
    with pytest.raises(ValidationError, match=r"minimum_ages\.alcohol"):
        AgeSettings(minimum_ages={"alcohol": age})


FAIL_18 = CheckAge(minimum_age=18, verdict=Verdict.FAIL, reason=NoScanReason.NO_CODE)


def test_second_persons_document_frees_nothing(lane: PluginScenario) -> None:
    """Neither at once nor at the subtotal, nor for what is scanned afterwards."""
    add(lane, BEER)
    lane.do(FAIL_18)
    lane.do(PASS_18)
    assert lane.holds == [ASK_18]
    lane.do(FinalizeSubtotal())
    assert lane.holds == [ASK_18]
    add(lane, BEER)
    assert lane.holds == [ASK_18]


def test_sale_without_the_items_goes_on_after_a_fail(lane: PluginScenario) -> None:
    add(lane, BEER, PEN)
    lane.do(FAIL_18)
    lane.do(VoidLine(line_id=1))
    assert lane.holds == []
