"""Fires the plugins' timers when they are due, also those that came due while the agent was off."""

from collections.abc import Callable
from datetime import datetime

from edge_agent.runtime.commits import Signal
from edge_agent.runtime.pipeline import Pipeline
from edge_agent.store.reader import Reader


class Timers:
    """Waits for the timer that is due first."""

    def __init__(
        self,
        pipeline: Pipeline,
        reader: Reader,
        changes: Signal,
        clock: Callable[[], datetime],
    ) -> None:
        self._pipeline = pipeline
        self._reader = reader
        self._changes = changes
        self._clock = clock

    async def run(self) -> None:
        """Fires timers until cancelled."""
        while True:
            seen = self._changes.count
            timer = await self._reader.read(lambda database: database.plugins.next_timer())
            if timer is None:
                await self._changes.wait_past(seen)
                continue
            remaining = timer.due_at - self._clock().timestamp()
            if remaining > 0:
                await self._changes.wait_past(seen, remaining)
            else:
                await self._pipeline.timer_due(timer)
