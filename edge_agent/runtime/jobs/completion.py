"""Job completion: the new status of a job and the event that tells how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge_agent.api.device import OutputOutcome
from edge_agent.api.events import DrawerCompleted, ReceiptCompleted, ReceiptUnreadable
from edge_agent.lane.receipt import Edition
from edge_agent.runtime.pipeline.job_payloads import DrawerPayload, ReceiptPayload, receipt_of
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.transaction import Transaction

UNREADABLE = "another version of the agent left it, which this one cannot read"
CUT_SHORT = "the agent stopped while it was under way"


@dataclass(frozen=True, slots=True)
class _Completion:
    """Names of an outcome in the job table and in the two events."""

    status: JobStatus
    receipt: Literal["printed", "failed", "uncertain"]
    drawer: Literal["opened", "not_opened", "unknown"]


_COMPLETIONS: Mapping[OutputOutcome, _Completion] = {
    OutputOutcome.DONE: _Completion(JobStatus.DONE, "printed", "opened"),
    OutputOutcome.FAILED: _Completion(JobStatus.FAILED, "failed", "not_opened"),
    OutputOutcome.UNCERTAIN: _Completion(JobStatus.UNCERTAIN, "uncertain", "unknown"),
    OutputOutcome.IMPOSSIBLE: _Completion(JobStatus.FAILED, "failed", "not_opened"),
}


def complete_output(
    tx: Transaction,
    job: Job,
    outcome: OutputOutcome,
    detail: str,
    unit: UnitOfWork,
    *,
    interrupted: bool = False,
) -> None:
    """Complete a receipt or a drawer pulse.

    Args:
        detail: why, in words that may follow a colon; empty where it went well.
        interrupted: the agent stopped meanwhile.
    """
    completion = _COMPLETIONS[outcome]
    tx.jobs.set_status(job.id, completion.status, detail, 0)
    if job.kind is JobKind.RECEIPT:
        receipt = ReceiptPayload.model_validate_json(job.body)
        unit.publish(
            ReceiptCompleted(
                occurred_at=unit.now,
                job_id=job.id,
                basket_id=receipt.sale.basket.basket_id,
                sale_number=receipt.sale.basket.sale_number,
                outcome=completion.receipt,
                copy_of_original=receipt.edition is not Edition.ORIGINAL,
                edition=receipt.edition.value,
                detail=detail,
            )
        )
        return
    unit.publish(
        DrawerCompleted(
            occurred_at=unit.now,
            job_id=job.id,
            basket_id=DrawerPayload.model_validate_json(job.body).basket_id,
            outcome=completion.drawer,
            interrupted=interrupted,
            detail=detail,
        )
    )


def complete_after_crash(tx: Transaction, job: Job, unit: UnitOfWork) -> None:
    """Complete a job that was running when the agent died: it may have happened.

    A call is made again; what a printer or a drawer did is put to a person.
    """
    if job.kind is JobKind.HTTP:
        tx.jobs.set_status(job.id, JobStatus.PENDING, "the agent stopped during the call", 0)
    elif job.kind is JobKind.RECEIPT and receipt_of(job) is None:
        complete_unreadable(tx, job, unit)
    else:
        complete_output(tx, job, OutputOutcome.UNCERTAIN, CUT_SHORT, unit, interrupted=True)


def complete_unreadable(tx: Transaction, job: Job, unit: UnitOfWork) -> None:
    """Fail a job that this version cannot read, so that it holds up no other."""
    tx.jobs.set_status(job.id, JobStatus.FAILED, UNREADABLE, 0)
    if job.kind is JobKind.RECEIPT:
        unit.publish(ReceiptUnreadable(occurred_at=unit.now, job_id=job.id, detail=UNREADABLE))
