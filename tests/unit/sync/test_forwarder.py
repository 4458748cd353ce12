"""The forwarder over a real outbox: never skips, never reorders, never gives up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edge_agent.api.errors import DeliveryError, RecordRefused, StoreError
from edge_agent.api.events import AgentStopped
from edge_agent.api.values import JournalPlace
from edge_agent.runtime.pipeline.changes import Signal
from edge_agent.store.chain import EventRecord
from edge_agent.store.connection import open_connection
from edge_agent.store.outbox import Cursor, StreamPlace
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from sync.envelope import Message
from sync.forwarder import CURSOR, Forwarder
from tests.conftest import seeded_bytes
from tests.waiting import until


class FlakyBroker:
    """Acknowledges, but fails as often as it is told, before or after it has kept the batch."""

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = list(failures)
        self.kept: list[int] = []
        self.values: list[bytes] = []
        self.has: JournalPlace | None = None
        self.too_large: set[int] = set()
        self.closed = False
        self.cursor: Callable[[], int] = lambda: 0
        self.seen: list[tuple[int, int]] = []

    async def publish(self, messages: Sequence[Message]) -> StreamPlace | None:
        sequences = [int(dict(message.headers)["ce_sequence"]) for message in messages]
        self.seen.append((self.cursor(), sequences[0]))
        if any(
            message.value and sequence in self.too_large
            for message, sequence in zip(messages, sequences, strict=True)
        ):
            raise RecordRefused("MessageSizeTooLargeError")
        failure = self.failures.pop(0) if self.failures else ""
        if failure != "before":
            self.kept += sequences
            self.values += [message.value for message in messages]
        if failure:
            raise DeliveryError("no acknowledgement")
        return StreamPlace(0, len(self.kept) - 1)

    async def newest(self, source: str, since: StreamPlace | None) -> JournalPlace | None:
        return self.has

    async def close(self) -> None:
        self.closed = True


def append(tx: Transaction) -> None:
    tx.append(AgentStopped(occurred_at=NOON))


class Lane:
    """A journal with a forwarder on it."""

    def __init__(self, data_dir: Path, broker: FlakyBroker) -> None:
        self.commits = Signal()
        loop = asyncio.get_running_loop()

        def notify() -> None:
            loop.call_soon_threadsafe(self.commits.notify)

        self.writer = Writer(
            data_dir,
            "/s",
            seeded_bytes,
            on_commit=notify,
        )
        self.writer.start(NOON)
        self.reader = Reader(data_dir)
        self.disk_is_full = False
        self.aside: list[tuple[int, str]] = []
        self.epochs_begun: list[JournalPlace] = []
        broker.cursor = lambda: self.reader.read_now(lambda db: db.outbox.cursor(CURSOR).position)
        self.forwarder = Forwarder(
            "/s",
            self.reader,
            self.commits,
            broker,
            self,
            batch_size=7,
            longest_pause_s=0.01,
        )

    async def delivered(self, name: str, cursor: Cursor) -> None:
        if self.disk_is_full:
            raise StoreError("disk is full")
        await asyncio.wrap_future(
            self.writer.submit(lambda tx: tx.outbox.move_cursor(name, cursor))
        )

    async def begin_epoch(self, predecessor: JournalPlace) -> None:
        self.epochs_begun.append(predecessor)
        await asyncio.wrap_future(
            self.writer.submit(lambda tx: tx.begin_epoch("stream", predecessor, NOON))
        )

    async def set_aside(self, record: EventRecord, reason: str, detail: str) -> None:
        self.aside.append((record.position, reason))

    async def commit(self, events: int) -> None:
        for _ in range(events):
            await asyncio.wrap_future(self.writer.submit(append))

    async def until_delivered(self, position: int) -> None:
        async with asyncio.timeout(10):
            while self.forwarder.status().delivered_position < position:
                await self.commits.wait_past(self.commits.count, 0.02)

    @asynccontextmanager
    async def forwarding(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.forwarder.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            self.reader.close()
            self.writer.close()


async def run(data_dir: Path, failures: Sequence[str]) -> FlakyBroker:
    broker = FlakyBroker(failures)
    lane = Lane(data_dir, broker)
    async with lane.forwarding():
        await lane.commit(20)
        await lane.until_delivered(20)
        await lane.commit(5)
        await lane.until_delivered(25)
        await until(lambda: broker.cursor() == 25)
    return broker


async def test_each_arrives_once(tmp_path: Path) -> None:
    """In order, and the cursor never runs ahead of the acknowledgement."""
    broker = await run(tmp_path, [])
    assert broker.kept == list(range(1, 26))
    assert broker.closed
    assert all(first == cursor + 1 for cursor, first in broker.seen)


async def test_absent_broker_loses_nothing(tmp_path: Path) -> None:
    broker = await run(tmp_path, ["before"] * 6)
    assert broker.kept == list(range(1, 26))
    assert all(first == cursor + 1 for cursor, first in broker.seen)


async def test_lost_acknowledgement_skips_nothing(tmp_path: Path) -> None:
    """A batch is repeated, in order."""
    broker = await run(tmp_path, ["after", "", "after", "after"])
    seen: list[int] = []
    for sequence in broker.kept:
        assert sequence <= len(seen) + 1
        if sequence == len(seen) + 1:
            seen.append(sequence)
    assert seen == list(range(1, 26))
    assert len(broker.kept) > 25


async def test_restart_goes_on_behind_cursor(tmp_path: Path) -> None:
    await run(tmp_path, [])
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    async with lane.forwarding():
        await lane.commit(2)
        await lane.until_delivered(27)
        assert broker.kept == [26, 27]


async def test_failures_are_shown(tmp_path: Path) -> None:
    """While they last, with nothing delivered."""
    broker = FlakyBroker(["before"] * 1000)
    lane = Lane(tmp_path, broker)
    async with lane.forwarding():
        await lane.commit(1)
        await until(lambda: lane.forwarder.status().failures_in_a_row >= 3)
        assert lane.forwarder.status().error == "no acknowledgement"
        assert lane.forwarder.status().delivered_position == broker.cursor() == 0
        broker.failures.clear()
        await lane.until_delivered(1)
        assert lane.forwarder.status().error == ""


async def test_full_disk_repeats_nothing(tmp_path: Path) -> None:
    """What the broker acknowledged is known in memory; only the cursor is tried again."""
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    lane.disk_is_full = True
    async with lane.forwarding():
        await lane.commit(20)
        await lane.until_delivered(20)
        assert broker.cursor() == 0
        await lane.commit(1)
        await lane.until_delivered(21)
        lane.disk_is_full = False
        await until(lambda: broker.cursor() == 21)
    assert broker.kept == list(range(1, 22))


async def test_restarted_service_repeats_nothing(tmp_path: Path) -> None:
    """The same forwarder, run again by its supervisor, knows what was acknowledged."""
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    lane.disk_is_full = True
    first = asyncio.create_task(lane.forwarder.run())
    await lane.commit(10)
    await lane.until_delivered(10)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    async with lane.forwarding():
        await lane.commit(1)
        await lane.until_delivered(11)
    assert broker.kept == list(range(1, 12))


async def test_refused_record_holds_up_no_other(tmp_path: Path) -> None:
    """A record without content stands in its place."""
    broker = FlakyBroker([])
    broker.too_large = {9}
    lane = Lane(tmp_path, broker)
    async with lane.forwarding():
        await lane.commit(20)
        await lane.until_delivered(20)
    assert broker.kept == list(range(1, 21))
    assert [index + 1 for index, value in enumerate(broker.values) if not value] == [9]
    assert lane.aside == [(9, "refused")]


async def test_corrupt_row_is_never_sent(tmp_path: Path) -> None:
    """Neither a body that was changed nor a column beside it."""
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    await lane.commit(6)
    with open_connection(tmp_path) as connection:
        connection.exec_driver_sql(
            "UPDATE outbox SET body = replace(body, '2026', '2025') WHERE position = 2"
        )
        connection.exec_driver_sql("UPDATE outbox SET type = 'pos.x' WHERE position = 4")
    async with lane.forwarding():
        await lane.until_delivered(6)
    assert [index + 1 for index, value in enumerate(broker.values) if not value] == [2, 4]
    assert lane.aside == [(2, "corrupt"), (4, "corrupt")]


async def test_start_learns_what_arrived(tmp_path: Path) -> None:
    """Killed between acknowledgement and cursor: the stream says how far it had got."""
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    await lane.commit(10)
    broker.has = lane.reader.read_now(lambda db: db.outbox.after(5, 1))[0].place
    async with lane.forwarding():
        await lane.until_delivered(10)
    assert broker.kept == [7, 8, 9, 10]


@pytest.mark.parametrize(
    "change", [{"sequence": 11}, {"hash": "00" * 32}, {"epoch": 1}, {"epoch": 9_999_999_999}]
)
async def test_unknown_event_in_stream(tmp_path: Path, change: dict[str, object]) -> None:
    """A new epoch larger than every epoch seen begins, and nothing committed is lost."""
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    await lane.commit(10)
    newest = lane.reader.read_now(lambda db: db.outbox.newest())
    assert newest is not None
    broker.has = newest.place.model_copy(update=change)
    async with lane.forwarding():
        await lane.until_delivered(11)
        last = lane.reader.read_now(lambda db: db.outbox.newest())
    assert lane.epochs_begun == [broker.has]
    assert broker.kept == [*range(1, 11), 1]
    assert last is not None
    assert (last.type, last.sequence) == ("lane.epoch.opened", 1)
    assert last.epoch > max(newest.epoch, broker.has.epoch)


async def test_predecessor_begins_one_epoch(tmp_path: Path) -> None:
    """What an epoch already names as its predecessor is known at the next start."""
    unknown = JournalPlace(epoch=7, sequence=70, hash="ab" * 32)
    for _ in range(2):
        broker = FlakyBroker([])
        broker.has = unknown
        lane = Lane(tmp_path, broker)
        async with lane.forwarding():
            await lane.until_delivered(1)
    assert lane.reader is not None
    assert lane.epochs_begun == []
