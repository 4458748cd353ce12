"""The one thread that writes: it runs the work that waits and commits it together.

Group commit: while one commit waits for the disk, further work queues up and shares the next one.
Nobody learns of a result before the commit that holds it.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

import structlog

from edge_agent.api.errors import StoreError
from edge_agent.store.committer import Committer
from edge_agent.store.outbox import Randomness
from edge_agent.store.transaction import Piece, T, Work

log = structlog.get_logger()
_LARGEST_BATCH = 256


class Writer:
    """Runs a committer on a thread of its own, from ``start`` to ``close``."""

    def __init__(
        self,
        data_dir: Path,
        source: str,
        randomness: Randomness,
        *,
        on_commit: Callable[[], None] = lambda: None,
        on_rollback: Callable[[], None] = lambda: None,
        on_death: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            source: the lane's name in the world, ``/stores/{store}/lanes/{lane}``.
            on_commit, on_rollback: called on the writer's thread when a whole batch of work has
                become durable, or was undone by a failed commit; results follow afterwards.
            on_death: called on the writer's thread when it cannot go on; all that waits and all
                that is submitted afterwards is refused, and the agent must be started again.
        """
        self.committer = Committer(
            data_dir, source, randomness, on_commit=on_commit, on_rollback=on_rollback
        )
        self._on_death = on_death
        self._waiting: deque[Piece] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self, now: datetime) -> None:
        """Open and upgrade the database; raise ``StoreError`` where that fails."""
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(now, opened), name="writer", daemon=True
        )
        self._thread.start()
        opened.result()

    def submit(self, work: Work[T]) -> "Future[T]":
        """Queue work; the future resolves after the commit, or raises what the work raised."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing:
                future.set_exception(StoreError("The agent is shutting down."))
                return future
            self._waiting.append((work, future))
            self._wake.notify()
        return future

    def close(self) -> None:
        """Finish what is queued and close the database."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self, now: datetime, opened: "Future[None]") -> None:
        try:
            self.committer.open(now)
        # Whatever it is, who started the writer must hear of it.
        except BaseException as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        batch: list[Piece] = []
        try:
            while batch := self._next_batch():
                self.committer.commit(batch)
        # Nobody may wait for a thread that is gone: whatever ended it, everybody is told.
        except BaseException:
            log.exception("the writer died")
            with self._wake:
                self._closing = True
            failure = StoreError("The database thread failed. The agent must be started again.")
            for _, future in [*batch, *self._waiting]:
                if not future.done():
                    future.set_exception(failure)
            self._on_death()
        finally:
            self.committer.close()

    def _next_batch(self) -> list[Piece]:
        """Block until there is work; empty when the writer is to close."""
        while True:
            with self._wake:
                while not self._waiting and not self._closing:
                    self._wake.wait()
            batch: list[Piece] = []
            while self._waiting and len(batch) < _LARGEST_BATCH:
                # popleft, never a swap of lists: a swap can lose work added in between.
                work, future = self._waiting.popleft()
                if future.set_running_or_notify_cancel():
                    batch.append((work, future))
            if batch or self._closing:
                return batch
