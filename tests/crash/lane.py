"""The agent under test: wired as the application wires it, on one thread, with models around it."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from edge_agent.api.lane import LaneState
from edge_agent.intake.policy import IntakePolicy
from edge_agent.lane.receipt_template import ReceiptContext
from edge_agent.runtime.delivery_journal import DeliveryJournal
from edge_agent.runtime.devices.recorder import DeviceRecorder
from edge_agent.runtime.jobs.housekeeping import Housekeeping
from edge_agent.runtime.jobs.outputs import Outputs
from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.jobs.remote_calls import RemoteCalls
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.changes import ChangeSignals
from edge_agent.runtime.pipeline.pipeline import HeadSigner, Pipeline, Policy
from edge_agent.runtime.pipeline.timers import Timers
from edge_agent.runtime.pipeline.unit_of_work import Budget
from edge_agent.runtime.plugin_admin import PluginAdmin
from edge_agent.runtime.plugins.slot import PluginSlot, load_slot
from edge_agent.runtime.registry import Registry
from edge_agent.runtime.supervisor import Supervisor
from edge_agent.store.outbox import Randomness
from edge_agent.store.reader import Reader
from edge_agent.store.signing import Signer, make_key
from edge_agent.store.transaction import Piece, T, Transaction, Work
from edge_agent.store.writer import Writer
from sync.forwarder import CURSOR, Forwarder
from tests.crash.faults import Faults
from tests.crash.models import Effects, ModelBroker, ModelDevices, ModelHttp, Topic
from tests.crash.schedule import Life

SOURCE = "/stores/1/lanes/1"
FRESH = LaneState(store="1", lane="1", currency="EUR")
BEGAN = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
FEWEST_EVENTS = 30
RETENTION_S = 6.0
HOUSEKEEPING_S = 0.7
LONGEST_BATCH_DELAY_S = 0.01


class SimulatedWriter(Writer):
    """Commits what waits a little later, on the schedule's own thread."""

    def __init__(
        self,
        data_dir: Path,
        randomness: Randomness,
        random: Random,
        faults: Faults,
        on_commit: Callable[[], None],
        on_rollback: Callable[[], None],
    ) -> None:
        super().__init__(data_dir, SOURCE, randomness, on_commit=on_commit, on_rollback=on_rollback)
        self._random = random
        self._faults = faults
        self._queue: deque[Piece] = deque()
        self._planned = False

    def start(self, now: datetime) -> None:
        self.committer.open(now)

    def submit(self, work: Work[T]) -> "Future[T]":
        future: Future[T] = Future()
        self._queue.append((work, future))
        if not self._planned:
            self._planned = True
            delay = self._random.uniform(0.0, LONGEST_BATCH_DELAY_S)
            asyncio.get_running_loop().call_later(delay, self._commit)
        return future

    def close(self) -> None:
        self._commit()
        self.committer.close()

    def _commit(self) -> None:
        self._planned = False
        batch: list[Piece] = []
        while self._queue:
            work, future = self._queue.popleft()
            if future.set_running_or_notify_cancel():
                batch.append((work, future))
        if batch:
            self._faults.point("before the batch")
            self.committer.commit(batch)
            self._faults.point("after the batch")


@cache
def registry() -> Registry:
    """What is installed."""
    return Registry()


@cache
def signer(folder: Path) -> HeadSigner:
    """One key for all lives."""
    path = folder / "key.pem"
    return Signer.load(path) if path.exists() else make_key(path)


class LaneUnderTest:
    """One life of the agent over a data directory."""

    def __init__(
        self,
        data_dir: Path,
        life: Life,
        faults: Faults,
        topic: Topic,
        effects: Effects,
        age_s: float,
    ) -> None:
        """
        Args:
            age_s: how long the lives before this one lasted together.
        """
        loop = asyncio.get_running_loop()
        random = Random(life.seed)
        began = BEGAN + timedelta(seconds=age_s + life.clock_s)

        def clock() -> datetime:
            return began + timedelta(seconds=loop.time())

        self.clock = clock
        changes = ChangeSignals(loop)
        self.pipeline = Pipeline(
            Policy(IntakePolicy(), Budget(10.0, lambda: 0.0)),
            clock,
            random.randbytes,
            lambda committed, rolled_back: SimulatedWriter(
                data_dir, random.randbytes, random, faults, committed, rolled_back
            ),
            changes.notify_from_thread,
            signer(data_dir.parent),
        )
        self.plugins = PluginAdmin(self.pipeline)
        self.jobs = JobService(self.pipeline)
        self.devices = DeviceRecorder(self.pipeline)
        self.supervisor = Supervisor()
        self._data_dir = data_dir
        self._changes = changes
        self._broker = ModelBroker(topic, faults, random, life.trouble)
        self._printer = ModelDevices(effects, faults, random, life.trouble)
        self._http = ModelHttp(faults, random, life.trouble)
        self._reader: Reader | None = None

    async def start(self) -> None:
        """Bring up every service that writes."""
        await self.pipeline.start(FRESH, _slots, "1.0")
        reader = self._reader = Reader(self._data_dir)
        loop = asyncio.get_running_loop()
        queue = JobQueue(reader, self._changes.jobs, self.clock)
        outputs = Outputs(self.jobs, queue, self._printer, ReceiptContext(), self.clock)
        calls = RemoteCalls(self.pipeline, self.jobs, queue, self._http, self.clock)
        timers = Timers(self.pipeline, reader, self._changes.timers, self.clock)
        keeping = Housekeeping(
            self.jobs, CURSOR, RETENTION_S, loop.time, FEWEST_EVENTS, HOUSEKEEPING_S
        )
        forwarder = Forwarder(
            SOURCE,
            reader,
            self._changes.events,
            self._broker,
            DeliveryJournal(self.pipeline, self.clock),
            batch_size=7,
            longest_pause_s=2.0,
        )
        self.supervisor.start("receipts", outputs.print_receipts)
        self.supervisor.start("drawers", outputs.open_drawers)
        self.supervisor.start("http-calls", calls.run)
        self.supervisor.start("timers", timers.run)
        self.supervisor.start("housekeeping", keeping.run)
        self.supervisor.start("forwarder", forwarder.run)
        self.supervisor.start("announcement", self.pipeline.announce)

    async def stop(self) -> None:
        """Stop in order."""
        await self.supervisor.stop(20.0)
        if self._reader is not None:
            self._reader.close()
        await self.pipeline.stop()


def _slots(tx: Transaction) -> Mapping[str, PluginSlot]:
    stored = {plugin.name: plugin for plugin in tx.plugins.load()}
    installed = registry()
    return {
        name: load_slot(name, installed, stored.get(name), None, tx.plugin_states.of_plugin)
        for name in installed.plugins
    }
