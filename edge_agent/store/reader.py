"""Reads the database beside the writer, for those who must not wait for it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

from edge_agent.api.errors import StoreError
from edge_agent.store.connection import FILE_NAME, open_connection
from edge_agent.store.database import Database

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
        self._connection = open_connection(data_dir, read_only=True)
        self._database = Database(self._connection)
        self._lock = Lock()

    async def read(self, query: Callable[[Database], T]) -> T:
        """Runs a query on a worker thread."""
        return await asyncio.to_thread(self.read_now, query)

    def read_now(self, query: Callable[[Database], T]) -> T:
        """Runs a query on this thread."""
        with self._lock:
            return query(self._database)

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._connection.close()
