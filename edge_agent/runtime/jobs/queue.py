"""Committed jobs that wait to be carried out, in their order."""

from collections.abc import Callable, Container
from datetime import datetime

from edge_agent.runtime.pipeline.changes import Signal
from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.reader import Reader


class JobQueue:
    """Looks again at each change of the jobs, and when the next one is due."""

    def __init__(self, reader: Reader, changes: Signal, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._changes = changes
        self._clock = clock

    async def first(self, kind: JobKind, longest_pause_s: float) -> Job:
        """Waits for the oldest job of a kind to be due; younger ones wait behind it.

        Args:
            longest_pause_s: one that is due later than that waits for a clock that was set back,
                and is due now.
        """
        while True:
            seen = self._changes.count
            job = await self._reader.read(lambda database: database.jobs.first_pending(kind))
            remaining = self._seconds_until(job, longest_pause_s) if job is not None else None
            if job is not None and remaining is not None and remaining <= 0:
                return job
            await self._changes.wait_past(seen, remaining)

    async def any_due(
        self, kind: JobKind, longest_pause_s: float, but: Container[int], most: int
    ) -> Job:
        """Waits for any job of a kind to be due, other than those in ``but``, ``most`` at most."""
        while True:
            seen = self._changes.count
            pending = await self._reader.read(
                lambda database: database.jobs.pending(kind, limit=most + 1)
            )
            soonest = next((job for job in pending if job.id not in but), None)
            remaining = self._seconds_until(soonest, longest_pause_s) if soonest else None
            if soonest is not None and remaining is not None and remaining <= 0:
                return soonest
            await self._changes.wait_past(seen, remaining)

    async def until_none(self, kind: JobKind, longest_s: float) -> None:
        """Waits until no job of a kind is left to do, ``longest_s`` at most."""
        until = self._clock().timestamp() + longest_s
        while (remaining := until - self._clock().timestamp()) > 0:
            seen = self._changes.count
            if not await self._reader.read(
                lambda database: database.jobs.with_status(
                    kind, [JobStatus.PENDING, JobStatus.RUNNING]
                )
            ):
                return
            await self._changes.wait_past(seen, remaining)

    def look_again(self) -> None:
        """Something that no commit tells of makes another job eligible."""
        self._changes.notify()

    def _seconds_until(self, job: Job, longest_s: float) -> float:
        remaining = job.not_before - self._clock().timestamp()
        return remaining if remaining <= longest_s else 0.0
