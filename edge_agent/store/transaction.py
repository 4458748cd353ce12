"""What a piece of work is handed: the database inside the open transaction."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from edge_agent.api.errors import StoreError
from edge_agent.api.events import EpochOpened, Event
from edge_agent.api.values import JournalPlace
from edge_agent.store.chain import EventRecord, Head
from edge_agent.store.database import Database
from edge_agent.store.head_file import HeadFile
from edge_agent.store.outbox import Randomness

T = TypeVar("T")


class Transaction(Database):
    """The database inside the open transaction, and the journal's head as of now."""

    def __init__(
        self, connection: Connection, head: Head, randomness: Randomness, head_file: HeadFile
    ) -> None:
        super().__init__(connection)
        self.head = head
        self._randomness = randomness
        self._head_file = head_file

    def append(self, *events: Event) -> list[EventRecord]:
        """Append events to the journal."""
        self.head, records = self.outbox.append(self.head, events, self._randomness)
        return records

    def begin_epoch(
        self,
        noticed_by: Literal["head_file", "stream", "epoch_table"],
        predecessor: JournalPlace,
        now: datetime,
    ) -> EventRecord:
        """Begin an epoch behind an event that this database does not have."""
        ended = self.head.place if self.head.position else None
        epoch = self.epochs.next_epoch(self.head, predecessor, self._head_file.largest_epoch)
        self._head_file.reserve(epoch)
        self.head = self.epochs.begin(epoch, self.head, predecessor)
        (record,) = self.append(
            EpochOpened(
                occurred_at=now,
                noticed_by=noticed_by,
                predecessor=predecessor,
                journal_head=ended,
            )
        )
        return record


Work = Callable[[Transaction], T]
Piece = tuple[Work[Any], "Future[Any]"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A piece that was run: its result, or what it raised."""

    future: "Future[Any]"
    result: Any = None
    error: Exception | None = None

    def tell(self, uncertain: StoreError | None) -> None:
        """Settle the future; a piece that raised was undone whatever became of the commit."""
        error = self.error or uncertain
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(self.result)


def attempt(
    connection: Connection, transaction: Transaction, work: Work[Any], future: "Future[Any]"
) -> Attempt:
    """Run one piece in a savepoint."""
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
        return Attempt(future, error=error)
    connection.exec_driver_sql("RELEASE piece")
    return Attempt(future, result)
