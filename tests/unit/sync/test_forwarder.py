"""The forwarder over a real outbox: never skips, never reorders, never gives up."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from edge_agent.api.errors import DeliveryError
from edge_agent.api.events import AgentStopped
from edge_agent.runtime.commits import Signal
from edge_agent.store.reader import Reader
from edge_agent.store.writer import Transaction, Writer
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
        self.closed = False

    async def publish(self, messages: Sequence[Message]) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure != "before":
            self.kept += [int(dict(message.headers)["ce_sequence"]) for message in messages]
        if failure:
            raise DeliveryError("no acknowledgement")

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
        self.forwarder = Forwarder(
            self.reader,
            self.commits,
            broker,
            self.delivered,
            batch_size=7,
            longest_pause_s=0.01,
        )

    async def delivered(self, cursor: str, position: int) -> None:
        await asyncio.wrap_future(
            self.writer.submit(lambda tx: tx.outbox.move_cursor(cursor, position))
        )

    async def commit(self, events: int) -> None:
        for _ in range(events):
            await asyncio.wrap_future(self.writer.submit(append))

    async def until_delivered(self, position: int) -> None:
        async with asyncio.timeout(10):
            while self.forwarder.status().delivered_position < position:
                await self.commits.wait_past(self.commits.count, 0.02)


async def run(data_dir: Path, failures: Sequence[str]) -> FlakyBroker:
    broker = FlakyBroker(failures)
    lane = Lane(data_dir, broker)
    running = asyncio.create_task(lane.forwarder.run())
    await lane.commit(20)
    await lane.until_delivered(20)
    await lane.commit(5)
    await lane.until_delivered(25)
    assert lane.reader.read_now(lambda db: db.outbox.cursor(CURSOR)) == 25
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    lane.writer.close()
    return broker


async def test_everything_arrives_once_and_in_order(tmp_path: Path) -> None:
    broker = await run(tmp_path, [])
    assert broker.kept == list(range(1, 26))
    assert broker.closed


async def test_a_broker_that_is_away_delays_and_loses_nothing(tmp_path: Path) -> None:
    broker = await run(tmp_path, ["before"] * 6)
    assert broker.kept == list(range(1, 26))


async def test_a_lost_acknowledgement_repeats_a_batch_but_skips_nothing(tmp_path: Path) -> None:
    broker = await run(tmp_path, ["after", "", "after", "after"])
    seen: list[int] = []
    for sequence in broker.kept:
        assert sequence <= len(seen) + 1
        if sequence == len(seen) + 1:
            seen.append(sequence)
    assert seen == list(range(1, 26))
    assert len(broker.kept) > 25


async def test_a_restarted_forwarder_goes_on_behind_its_cursor(tmp_path: Path) -> None:
    await run(tmp_path, [])
    broker = FlakyBroker([])
    lane = Lane(tmp_path, broker)
    running = asyncio.create_task(lane.forwarder.run())
    await lane.commit(2)
    await lane.until_delivered(27)
    assert broker.kept == [26, 27]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    lane.writer.close()


async def test_failures_are_shown_while_they_last(tmp_path: Path) -> None:
    broker = FlakyBroker(["before"] * 1000)
    lane = Lane(tmp_path, broker)
    running = asyncio.create_task(lane.forwarder.run())
    await lane.commit(1)
    await until(lambda: lane.forwarder.status().failures_in_a_row >= 3)
    assert lane.forwarder.status().error == "no acknowledgement"
    broker.failures.clear()
    await lane.until_delivered(1)
    assert lane.forwarder.status().error == ""
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    lane.writer.close()
