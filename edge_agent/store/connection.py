"""Opens the database file with the settings on which the promises rest."""

import os
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

FILE_NAME = "lane.db"
_COMPANIONS = ("", "-wal", "-shm")
_FOR_ITS_OWNER = 0o600


def open_connection(data_dir: Path, *, read_only: bool = False) -> Connection:
    """One connection in autocommit mode: whoever writes says BEGIN and COMMIT.

    WAL lets readers go on while the one writer commits; ``synchronous=FULL`` makes every commit
    survive a power cut, which ``NORMAL`` does not. The files are for their owner only.
    """
    mode = "ro" if read_only else "rwc"
    # A path may hold what means something in a URI.
    address = f"file:{quote(str(data_dir / FILE_NAME))}"
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=address, query={"mode": mode, "uri": "true"}),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    if not read_only:
        _keep_private(data_dir)
    connection = engine.connect()
    # A flipped byte must not hide a row: what is no UTF-8 is read, and found to be corrupt.
    connection.connection.dbapi_connection.text_factory = _text  # type: ignore[union-attr]
    if not read_only:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA synchronous = FULL")
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _keep_private(data_dir: Path) -> None:
    """SQLite gives its companions the permissions of the database."""
    path = data_dir / FILE_NAME
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FOR_ITS_OWNER))
        for companion in _COMPANIONS:
            beside = path.with_name(path.name + companion)
            if beside.exists() and beside.stat().st_mode & 0o077:
                beside.chmod(_FOR_ITS_OWNER)
    except OSError:
        # SQLite says what is wrong with the path when it opens it.
        return
