"""The pipeline over a real database: what survives, what is shown when, who is told."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from edge_agent.api.commands import EnterCode, SignOn
from edge_agent.api.device import OutputOutcome
from edge_agent.api.errors import Conflict, InvalidSettings, NotFound, StoreError, StoreUncertain
from edge_agent.api.values import Refused
from edge_agent.runtime.delivery_journal import DeliveryJournal
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.plugin_admin import PluginAdmin
from edge_agent.runtime.plugins.slot import PluginStatus
from edge_agent.store.jobs import JobKind, JobStatus
from edge_agent.store.outbox import Cursor
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.testing import NOON
from tests.crash.faults import DiskFault, Faults, Statements
from tests.unit.runtime.pipelines import FRESH, PEN, Lane, event_types, scan, stored_lane


async def test_an_open_sale_and_plugin_states_survive_a_crash(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    assert (await pipeline.scan(scan("EMP1001"))).accepted
    assert (await pipeline.scan(scan(PEN))).accepted
    before = pipeline.state
    lane.crash()
    again = await Lane(tmp_path).start()
    assert again.state.lane == before.lane
    timed = before.plugins["employee-time"].states["1001"]
    stored = Reader(tmp_path).read_now(lambda db: db.plugin_states.of_plugin("employee-time"))
    assert timed.session is not None
    assert stored == {"1001": timed.model_dump_json()}
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
    assert pipeline.state.lane.prompts[0].message.startswith("Nobody is signed on")


async def test_what_is_shown_is_committed(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))

    def spoil(tx: Transaction) -> None:
        pages = tx.outbox._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.outbox._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await pipeline.transact(spoil)
    before = pipeline.state
    refused = ""
    while not refused:
        try:
            await pipeline.scan(scan(PEN))
            before = pipeline.state
        except StoreError as error:
            refused = str(error)
    assert "Nothing was taken" in refused
    assert pipeline.state is before
    assert pipeline.state.lane.basket is not None
    lines = len(pipeline.state.lane.basket.lines)
    stored = stored_lane(tmp_path)
    assert stored == pipeline.state.lane

    def make_room(tx: Transaction) -> None:
        tx.outbox._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    await pipeline.transact(make_room)
    assert (await pipeline.scan(scan(PEN))).accepted
    after = stored_lane(tmp_path)
    assert after == pipeline.state.lane
    assert after.basket is not None
    assert len(after.basket.lines) == lines + 1


@pytest.fixture
def disk() -> Iterator[Statements]:
    """What breaks SQL statements; nothing does at first."""
    statements = Statements()
    yield statements
    statements.close()


async def test_full_disk_at_the_start(
    tmp_path: Path, disk: Statements, mocker: MockerFixture
) -> None:
    """The agent is up and says so; what it has to say is written when there is room."""
    mocker.patch("edge_agent.runtime.pipeline.pipeline.ANNOUNCE_AGAIN_S", 0.001)
    first = Lane(tmp_path)
    await first.start()
    await first.stock()
    await first.pipeline.scan(scan("EMP1001"))
    first.crash()
    disk.under(always("full"))
    pipeline = await Lane(tmp_path).start()
    assert "Nothing was taken" in pipeline.trouble
    assert pipeline.state.lane.operator is not None
    with pytest.raises(StoreError, match="Nothing was taken"):
        await pipeline.scan(scan(PEN))
    disk.under(None)
    await pipeline.announce()
    assert event_types(tmp_path)[-1] == "lane.agent.started"
    assert (await pipeline.scan(scan(PEN))).accepted
    assert pipeline.trouble == ""


def always(fault: DiskFault) -> Faults:
    """Each writing statement fails in the same way."""
    return Faults(None, "", dict.fromkeys(range(1, 10_000), fault), _nothing, _nothing)


def _nothing() -> None:
    return


@pytest.mark.parametrize("done", [True, False])
async def test_commit_that_fails_is_looked_at(tmp_path: Path, disk: Statements, done: bool) -> None:
    """What reached the disk is answered as taken, what did not as not taken."""
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))
    fault: DiskFault = "io_error_done" if done else "io_error_undone"
    commits = Faults(None, "", {}, _nothing, _nothing)
    disk.under(commits)
    await pipeline.scan(scan(PEN))
    once = Faults(None, "", {commits.writes: fault}, _nothing, _nothing)
    disk.under(once)
    if done:
        assert (await pipeline.scan(scan(PEN))).accepted
    else:
        with pytest.raises(StoreError, match="Nothing was taken"):
            await pipeline.scan(scan(PEN))
    disk.under(None)
    assert once.counts == {f"disk {fault} at commit": 1}
    assert (await pipeline.scan(scan(PEN))).accepted
    taken = 3 if done else 2
    assert event_types(tmp_path).count("pos.item.added") == taken
    stored = stored_lane(tmp_path)
    assert stored == pipeline.state.lane
    assert stored.basket is not None
    assert len(stored.basket.lines) == taken


async def test_commit_that_cannot_be_looked_at(tmp_path: Path, disk: Statements) -> None:
    """The answer is uncertain; it is settled as soon as the disk works."""
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    await pipeline.scan(scan("EMP1001"))
    commits = Faults(None, "", {}, _nothing, _nothing)
    disk.under(commits)
    await pipeline.scan(scan(PEN))
    failing: dict[int, DiskFault] = dict.fromkeys(range(commits.writes, 1000), "io_error_undone")
    failing[commits.writes] = "io_error_done"
    disk.under(Faults(None, "", failing, _nothing, _nothing))
    with pytest.raises(StoreUncertain, match="not known whether this was taken"):
        await pipeline.scan(scan(PEN))
    with pytest.raises(StoreError, match="Nothing was taken"):
        await pipeline.scan(scan(PEN))
    disk.under(None)
    assert (await pipeline.scan(scan(PEN))).accepted
    assert event_types(tmp_path).count("pos.item.added") == 3
    stored = stored_lane(tmp_path)
    assert stored == pipeline.state.lane
    assert stored.basket is not None
    assert len(stored.basket.lines) == 3


async def test_each_commit_tells_what_it_changed(tmp_path: Path) -> None:
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    lane.changes.clear()
    await pipeline.scan(scan("EMP1001"))
    await pipeline.scan(scan(PEN))
    await DeliveryJournal(pipeline, lambda: NOON).delivered("kafka", Cursor(1))
    assert lane.changes == [{Change.EVENTS, Change.TIMERS}, {Change.EVENTS}, set()]


async def test_a_plugin_change_is_in_force_and_stored(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    jobs = PluginAdmin(pipeline)
    await jobs.change("fraud-detection", enabled=False, settings={"voids_in_window": 9})
    with pytest.raises(InvalidSettings, match="voids_in_window"):
        await jobs.change("fraud-detection", settings={"voids_in_window": -1})
    with pytest.raises(NotFound):
        await jobs.change("none", enabled=True)
    await jobs.change("employee-time", registered=False)
    with pytest.raises(Conflict, match="Register employee-time"):
        await jobs.change("employee-time", enabled=True)
    pipeline._writer.close()
    again = (await Lane(tmp_path).start()).state.plugins
    assert again["fraud-detection"].status is PluginStatus.INACTIVE
    assert again["fraud-detection"].settings["voids_in_window"] == 9
    assert again["employee-time"].status is PluginStatus.UNREGISTERED


async def test_jobs_begun_by_a_dead_agent_are_uncertain(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    jobs = JobService(pipeline)

    def begin(tx: Transaction) -> int:
        job_id = tx.jobs.add(JobKind.DRAWER, "lane", '{"basket_id": "b"}', 0.0)
        job = tx.jobs.get(job_id)
        assert job is not None
        tx.jobs.start(job)
        return job_id

    job_id = await pipeline.transact(begin)
    await jobs.complete_interrupted(JobKind.DRAWER)
    job = Reader(tmp_path).read_now(lambda db: db.jobs.get(job_id))
    assert job is not None
    assert job.status is JobStatus.UNCERTAIN
    assert event_types(tmp_path)[-1] == "lane.drawer.completed"
    await jobs.resolve(job_id, "dismiss")
    with pytest.raises(Conflict, match="not a receipt"):
        await jobs.resolve(job_id, "repeat")
    with pytest.raises(NotFound):
        await jobs.resolve(999, "dismiss")
    await jobs.output_completed(job, OutputOutcome.DONE, "")


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
    assert pipeline.state.lane.basket is not None
    assert len(pipeline.state.lane.basket.lines) == 300
