"""Notices that the clock of the lane PC was set, so that head office knows what it dated."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

log = structlog.get_logger()
EVERY_S = 5.0
SMALLEST_JUMP_S = 2.0
"""Seconds; a clock that is steered by NTP moves by less between two looks."""


class ClockWatch:
    """Compares the clock on the wall with one that nobody sets."""

    def __init__(
        self,
        jumped: Callable[[float], Awaitable[None]],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        every_s: float = EVERY_S,
    ) -> None:
        """
        Args:
            jumped: journals by how many seconds the clock moved.
        """
        self._jumped = jumped
        self._clock = clock
        self._monotonic = monotonic
        self._every_s = every_s
        # Kept over restarts of the service: a jump that could not be journaled is told later.
        self._before = clock().timestamp() - monotonic()

    async def run(self) -> None:
        """Look at intervals until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            now = self._clock().timestamp() - self._monotonic()
            if abs(now - self._before) >= SMALLEST_JUMP_S:
                seconds = round(now - self._before, 3)
                log.warning("clock was set", seconds=seconds)
                await self._jumped(seconds)
                self._before = now
