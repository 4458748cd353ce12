"""Tells the asynchronous rooms what was committed, so that each wakes only for what it serves."""

import asyncio
from collections.abc import Iterable
from enum import Enum, auto


class Change(Enum):
    """Kinds of changes that a commit makes."""

    EVENTS = auto()
    JOBS = auto()
    TIMERS = auto()


class Signal:
    """A counter of changes that tasks can wait on; a slow waiter sees many as one."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = asyncio.Event()

    @property
    def count(self) -> int:
        """The number of changes so far; pass it to :meth:`wait_past`."""
        return self._count

    def notify(self) -> None:
        """Wakes every waiter."""
        self._count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_past(self, seen: int, timeout_s: float | None = None) -> None:
        """Returns when there was a change after ``seen``, or after ``timeout_s``."""
        if self._count != seen:
            return
        changed = self._changed
        try:
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            return


class ChangeSignals:
    """One signal per kind of change."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._signals = {change: Signal() for change in Change}
        self.events = self._signals[Change.EVENTS]
        self.jobs = self._signals[Change.JOBS]
        self.timers = self._signals[Change.TIMERS]

    def notify_from_thread(self, changes: Iterable[Change]) -> None:
        """Called by the writer's thread after a commit."""
        for change in changes:
            self._loop.call_soon_threadsafe(self._signals[change].notify)
