"""The life of a job after it was committed: begun, put off, ended, decided about, forgotten."""

from typing import Literal

from edge_agent.api.device import OutputOutcome
from edge_agent.api.errors import Conflict, NotFound
from edge_agent.api.events import DrawerDecided, HttpAnswered, ReceiptDecided, ReceiptDelayed
from edge_agent.lane.prompts import job_of, job_source
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.jobs.completion import (
    complete_after_crash,
    complete_output,
    complete_unreadable,
)
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.pipeline.job_payloads import ReceiptPayload, receipt_of, sale_number
from edge_agent.runtime.pipeline.pipeline import OWNER_IS_OFF_RETRY_S, Pipeline
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.transaction import Transaction

MARKS_PER_RETENTION = 100
_MOST_LOOKED_AT = 50


class JobService:
    """Every step of a job is a transaction of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def complete_interrupted(self, kind: JobKind) -> None:
        """Jobs of a kind that were begun by somebody who is gone: they may have happened."""

        def finish(tx: Transaction, unit: UnitOfWork) -> None:
            for job in tx.jobs.with_status(kind, [JobStatus.RUNNING]):
                complete_after_crash(tx, job, unit)

        await self._pipeline.execute(finish, Change.JOBS)

    async def start(self, job: Job) -> None:
        """Commit that an effect is about to happen."""
        await self._pipeline.transact(lambda tx: tx.jobs.start(job))

    async def postpone(self, job: Job, detail: str, seconds: float) -> None:
        """The effect certainly did not happen; it will be tried again."""

        def put_off(tx: Transaction, unit: UnitOfWork) -> None:
            not_before = unit.now.timestamp() + seconds
            tx.jobs.set_status(job.id, JobStatus.PENDING, detail, not_before)
            body = receipt_of(job) if job.kind is JobKind.RECEIPT else None
            # A printer that is away for an hour is tried often and told of once.
            shown = any(prompt.source == job_source(job.id) for prompt in unit.lane.prompts)
            if body is not None and (detail != job.detail or not shown):
                unit.publish(
                    ReceiptDelayed(
                        occurred_at=unit.now,
                        job_id=job.id,
                        basket_id=body.sale.basket.basket_id,
                        sale_number=body.sale.basket.sale_number,
                        detail=detail,
                    )
                )

        await self._pipeline.execute(put_off, Change.JOBS)

    async def output_completed(self, job: Job, outcome: OutputOutcome, detail: str) -> None:
        """A receipt or a drawer pulse ended."""
        await self._pipeline.execute(
            lambda tx, unit: complete_output(tx, job, outcome, detail, unit), Change.JOBS
        )

    async def unreadable(self, job: Job) -> None:
        """This version cannot read the job."""
        await self._pipeline.execute(
            lambda tx, unit: complete_unreadable(tx, job, unit), Change.JOBS
        )

    async def call_completed(self, job: Job, answer: HttpAnswered) -> None:
        """A remote system answered a plugin, or the call was given up.

        A plugin that was turned off meanwhile hears of it when it is on again.
        """

        def finish(tx: Transaction, unit: UnitOfWork) -> None:
            if answer.status is not None and not unit.hears(job.owner):
                not_before = unit.now.timestamp() + OWNER_IS_OFF_RETRY_S
                tx.jobs.set_status(job.id, JobStatus.PENDING, f"{job.owner} is off", not_before)
                return
            status = JobStatus.FAILED if answer.status is None else JobStatus.DONE
            tx.jobs.set_status(job.id, status, answer.detail, 0)
            unit.notify(job.owner, answer)

        await self._pipeline.execute(finish, Change.JOBS)

    async def resolve(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None:
        """A person decides about an output that failed or may have happened.

        ``repeat`` prints a receipt again, as a copy where it has prices; ``dismiss`` lets the
        output be.

        Raises:
            NotFound: there is no such job.
            Conflict: there is nothing to decide about it, or it is no receipt or an unreadable one
                and cannot be repeated.
        """

        def decide(tx: Transaction, unit: UnitOfWork) -> None:
            job = tx.jobs.get(job_id)
            if job is None:
                raise NotFound(f"There is no job {job_id}.")
            if decision == "repeat" and job.kind is not JobKind.RECEIPT:
                raise Conflict(f"Job {job_id} is not a receipt; only receipts are repeated.")
            if job.status not in (JobStatus.FAILED, JobStatus.UNCERTAIN):
                raise Conflict(f"Job {job_id} is {job.status}; there is nothing to decide.")
            body = receipt_of(job) if job.kind is JobKind.RECEIPT else None
            detail = "let be"
            if decision == "repeat":
                if body is None:
                    raise Conflict(f"Job {job_id} cannot be printed: {job.detail}.")
                again = Edition.GIFT if body.edition is Edition.GIFT else Edition.COPY
                _queue_again(tx, unit, job, body, again)
                detail = "printed again"
            tx.jobs.set_status(job.id, JobStatus.DISMISSED, detail, 0)
            if job.kind is JobKind.RECEIPT:
                unit.publish(
                    ReceiptDecided(
                        occurred_at=unit.now,
                        job_id=job.id,
                        basket_id=None if body is None else body.sale.basket.basket_id,
                        decision="print_again" if decision == "repeat" else "let_be",
                        employee_id=unit.employee_id,
                    )
                )
            elif job.kind is JobKind.DRAWER:
                unit.publish(
                    DrawerDecided(occurred_at=unit.now, job_id=job.id, employee_id=unit.employee_id)
                )

        await self._pipeline.execute(decide, Change.JOBS)

    async def print_again(self, edition: Edition) -> None:
        """Prints the last sale's receipt once more, as a copy or as a gift receipt.

        Raises:
            Conflict: there is none, or it has not been printed yet.
        """

        def add(tx: Transaction, unit: UnitOfWork) -> None:
            receipts = tx.jobs.newest(JobKind.RECEIPT, _MOST_LOOKED_AT)
            # An older sale's receipt may have been printed again since.
            job = max(receipts, key=lambda receipt: sale_number(receipt) or 0, default=None)
            body = receipt_of(job) if job is not None else None
            if job is None or body is None:
                raise Conflict("No receipt has been printed at this lane yet.")
            if job.status in (JobStatus.PENDING, JobStatus.RUNNING):
                raise Conflict("The last receipt is not printed yet; wait for it.")
            _queue_again(tx, unit, job, body, edition)

        await self._pipeline.execute(add, Change.JOBS)

    async def running_s(self) -> float:
        """Seconds that the agent had been running, over all restarts, when it last made a mark."""
        return await self._pipeline.transact(lambda tx: tx.retention.running_s())

    async def forget(
        self, cursor: str, running_s: float, retention_s: float, most: int, fewest: int
    ) -> int:
        """Mark how far the journal has got; delete what has served its time, ``most`` of each.

        Args:
            cursor: the reader up to which events count as delivered.
            running_s: how long the agent has been running, over all restarts.
            fewest: so many of the newest events stay whatever their age.
        """

        def delete(tx: Transaction, unit: UnitOfWork) -> int:
            tx.retention.mark(running_s, retention_s / MARKS_PER_RETENTION)
            old = running_s - retention_s
            delivered = tx.outbox.cursor(cursor).position
            events = tx.retention.prune(delivered, old, most, fewest)
            for name, slot in tuple(unit.plugins.items()):
                if keys := tx.plugin_states.forget(name, slot.most_keys):
                    unit.plugins[name] = slot.without_states(keys)
            jobs = tx.jobs.prune(tx.retention.newest_job_before(old), most)
            _let_be(tx, unit)
            return events + jobs

        return await self._pipeline.execute(delete)


def _let_be(tx: Transaction, unit: UnitOfWork) -> None:
    """Journal that nobody decided about receipts whose jobs are gone; their prompts end with it."""
    for prompt in unit.lane.prompts:
        job_id = job_of(prompt.source)
        if job_id is not None and tx.jobs.get(job_id) is None:
            unit.publish(
                ReceiptDecided(
                    occurred_at=unit.now,
                    job_id=job_id,
                    basket_id=None,
                    decision="let_be",
                    employee_id=None,
                )
            )


def _queue_again(
    tx: Transaction, unit: UnitOfWork, job: Job, body: ReceiptPayload, edition: Edition
) -> None:
    """Queues the same sale's receipt in another edition."""
    again = body.as_edition(edition).model_dump_json()
    tx.jobs.add(JobKind.RECEIPT, job.owner, again, unit.now.timestamp())
