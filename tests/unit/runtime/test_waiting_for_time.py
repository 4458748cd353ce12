"""What is due at a time, under a wall clock that somebody sets back."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.pipeline.changes import Signal
from edge_agent.runtime.pipeline.timers import Timers
from edge_agent.store.jobs import JobKind
from edge_agent.store.plugin_table import Timer
from edge_agent.store.reader import Reader
from edge_agent.testing import NOON
from tests.unit.runtime.pipelines import Lane
from tests.waiting import until


class Clock:
    """Stands still until somebody sets it."""

    def __init__(self) -> None:
        self.now = NOON
        self.asked = 0

    def __call__(self) -> datetime:
        self.asked += 1
        return self.now


async def test_a_job_that_was_put_off_does_not_wait_for_the_old_time(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    job_id = await pipeline.transact(
        lambda tx: tx.jobs.add(JobKind.RECEIPT, "lane", "{}", NOON.timestamp() + 0.5)
    )
    clock = Clock()
    queue = JobQueue(Reader(tmp_path), Signal(), clock)
    clock.now -= timedelta(hours=1)
    async with asyncio.timeout(5):
        assert (await queue.first(JobKind.RECEIPT, 15.0)).id == job_id


async def test_a_timer_that_waits_does_not_wait_for_the_old_time(tmp_path: Path) -> None:
    pipeline = await Lane(tmp_path).start()
    timer = Timer("fraud-detection", "t", NOON.timestamp() + 0.2)
    await pipeline.transact(lambda tx: tx.plugins.start_timer(timer))
    clock, changes, reader = Clock(), Signal(), Reader(tmp_path)
    running = asyncio.create_task(Timers(pipeline, reader, changes, clock).run())
    await until(lambda: clock.asked > 0)
    clock.now -= timedelta(hours=1)
    changes.notify()
    async with asyncio.timeout(5):
        while await reader.read(lambda db: db.plugins.next_timer()) is not None:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
