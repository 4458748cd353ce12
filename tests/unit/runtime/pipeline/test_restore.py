"""The lane is restored from its journal: snapshot and tail, any moment, any older agent's."""

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from edge_agent.api.commands import (
    EnterCode,
    FinalizeSubtotal,
    LaneCommand,
    Pay,
    ReleaseHold,
    SignOff,
    SignOn,
    VoidBasket,
    VoidLine,
)
from edge_agent.api.errors import StoreError
from edge_agent.api.events import (
    AgentStarted,
    Event,
    HoldPlaced,
    HoldReleased,
    Tender,
    parse_event,
)
from edge_agent.api.lane import LaneState
from edge_agent.api.values import Refused
from edge_agent.lane.evolve import fold
from edge_agent.runtime.devices.recorder import DeviceRecorder
from edge_agent.runtime.pipeline.pipeline import EVENTS_A_SNAPSHOT, Pipeline
from edge_agent.runtime.pipeline.restore import restore
from edge_agent.store.connection import FILE_NAME
from edge_agent.store.outbox import all_records
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from tests.recorded import NAMES, restore_recorded
from tests.unit.runtime.pipelines import FRESH, PEN, Lane, event_types, scan, stored_lane

SELL = (EnterCode(code=PEN), EnterCode(code=PEN, quantity=3), VoidLine(line_id=1))
PAY = (FinalizeSubtotal(), Pay(tender=Tender.CASH, tendered=10_000))


def journal(data_dir: Path) -> list[Event]:
    reader = Reader(data_dir)
    records = reader.read_now(lambda db: list(all_records(db.outbox)))
    reader.close()
    return [parse_event(record.body) for record in records]


def positions_of_snapshots(data_dir: Path) -> list[int]:
    reader = Reader(data_dir)
    positions = reader.read_now(lambda db: db.snapshots.positions())
    reader.close()
    return positions


def change(data_dir: Path, sql: str) -> None:
    with sqlite3.connect(data_dir / FILE_NAME) as connection:
        connection.execute(sql)
    connection.close()


async def do(pipeline: Pipeline, commands: Sequence[LaneCommand]) -> None:
    for command in commands:
        answer = await pipeline.command(command)
        assert not isinstance(answer, Refused), answer


async def selling(data_dir: Path) -> Lane:
    lane = Lane(data_dir)
    pipeline = await lane.start()
    await lane.stock()
    await do(pipeline, [SignOn(badge="EMP1001"), *SELL])
    return lane


async def test_live_lane_is_its_journal(tmp_path: Path) -> None:
    """After each of many inputs: the live lane, the whole journal, the snapshot and its tail."""
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    await lane.stock()
    devices = DeviceRecorder(pipeline)
    random = Random(5)
    for _ in range(150):
        command = random.choice([SignOn(badge="EMP1001"), SignOff(), VoidBasket(), *SELL, *PAY])
        await pipeline.command(command)
        if random.random() < 0.1:
            await pipeline.scan(scan("99999999"))
        if random.random() < 0.1:
            await devices.device_changed("p", "ready", "", random.choice(["", "Add paper."]))
        live = pipeline.state.lane
        assert fold(FRESH, journal(tmp_path)) == live
        assert stored_lane(tmp_path) == live
    lane.crash()


async def test_snapshot_ends_each_sale(tmp_path: Path) -> None:
    lane = await selling(tmp_path)
    before = positions_of_snapshots(tmp_path)
    await do(lane.pipeline, PAY)
    await do(lane.pipeline, [EnterCode(code=PEN), VoidBasket()])
    ends = [
        number
        for number, name in enumerate(event_types(tmp_path), start=1)
        if name in ("pos.payment.completed", "pos.basket.voided")
    ]
    assert (before, positions_of_snapshots(tmp_path)) == ([], ends)
    lane.crash()


async def test_fold_is_bounded(tmp_path: Path) -> None:
    """Within a sale too, so that a start is quick however long the basket is."""
    lane = await selling(tmp_path)
    for _ in range(200):
        await do(lane.pipeline, [EnterCode(code=PEN)])
        ends = [0, *positions_of_snapshots(tmp_path), len(event_types(tmp_path))]
        folds = [after - before for before, after in pairwise(ends)]
        assert max(folds) <= EVENTS_A_SNAPSHOT
    lane.crash()
    assert stored_lane(tmp_path) == lane.pipeline.state.lane


async def test_every_moment_can_be_shown(tmp_path: Path) -> None:
    lane = await selling(tmp_path)
    await do(lane.pipeline, [*PAY, *SELL])
    lane.crash()
    events = journal(tmp_path)
    reader = Reader(tmp_path)
    for until in range(1, len(events) + 1):
        shown = reader.read_now(lambda db, until=until: restore(db, FRESH, until))  # type: ignore[misc]
        assert (shown.state, shown.position) == (fold(FRESH, events[:until]), until)
    reader.close()


async def test_moment_before_pruning(tmp_path: Path) -> None:
    lane = await selling(tmp_path)
    await do(lane.pipeline, [*PAY, *SELL])

    def prune(tx: Transaction) -> int:
        tx.retention.mark(1.0, 0.0)
        return tx.retention.prune(999, 1.0, 1000, 1)

    gone = await lane.pipeline.transact(prune)
    reader = Reader(tmp_path)
    assert event_types(tmp_path)[0] == "pos.basket.started"
    assert reader.read_now(lambda db: restore(db, FRESH)).state == lane.pipeline.state.lane
    with pytest.raises(StoreError, match="pruned"):
        reader.read_now(lambda db: restore(db, FRESH, gone - 1))
    reader.close()
    lane.crash()


DAMAGES = {
    "changed": "UPDATE outbox SET body = replace(body, 'Pen', 'Pin') WHERE position = 6",
    "unreadable": "UPDATE outbox SET body = '{' WHERE position = 6",
    "missing": "DELETE FROM outbox WHERE position = 6",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_damage_holds_the_sale(tmp_path: Path, damage: str) -> None:
    """Behind a row that cannot be believed a hold may be missing: a lead must look."""
    lane = await selling(tmp_path)
    lane.crash()
    change(tmp_path, damage)
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert pipeline.state.lane.basket is not None
    assert [line.line_id for line in pipeline.state.lane.basket.lines] == [2]
    (hold,) = pipeline.state.lane.basket.holds
    assert (hold.source, hold.minimum_age) == ("journal", None)
    assert "damaged at position 6," in hold.message
    assert "damaged at position 6," in pipeline.alarm
    await do(pipeline, [EnterCode(code=PEN), VoidLine(line_id=3), FinalizeSubtotal()])
    refused = await pipeline.command(Pay(tender=Tender.CARD))
    assert isinstance(refused, Refused)
    assert refused.code == "held"
    again.crash()


async def test_end_that_is_cut_off_holds_the_sale(tmp_path: Path) -> None:
    """The newest event may have been a hold, or an age check that failed."""
    lane = await selling(tmp_path)
    lane.crash()
    change(tmp_path, "DELETE FROM outbox WHERE position > 7")
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert pipeline.state.lane.basket is not None
    assert [hold.source for hold in pipeline.state.lane.basket.holds] == ["journal"]
    assert any("went back in time" in prompt.message for prompt in pipeline.state.lane.prompts)
    again.crash()


async def test_snapshot_behind_the_journal(tmp_path: Path) -> None:
    """The events count: a sale that was paid since does not come back."""
    lane = await selling(tmp_path)
    for _ in range(70):
        await do(lane.pipeline, [EnterCode(code=PEN)])
    lane.crash()
    (snapshot,) = positions_of_snapshots(tmp_path)
    change(tmp_path, "DELETE FROM outbox WHERE position > 20")
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert positions_of_snapshots(tmp_path) == []
    assert pipeline.state.lane.basket is not None
    assert len(pipeline.state.lane.basket.lines) < 20
    (hold,) = pipeline.state.lane.basket.holds
    lift = ReleaseHold(hold_id=hold.hold_id, badge="EMP1001", reason="counted")
    assert isinstance(await pipeline.command(lift), Refused)
    await do(pipeline, [VoidBasket()])
    again.crash()
    assert snapshot > 20
    assert stored_lane(tmp_path) == pipeline.state.lane


async def test_snapshot_that_cannot_be_read(tmp_path: Path) -> None:
    """The journal has it all; the lane comes up and says that something is wrong."""
    lane = await selling(tmp_path)
    await do(lane.pipeline, [*PAY, *SELL])
    before = lane.pipeline.state.lane
    lane.crash()
    change(tmp_path, "UPDATE lane_snapshot SET state = '{'")
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert pipeline.state.lane.basket is not None
    assert before.basket is not None
    assert pipeline.state.lane.basket.lines == before.basket.lines
    assert "damaged" in pipeline.alarm
    again.crash()


async def test_no_way_to_restore(tmp_path: Path) -> None:
    lane = await selling(tmp_path)
    await do(lane.pipeline, PAY)
    lane.crash()
    change(tmp_path, "UPDATE lane_snapshot SET state = '{'")
    change(tmp_path, "DELETE FROM outbox WHERE position < 5")
    with pytest.raises(StoreError, match="Restore a backup"):
        await Lane(tmp_path).start()


COLUMNS = ("previous_hash", "hash", "body", "type", "version", "occurred_at")


@pytest.mark.parametrize("value", ["'x'", "x'00'", "7"], ids=["text", "bytes", "number"])
@pytest.mark.parametrize("column", COLUMNS)
async def test_column_of_another_type(tmp_path: Path, column: str, value: str) -> None:
    """No damage of a row in the middle keeps the agent from starting."""
    lane = await selling(tmp_path)
    lane.crash()
    change(tmp_path, f"UPDATE outbox SET {column} = {value} WHERE position = 6")
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert "position 6" in pipeline.alarm
    again.crash()


async def test_text_of_the_same_bytes(tmp_path: Path) -> None:
    """A hash whose type changed by one flipped bit is still the hash."""
    lane = await selling(tmp_path)
    lane.crash()
    change(tmp_path, "UPDATE outbox SET hash = CAST(hash AS TEXT) WHERE position >= 6")
    again = Lane(tmp_path)
    pipeline = await again.start()
    assert pipeline.alarm == ""
    again.crash()


async def test_start_of_the_sale_is_damaged(tmp_path: Path) -> None:
    """Nobody stays signed on by damage, no number is used twice, and the cashier is told."""
    lane = await selling(tmp_path)
    lane.crash()
    change(tmp_path, "UPDATE outbox SET body = '{' WHERE position = 5")
    again = Lane(tmp_path)
    pipeline = await again.start()
    restored = pipeline.state.lane
    assert (restored.basket, restored.operator, restored.last_sale_number) == (None, None, 1)
    assert any("damaged" in prompt.message for prompt in restored.prompts)
    again.crash()


@pytest.mark.parametrize("name", NAMES)
async def test_lane_of_an_older_agent(tmp_path: Path, name: str) -> None:
    """It goes on exactly where that agent left it, prompts and holds included."""
    stored = restore_recorded(name, tmp_path)
    lane = Lane(tmp_path)
    pipeline = await lane.start()
    # Devices say anew what is the matter with them.
    kept = tuple(prompt for prompt in stored.prompts if prompt.lasts != "retracted")
    assert pipeline.state.lane == stored.model_copy(update={"running": True, "prompts": kept})
    started = journal(tmp_path)[-1]
    assert isinstance(started, AgentStarted)
    assert started.previous_stop == ("crash" if stored.basket is not None else "orderly")
    if stored.basket is None:
        await do(pipeline, [SignOn(badge="EMP1001")])
    await do(pipeline, [EnterCode(code=PEN), FinalizeSubtotal()])
    for hold in stored.basket.holds if stored.basket is not None else ():
        lift = ReleaseHold(hold_id=hold.hold_id, badge="EMP9001", reason="known")
        await do(pipeline, [lift])
    await do(pipeline, [Pay(tender=Tender.CARD), SignOff()])
    lane.crash()
    assert stored_lane(tmp_path) == pipeline.state.lane


def without_words(state: LaneState) -> dict[str, object]:
    """All but what events of the first version did not say."""
    told = state.model_dump(exclude={"prompts", "running"})
    if told["operator"] is not None:
        del told["operator"]["name"]
    for hold in told["basket"]["holds"] if told["basket"] is not None else ():
        del hold["key"], hold["minimum_age"]
    return told


@pytest.mark.parametrize("name", NAMES)
async def test_journal_of_an_older_agent(tmp_path: Path, name: str) -> None:
    """Its events, raised to the newest versions, fold to the lane that it had stored."""
    stored = restore_recorded(name, tmp_path)
    lane = Lane(tmp_path)
    await lane.start()
    lane.crash()
    events = journal(tmp_path)[:-1]
    assert without_words(fold(FRESH, events)) == without_words(stored)
    newest = {type(event): type(event).model_fields["version"].default for event in events}
    assert all(event.version == newest[type(event)] for event in events)


OLD_HOLD = (
    '{"type": "pos.hold.%s", "version": 1, "occurred_at": "2026-03-01T12:00:00Z", '
    '"basket_id": "b", "hold_id": "h", "source": "age-verification", %s}'
)


@pytest.mark.parametrize(
    ("by", "reason", "means"),
    [
        ("age-verification", "line voided", "plugin"),
        ("1001", "18+ checked", "age_check"),
        ("9001", "known", "lead"),
    ],
)
def test_older_release_says_by_which_means(by: str, reason: str, means: str) -> None:
    rest = f'"released_by": "{by}", "reason": "{reason}"'
    event = parse_event(OLD_HOLD % ("released", rest))
    assert isinstance(event, HoldReleased)
    assert event.means == means


def test_older_hold_needs_a_lead() -> None:
    """An older agent did not journal which age would lift it."""
    event = parse_event(OLD_HOLD % ("placed", '"message": "Check ID."'))
    assert isinstance(event, HoldPlaced)
    assert (event.key, event.minimum_age, event.version) == ("h", None, 2)


def test_older_event_without_a_field() -> None:
    with pytest.raises(ValidationError):
        parse_event('{"type": "pos.hold.placed", "version": 1}')


@pytest.mark.parametrize("version", [0, 3, "1", None, True])
def test_version_that_never_was(version: object) -> None:
    rest = '"message": "Check ID."'
    text = (OLD_HOLD % ("placed", rest)).replace('"version": 1', f'"version": {version!r}')
    with pytest.raises(ValidationError):
        parse_event(text.replace("None", "null").replace("True", "true").replace("'", '"'))
