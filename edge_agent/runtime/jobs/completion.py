"""How a job's end becomes its new status, an event and, where needed, a word to the cashier."""

from typing import Literal

from edge_agent.api.device import OutputOutcome
from edge_agent.api.events import DrawerCompleted, ReceiptCompleted, ReceiptUnreadable
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.pipeline.job_payloads import DrawerBody, ReceiptBody, receipt_of
from edge_agent.runtime.pipeline.turn import Turn
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.transaction import Transaction

UNREADABLE = "another version of the agent left it, which this one cannot read"


def settle_unreadable(tx: Transaction, job: Job, turn: Turn) -> None:
    """A job that this version does not understand ends here: it holds up no other."""
    tx.jobs.settle(job.id, JobStatus.FAILED, UNREADABLE, 0)
    if job.kind is JobKind.RECEIPT:
        turn.publish(ReceiptUnreadable(occurred_at=turn.now, job_id=job.id, detail=UNREADABLE))


def settle_after_crash(tx: Transaction, job: Job, turn: Turn) -> None:
    """What becomes of a job that was running when the agent died."""
    if job.kind is JobKind.HTTP:
        tx.jobs.settle(job.id, JobStatus.PENDING, "the agent stopped during the call", 0)
        return
    detail = "the agent stopped while it was under way"
    if job.kind is JobKind.RECEIPT and receipt_of(job) is None:
        settle_unreadable(tx, job, turn)
        return
    settle_output(tx, job, OutputOutcome.UNCERTAIN, detail, turn, interrupted=True)


def settle_output(
    tx: Transaction,
    job: Job,
    outcome: OutputOutcome,
    detail: str,
    turn: Turn,
    *,
    interrupted: bool = False,
) -> None:
    """Records how an output ended, for the journal and for the cashier."""
    statuses = {
        OutputOutcome.DONE: JobStatus.DONE,
        OutputOutcome.FAILED: JobStatus.FAILED,
        OutputOutcome.UNCERTAIN: JobStatus.UNCERTAIN,
        OutputOutcome.IMPOSSIBLE: JobStatus.FAILED,
    }
    tx.jobs.settle(job.id, statuses[outcome], detail, 0)
    if job.kind is JobKind.RECEIPT:
        _receipt_ended(job, outcome, detail, turn)
    else:
        _drawer_ended(job, outcome, detail, turn, interrupted)


def _receipt_ended(job: Job, outcome: OutputOutcome, detail: str, turn: Turn) -> None:
    body = ReceiptBody.model_validate_json(job.body)
    named: dict[OutputOutcome, Literal["printed", "failed", "uncertain"]] = {
        OutputOutcome.DONE: "printed",
        OutputOutcome.FAILED: "failed",
        OutputOutcome.UNCERTAIN: "uncertain",
        OutputOutcome.IMPOSSIBLE: "failed",
    }
    turn.publish(
        ReceiptCompleted(
            occurred_at=turn.now,
            job_id=job.id,
            basket_id=body.sale.basket.basket_id,
            sale_number=body.sale.basket.sale_number,
            outcome=named[outcome],
            copy_of_original=body.edition is not Edition.ORIGINAL,
            edition=body.edition.value,
            detail=detail,
        )
    )


def _drawer_ended(
    job: Job, outcome: OutputOutcome, detail: str, turn: Turn, interrupted: bool
) -> None:
    body = DrawerBody.model_validate_json(job.body)
    named: dict[OutputOutcome, Literal["opened", "not_opened", "unknown"]] = {
        OutputOutcome.DONE: "opened",
        OutputOutcome.FAILED: "not_opened",
        OutputOutcome.UNCERTAIN: "unknown",
        OutputOutcome.IMPOSSIBLE: "not_opened",
    }
    turn.publish(
        DrawerCompleted(
            occurred_at=turn.now,
            job_id=job.id,
            basket_id=body.basket_id,
            outcome=named[outcome],
            interrupted=interrupted,
            detail=detail,
        )
    )
