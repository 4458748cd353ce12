"""Fraud detection: every rule alerts at its limit, once, and can be turned off."""

from typing import Any

from edge_agent.api.commands import (
    EnterCode,
    FinalizeSubtotal,
    Pay,
    SignOff,
    SignOn,
    VoidBasket,
    VoidLine,
)
from edge_agent.api.events import FraudAlerted, ScanRefused, Tender
from edge_agent.testing import PluginScenario
from plugins.fraud_detection import FraudDetection

PEN = "04006381333931"


def lane(**settings: Any) -> PluginScenario:
    scenario = PluginScenario(FraudDetection, **settings)
    scenario.price(PEN, 3000)
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def sell_and_void(scenario: PluginScenario, lines: int) -> None:
    for _ in range(lines):
        scenario.do(EnterCode(code=PEN))
        assert scenario.lane.basket is not None
        scenario.do(VoidLine(line_id=len(scenario.lane.basket.lines)))


def alerts(scenario: PluginScenario) -> list[tuple[str, int]]:
    return [(e.rule, e.observed) for e in scenario.events if isinstance(e, FraudAlerted)]


def test_many_voids_within_the_window_alert_once() -> None:
    scenario = lane()
    sell_and_void(scenario, 2)
    assert alerts(scenario) == []
    sell_and_void(scenario, 1)
    assert alerts(scenario) == [("many-voids", 3)]
    sell_and_void(scenario, 2)
    assert alerts(scenario) == [("many-voids", 3)]


def test_voids_outside_the_window_do_not_count() -> None:
    scenario = lane(window_minutes=10)
    for _ in range(6):
        sell_and_void(scenario, 1)
        scenario.advance(601)
    assert alerts(scenario) == []


def test_another_operator_starts_from_nothing() -> None:
    scenario = lane()
    sell_and_void(scenario, 2)
    scenario.do(VoidBasket())
    scenario.do(SignOff())
    scenario.do(SignOn(badge="EMP9001"))
    sell_and_void(scenario, 1)
    assert alerts(scenario) == []


def test_a_void_after_the_subtotal_alerts() -> None:
    scenario = lane()
    scenario.do(EnterCode(code=PEN))
    scenario.do(FinalizeSubtotal())
    scenario.do(VoidLine(line_id=1))
    assert alerts(scenario) == [("void-after-subtotal", 1)]


def test_a_voided_sale_and_large_cash_alert_at_their_limits() -> None:
    scenario = lane(voided_sale_amount=3000, cash_amount=5000)
    scenario.do(EnterCode(code=PEN))
    scenario.do(VoidBasket())
    scenario.do(EnterCode(code=PEN))
    scenario.do(FinalizeSubtotal())
    scenario.do(Pay(tender=Tender.CASH, tendered=5000))
    assert alerts(scenario) == [("voided-sale", 3000), ("large-cash", 5000)]


def test_many_refused_scans_alert() -> None:
    scenario = lane(refused_scans_in_window=2)
    refused = ScanRefused(occurred_at=scenario.now, code="unknown_item", message="?")
    scenario.publish(refused)
    scenario.publish(refused)
    assert alerts(scenario) == [("many-refused-scans", 2)]


def test_zero_turns_a_rule_off() -> None:
    scenario = lane(
        voids_in_window=0,
        voided_sale_amount=0,
        cash_amount=0,
        refused_scans_in_window=0,
        void_after_subtotal=False,
    )
    sell_and_void(scenario, 9)
    scenario.do(EnterCode(code=PEN))
    scenario.do(FinalizeSubtotal())
    scenario.do(VoidLine(line_id=10))
    scenario.do(VoidBasket())
    assert alerts(scenario) == []


def test_an_alert_can_hold_the_sale_for_a_lead() -> None:
    scenario = lane(hold_for_lead=True, voids_in_window=1)
    sell_and_void(scenario, 1)
    assert "A shift lead must look" in scenario.holds[0]
