"""Plugins answer events; none of them can stop the lane."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from edge_agent.api.commands import EnterCode, FinalizeSubtotal, Pay, SignOn
from edge_agent.api.events import (
    AgentStarted,
    Event,
    HoldReleased,
    ItemAdded,
    PaymentCompleted,
    PluginFaulted,
    PluginReported,
    Tender,
)
from edge_agent.api.plugin import Action, CallHttp, PlaceHold, Publish, Record, StartTimer
from edge_agent.runtime.pipeline.unit_of_work import (
    MOST_CONSEQUENCES,
    QUARANTINE_AFTER,
    PipelineState,
)
from edge_agent.runtime.plugins.slot import PluginSlot, PluginStatus
from edge_agent.runtime.plugins.watchdog import PluginTimeout, Watchdog
from edge_agent.store.outbox import bounded_body
from edge_agent.testing import NOON, PluginScenario
from tests.unit.runtime.plugins_for_tests import (
    Broken,
    Counter,
    Endless,
    Misbehaving,
    Undeclared,
)

PEN, BEER = "04006381333931", "00000096385074"


def selling(scenario: PluginScenario) -> PluginScenario:
    scenario.price(PEN)
    scenario.price(BEER, restriction="alcohol")
    scenario.do(SignOn(badge="EMP1001"))
    return scenario


def types(scenario: PluginScenario) -> list[str]:
    return [event.type for event in scenario.last]


def test_an_active_plugin_sees_its_events_and_keeps_its_state() -> None:
    scenario = selling(PluginScenario(Counter, step=2))
    scenario.do(EnterCode(code=PEN))
    scenario.do(EnterCode(code=PEN))
    assert scenario.state().count == 4
    assert types(scenario) == ["pos.item.added", "lane.plugin.reported"]
    assert scenario.prompts == ["4"]


def test_an_inactive_plugin_sees_nothing() -> None:
    scenario = selling(PluginScenario(Counter, enabled=False))
    scenario.do(EnterCode(code=PEN))
    assert (scenario.state().count, types(scenario)[-1]) == (0, "pos.item.added")


def test_a_fault_is_recorded_and_the_sale_goes_on() -> None:
    scenario = selling(PluginScenario(Broken))
    scenario.do(EnterCode(code=PEN))
    fault = scenario.last[-1]
    assert isinstance(fault, PluginFaulted)
    assert (fault.detail, fault.quarantined) == ("RuntimeError: it is broken", False)
    assert scenario.lane.basket is not None
    assert scenario.holds == []


def test_repeated_faults_quarantine_and_say_so() -> None:
    scenario = selling(PluginScenario(Broken))
    for _ in range(QUARANTINE_AFTER + 2):
        scenario.do(EnterCode(code=PEN))
    assert scenario.slot.status is PluginStatus.QUARANTINED
    faults = [event for event in scenario.events if isinstance(event, PluginFaulted)]
    assert [fault.quarantined for fault in faults] == [False, False, True]


def test_a_faulty_guard_fails_closed_on_restricted_items_also_in_quarantine() -> None:
    scenario = selling(PluginScenario(Broken))
    for _ in range(QUARANTINE_AFTER):
        scenario.do(EnterCode(code=PEN))
    assert scenario.holds == []
    scenario.do(EnterCode(code=BEER))
    assert scenario.holds == ["A lead must look."]
    scenario.do(FinalizeSubtotal())
    refused = scenario.try_to(Pay(tender=Tender.CARD))
    assert refused is not None
    assert refused.code == "held"


def test_a_guard_that_does_not_load_holds_restricted_items() -> None:
    scenario = selling(PluginScenario(Counter))
    gone = PluginSlot("age", True, True, {}, None, None, detail="ImportError")
    scenario._state = PipelineState(scenario.lane, {"age": gone})
    scenario.do(EnterCode(code=PEN))
    assert scenario.holds == []
    scenario.do(EnterCode(code=BEER))
    assert scenario.holds == ["age is on but does not load. A shift lead must check this item."]


@pytest.mark.parametrize("change", [{"enabled": False}, {"registered": False}])
def test_a_plugin_that_is_off_guards_nothing(change: dict[str, Any]) -> None:
    scenario = selling(PluginScenario(Broken))
    off = replace(scenario.slot, **change)
    scenario._state = PipelineState(scenario.lane, {"broken": off})
    scenario.do(EnterCode(code=BEER))
    assert scenario.holds == []


def test_publishing_what_was_not_declared_is_a_fault() -> None:
    scenario = selling(PluginScenario(Undeclared))
    scenario.do(EnterCode(code=PEN))
    fault = scenario.last[-1]
    assert isinstance(fault, PluginFaulted)
    assert "without declaring" in fault.detail


def test_a_plugin_that_answers_itself_is_stopped() -> None:
    scenario = selling(PluginScenario(Endless))
    scenario.do(EnterCode(code=PEN))
    assert types(scenario).count("lane.plugin.reported") == MOST_CONSEQUENCES
    assert isinstance(scenario.last[-1], PluginFaulted)


def test_a_slow_answer_counts_but_is_a_fault() -> None:
    scenario = selling(PluginScenario(Counter))
    ticks = iter(range(0, 1000, 60))
    unit = scenario._unit()
    unit._budget = replace(unit._budget, clock=lambda: float(next(ticks)))
    scenario._unit = lambda: unit  # type: ignore[method-assign]
    scenario.do(EnterCode(code=PEN))
    assert scenario.state().count == 1
    assert [type(event).__name__ for event in scenario.last].count("PluginFaulted") == 1


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("exit", "SystemExit"),
        ("unserialisable record", "not JSON serializable"),
        ("wrong state", "CountSettings is not its state"),
        ("no action", "str is no action"),
        ("no decision", "AttributeError"),
        ("huge event", "more than 65536"),
        ("forged event", "ValidationError"),
        ("long words", "RuntimeError: xxx"),
        ("hold ping-pong", "things follow from one input"),
        ("request ping-pong", "things follow from one input"),
    ],
)
def test_every_nuisance_is_the_plugins_fault_and_never_the_lanes(
    monkeypatch: pytest.MonkeyPatch, how: str, says: str
) -> None:
    monkeypatch.setattr(Misbehaving, "how", how)
    scenario = selling(PluginScenario(Misbehaving))
    scenario.do(EnterCode(code=PEN))
    faults = [event.detail for event in scenario.events if isinstance(event, PluginFaulted)]
    assert any(says in fault for fault in faults), faults
    assert "pos.item.added" in types(scenario)


def test_a_plugin_that_never_answers_is_interrupted_and_quarantined_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Misbehaving, "how", "never answers")
    scenario = selling(PluginScenario(Misbehaving))
    unit = scenario._unit()
    unit._budget = replace(unit._budget, watch=Watchdog(0.1))
    scenario._unit = lambda: unit  # type: ignore[method-assign]
    scenario.do(EnterCode(code=PEN))
    assert scenario.slot.status is PluginStatus.QUARANTINED
    assert "misbehaving is quarantined: did not answer" in scenario.prompts[-1]


def test_a_watchdog_leaves_those_alone_who_answer() -> None:
    watchdog = Watchdog(60.0)
    assert [watchdog(lambda: sum(range(1000))) for _ in range(2000)] == [499500] * 2000


MANY = [0] * 2_000_000


@pytest.mark.parametrize(
    "work",
    [lambda: 1 in MANY, lambda: MANY + MANY + MANY + MANY, lambda: 7**600_000],
    ids=["a search", "a long list", "a power"],
)
def test_one_who_is_late_inside_c_code_is_interrupted_there_and_nowhere_else(
    work: Callable[[], object],
) -> None:
    watchdog = Watchdog(0.005)
    for _ in range(5):
        with pytest.raises(PluginTimeout):
            watchdog(lambda: [work() for _ in range(2000)][-1])
        # Nothing is on its way any more: what follows is left alone, however long it takes.
        assert sum(number for number in range(300_000)) == 44_999_850_000


def test_one_who_ends_late_by_itself_has_not_answered() -> None:
    watchdog = Watchdog(0.005)

    def stubborn() -> str:
        with suppress(PluginTimeout):
            while True:
                continue
        return "late"

    def raises() -> str:
        try:
            return stubborn()
        finally:
            raise KeyError

    with pytest.raises(PluginTimeout):
        watchdog(stubborn)
    with pytest.raises(PluginTimeout):
        watchdog(raises)


def test_a_plugin_answers_for_what_it_causes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Misbehaving, "how", "chatty")
    chatty = PluginScenario(Misbehaving)
    chatty._state = PipelineState(
        chatty.lane, {**chatty._state.plugins, **PluginScenario(Counter)._state.plugins}
    )
    selling(chatty)
    chatty.do(EnterCode(code=PEN))
    assert [slot.faults for slot in chatty._state.plugins.values()] == [0, 0]
    assert types(chatty).count("lane.plugin.reported") == MOST_CONSEQUENCES + 1


def test_words_about_the_machine_stay_until_the_sale_is_over() -> None:
    scenario = selling(PluginScenario(Broken))
    for _ in range(QUARANTINE_AFTER + 1):
        scenario.do(EnterCode(code=PEN))
    assert any("quarantined" in prompt for prompt in scenario.prompts)
    scenario.do(FinalizeSubtotal())
    scenario.do(Pay(tender=Tender.CARD))
    assert not any("quarantined" in prompt for prompt in scenario.prompts)


@pytest.mark.parametrize("event", [Event, PaymentCompleted, HoldReleased, AgentStarted])
def test_plugins_publish_only_their_own(event: type[Event]) -> None:
    """No plugin ends a sale or lifts a hold by saying that it was done."""
    with pytest.raises(TypeError, match="publishes must be a tuple"):
        type("Anything", (Undeclared,), {"publishes": (event,)})


def test_declared_by_the_class_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that says more of itself publishes no more, and keeps its name."""
    scenario = selling(PluginScenario(Undeclared))
    plugin = scenario.slot.plugin
    assert plugin is not None
    monkeypatch.setattr(plugin, "publishes", (ItemAdded,), raising=False)
    monkeypatch.setattr(plugin, "name", "age-verification", raising=False)
    scenario.do(EnterCode(code=PEN))
    faults = [event for event in scenario.last if isinstance(event, PluginFaulted)]
    assert [(fault.plugin, "without declaring" in fault.detail) for fault in faults] == [
        ("undeclared", True)
    ]


def test_state_of_an_interrupted_plugin_is_dropped() -> None:
    """With its actions: what was not done is not remembered."""
    scenario = selling(PluginScenario(Counter))
    unit = scenario._unit()

    def late(work: Callable[[], object]) -> object:
        work()
        raise PluginTimeout

    unit._budget = replace(unit._budget, watch=late)
    scenario._unit = lambda: unit  # type: ignore[method-assign]
    scenario.do(EnterCode(code=PEN))
    assert (scenario.state().count, scenario.slot.states) == (0, {})
    assert scenario.slot.status is PluginStatus.QUARANTINED


def test_long_words_are_cut_wherever_they_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three megabytes in an exception, in a hold or to the cashier fit into an event."""
    for how in ("long words", "long hold"):
        monkeypatch.setattr(Misbehaving, "how", how)
        scenario = selling(PluginScenario(Misbehaving))
        scenario.do(EnterCode(code=PEN))
        assert max(len(event.model_dump_json()) for event in scenario.events) < 2000
        assert len(scenario.lane.model_dump_json()) < 5000


class Wordless(Exception):
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    "answer",
    [
        PlaceHold.model_construct(key="k", message=None),  # type: ignore[arg-type]
        PlaceHold.model_construct(key="k", message="\udcff", minimum_age=-5),
        Record.model_construct(key="\udcff", values={}),
        CallHttp.model_construct(key="k", url="http://x/\udcff"),
        StartTimer.model_construct(key="k", seconds=float("nan")),
        Publish(
            event=PluginReported(
                occurred_at=NOON,
                plugin="misbehaving",
                topic="t",
                values={f"k{number}": "\u6f22" * 490 for number in range(120)},
            )
        ),
        Wordless(),
    ],
    ids=["no message", "no age", "no text", "no address", "no time", "many bytes", "no words"],
)
def test_what_cannot_be_stored_is_the_plugins_fault(
    monkeypatch: pytest.MonkeyPatch, answer: Action | Exception
) -> None:
    """And never the lane's: the item is sold, the plugin is quarantined at its third try."""
    monkeypatch.setattr(Misbehaving, "how", "given")
    monkeypatch.setattr(Misbehaving, "given", answer)
    scenario = selling(PluginScenario(Misbehaving))
    for _ in range(QUARANTINE_AFTER):
        scenario.do(EnterCode(code=PEN))
    assert types(scenario).count("pos.item.added") == 1
    for event in scenario.events:
        bounded_body(event)
    scenario.lane.model_dump_json()
    assert scenario.slot.status is PluginStatus.QUARANTINED
