"""Interrupts a plugin that does not answer, so that it cannot stop the lane.

``decide`` runs on the writer's thread, where only an exception can end it. The watchdog raises one
in that thread (``PyThreadState_SetAsyncExc``). It reaches Python code, also an endless loop; a
plugin that blocks inside a C function is interrupted when that returns.
"""

import ctypes
import threading
from time import monotonic, sleep
from types import TracebackType

_LOOKS_PER_LIMIT = 4


class Overrun(BaseException):
    """Raised inside a plugin that took too long; not an ``Exception``, so that it is not caught."""


class Watchdog:
    """A context manager around each ``decide``; one thread at a time may be inside."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._thread_id: int | None = None
        self._began = 0.0
        self._fired = False
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def __enter__(self) -> None:
        with self._lock:
            self._thread_id = threading.get_ident()
            self._began = monotonic()
            self._fired = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._thread_id = None
        if self._fired and kind is not Overrun:
            # It is on its way: it must arrive here, not in the middle of a transaction.
            for _ in range(1000):
                continue
            raise Overrun

    def _watch(self) -> None:
        while True:
            sleep(self._limit_s / _LOOKS_PER_LIMIT)
            with self._lock:
                if self._thread_id is None or monotonic() - self._began < self._limit_s:
                    continue
                # Whoever catches even this one gets it again, one limit later.
                self._began = monotonic()
                self._fired = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread_id), ctypes.py_object(Overrun)
                )
