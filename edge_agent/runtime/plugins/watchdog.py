"""Interrupts a plugin that does not answer, so that it cannot stop the lane.

``decide`` runs on the writer's thread, where only an exception can end it. The watchdog raises one
in that thread (``PyThreadState_SetAsyncExc``). It reaches Python code, also an endless loop; a
plugin that blocks inside a C function is interrupted when that returns.
"""

import ctypes
import threading
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

T = TypeVar("T")
_LOOKS_PER_LIMIT = 4


class PluginTimeout(BaseException):
    """Raised inside a plugin that took too long; not an ``Exception``, so that it is not caught."""


class Watchdog:
    """Runs each ``decide``; one thread at a time may be inside."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._thread_id: int | None = None
        self._began = 0.0
        self._fired = False
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def __call__(self, work: Callable[[], T]) -> T:
        """The result of ``work``; raises ``PluginTimeout`` where that took too long."""
        with self._lock:
            self._thread_id = threading.get_ident()
            self._began = monotonic()
            self._fired = False
        try:
            try:
                result = work()
            finally:
                self._disarm()
        except BaseException:
            # The interruption may have landed at the entry of the call above, and nothing is done.
            self._disarm()
            if self._fired:
                raise PluginTimeout from None
            raise
        if self._fired:
            raise PluginTimeout
        return result

    def _disarm(self) -> None:
        """From here on nothing is raised in this thread, not even what is already on its way."""
        with self._lock:
            self._thread_id = None
            if self._fired:
                _raise_in(threading.get_ident(), None)

    def _watch(self) -> None:
        while True:
            sleep(self._limit_s / _LOOKS_PER_LIMIT)
            with self._lock:
                if self._thread_id is None or monotonic() - self._began < self._limit_s:
                    continue
                # Whoever catches even this one gets it again, one limit later.
                self._began = monotonic()
                self._fired = True
                _raise_in(self._thread_id, PluginTimeout)


def _raise_in(thread_id: int, error: type[BaseException] | None) -> None:
    """Puts an exception on its way to a thread; None takes back what has not arrived."""
    given = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), given)
