"""Carries out committed outputs: receipts in the order of sales, drawer pulses at once or never."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

import structlog

from edge_agent.api.device import DeviceClass, OpenDrawer, OutputOutcome, PrintReceipt
from edge_agent.lane.receipt import lay_out
from edge_agent.lane.receipt_template import ReceiptContext
from edge_agent.runtime.backoff import backoff_s
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.job_payloads import receipt_of
from edge_agent.store.jobs import Job, JobKind

log = structlog.get_logger()
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
DRAWER_TOO_LATE_S = 5.0


class Outputs:
    """One loop per kind, so that a printer without paper keeps no drawer closed."""

    def __init__(
        self,
        jobs: JobService,
        queue: JobQueue,
        devices: DeviceManager,
        receipt_context: ReceiptContext,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._devices = devices
        self._receipt_context = receipt_context
        self._clock = clock

    async def print_receipts(self) -> None:
        """Prints in the order of the sales; the first that cannot be printed holds the rest."""
        await self._jobs.complete_interrupted(JobKind.RECEIPT)
        while True:
            job = await self._queue.first(JobKind.RECEIPT, LONGEST_PAUSE_S)
            await _unbroken(self._print(job))

    async def open_drawers(self) -> None:
        """Opens the drawer now or says that it did not: a drawer that opens later is a risk."""
        await self._jobs.complete_interrupted(JobKind.DRAWER)
        while True:
            job = await self._queue.first(JobKind.DRAWER, LONGEST_PAUSE_S)
            await _unbroken(self._open(job))

    async def _print(self, job: Job) -> None:
        body = receipt_of(job)
        if body is None:
            log.error("receipt not read", job=job.id)
            await self._jobs.unreadable(job)
            return
        try:
            receipt = lay_out(body.sale, body.chain_code, self._receipt_context, body.edition)
        # A template that does not fit this sale holds up no other sale.
        except Exception as error:
            log.exception("receipt not laid out", job=job.id)
            detail = f"its template does not fit ({type(error).__name__}: {error}); tell IT"
            await self._jobs.output_completed(job, OutputOutcome.IMPOSSIBLE, detail)
            return
        # The customer waits for the change: pulses that are due go before the receipt.
        await self._queue.until_none(JobKind.DRAWER, DRAWER_TOO_LATE_S)
        await self._jobs.start(job)
        request = PrintReceipt(output_id=job.id, receipt=receipt)
        end = await self._devices.output(DeviceClass.POS_PRINTER, request, None)
        if end.outcome is OutputOutcome.FAILED:
            pause = backoff_s(job.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S)
            await self._jobs.postpone(job, end.detail, pause)
        else:
            await self._jobs.output_completed(job, end.outcome, end.detail)

    async def _open(self, job: Job) -> None:
        # A clock that was set back makes no pulse wait.
        since = min(job.created_at, self._clock().timestamp())
        not_after = datetime.fromtimestamp(since + DRAWER_TOO_LATE_S, UTC)
        if self._clock() > not_after:
            detail = "it was to open a while ago"
            await self._jobs.output_completed(job, OutputOutcome.FAILED, detail)
            return
        await self._jobs.start(job)
        request = OpenDrawer(output_id=job.id)
        end = await self._devices.output(DeviceClass.CASH_DRAWER, request, not_after)
        await self._jobs.output_completed(job, end.outcome, end.detail)


async def _unbroken(work: Coroutine[None, None, None]) -> None:
    """Lets an output that has begun come to its end when the agent is asked to stop."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
