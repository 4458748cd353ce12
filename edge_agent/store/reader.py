"""Reads the database beside the writer, for those who must not wait for it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from edge_agent.api.errors import StoreError
from edge_agent.store.connection import FILE_NAME, open_connection
from edge_agent.store.database import Database
from edge_agent.store.schema import check_newest

T = TypeVar("T")


class Reader:
    """A read-only connection shared by the asynchronous rooms; sees only what is committed."""

    def __init__(self, data_dir: Path) -> None:
        """Raises ``StoreError`` where there is no database yet, or none that may be read."""
        try:
            exists = (data_dir / FILE_NAME).is_file()
        except OSError as error:
            raise StoreError(f"{data_dir} cannot be read: {error.strerror}.") from error
        if not exists:
            raise StoreError(f"There is no lane database in {data_dir} yet: run edge-agent first.")
        try:
            self._connection = open_connection(data_dir, read_only=True)
            check_newest(self._connection)
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"{data_dir / FILE_NAME} cannot be read: {cause}.") from error
        self._database = Database(self._connection)
        self._lock = Lock()

    async def read(self, query: Callable[[Database], T]) -> T:
        """Runs a query on a worker thread."""
        return await asyncio.to_thread(self.read_now, query)

    def read_now(self, query: Callable[[Database], T]) -> T:
        """Runs a query on this thread."""
        with self._lock:
            return query(self._database)

    def read_one_moment(self, query: Callable[[Database], T]) -> T:
        """Run a query of several statements, all of which see the database of one moment."""
        with self._lock:
            self._connection.exec_driver_sql("BEGIN")
            try:
                return query(self._database)
            finally:
                self._connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._connection.close()
