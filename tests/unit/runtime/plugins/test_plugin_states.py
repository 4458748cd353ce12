"""A plugin's state is kept by key: read, written and rolled back with the event that needs it."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from edge_agent.api.commands import EnterCode, IdentifyCustomer, SignOn, VoidBasket
from edge_agent.api.errors import StoreError
from edge_agent.api.events import CustomerIdentified, Event, Notice, PluginFaulted
from edge_agent.api.lane import LaneState
from edge_agent.api.plugin import LONGEST_KEY, Decision, Plugin, Settings, State
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.plugins.slot import MOST_STATES_AT_HAND, PluginSlot, PluginStatus
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.testing import PluginScenario
from tests.crash.faults import DiskFault, Faults, Statements
from tests.recorded import restore_recorded
from tests.unit.runtime.pipelines import FRESH, PEN, Lane, event_types, stored_lane


class Visits(State):
    count: int = 0


class VisitSettings(Settings):
    kept: int = 10_000


class Visitors(Plugin[VisitSettings, Visits]):
    name = "visitors"
    title = "Visitors"
    summary = "Counts the visits of each customer."
    handles = (CustomerIdentified,)
    enabled_at_first = True

    def key_of(self, event: Event | Notice, lane: LaneState) -> str:
        assert isinstance(event, CustomerIdentified)
        return event.customer_id

    def most_keys(self) -> int:
        return self.settings.kept

    def decide(self, event: Event | Notice, state: Visits, lane: LaneState) -> Decision[Visits]:
        return Decision(Visits(count=min(state.count + 1, 3)))


async def visited(data_dir: Path, kept: int = 10_000) -> tuple[Lane, Pipeline]:
    def slots(_: Transaction) -> Mapping[str, PluginSlot]:
        slot = PluginSlot("visitors", True, True, {}, Visitors, None)
        return {"visitors": slot.with_settings({"kept": kept})}

    lane = Lane(data_dir)
    await lane.pipeline.start(FRESH, slots, "1")
    await lane.stock()
    await lane.pipeline.command(SignOn(badge="EMP1001"))
    return lane, lane.pipeline


async def visit(pipeline: Pipeline, customer: str) -> None:
    await pipeline.command(IdentifyCustomer(customer_id=customer))
    await pipeline.command(VoidBasket())


def stored(data_dir: Path, plugin: str = "visitors") -> dict[str, str]:
    reader = Reader(data_dir)
    states = reader.read_now(lambda db: db.plugin_states.of_plugin(plugin))
    reader.close()
    return states


async def test_each_key_has_its_state(tmp_path: Path) -> None:
    lane, pipeline = await visited(tmp_path)
    for customer in ("a", "b", "a"):
        await visit(pipeline, customer)
    assert stored(tmp_path) == {"a": '{"count":2}', "b": '{"count":1}'}
    lane.crash()
    lane, pipeline = await visited(tmp_path)
    await visit(pipeline, "a")
    assert stored(tmp_path)["a"] == '{"count":3}'
    lane.crash()


async def test_more_keys_than_are_at_hand(tmp_path: Path) -> None:
    """A state that gave way is read again."""
    lane, pipeline = await visited(tmp_path)
    many = [str(number) for number in range(MOST_STATES_AT_HAND + 5)]
    for customer in (*many, *many):
        await visit(pipeline, customer)
    assert len(pipeline.state.plugins["visitors"].states) == MOST_STATES_AT_HAND
    assert stored(tmp_path) == dict.fromkeys(many, '{"count":2}')
    lane.crash()


async def test_unchanged_state_is_not_written(tmp_path: Path) -> None:
    lane, pipeline = await visited(tmp_path)
    for _ in range(3):
        await visit(pipeline, "a")

    def position(tx: Transaction) -> int:
        rows = tx.outbox._connection.exec_driver_sql("SELECT position FROM plugin_state")
        return int(rows.scalar_one())

    before = await pipeline.transact(position)
    await visit(pipeline, "a")
    assert await pipeline.transact(position) == before
    lane.crash()


async def test_failed_commit_forgets_the_state(tmp_path: Path) -> None:
    lane, pipeline = await visited(tmp_path)
    await visit(pipeline, "a")
    full: dict[int, DiskFault] = dict.fromkeys(range(1, 1000), "full")
    disk = Statements()
    try:
        disk.under(Faults(None, "", full, lambda: None, lambda: None))
        with pytest.raises(StoreError, match="Nothing was taken"):
            await pipeline.command(IdentifyCustomer(customer_id="b"))
    finally:
        disk.close()
    assert list(pipeline.state.plugins["visitors"].states) == ["a"]
    await visit(pipeline, "b")
    assert stored(tmp_path) == {"a": '{"count":1}', "b": '{"count":1}'}
    lane.crash()


async def test_housekeeping_bounds_the_keys(tmp_path: Path) -> None:
    """What is forgotten is not at hand either."""
    lane, pipeline = await visited(tmp_path, kept=2)
    for customer in ("a", "b", "c", "b"):
        await visit(pipeline, customer)
    await JobService(pipeline).forget("kafka", 0.0, 60.0, 100, 100)
    assert sorted(stored(tmp_path)) == ["b", "c"]
    assert sorted(pipeline.state.plugins["visitors"].states) == ["b", "c"]
    await visit(pipeline, "a")
    assert stored(tmp_path)["a"] == '{"count":1}'
    lane.crash()


async def test_no_key_is_kept(tmp_path: Path) -> None:
    """A plugin that is to remember nobody remembers nobody."""
    lane, pipeline = await visited(tmp_path, kept=0)
    await visit(pipeline, "a")
    assert (stored(tmp_path), pipeline.state.plugins["visitors"].states) == ({}, {})
    lane.crash()


@pytest.mark.parametrize("read", range(1, 9))
async def test_disk_that_cannot_be_read(tmp_path: Path, read: int) -> None:
    """A fault of the transaction, not of a plugin: nothing is taken, and the lane goes on."""
    lane, pipeline = await visited(tmp_path)
    disk = Statements()
    failing = Faults(None, "", {}, lambda: None, lambda: None, reads=frozenset({read}))
    try:
        disk.under(failing)
        with suppress(StoreError):
            await pipeline.command(IdentifyCustomer(customer_id="a"))
    finally:
        disk.close()
    assert stored_lane(tmp_path) == pipeline.state.lane
    assert (pipeline.state.lane.basket is None) == bool(failing.counts)
    await visit(pipeline, "b")
    assert stored_lane(tmp_path) == pipeline.state.lane
    assert "lane.plugin.faulted" not in event_types(tmp_path)
    lane.crash()


def unusable(kept: int, stored_version: int) -> PluginSlot:
    """A plugin whose states were upgraded and whose settings no longer fit."""
    return PluginSlot(
        "visitors", True, True, {}, Visitors, None, {}, stored_version, {"a": '{"count":9}'}, kept
    )


async def test_upgrade_waits_for_settings_that_fit(tmp_path: Path) -> None:
    """Else the next start would upgrade again what is upgraded."""
    lane = Lane(tmp_path)
    await lane.pipeline.start(FRESH, lambda _: {"visitors": unusable(5, 1)}, "1")
    assert stored(tmp_path) == {}
    lane.crash()


async def test_states_of_an_older_agent(tmp_path: Path) -> None:
    """The open session of an employee goes on over the update."""
    restore_recorded("schema_003_mid_sale", tmp_path)
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    states = stored(tmp_path, "employee-time")
    assert list(states) == ["1001"]
    assert '"employee_id":"1001"' in states["1001"]
    slot = pipeline.state.plugins["employee-time"]
    assert (slot.state_version, slot.upgraded) == (2, None)
    lane.crash()
    again = await Lane(tmp_path).start()
    assert again.state.plugins["employee-time"].status is PluginStatus.ACTIVE


def faults(scenario: PluginScenario) -> list[str]:
    return [event.detail for event in scenario.events if isinstance(event, PluginFaulted)]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (None, "TypeError: its key is no text of at most"),
        ("x" * (LONGEST_KEY + 1), "TypeError: its key is no text of at most"),
        (RuntimeError("no key"), "RuntimeError: no key"),
    ],
    ids=["no text", "too long", "raises"],
)
def test_key_that_cannot_be(monkeypatch: pytest.MonkeyPatch, key: Any, says: str) -> None:
    """The plugin's fault, and the sale goes on."""

    def key_of(*_: object) -> Any:
        if isinstance(key, Exception):
            raise key
        return key

    monkeypatch.setattr(Visitors, "key_of", key_of)
    scenario = PluginScenario(Visitors)
    scenario.do(SignOn(badge="EMP1001"))
    scenario.do(IdentifyCustomer(customer_id="a"))
    assert [says in fault for fault in faults(scenario)] == [True]
    scenario.price(PEN)
    scenario.do(EnterCode(code=PEN))


def test_state_that_cannot_be_read() -> None:
    """It is kept, quarantines the plugin, and is not repeated: it may name people."""
    scenario = PluginScenario(Visitors)
    scenario._states["a"] = '{"count": "Jane Doe"}'
    scenario.do(SignOn(badge="EMP1001"))
    for _ in range(3):
        scenario.do(IdentifyCustomer(customer_id="a"))
        scenario.do(VoidBasket())
    assert scenario.slot.status is PluginStatus.QUARANTINED
    assert scenario._states["a"] == '{"count": "Jane Doe"}'
    assert set(faults(scenario)) == {"ValueError: it does not understand the state that it stored"}
