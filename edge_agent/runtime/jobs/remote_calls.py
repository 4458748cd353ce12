"""Makes the HTTP calls that plugins committed, a few at a time; a slow system delays no receipt."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from pydantic import ValidationError

from edge_agent.api.events import HttpAnswered
from edge_agent.api.plugin import CallHttp
from edge_agent.runtime.backoff import backoff_s
from edge_agent.runtime.jobs.http_calls import HttpCaller, Unreachable
from edge_agent.runtime.jobs.queue import JobQueue
from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.pipeline import OWNER_IS_OFF_RETRY_S, Pipeline
from edge_agent.store.jobs import Job, JobKind

log = structlog.get_logger()
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 300.0
AT_ONCE = 4


class RemoteCalls:
    """One loop; each call in a task of its own."""

    def __init__(
        self,
        pipeline: Pipeline,
        jobs: JobService,
        queue: JobQueue,
        caller: HttpCaller,
        clock: Callable[[], datetime],
    ) -> None:
        self._pipeline = pipeline
        self._jobs = jobs
        self._queue = queue
        self._caller = caller
        self._clock = clock

    async def run(self) -> None:
        """Makes calls until cancelled."""
        await self._jobs.complete_interrupted(JobKind.HTTP)
        under_way: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                job = await self._queue.any_due(JobKind.HTTP, LONGEST_PAUSE_S, under_way, AT_ONCE)
                while len(under_way) >= AT_ONCE:
                    await asyncio.wait(under_way.values(), return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.sleep(0)
                task = group.create_task(self._call(job))
                under_way[job.id] = task
                task.add_done_callback(partial(self._ended, under_way, job.id))

    async def _call(self, job: Job) -> None:
        try:
            call = CallHttp.model_validate_json(job.body)
        except ValidationError:
            # Without its words, which repeat what the call asks for: it may name a customer.
            log.error("call not read", job=job.id, plugin=job.owner)  # noqa: TRY400
            await self._jobs.unreadable(job)
            return
        if not self._pipeline.is_active(job.owner):
            detail = f"{job.owner} is off"
            if self._worth_it(job, call):
                await self._jobs.postpone(job, detail, OWNER_IS_OFF_RETRY_S)
            else:
                await self._jobs.call_completed(job, self._no_answer(call, detail))
            return
        await self._jobs.start(job)
        try:
            status, text = await self._caller.call(call)
        except Unreachable as error:
            if self._worth_it(job, call):
                pause = backoff_s(job.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S)
                await self._jobs.postpone(job, str(error), pause)
                return
            answer = self._no_answer(call, str(error))
        else:
            answer = HttpAnswered(
                occurred_at=self._clock(),
                key=call.key,
                status=status,
                body=text,
                detail=f"HTTP {status}",
            )
        await self._jobs.call_completed(job, answer)

    def _worth_it(self, job: Job, call: CallHttp) -> bool:
        """True where it is tried again, as of now."""
        return self._clock().timestamp() - job.created_at < call.give_up_after_s

    def _no_answer(self, call: CallHttp, detail: str) -> HttpAnswered:
        return HttpAnswered(
            occurred_at=self._clock(), key=call.key, status=None, body="", detail=detail
        )

    def _ended(
        self, under_way: dict[int, asyncio.Task[None]], job_id: int, _: asyncio.Task[None]
    ) -> None:
        del under_way[job_id]
        # One that was put off could not be seen as waiting before this moment.
        self._queue.look_again()
