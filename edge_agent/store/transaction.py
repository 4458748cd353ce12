"""Transaction: the database as a piece of work sees it."""

from collections.abc import Callable, Sequence
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
from edge_agent.store.outbox import Entry, Randomness, journal_entry

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
        """Append events to the journal; raise ``EventTooLarge``, with nothing appended."""
        return self.append_entries([journal_entry(event) for event in events])

    def append_entries(self, entries: Sequence[Entry]) -> list[EventRecord]:
        """Append events whose JSON is made already."""
        self.head, records = self.outbox.append(self.head, entries, self._randomness)
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


def run_pieces(
    connection: Connection, transaction: Transaction, batch: Sequence[Piece]
) -> list[Attempt]:
    """Run the pieces of one transaction.

    Of several, one that raises is undone alone, by its savepoint; of one alone, the transaction is
    to be rolled back.

    Raises:
        SQLAlchemyError: the database cannot be read or written.
    """
    if len(batch) == 1:
        return [_attempt(transaction, *batch[0])]
    return [_attempt_in_savepoint(connection, transaction, *piece) for piece in batch]


def _attempt(transaction: Transaction, work: Work[Any], future: "Future[Any]") -> Attempt:
    try:
        return Attempt(future, work(transaction))
    except SQLAlchemyError:
        # A full or failing disk: SQLite may have undone the whole transaction by itself.
        raise
    except Exception as error:
        return Attempt(future, error=error)


def _attempt_in_savepoint(
    connection: Connection, transaction: Transaction, work: Work[Any], future: "Future[Any]"
) -> Attempt:
    before = transaction.head
    connection.exec_driver_sql("SAVEPOINT piece")
    ended = _attempt(transaction, work, future)
    if ended.error is not None:
        connection.exec_driver_sql("ROLLBACK TO piece")
        transaction.head = before
    connection.exec_driver_sql("RELEASE piece")
    return ended
