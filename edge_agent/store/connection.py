"""Opens the database file with the settings on which the promises rest."""

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

FILE_NAME = "lane.db"


def open_connection(data_dir: Path, *, read_only: bool = False) -> Connection:
    """One connection in autocommit mode: whoever writes says BEGIN and COMMIT.

    WAL lets readers go on while the one writer commits; ``synchronous=FULL`` makes every commit
    survive a power cut, which ``NORMAL`` does not.
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
    connection = engine.connect()
    if not read_only:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA synchronous = FULL")
    return connection
