"""An event loop without time or threads: the same seed runs the same schedule."""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from random import Random
from typing import Any

LONGEST_READ_S = 0.004
LONGEST_BURIAL_S = 1000.0
MOST_BURIALS = 20


class OutOfWork(RuntimeError):
    """Nothing is left that could ever wake the loop."""


class _NoDevices(selectors.SelectSelector):
    """Waits for nothing but the clock, which it moves instead."""

    def __init__(self, check: Callable[[], None]) -> None:
        super().__init__()
        self.now = 0.0
        self.check = check

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.check()
        if timeout is None:
            raise OutOfWork
        self.now += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Moves its clock to the next thing that is due; work of other threads runs on it, late."""

    def __init__(self, random: Random, check: Callable[[], None]) -> None:
        """
        Args:
            check: raises where the process has ended.
        """
        self._devices = _NoDevices(check)
        self._random = random
        super().__init__(self._devices)

    def time(self) -> float:
        """Seconds since the loop was made, of the schedule's own clock."""
        return self._devices.now

    def bury(self) -> None:
        """End every task of a life, also those that begin while others end.

        After a crash they can do nothing any more: whatever they touch raises. A task that is left
        pending inside ``asyncio.timeout`` and collected as garbage ends CPython 3.11 itself: the
        collector closes a coroutine that is being closed.
        """
        self._devices.check = _nothing
        for _ in range(MOST_BURIALS):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                return
            for task in tasks:
                task.cancel()
            self.run_until_complete(asyncio.wait(tasks, timeout=LONGEST_BURIAL_S))
        raise RuntimeError(f"tasks that do not end: {asyncio.all_tasks(self)}")

    def run_in_executor(  # type: ignore[override]
        self, executor: object, function: Callable[..., Any], *arguments: Any
    ) -> asyncio.Future[Any]:
        """Run the function in one piece, a little later."""
        future: asyncio.Future[Any] = self.create_future()

        def run() -> None:
            if future.cancelled():
                return
            try:
                result = function(*arguments)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self.call_later(self._random.uniform(0.0, LONGEST_READ_S), run)
        return future

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *arguments: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *arguments, context=context)


def _nothing() -> None:
    return
