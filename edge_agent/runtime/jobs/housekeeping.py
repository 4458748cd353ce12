"""Deletes what has served its time, a little at a time, so that it never holds up a scan.

Age is told by how long the agent has been running, not by the clock on the wall: a clock that is
wrong deletes nothing.
"""

import asyncio
from collections.abc import Callable

from edge_agent.runtime.jobs.service import JobService
from edge_agent.store.retention import FEWEST_EVENTS

EVERY_S = 60.0
BREATHER_S = 0.1
ROWS_AT_ONCE = 500


class Housekeeping:
    """Keeps delivered events and ended jobs for the retention time."""

    def __init__(
        self,
        jobs: JobService,
        cursor: str,
        retention_s: float,
        monotonic: Callable[[], float],
        fewest_events: int = FEWEST_EVENTS,
        every_s: float = EVERY_S,
    ) -> None:
        """
        Args:
            cursor: the reader up to which events count as delivered.
            monotonic: seconds, by a clock that nobody sets.
            fewest_events: so many of the newest events stay whatever their age.
            every_s: the pause between two looks, while there is little to delete.
        """
        self._every_s = every_s
        self._fewest_events = fewest_events
        self._jobs = jobs
        self._cursor = cursor
        self._retention_s = retention_s
        self._monotonic = monotonic

    async def run(self) -> None:
        """Look now and then, more often while there is much to delete, until cancelled."""
        began = self._monotonic()
        before_s = await self._jobs.running_s()
        while True:
            running_s = before_s + self._monotonic() - began
            forgotten = await self._jobs.forget(
                self._cursor, running_s, self._retention_s, ROWS_AT_ONCE, self._fewest_events
            )
            await asyncio.sleep(self._every_s if forgotten < ROWS_AT_ONCE else BREATHER_S)
