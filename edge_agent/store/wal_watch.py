"""Watches the write-ahead log, which grows as long as some reader holds the database open."""

from pathlib import Path

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from edge_agent.store.connection import FILE_NAME

log = structlog.get_logger()
LARGEST_WAL = 16 * 1024 * 1024
"""Bytes; SQLite copies it into the database at about a quarter of that when nobody reads."""
LOOK_EVERY = 64


class WalWatch:
    """Looks at the log's size every so many commits; tells who is in the way, and cuts it after."""

    def __init__(self, data_dir: Path, largest: int = LARGEST_WAL) -> None:
        self._path = data_dir / f"{FILE_NAME}-wal"
        self._largest = largest
        self._commits = 0
        self.alarm = ""
        """The reason why the log is too large; empty where it is not."""

    def committed(self, connection: Connection) -> None:
        """A commit has happened on the writing connection."""
        self._commits += 1
        if self._commits % LOOK_EVERY:
            return
        size = self._path.stat().st_size if self._path.exists() else 0
        if size <= self._largest:
            self.alarm = ""
            return
        if not self.alarm:
            log.warning("write-ahead log is large", path=str(self._path), bytes=size)
        self.alarm = (
            f"{self._path} has grown to {size // 1_048_576} MB: a program keeps the database open "
            "in a transaction. Find it with fuser and end it."
        )
        self._cut(connection)

    def _cut(self, connection: Connection) -> None:
        """Copy the log into the database and empty it, unless somebody still reads."""
        waiting = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
        try:
            # A reader in the way is no reason to keep a scan waiting.
            connection.exec_driver_sql("PRAGMA busy_timeout = 0")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except SQLAlchemyError as error:
            log.warning("write-ahead log not cut", reason=str(error))
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {waiting}")
