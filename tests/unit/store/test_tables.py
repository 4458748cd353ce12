"""Outbox, jobs, plugins, timers and master data keep what they are given."""

from collections.abc import Mapping
from decimal import Decimal

from edge_agent.api.events import AgentStopped
from edge_agent.api.values import Employee, Money, PriceBookItem, Recall, Role
from edge_agent.store.jobs import JobKind, JobStatus
from edge_agent.store.outbox import Cursor, StreamPlace
from edge_agent.store.plugin_table import StoredPlugin, Timer
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON


def test_jobs_come_in_order_and_move_through_their_states(writer: Writer) -> None:
    def work(tx: Transaction) -> None:
        first = tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0)
        second = tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0)
        job = tx.jobs.first_pending(JobKind.RECEIPT)
        assert job is not None
        assert (job.id, job.status, job.attempts) == (first, JobStatus.PENDING, 0)
        tx.jobs.start(job)
        running = tx.jobs.get(first)
        assert running is not None
        assert (running.status, running.attempts) == (JobStatus.RUNNING, 1)
        tx.jobs.set_status(first, JobStatus.PENDING, "paper is out", 99.0)
        again = tx.jobs.first_pending(JobKind.RECEIPT)
        assert again is not None
        assert (again.id, again.not_before, again.detail) == (first, 99.0, "paper is out")
        tx.jobs.make_due(JobKind.RECEIPT)
        hurried = tx.jobs.first_pending(JobKind.RECEIPT)
        assert hurried is not None
        assert (hurried.id, hurried.not_before) == (first, 0)
        tx.jobs.set_status(first, JobStatus.DONE, "", 0)
        following = tx.jobs.first_pending(JobKind.RECEIPT)
        assert following is not None
        assert following.id == second
        assert tx.jobs.first_pending(JobKind.DRAWER) is None

    writer.submit(work).result(5)


def test_calls_that_wait_long_do_not_block_those_that_are_due(writer: Writer) -> None:
    def work(tx: Transaction) -> list[int]:
        late = tx.jobs.add(JobKind.HTTP, "p", "{}", 1.0)
        tx.jobs.set_status(late, JobStatus.PENDING, "", 500.0)
        tx.jobs.add(JobKind.HTTP, "p", "{}", 2.0)
        return [job.id for job in tx.jobs.pending(JobKind.HTTP, 10)]

    assert writer.submit(work).result(5) == [2, 1]


def test_a_timer_of_the_same_key_is_moved(writer: Writer) -> None:
    def work(tx: Transaction) -> None:
        tx.plugins.start_timer(Timer("p", "idle", 10.0))
        tx.plugins.start_timer(Timer("p", "idle", 20.0))
        tx.plugins.start_timer(Timer("q", "idle", 15.0))
        assert tx.plugins.next_timer() == Timer("q", "idle", 15.0)
        assert tx.plugins.take_timer(Timer("p", "idle", 10.0)) is False
        assert tx.plugins.take_timer(Timer("p", "idle", 20.0)) is True

    writer.submit(work).result(5)


def test_plugins_and_their_records_are_kept(writer: Writer) -> None:
    plugin = StoredPlugin("p", True, False, '{"a": 1}', 2)

    def work(tx: Transaction) -> None:
        tx.plugins.save(plugin)
        tx.plugins.record("p", "k", {"n": 1})
        tx.plugins.record("p", "k", {"n": 2})
        assert tx.plugins.load() == [plugin]
        assert tx.plugins.records("p") == {"k": {"n": 2}}

    writer.submit(work).result(5)


def test_cursor_keeps_the_place_in_the_stream(writer: Writer) -> None:
    def work(tx: Transaction) -> list[Cursor]:
        kept = [tx.outbox.cursor("kafka")]
        for cursor in (Cursor(3, StreamPlace(1, 0)), Cursor(4)):
            tx.outbox.move_cursor("kafka", cursor)
            kept.append(tx.outbox.cursor("kafka"))
        return kept

    assert writer.submit(work).result(5) == [Cursor(0), Cursor(3, StreamPlace(1, 0)), Cursor(4)]


def test_event_is_set_aside_once(writer: Writer) -> None:
    def work(tx: Transaction) -> list[bool]:
        (record,) = tx.append(AgentStopped(occurred_at=NOON))
        return [tx.outbox.set_aside(record, "refused") for _ in range(2)]

    assert writer.submit(work).result(5) == [True, False]


def test_recalls_are_replaced(writer: Writer) -> None:
    gtin = "04006381333931"

    def work(tx: Transaction) -> list[Mapping[str, str]]:
        tx.master_data.replace_recalls([Recall(gtin=gtin, batch="B7", reason="glass")])
        before = tx.master_data.recalls(gtin)
        tx.master_data.replace_recalls([Recall(gtin=gtin, batch="", reason="salmonella")])
        return [before, tx.master_data.recalls(gtin)]

    assert writer.submit(work).result(5) == [{"B7": "glass"}, {"": "salmonella"}]


def test_states_are_kept_by_key(writer: Writer) -> None:
    def work(tx: Transaction) -> None:
        tx.plugin_states.save("p", {"a": "1", "b": "2"}, 5)
        tx.plugin_states.save("p", {"b": "3"}, 6)
        tx.plugin_states.save("q", {"a": "4"}, 7)
        assert tx.plugin_states.of_plugin("p") == {"a": "1", "b": "3"}
        assert (tx.plugin_states.get("p", "b"), tx.plugin_states.get("p", "c")) == ("3", None)
        tx.plugin_states.replace("p", {"c": "5"}, 8)
        assert tx.plugin_states.of_plugin("p") == {"c": "5"}
        assert tx.plugin_states.of_plugin("q") == {"a": "4"}

    writer.submit(work).result(5)


def test_states_written_longest_ago_are_forgotten(writer: Writer) -> None:
    """But never the one without a key, which is no customer and no cashier."""

    def work(tx: Transaction) -> None:
        for position, key in enumerate(["", "a", "b", "c", "a"]):
            tx.plugin_states.save("p", {key: "1"}, position)
        tx.plugin_states.save("q", {"z": "1"}, 0)
        forgotten = [tx.plugin_states.forget("p", most) for most in (3, 2, 0)]
        assert forgotten == [[], ["b"], ["c", "a"]]
        assert list(tx.plugin_states.of_plugin("p")) == [""]
        assert list(tx.plugin_states.of_plugin("q")) == ["z"]

    writer.submit(work).result(5)


def test_imports_replace_what_was_there(writer: Writer) -> None:
    milk = PriceBookItem(
        gtin="04006381333931",
        description="Milk",
        unit_price=Money(minor=107, currency="EUR"),
        tax_rate=Decimal("8.875"),
        restriction="alcohol",
    )
    anna = Employee(badge="b", employee_id="1", name="Anna", role=Role.LEAD)

    def work(tx: Transaction) -> None:
        tx.master_data.replace_prices([milk])
        tx.master_data.replace_people([anna])
        assert tx.master_data.item(milk.gtin) == milk
        assert tx.master_data.employee("b") == anna
        tx.master_data.replace_prices([])
        assert tx.master_data.item(milk.gtin) is None
        assert tx.master_data.employee("c") is None

    writer.submit(work).result(5)


def test_receipts_are_shown_however_many_calls_wait(writer: Writer) -> None:
    def work(tx: Transaction) -> list[JobKind]:
        tx.jobs.set_status(tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0), JobStatus.FAILED, "", 0)
        for _ in range(60):
            tx.jobs.add(JobKind.HTTP, "plugin", "{}", 1.0)
        return [job.kind for job in tx.jobs.open_or_failed(50)]

    assert writer.submit(work).result(5)[0] is JobKind.RECEIPT


def test_a_drawer_that_nobody_could_observe_is_pruned_in_time(writer: Writer) -> None:
    def work(tx: Transaction) -> int:
        tx.jobs.set_status(
            tx.jobs.add(JobKind.DRAWER, "lane", "{}", 1.0), JobStatus.UNCERTAIN, "", 0
        )
        tx.jobs.add(JobKind.DRAWER, "lane", "{}", 1.0)
        return tx.jobs.prune(1, 100)

    assert writer.submit(work).result(5) == 1


def test_job_ids_are_never_used_again(writer: Writer) -> None:
    """They are in the journal's events, and a person decides about a job by its id."""

    def work(tx: Transaction) -> list[int]:
        ids = [tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0) for _ in range(3)]
        for job in ids:
            tx.jobs.set_status(job, JobStatus.DONE, "", 0)
        tx.jobs.prune(99, 100)
        return [*ids, tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0)]

    assert writer.submit(work).result(5) == [1, 2, 3, 4]


def test_ended_jobs_are_pruned_and_uncertain_ones_shown_first(writer: Writer) -> None:
    def work(tx: Transaction) -> tuple[list[int], int, list[int]]:
        for status in (
            JobStatus.UNCERTAIN,
            JobStatus.DONE,
            JobStatus.FAILED,
            JobStatus.DISMISSED,
            JobStatus.PENDING,
        ):
            tx.jobs.set_status(tx.jobs.add(JobKind.RECEIPT, "lane", "{}", 1.0), status, "", 0)
        shown = [job.id for job in tx.jobs.open_or_failed(10)]
        pruned = tx.jobs.prune(5, 100)
        return shown, pruned, [job.id for job in tx.jobs.open_or_failed(10)]

    assert writer.submit(work).result(5) == ([1, 5, 3], 3, [1, 5])
