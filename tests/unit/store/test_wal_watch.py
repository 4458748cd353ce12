"""A reader that holds the database open is noticed, and the log is cut when it has gone."""

import sqlite3
from pathlib import Path

from edge_agent.store.connection import FILE_NAME, open_connection
from edge_agent.store.wal_watch import LOOK_EVERY, WalWatch


def test_log_that_grows(tmp_path: Path) -> None:
    connection = open_connection(tmp_path)
    connection.exec_driver_sql("CREATE TABLE t (a)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    watch = WalWatch(tmp_path, largest=1_200_000)
    wal = tmp_path / f"{FILE_NAME}-wal"

    def commit(times: int) -> None:
        for _ in range(times):
            connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(4000))")
            watch.committed(connection)

    holder = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM t").fetchall()
    commit(2 * LOOK_EVERY)
    assert "keeps the database open" in watch.alarm
    assert wal.stat().st_size > 1_200_000
    holder.execute("COMMIT")
    commit(2 * LOOK_EVERY)
    assert watch.alarm == ""
    assert wal.stat().st_size < 1_200_000
    assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 10_000
    holder.close()
    connection.close()
