"""Deletes what has served its time, a little at a time, so that it never holds up a scan."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from edge_agent.runtime.job_desk import JobDesk

EVERY_S = 60.0
BREATHER_S = 0.1
ROWS_AT_ONCE = 500


class Housekeeping:
    """Keeps delivered events and ended jobs for the retention time."""

    def __init__(
        self,
        desk: JobDesk,
        cursor: str,
        retention: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        """
        Args:
            cursor: the reader up to which events count as delivered.
        """
        self._desk = desk
        self._cursor = cursor
        self._retention = retention
        self._clock = clock

    async def run(self) -> None:
        """Looks once a minute, more often while there is much to delete, until cancelled."""
        while True:
            now = self._clock()
            before = now - self._retention
            forgotten = await self._desk.forget(self._cursor, before, now, ROWS_AT_ONCE)
            await asyncio.sleep(EVERY_S if forgotten < ROWS_AT_ONCE else BREATHER_S)
