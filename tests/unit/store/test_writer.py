"""Group commit: together or not at all, and nobody learns early."""

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from edge_agent.api.errors import SchemaTooNew, StoreError, StoreLocked
from edge_agent.api.events import AgentStopped
from edge_agent.store.connection import open_connection
from edge_agent.store.lock import DirectoryLock
from edge_agent.store.outbox import Cursor, all_records
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.store.verification import find_breaks
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes

STOPPED = AgentStopped(occurred_at=NOON)


def append(tx: Transaction) -> int:
    return tx.append(STOPPED)[0].sequence


def test_sequences_are_gapless_over_many_submitters(writer: Writer, tmp_path: Path) -> None:
    futures: list[Future[int]] = []
    lock = threading.Lock()

    def submit_many() -> None:
        for _ in range(50):
            future = writer.submit(append)
            with lock:
                futures.append(future)

    threads = [threading.Thread(target=submit_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(future.result(10) for future in futures) == list(range(1, 401))
    with_reader = Reader(tmp_path).read_now(lambda db: list(all_records(db.outbox)))
    assert list(find_breaks(with_reader)) == []


def test_work_that_raises_is_undone_alone(writer: Writer, tmp_path: Path) -> None:
    def spoil(tx: Transaction) -> None:
        append(tx)
        tx.outbox.move_cursor("kafka", Cursor(99))
        raise ValueError("spoiled")

    first, spoiled, last = writer.submit(append), writer.submit(spoil), writer.submit(append)
    assert (first.result(5), last.result(5)) == (1, 2)
    with pytest.raises(ValueError, match="spoiled"):
        spoiled.result(5)
    assert Reader(tmp_path).read_now(lambda db: db.outbox.cursor("kafka")) == Cursor(0)


def test_a_commit_that_fails_undoes_the_whole_batch_and_says_so(tmp_path: Path) -> None:
    rolled_back: list[bool] = []
    writer = Writer(tmp_path, SOURCE, seeded_bytes, on_rollback=lambda: rolled_back.append(True))
    writer.start(NOON)

    def fill_the_disk(tx: Transaction) -> None:
        connection = tx.outbox._connection
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        for _ in range(1000):
            append(tx)

    def find_room(tx: Transaction) -> None:
        tx.outbox._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

    with pytest.raises(StoreError, match=r"disk is full.*Nothing was taken"):
        writer.submit(fill_the_disk).result(5)
    assert rolled_back == [True]
    writer.submit(find_room).result(5)
    assert writer.submit(append).result(5) == 1
    writer.close()


def test_results_come_after_the_commit(tmp_path: Path) -> None:
    """When the commit is told of, no result is."""
    told: list[bool] = []
    futures: list[Future[int]] = []
    submitted = threading.Event()

    def on_commit() -> None:
        submitted.wait(5)
        told.extend(future.done() for future in futures)

    writer = Writer(tmp_path, SOURCE, seeded_bytes, on_commit=on_commit)
    writer.start(NOON)
    futures.append(writer.submit(append))
    submitted.set()
    assert futures[0].result(5) == 1
    writer.close()
    assert told == [False]
    assert Reader(tmp_path).read_now(lambda db: db.outbox.newest_position()) == 1


def test_a_reopened_journal_goes_on_where_it_ended(writer: Writer, tmp_path: Path) -> None:
    writer.submit(append).result(5)
    writer.close()
    again = Writer(tmp_path, SOURCE, seeded_bytes)
    again.start(NOON)
    assert again.submit(append).result(5) == 2
    again.close()
    records = Reader(tmp_path).read_now(lambda db: list(all_records(db.outbox)))
    assert list(find_breaks(records)) == []


def test_a_writer_that_dies_tells_everybody(tmp_path: Path) -> None:
    died = threading.Event()
    dying = Writer(tmp_path, SOURCE, seeded_bytes, on_death=died.set)
    dying.start(NOON)

    def kill(tx: Transaction) -> None:
        raise SystemExit

    killed, waiting = dying.submit(kill), dying.submit(append)
    for future in (killed, waiting):
        with pytest.raises(StoreError, match="must be started again"):
            future.result(5)
    assert died.wait(5)
    with pytest.raises(StoreError):
        dying.submit(append).result(5)


def test_whatever_fails_while_the_database_is_opened_is_told(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    mocker.patch("edge_agent.store.committer.open_connection", side_effect=RuntimeError("strange"))
    with pytest.raises(RuntimeError, match="strange"):
        Writer(tmp_path, SOURCE, seeded_bytes).start(NOON)


def test_a_path_may_hold_what_means_something_in_an_address(tmp_path: Path) -> None:
    data_dir = tmp_path / "lane #1 ?x=%41"
    data_dir.mkdir()
    writer = Writer(data_dir, SOURCE, seeded_bytes)
    writer.start(NOON)
    writer.close()
    assert (data_dir / "lane.db").exists()


def test_a_closed_writer_refuses_work(writer: Writer) -> None:
    writer.close()
    with pytest.raises(StoreError, match="shutting down"):
        writer.submit(append).result(5)


def test_the_database_of_another_lane_is_refused(writer: Writer, tmp_path: Path) -> None:
    writer.submit(append).result(5)
    writer.close()
    other = Writer(tmp_path, "/stores/1/lanes/2", seeded_bytes)
    with pytest.raises(StoreError, match="/stores/1/lanes/1, but the configuration says"):
        other.start(NOON)


def test_a_newer_schema_is_left_untouched(writer: Writer, tmp_path: Path) -> None:
    writer.close()
    with open_connection(tmp_path) as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNew, match="schema 99"):
        Writer(tmp_path, SOURCE, seeded_bytes).start(NOON)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "lane.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Writer(tmp_path, SOURCE, seeded_bytes).start(NOON)


def test_every_commit_is_flushed(tmp_path: Path) -> None:
    with open_connection(tmp_path) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


def test_one_agent_per_data_directory(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    with pytest.raises(StoreLocked, match="Another edge-agent"):
        DirectoryLock(tmp_path)
    lock.release()
    DirectoryLock(tmp_path).release()


def test_a_reader_needs_a_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no lane database"):
        Reader(tmp_path)


def test_no_other_writer_gets_in_between(writer: Writer, tmp_path: Path) -> None:
    """What a piece has read is still so when it writes: the lock is taken at the beginning."""
    other = sqlite3.connect(
        tmp_path / "lane.db", timeout=0, isolation_level=None, check_same_thread=False
    )

    def work(tx: Transaction) -> int:
        tx.outbox.newest()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO cursor (name, position) VALUES ('x', 1)")
        return append(tx)

    assert writer.submit(work).result(5) == 1
    other.close()
