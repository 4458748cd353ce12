"""The pipeline over a real database: what survives, what is shown when, who is told."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from edge_agent.api.commands import EnterCode, SignOn
from edge_agent.api.device import OutputOutcome
from edge_agent.api.errors import InvalidSettings, NotKnown, NotNow, StoreError
from edge_agent.api.lane import LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Refused, Scan
from edge_agent.intake.policy import IntakePolicy
from edge_agent.runtime.commits import Change
from edge_agent.runtime.imports import PeopleImport, PriceBookImport
from edge_agent.runtime.job_desk import JobDesk
from edge_agent.runtime.pipeline import Pipeline, Policy
from edge_agent.runtime.plugin_desk import PluginDesk
from edge_agent.runtime.plugin_slot import PluginSlot, PluginStatus, load_slot
from edge_agent.runtime.registry import Registry
from edge_agent.runtime.turn import Budget
from edge_agent.store.committer import Transaction
from edge_agent.store.jobs import JobKind, JobStatus
from edge_agent.store.outbox import Cursor
from edge_agent.store.reader import Reader
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes

PEN = "04006381333931"
PRICES = f"gtin,description,unit_price,tax_rate,restriction\n{PEN},Pen,1.29,19,\n"
PEOPLE = "badge,employee_id,name,role\nEMP1001,1001,Anna,cashier\n"
FRESH = LaneState(store="1", lane="1", currency="EUR")


def slots(tx: Transaction) -> Mapping[str, PluginSlot]:
    registry = Registry()
    stored = {plugin.name: plugin for plugin in tx.plugins.load()}
    names = ("employee-time", "fraud-detection")
    return {name: load_slot(name, registry, stored.get(name), None) for name in names}


class Lane:
    """A pipeline that can be dropped without a word, as by ``kill -9``, and built again."""

    def __init__(self, data_dir: Path) -> None:
        self.changes: list[set[Change]] = []
        self.pipeline = Pipeline(
            Policy(True, IntakePolicy(), Budget(10.0, lambda: 0.0)),
            lambda: NOON,
            seeded_bytes,
            lambda committed, rolled_back: Writer(
                data_dir, SOURCE, seeded_bytes, on_commit=committed, on_rollback=rolled_back
            ),
            self.note,
        )

    def note(self, changes: Iterable[Change]) -> None:
        self.changes.append(set(changes))

    async def start(self, fresh: LaneState = FRESH) -> Pipeline:
        await self.pipeline.start(fresh, slots, "1.0")
        return self.pipeline

    async def stock(self) -> None:
        prices = PriceBookImport.read(PRICES, "EUR")
        people = PeopleImport.read(PEOPLE)
        for given in (prices, people):
            await self.pipeline.turn(
                lambda tx, turn, given=given: turn.publish(given.apply(tx.master_data, turn.now))  # type: ignore[misc]
            )

    def crash(self) -> None:
        self.pipeline._writer.close()


def scan(code: str) -> Scan:
    return Scan(data=Sensitive(code.encode()))


def event_types(data_dir: Path) -> list[str]:
    return [r.type for r in Reader(data_dir).read_now(lambda db: db.outbox.after(0, 1000))]


async def test_an_open_sale_and_plugin_states_survive_a_crash(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    assert (await pipeline.scan(scan("EMP1001"))).accepted
    assert (await pipeline.scan(scan(PEN))).accepted
    before = pipeline.world
    lane.crash()
    again = await Lane(tmp_path).start()
    assert again.world.lane == before.lane
    for name, slot in again.world.plugins.items():
        assert slot.state == before.plugins[name].state
    assert event_types(tmp_path)[-1] == "lane.agent.started"
    last = Reader(tmp_path).read_now(lambda db: db.outbox.after(0, 1000))[-1]
    assert '"previous_stop":"crash"' in last.body


async def test_an_orderly_stop_is_told_from_a_crash(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    await pipeline.stop()
    await Lane(tmp_path).start()
    bodies = [r.body for r in Reader(tmp_path).read_now(lambda db: db.outbox.after(0, 9))]
    assert '"previous_stop":"none"' in bodies[0]
    assert '"previous_stop":"orderly"' in bodies[2]


async def test_a_refused_scan_is_journaled_a_refused_command_is_not(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    assert not (await pipeline.scan(scan(PEN))).accepted
    assert isinstance(await pipeline.command(EnterCode(code=PEN)), Refused)
    assert isinstance(await pipeline.command(SignOn(badge="nobody")), Refused)
    assert event_types(tmp_path) == ["lane.agent.started", "pos.scan.refused"]
    assert pipeline.world.lane.prompts[0].message.startswith("Nobody is signed on")


async def test_what_is_shown_is_committed(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))

    def spoil(tx: Transaction) -> None:
        pages = tx.outbox._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.outbox._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await pipeline.transact(spoil)
    before = pipeline.world
    refused = ""
    while not refused:
        try:
            await pipeline.scan(scan(PEN))
            before = pipeline.world
        except StoreError as error:
            refused = str(error)
    assert "Nothing was taken" in refused
    assert pipeline.world is before
    assert pipeline.world.lane.basket is not None
    stored = Reader(tmp_path).read_now(lambda db: db.lane.load())
    assert stored == pipeline.world.lane


async def test_each_commit_tells_what_it_changed(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    lane.changes.clear()
    await pipeline.scan(scan("EMP1001"))
    await pipeline.scan(scan(PEN))
    await pipeline.delivered("kafka", Cursor(1))
    assert lane.changes == [{Change.EVENTS, Change.TIMERS}, {Change.EVENTS}, set()]


async def test_a_plugin_change_is_in_force_and_stored(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    desk = PluginDesk(pipeline)
    await desk.change("fraud-detection", enabled=False, settings={"voids_in_window": 9})
    with pytest.raises(InvalidSettings, match="voids_in_window"):
        await desk.change("fraud-detection", settings={"voids_in_window": -1})
    with pytest.raises(NotKnown):
        await desk.change("none", enabled=True)
    await desk.change("employee-time", registered=False)
    with pytest.raises(NotNow, match="Register employee-time"):
        await desk.change("employee-time", enabled=True)
    pipeline._writer.close()
    again = (await Lane(tmp_path).start()).world.plugins
    assert again["fraud-detection"].status is PluginStatus.INACTIVE
    assert again["fraud-detection"].settings["voids_in_window"] == 9
    assert again["employee-time"].status is PluginStatus.UNREGISTERED


async def test_jobs_begun_by_a_dead_agent_are_uncertain(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    desk = JobDesk(pipeline)

    def begin(tx: Transaction) -> int:
        job_id = tx.jobs.add(JobKind.DRAWER, "lane", '{"basket_id": "b"}', 0.0)
        job = tx.jobs.get(job_id)
        assert job is not None
        tx.jobs.start(job)
        return job_id

    job_id = await pipeline.transact(begin)
    await desk.settle_interrupted(JobKind.DRAWER)
    job = Reader(tmp_path).read_now(lambda db: db.jobs.get(job_id))
    assert job is not None
    assert job.status is JobStatus.UNCERTAIN
    assert event_types(tmp_path)[-1] == "lane.drawer.completed"
    await desk.resolve(job_id, "dismiss")
    with pytest.raises(NotNow, match="not a receipt"):
        await desk.resolve(job_id, "repeat")
    with pytest.raises(NotKnown):
        await desk.resolve(999, "dismiss")
    await desk.output_settled(job, OutputOutcome.DONE, "")


async def test_a_currency_cannot_change_in_mid_sale(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))
    await pipeline.scan(scan(PEN))
    lane.crash()
    with pytest.raises(StoreError, match="A sale in EUR is open"):
        await Lane(tmp_path).start(FRESH.model_copy(update={"currency": "CHF"}))


async def test_many_inputs_at_once_are_all_taken_in_order(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))
    replies = await asyncio.gather(*(pipeline.scan(scan(PEN)) for _ in range(300)))
    assert all(reply.accepted for reply in replies)
    assert pipeline.world.lane.basket is not None
    assert len(pipeline.world.lane.basket.lines) == 300
