"""Nothing is pruned that is undelivered, among the newest, or young by the agent's own time."""

from pathlib import Path

from edge_agent.api.events import AgentStopped
from edge_agent.store.jobs import JobKind
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.unit.lane.sales import FRESH
from tests.unit.store.journals import keep_snapshot, read_events


def append(tx: Transaction, count: int, year: int = 2026) -> None:
    """Events with a snapshot of the lane behind each, so that pruning may end anywhere."""
    for _ in range(count):
        tx.append(AgentStopped(occurred_at=NOON.replace(year=year)))
        keep_snapshot(tx)


def left(tx: Transaction) -> list[int]:
    return [record.position for record in tx.outbox.after(0, 100)]


def test_wrong_clock_prunes_nothing(writer: Writer) -> None:
    """Events of 1999 and of 2099 are as young as the agent has run since."""

    def work(tx: Transaction) -> list[int]:
        append(tx, 3, 1999)
        append(tx, 3, 2099)
        tx.retention.mark(100.0, 10.0)
        tx.retention.prune(6, 99.0, 100, 0)
        return left(tx)

    assert writer.submit(work).result(5) == [1, 2, 3, 4, 5, 6]


def test_old_and_delivered_is_pruned(writer: Writer) -> None:
    def work(tx: Transaction) -> list[list[int]]:
        append(tx, 3)
        tx.retention.mark(10.0, 5.0)
        append(tx, 3)
        tx.retention.mark(20.0, 5.0)
        append(tx, 3)
        steps = []
        for delivered, old in ((0, 10.0), (2, 10.0), (9, 10.0), (5, 20.0), (9, 20.0)):
            tx.retention.prune(delivered, old, 100, 1)
            steps.append(left(tx))
        return steps

    assert writer.submit(work).result(5) == [
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        [3, 4, 5, 6, 7, 8, 9],
        [4, 5, 6, 7, 8, 9],
        [6, 7, 8, 9],
        [7, 8, 9],
    ]


def test_newest_stay_whatever_their_age(writer: Writer) -> None:
    def work(tx: Transaction) -> list[int]:
        append(tx, 9)
        tx.retention.mark(10.0, 1.0)
        tx.retention.prune(9, 50.0, 100, 4)
        return left(tx)

    assert writer.submit(work).result(5) == [6, 7, 8, 9]


def test_prunes_a_little_at_a_time(writer: Writer) -> None:
    def work(tx: Transaction) -> list[int]:
        append(tx, 9)
        tx.retention.mark(10.0, 1.0)
        counts = [tx.retention.prune(9, 50.0, 3, 1) for _ in range(4)]
        return [*counts, *left(tx)]

    assert writer.submit(work).result(5) == [3, 3, 2, 0, 9]


def test_pruning_ends_at_a_snapshot(writer: Writer) -> None:
    """Nothing behind the newest snapshot goes, and no snapshot that a fold needs."""

    def work(tx: Transaction) -> list[list[int]]:
        for _ in range(9):
            tx.append(AgentStopped(occurred_at=NOON))
        tx.retention.mark(10.0, 1.0)
        steps = []
        for snapshot in (None, 2, 5, 9):
            if snapshot is not None:
                tx.snapshots.save(snapshot, FRESH)
            tx.retention.prune(9, 50.0, 100, 1)
            steps.append([*left(tx)[:1], *tx.snapshots.positions()])
        return steps

    assert writer.submit(work).result(5) == [[1], [3, 2], [6, 5], [6, 5, 9]]


def test_running_time_goes_on_over_restarts(writer: Writer) -> None:
    """Short runs add up, and the marks do not."""

    def work(tx: Transaction) -> tuple[float, int]:
        for minute in range(1000):
            append(tx, 1)
            tx.retention.mark(minute * 60.0, 3600.0)
        marks = tx.outbox._connection.exec_driver_sql("SELECT count(*) FROM retention_mark")
        return tx.retention.running_s(), marks.scalar_one()

    running_s, marks = writer.submit(work).result(20)
    assert running_s == 999 * 60.0
    assert marks <= 999 / 60 + 2


def test_moved_mark_makes_nothing_older(writer: Writer) -> None:
    def work(tx: Transaction) -> list[int]:
        append(tx, 2)
        tx.retention.mark(0.0, 100.0)
        append(tx, 2)
        tx.retention.mark(50.0, 100.0)
        append(tx, 2)
        tx.retention.mark(90.0, 100.0)
        tx.retention.prune(6, 50.0, 100, 0)
        return left(tx)

    assert writer.submit(work).result(5) == [3, 4, 5, 6]


def test_marks_tell_the_age_of_jobs(writer: Writer) -> None:
    def work(tx: Transaction) -> list[int]:
        tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0)
        tx.retention.mark(10.0, 1.0)
        tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0)
        tx.retention.mark(20.0, 1.0)
        return [tx.retention.newest_job_before(at) for at in (5.0, 10.0, 19.0, 20.0)]

    assert writer.submit(work).result(5) == [0, 1, 1, 2]


def test_files_are_private(writer: Writer, tmp_path: Path) -> None:
    writer.submit(lambda tx: append(tx, 1)).result(5)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert {"lane.db", "lane.db-wal", "lane.db-shm", "head", "ballast"} <= set(modes)
    assert len(read_events(tmp_path)) == 1
