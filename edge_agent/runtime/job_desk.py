"""The life of a job after it was committed: begun, put off, ended, decided about, forgotten."""

from datetime import datetime
from typing import Literal

from edge_agent.api.device import OutputOutcome
from edge_agent.api.errors import NotKnown, NotNow
from edge_agent.api.events import HttpAnswered
from edge_agent.api.values import Prompt
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.commits import Change
from edge_agent.runtime.job_bodies import ReceiptBody
from edge_agent.runtime.pipeline import Pipeline
from edge_agent.runtime.settlement import job_source, settle_after_crash, settle_output
from edge_agent.runtime.turn import Turn
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.writer import Transaction


class JobDesk:
    """Every step of a job is a transaction of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def settle_interrupted(self, kind: JobKind) -> None:
        """Jobs of a kind that were begun by somebody who is gone: they may have happened."""

        def settle(tx: Transaction, turn: Turn) -> None:
            for job in tx.jobs.with_status(kind, [JobStatus.RUNNING]):
                settle_after_crash(tx, job, turn)

        await self._pipeline.turn(settle, Change.JOBS)

    async def start(self, job: Job) -> None:
        """Commits that an effect is about to happen."""
        await self._pipeline.transact(lambda tx: tx.jobs.start(job))

    async def postpone(self, job: Job, detail: str, seconds: float, prompt: Prompt | None) -> None:
        """The effect certainly did not happen; it will be tried again."""

        def put_off(tx: Transaction, turn: Turn) -> None:
            not_before = turn.now.timestamp() + seconds
            tx.jobs.settle(job.id, JobStatus.PENDING, detail, not_before)
            if prompt is not None:
                turn.say(prompt)

        await self._pipeline.turn(put_off, Change.JOBS)

    async def output_settled(self, job: Job, outcome: OutputOutcome, detail: str) -> None:
        """A receipt or a drawer pulse ended."""
        await self._pipeline.turn(
            lambda tx, turn: settle_output(tx, job, outcome, detail, turn), Change.JOBS
        )

    async def call_settled(self, job: Job, answer: HttpAnswered) -> None:
        """A remote system answered a plugin, or the call was given up."""

        def settle(tx: Transaction, turn: Turn) -> None:
            status = JobStatus.FAILED if answer.status is None else JobStatus.DONE
            tx.jobs.settle(job.id, status, answer.detail, 0)
            turn.notify(job.owner, answer)

        await self._pipeline.turn(settle, Change.JOBS)

    async def resolve(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None:
        """A person decides about an output that failed or may have happened.

        ``repeat`` prints a receipt again as a copy; ``dismiss`` lets the output be.

        Raises:
            NotKnown: there is no such job.
            NotNow: it has not ended, or it is no receipt and cannot be repeated.
        """

        def decide(tx: Transaction, turn: Turn) -> None:
            job = tx.jobs.get(job_id)
            if job is None:
                raise NotKnown(f"There is no job {job_id}.")
            if decision == "repeat" and job.kind is not JobKind.RECEIPT:
                raise NotNow(f"Job {job_id} is not a receipt; only receipts are repeated.")
            if job.status in (JobStatus.PENDING, JobStatus.RUNNING):
                raise NotNow(f"Job {job_id} is still {job.status}; wait until it has ended.")
            turn.retract(job_source(job))
            if decision == "repeat":
                copy = _again(job, Edition.COPY)
                tx.jobs.add(JobKind.RECEIPT, job.owner, copy, turn.now.timestamp())
            if job.status is not JobStatus.DONE:
                detail = "printed again as a copy" if decision == "repeat" else "let be"
                tx.jobs.settle(job.id, JobStatus.DISMISSED, detail, 0)

        await self._pipeline.turn(decide, Change.JOBS)

    async def print_again(self, edition: Edition) -> None:
        """Prints the last sale's receipt once more, as a copy or as a gift receipt.

        Raises:
            NotNow: there is none, or it has not been printed yet.
        """

        def add(tx: Transaction, turn: Turn) -> None:
            job = tx.jobs.newest(JobKind.RECEIPT)
            if job is None:
                raise NotNow("No receipt has been printed at this lane yet.")
            if job.status in (JobStatus.PENDING, JobStatus.RUNNING):
                raise NotNow("The last receipt is not printed yet; wait for it.")
            tx.jobs.add(JobKind.RECEIPT, job.owner, _again(job, edition), turn.now.timestamp())

        await self._pipeline.turn(add, Change.JOBS)

    async def forget(self, cursor: str, before: datetime, most: int) -> int:
        """Deletes delivered events and ended jobs older than ``before``, ``most`` rows of each."""

        def delete(tx: Transaction) -> int:
            events = tx.outbox.prune(tx.outbox.cursor(cursor), before, most)
            return events + tx.jobs.prune(before.timestamp(), most)

        return await self._pipeline.transact(delete)


def _again(job: Job, edition: Edition) -> str:
    """The body of a job that prints the same sale in another edition."""
    return ReceiptBody.model_validate_json(job.body).as_edition(edition).model_dump_json()
