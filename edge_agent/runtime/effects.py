"""Carries out committed jobs: receipts in order, drawer pulses at once or never, HTTP calls."""

import asyncio
from collections.abc import Callable, Container, Coroutine
from datetime import UTC, datetime
from functools import partial

import structlog

from edge_agent.api.device import DeviceClass, OpenDrawer, OutputOutcome, PrintReceipt
from edge_agent.api.events import HttpAnswered
from edge_agent.api.plugin import CallHttp
from edge_agent.lane.receipt import lay_out
from edge_agent.lane.receipt_template import Stationery
from edge_agent.runtime.backoff import backoff_s
from edge_agent.runtime.commits import Signal
from edge_agent.runtime.device_room import DeviceRoom
from edge_agent.runtime.http_calls import HttpCaller, Unreachable
from edge_agent.runtime.job_bodies import ReceiptBody
from edge_agent.runtime.job_desk import JobDesk
from edge_agent.runtime.pipeline import OWNER_IS_OFF_RETRY_S, Pipeline
from edge_agent.runtime.settlement import job_source
from edge_agent.runtime.turn import machine_prompt
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.reader import Reader

log = structlog.get_logger()
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
LONGEST_CALL_PAUSE_S = 300.0
DRAWER_TOO_LATE_S = 5.0
CALLS_AT_ONCE = 4


class Effects:
    """One loop per kind of job, so that a slow remote system never delays a receipt."""

    def __init__(
        self,
        pipeline: Pipeline,
        desk: JobDesk,
        reader: Reader,
        changes: Signal,
        devices: DeviceRoom,
        caller: HttpCaller,
        stationery: Stationery,
        clock: Callable[[], datetime],
    ) -> None:
        self._pipeline = pipeline
        self._desk = desk
        self._reader = reader
        self._changes = changes
        self._devices = devices
        self._caller = caller
        self._stationery = stationery
        self._clock = clock

    async def print_receipts(self) -> None:
        """Prints in the order of the sales; the first that cannot be printed holds the rest."""
        await self._desk.settle_interrupted(JobKind.RECEIPT)
        while True:
            job = await self._next_in_order(JobKind.RECEIPT)
            await _unbroken(self._print(job))

    async def open_drawers(self) -> None:
        """Opens the drawer now or says that it did not: a drawer that opens later is a risk."""
        await self._desk.settle_interrupted(JobKind.DRAWER)
        while True:
            job = await self._next_in_order(JobKind.DRAWER)
            await _unbroken(self._open(job))

    async def call_remote_systems(self) -> None:
        """Makes the plugins' HTTP calls, a few at a time."""
        await self._desk.settle_interrupted(JobKind.HTTP)
        under_way: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                job = await self._next_call(under_way)
                while len(under_way) >= CALLS_AT_ONCE:
                    await asyncio.wait(under_way.values(), return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(0)
                task = group.create_task(self._call(job))
                under_way[job.id] = task
                task.add_done_callback(partial(self._call_ended, under_way, job.id))

    async def _print(self, job: Job) -> None:
        body = ReceiptBody.model_validate_json(job.body)
        try:
            receipt = lay_out(body.sale, body.chain_code, self._stationery, body.edition)
        # A template that does not fit this sale holds up no other sale.
        except Exception as error:
            log.exception("receipt not laid out", job=job.id)
            detail = f"its template does not fit ({type(error).__name__}: {error}); tell IT"
            await self._desk.output_settled(job, OutputOutcome.IMPOSSIBLE, detail)
            return
        await self._drawers_first()
        await self._desk.start(job)
        request = PrintReceipt(output_id=job.id, receipt=receipt)
        end = await self._devices.output(DeviceClass.POS_PRINTER, request, None)
        if end.outcome is OutputOutcome.FAILED:
            message = f"The receipt of sale {body.sale.basket.sale_number} waits: {end.detail}."
            prompt = machine_prompt(message, job_source(job))
            pause = backoff_s(job.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S)
            await self._desk.postpone(job, end.detail, pause, prompt)
        else:
            await self._desk.output_settled(job, end.outcome, end.detail)

    async def _drawers_first(self) -> None:
        """The customer waits for the change: pulses that are due go before the receipt."""
        until = self._clock().timestamp() + DRAWER_TOO_LATE_S
        while (remaining := until - self._clock().timestamp()) > 0:
            seen = self._changes.count
            if not await self._reader.read(
                lambda database: database.jobs.with_status(
                    JobKind.DRAWER, [JobStatus.PENDING, JobStatus.RUNNING]
                )
            ):
                return
            await self._changes.wait_past(seen, remaining)

    async def _open(self, job: Job) -> None:
        not_after = datetime.fromtimestamp(job.created_at + DRAWER_TOO_LATE_S, UTC)
        if self._clock() > not_after:
            detail = "it was to open a while ago"
            await self._desk.output_settled(job, OutputOutcome.FAILED, detail)
            return
        await self._desk.start(job)
        request = OpenDrawer(output_id=job.id)
        end = await self._devices.output(DeviceClass.CASH_DRAWER, request, not_after)
        await self._desk.output_settled(job, end.outcome, end.detail)

    async def _call(self, job: Job) -> None:
        call = CallHttp.model_validate_json(job.body)
        if not self._pipeline.is_active(job.owner):
            detail = f"{job.owner} is off"
            await self._desk.postpone(job, detail, OWNER_IS_OFF_RETRY_S, None)
            return
        await self._desk.start(job)
        try:
            status, text = await self._caller.call(call)
        except Unreachable as error:
            age = self._clock().timestamp() - job.created_at
            if age < call.give_up_after_s:
                pause = backoff_s(job.attempts, FIRST_PAUSE_S, LONGEST_CALL_PAUSE_S)
                await self._desk.postpone(job, str(error), pause, None)
                return
            status, text, detail = None, "", str(error)
        else:
            detail = f"HTTP {status}"
        answer = HttpAnswered(
            occurred_at=self._clock(), key=call.key, status=status, body=text, detail=detail
        )
        await self._desk.call_settled(job, answer)

    def _call_ended(
        self, under_way: dict[int, asyncio.Task[None]], job_id: int, _: asyncio.Task[None]
    ) -> None:
        del under_way[job_id]
        # One that was put off could not be seen as waiting before this moment.
        self._changes.notify()

    async def _next_in_order(self, kind: JobKind) -> Job:
        """Waits for the oldest job of a kind; younger ones wait behind it."""
        while True:
            seen = self._changes.count
            job = await self._reader.read(lambda database: database.jobs.first_pending(kind))
            remaining = None if job is None else job.not_before - self._clock().timestamp()
            if job is not None and remaining is not None and remaining <= 0:
                return job
            await self._changes.wait_past(seen, remaining)

    async def _next_call(self, under_way: Container[int]) -> Job:
        """Waits for any call that is due."""
        while True:
            seen = self._changes.count
            pending = await self._reader.read(
                lambda database: database.jobs.pending(JobKind.HTTP, limit=CALLS_AT_ONCE + 1)
            )
            soonest = next((job for job in pending if job.id not in under_way), None)
            remaining = None if soonest is None else soonest.not_before - self._clock().timestamp()
            if soonest is not None and remaining is not None and remaining <= 0:
                return soonest
            await self._changes.wait_past(seen, remaining)


async def _unbroken(work: Coroutine[None, None, None]) -> None:
    """Lets an output that has begun come to its end when the agent is asked to stop."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
