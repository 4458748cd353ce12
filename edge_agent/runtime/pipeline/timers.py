"""Fires the plugins' timers when they are due, also those that came due while the agent was off."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from edge_agent.runtime.pipeline.changes import Signal
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.store.plugin_table import Timer
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
        self._due = _Due()

    async def run(self) -> None:
        """Fires timers until cancelled."""
        while True:
            seen = self._changes.count
            timer = await self._reader.read(lambda database: database.plugins.next_timer())
            if timer is None:
                await self._changes.wait_past(seen)
                continue
            remaining = self._due.remaining(timer, timer.due_at - self._clock().timestamp())
            if remaining > 0:
                await self._changes.wait_past(seen, remaining)
            else:
                await self._pipeline.timer_due(timer)


class _Due:
    """When the first timer is due by a clock that nobody sets.

    A wall clock that is set back while the timer waits does not make it wait longer.
    """

    def __init__(self) -> None:
        self._timer: Timer | None = None
        self._at = 0.0

    def remaining(self, timer: Timer, seconds: float) -> float:
        """Seconds until it is due; ``seconds`` is what the wall clock says."""
        now = asyncio.get_running_loop().time()
        if timer != self._timer:
            self._timer, self._at = timer, now + seconds
        return min(seconds, self._at - now)
