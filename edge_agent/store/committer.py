"""The writing connection: pieces of work run together and become durable in one commit.

A piece that raises is undone alone, by its savepoint; a disk that fails undoes all pieces of the
commit. Where a failed commit leaves open what is on the disk, the database is opened again and a
commit of its own settles it; only where that fails too is the answer "uncertain".
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import SQLAlchemyError

from edge_agent.api.errors import StoreError, StoreUncertain
from edge_agent.api.values import JournalPlace
from edge_agent.store.ballast import Ballast
from edge_agent.store.chain import Head
from edge_agent.store.connection import FILE_NAME, open_connection
from edge_agent.store.database import Database
from edge_agent.store.head_file import HeadFile
from edge_agent.store.outbox import Randomness
from edge_agent.store.schema import schema_steps, upgrade
from edge_agent.store.tables import CommitTokenRow, core
from edge_agent.store.transaction import Attempt, Piece, Transaction, run_pieces
from edge_agent.store.wal_watch import WalWatch

log = structlog.get_logger()
_TOKEN = core(CommitTokenRow)
_LEAVE_TOKEN = (
    upsert(_TOKEN)
    .values(id=bindparam("id"), token=bindparam("token"))
    .on_conflict_do_update(index_elements=["id"], set_={"token": bindparam("token")})
)
_OF_A_COMMIT, _OF_SETTLING = 1, 2
_TOKEN_SIZE = 16
# Raised before the commit's last frame is written, or before anything is.
_CERTAINLY_UNDONE = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY}
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Mark of a commit: it moves the head or, without an event, the token."""

    head: Head
    token: bytes


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A commit of which it is not known whether it happened."""

    before: _Mark
    after: _Mark


class Committer:
    """Owns the writing connection from ``open`` to ``close``; one thread may use it."""

    def __init__(
        self,
        data_dir: Path,
        source: str,
        randomness: Randomness,
        *,
        on_commit: Callable[[], None],
        on_rollback: Callable[[], None],
    ) -> None:
        """
        Args:
            source: the lane's name in the world, ``/stores/{store}/lanes/{lane}``.
            on_commit, on_rollback: called when a whole batch has become durable, or was undone;
                results follow afterwards.
        """
        self._data_dir = data_dir
        self._source = source
        self._randomness = randomness
        self._on_commit = on_commit
        self._on_rollback = on_rollback
        self._head_file = HeadFile(data_dir, source)
        self._ballast = Ballast(data_dir)
        self._connection: Connection | None = None
        self._mark: _Mark | None = None
        self._identity: tuple[int, int] | None = None
        self._doubt: _Doubt | None = None
        self._wal = WalWatch(data_dir)
        self.alarm = ""
        """The reason why an epoch was begun at this start; empty where none was."""

    @property
    def trouble(self) -> str:
        """A fault that needs attention although commits succeed; empty where there is none."""
        return " ".join(filter(None, (self.alarm, self._wal.alarm)))

    def open(self, now: datetime) -> None:
        """Open and upgrade the database, and compare it with the head kept beside it.

        Raises:
            StoreError: the database cannot be used, or belongs to another lane.
        """
        try:
            try:
                self._open(now)
            except SQLAlchemyError:
                # A full disk has no room for the files that SQLite opens beside the database.
                if not self._ballast.release():
                    raise
                self._close_connection()
                self._open(now)
        except SQLAlchemyError as error:
            self._close_connection()
            raise StoreError(f"{self._explain(error)} Nothing was changed.") from error
        self._ballast.fill()

    def commit(self, batch: Sequence[Piece]) -> None:
        """Run the pieces, commit them together and settle their futures."""
        if _identity(self._data_dir) != self._identity:
            gone = (
                f"{self._data_dir / FILE_NAME} was removed or replaced while the agent had it open"
            )
            _fail(batch, StoreError(f"{gone}. Nothing was taken. Start the agent again."))
            return
        try:
            connection, before = self._ready()
        except SQLAlchemyError as error:
            self._refuse(batch, error)
            return
        pieces: list[Attempt] = []
        transaction = Transaction(connection, before.head, self._randomness, self._head_file)
        after = before
        committing = False
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            changes = _changes(connection)
            pieces = run_pieces(connection, transaction, batch)
            if all(piece.error is not None for piece in pieces):
                self._roll_back()
                _tell(pieces)
                return
            after = _Mark(transaction.head, before.token)
            # A batch that only reads writes nothing: it works on a full disk too.
            if after.head == before.head and _changes(connection) != changes:
                token = self._randomness(_TOKEN_SIZE)
                connection.execute(_LEAVE_TOKEN, {"id": _OF_A_COMMIT, "token": token})
                after = _Mark(before.head, token)
            committing = True
            connection.exec_driver_sql("COMMIT")
        except SQLAlchemyError as error:
            if not committing or _is_certainly_undone(error):
                self._roll_back()
                self._on_rollback()
                self._refuse(batch, error)
                return
            self._doubt = _Doubt(before, after)
            try:
                happened = self._settle_doubt()
            except SQLAlchemyError:
                uncertain = StoreUncertain(
                    f"{self._explain(error)} It is not known whether this was taken. "
                    "Look at the lane before you try again."
                )
                _tell(pieces, uncertain)
                return
            if not happened:
                self._refuse(batch, error)
                return
        else:
            self._committed(after)
        _tell(pieces)

    def close(self) -> None:
        """Close the database; what is committed stays."""
        self._close_connection()
        self._head_file.close()

    def _open(self, now: datetime) -> None:
        connection = self._connection = open_connection(self._data_dir)
        upgrade(connection, schema_steps())
        database = Database(connection)
        seen = self._head_file.read()
        head = database.epochs.open(self._source, now)
        noticed_by: Literal["head_file", "epoch_table"] | None = None
        predecessor = head.place
        if seen is not None and not database.epochs.accounts_for(seen.place):
            noticed_by, predecessor = "head_file", seen.place
        elif head.sequence and not database.epochs.has_row(head.epoch):
            noticed_by = "epoch_table"
        elif not head.sequence and head.epoch not in database.epochs.unlinked():
            # The row of an epoch and its first event are committed together.
            newest = database.outbox.newest()
            if newest is not None:
                head = newest.head
                noticed_by, predecessor = "epoch_table", newest.place
        if noticed_by is not None:
            head = self._begin_epoch(connection, head, noticed_by, predecessor, now)
        self._mark = _Mark(head, _read_token(connection))
        self._identity = _identity(self._data_dir)
        if head.sequence:
            self._head_file.write(head)

    def _begin_epoch(
        self,
        connection: Connection,
        head: Head,
        noticed_by: Literal["head_file", "epoch_table"],
        predecessor: JournalPlace,
        now: datetime,
    ) -> Head:
        transaction = Transaction(connection, head, self._randomness, self._head_file)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        record = transaction.begin_epoch(noticed_by, predecessor, now)
        # What this database still wants to print or to open may have happened since.
        transaction.jobs.doubt_outputs()
        connection.exec_driver_sql("COMMIT")
        self.alarm = (
            f"The database went back in time: it ended at {head.place}, but this lane had written "
            f"{predecessor}. Epoch {record.epoch} was begun. Was a backup restored, or is the "
            "disk failing?"
        )
        log.error("journal went back in time", ended=str(head.place), known=str(predecessor))
        return transaction.head

    def _ready(self) -> tuple[Connection, _Mark]:
        """An open connection without a doubtful commit; raises ``SQLAlchemyError``."""
        if self._doubt is not None:
            self._settle_doubt()
        if self._connection is None:
            self._connection = open_connection(self._data_dir)
        assert self._mark is not None
        return self._connection, self._mark

    def _settle_doubt(self) -> bool:
        """True where the doubtful commit happened, told by what is there.

        A commit of its own, on a new connection, makes sure that it stays so: frames of the
        doubtful one that a recovery might still find are overwritten, or are part of the database.

        Raises:
            SQLAlchemyError: the database cannot be opened and written now.
        """
        doubt = self._doubt
        assert doubt is not None
        self._close_connection()
        connection = self._connection = open_connection(self._data_dir)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if doubt.after.head != doubt.before.head:
            newest = Database(connection).outbox.newest()
            happened = newest is not None and newest.hash == doubt.after.head.hash
        else:
            happened = _read_token(connection) == doubt.after.token
        token = self._randomness(_TOKEN_SIZE)
        connection.execute(_LEAVE_TOKEN, {"id": _OF_SETTLING, "token": token})
        connection.exec_driver_sql("COMMIT")
        self._doubt = None
        log.warning("doubtful commit settled", happened=happened)
        if happened:
            self._committed(doubt.after)
        else:
            self._mark = doubt.before
            self._on_rollback()
        return happened

    def _committed(self, mark: _Mark) -> None:
        self._mark = mark
        if mark.head.sequence:
            self._head_file.write(mark.head)
        self._on_commit()
        if self._connection is not None:
            self._wal.committed(self._connection)

    def _roll_back(self) -> None:
        assert self._connection is not None
        try:
            if self._connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                self._connection.exec_driver_sql("ROLLBACK")
        except SQLAlchemyError:
            # Closing it undoes what was not committed.
            self._close_connection()

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refuse(self, batch: Sequence[Piece], error: SQLAlchemyError) -> None:
        _fail(batch, StoreError(f"{self._explain(error)} Nothing was taken."))

    def _explain(self, error: SQLAlchemyError) -> str:
        cause = getattr(error, "orig", None) or error
        return f"The database in {self._data_dir} cannot be written: {cause}."


def _tell(pieces: Sequence[Attempt], uncertain: StoreError | None = None) -> None:
    for piece in pieces:
        piece.tell(uncertain)


def _fail(batch: Sequence[Piece], failure: StoreError) -> None:
    for _, future in batch:
        future.set_exception(failure)


def _read_token(connection: Connection) -> bytes:
    query = select(_TOKEN.c.token).where(_TOKEN.c.id == _OF_A_COMMIT)
    return connection.execute(query).scalar_one_or_none() or b""


def _identity(data_dir: Path) -> tuple[int, int] | None:
    """Device and inode of the database file; None where there is none."""
    try:
        found = (data_dir / FILE_NAME).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _changes(connection: Connection) -> int:
    """The number of rows that this connection has changed since it was opened."""
    return int(connection.connection.dbapi_connection.total_changes)  # type: ignore[union-attr]


def _is_certainly_undone(error: SQLAlchemyError) -> bool:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    # The low byte is the primary code; FULL is told while frames are written, before the last.
    return code is not None and code & 0xFF in _CERTAINLY_UNDONE
