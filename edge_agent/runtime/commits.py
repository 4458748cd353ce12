"""Tells the asynchronous rooms that something was committed."""

import asyncio


class Commits:
    """A counter of commits that tasks can wait on; a slow waiter sees many as one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._count = 0
        self._changed = asyncio.Event()

    def notify_from_thread(self) -> None:
        """Called by the writer's thread after a commit."""
        self._loop.call_soon_threadsafe(self.notify)

    def notify(self) -> None:
        """Wakes every waiter."""
        self._count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def count(self) -> int:
        """How many commits there were; pass it to :meth:`wait_past`."""
        return self._count

    async def wait_past(self, seen: int, timeout_s: float | None = None) -> None:
        """Returns when there was a commit after ``seen``, or after ``timeout_s``."""
        if self._count != seen:
            return
        changed = self._changed
        try:
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            return
