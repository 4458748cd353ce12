"""The one thread that writes: it runs the work that waits and commits it together.

Group commit: while one commit waits for the disk, further work queues up and shares the next one.
A piece of work that raises is undone alone, by its savepoint; a disk that fails undoes all pieces
of the commit. Nobody learns of a result before the commit that holds it.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from edge_agent.api.errors import StoreError
from edge_agent.api.events import Event
from edge_agent.store.chain import EventRecord
from edge_agent.store.connection import open_connection
from edge_agent.store.database import Database
from edge_agent.store.outbox import Head, Randomness
from edge_agent.store.schema import schema_steps, upgrade

T = TypeVar("T")
log = structlog.get_logger()
_LARGEST_BATCH = 256


class Transaction(Database):
    """The database inside the open transaction, and the journal's head as of now."""

    def __init__(self, connection: Connection, head: Head, randomness: Randomness) -> None:
        super().__init__(connection)
        self.head = head
        self._randomness = randomness

    def append(self, *events: Event) -> list[EventRecord]:
        """Appends events to the journal."""
        self.head, records = self.outbox.append(self.head, events, self._randomness)
        return records


Work = Callable[[Transaction], T]


class Writer:
    """Owns the writing connection from ``start`` to ``close``."""

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
        self._data_dir = data_dir
        self._source = source
        self._randomness = randomness
        self._on_commit = on_commit
        self._on_rollback = on_rollback
        self._on_death = on_death
        self._waiting: deque[tuple[Work[Any], Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self, now: datetime) -> None:
        """Opens and upgrades the database; raises ``StoreError`` where that fails."""
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(now, opened), name="writer", daemon=True
        )
        self._thread.start()
        opened.result()

    def submit(self, work: Work[T]) -> "Future[T]":
        """Queues work; the future resolves after the commit, or raises what the work raised."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing:
                future.set_exception(StoreError("The agent is shutting down."))
                return future
            self._waiting.append((work, future))
            self._wake.notify()
        return future

    def close(self) -> None:
        """Finishes what is queued and closes the database."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self, now: datetime, opened: "Future[None]") -> None:
        try:
            connection = open_connection(self._data_dir)
            upgrade(connection, schema_steps())
            head = Database(connection).outbox.open_epoch(self._source, now)
        except StoreError as error:
            opened.set_exception(error)
            return
        except SQLAlchemyError as error:
            opened.set_exception(StoreError(_explain(self._data_dir, error)))
            return
        # Whatever it is, who started the writer must hear of it.
        except BaseException as error:
            opened.set_exception(error)
            return
        opened.set_result(None)
        batch: list[tuple[Work[Any], Future[Any]]] = []
        try:
            with connection:
                while batch := self._next_batch():
                    head = self._commit_together(connection, head, batch)
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

    def _next_batch(self) -> list[tuple[Work[Any], Future[Any]]]:
        """Blocks until there is work; empty when the writer is to close."""
        with self._wake:
            while not self._waiting and not self._closing:
                self._wake.wait()
        batch: list[tuple[Work[Any], Future[Any]]] = []
        while self._waiting and len(batch) < _LARGEST_BATCH:
            # popleft, never a swap of lists: a swap can lose work added in between.
            work, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                batch.append((work, future))
        return batch if batch or self._closing else self._next_batch()

    def _commit_together(
        self, connection: Connection, head: Head, batch: list[tuple[Work[Any], Future[Any]]]
    ) -> Head:
        transaction = Transaction(connection, head, self._randomness)
        settle: list[Callable[[], None]] = []
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for work, future in batch:
                settle.append(_attempt(connection, transaction, work, future))
            connection.exec_driver_sql("COMMIT")
        except SQLAlchemyError as error:
            if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                connection.exec_driver_sql("ROLLBACK")
            self._on_rollback()
            failure = StoreError(_explain(self._data_dir, error))
            for _, future in batch:
                future.set_exception(failure)
            return head
        self._on_commit()
        for tell in settle:
            tell()
        return transaction.head


def _attempt(
    connection: Connection, transaction: Transaction, work: Work[Any], future: "Future[Any]"
) -> Callable[[], None]:
    """Runs one piece in a savepoint; returns how to tell its submitter, once committed."""
    before = transaction.head
    connection.exec_driver_sql("SAVEPOINT piece")
    try:
        result = work(transaction)
    except SQLAlchemyError:
        # A full or failing disk: SQLite may have undone the whole transaction by itself.
        raise
    except Exception as error:
        connection.exec_driver_sql("ROLLBACK TO piece")
        connection.exec_driver_sql("RELEASE piece")
        transaction.head = before
        failure = error  # the name in the except clause is gone after it
        return lambda: future.set_exception(failure)
    connection.exec_driver_sql("RELEASE piece")
    return lambda: future.set_result(result)


def _explain(data_dir: Path, error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return f"The database in {data_dir} cannot be written: {cause}. Nothing was taken."
