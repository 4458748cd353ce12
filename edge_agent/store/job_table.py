"""The durable queue of effects."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from edge_agent.store.jobs import Job, JobKind, JobStatus
from edge_agent.store.tables import JobRow, core

_JOB = core(JobRow)


class JobTable:
    """Jobs in the order in which they were committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: JobKind, owner: str, body: str, now: float) -> int:
        """Queues a job and returns its id."""
        result = self._connection.execute(
            insert(_JOB).values(
                kind=kind,
                owner=owner,
                body=body,
                status=JobStatus.PENDING,
                attempts=0,
                created_at=now,
                not_before=now,
                detail="",
            )
        )
        return int(result.lastrowid)

    def get(self, job_id: int) -> Job | None:
        """One job."""
        row = self._connection.execute(select(_JOB).where(_JOB.c.id == job_id)).one_or_none()
        return None if row is None else _job(row._mapping)

    def with_status(self, kind: JobKind, statuses: Iterable[JobStatus]) -> list[Job]:
        """Jobs of a kind in any of the statuses, oldest first."""
        rows = self._connection.execute(
            select(_JOB)
            .where(_JOB.c.status.in_(list(statuses)), _JOB.c.kind == kind)
            .order_by(_JOB.c.id)
        )
        return [_job(row._mapping) for row in rows]

    def open_or_failed(self, limit: int) -> list[Job]:
        """Jobs worth showing: uncertain ones first, receipts, then the newest."""
        rows = self._connection.execute(
            select(_JOB)
            .where(
                or_(
                    _JOB.c.status.in_([JobStatus.PENDING, JobStatus.RUNNING]),
                    and_(
                        # A drawer that stayed shut was said at once; nothing is left to decide.
                        _JOB.c.kind == JobKind.RECEIPT,
                        _JOB.c.status.in_([JobStatus.FAILED, JobStatus.UNCERTAIN]),
                    ),
                )
            )
            .order_by(
                (_JOB.c.status == JobStatus.UNCERTAIN).desc(),
                (_JOB.c.kind == JobKind.RECEIPT).desc(),
                _JOB.c.id.desc(),
            )
            .limit(limit)
        )
        return [_job(row._mapping) for row in rows]

    def pending(self, kind: JobKind, limit: int) -> list[Job]:
        """Jobs of a kind that wait; the one that is due first comes first."""
        rows = self._connection.execute(
            select(_JOB)
            .where(_JOB.c.status == JobStatus.PENDING, _JOB.c.kind == kind)
            .order_by(_JOB.c.not_before, _JOB.c.id)
            .limit(limit)
        )
        return [_job(row._mapping) for row in rows]

    def first_pending(self, kind: JobKind) -> Job | None:
        """The oldest job of a kind that waits, due or not."""
        row = self._connection.execute(
            select(_JOB)
            .where(_JOB.c.status == JobStatus.PENDING, _JOB.c.kind == kind)
            .order_by(_JOB.c.id)
            .limit(1)
        ).one_or_none()
        return None if row is None else _job(row._mapping)

    def newest(self, kind: JobKind, limit: int) -> list[Job]:
        """The jobs of a kind that were queued last, the newest first."""
        rows = self._connection.execute(
            select(_JOB).where(_JOB.c.kind == kind).order_by(_JOB.c.id.desc()).limit(limit)
        )
        return [_job(row._mapping) for row in rows]

    def make_due(self, kind: JobKind) -> None:
        """Makes the jobs of a kind that wait due at once: what they waited for is there."""
        self._connection.execute(
            update(_JOB)
            .where(_JOB.c.status == JobStatus.PENDING, _JOB.c.kind == kind)
            .values(not_before=0)
        )

    def prune(self, newest: int, most: int) -> int:
        """Delete up to ``most`` ended jobs up to the id ``newest``; return how many.

        The last job stays, so that no later one gets its id.
        """
        ended = or_(
            _JOB.c.status.in_((JobStatus.DONE, JobStatus.FAILED, JobStatus.DISMISSED)),
            # Nobody is asked about a drawer that could not be observed.
            and_(_JOB.c.status == JobStatus.UNCERTAIN, _JOB.c.kind == JobKind.DRAWER),
        )
        last = select(func.max(_JOB.c.id)).scalar_subquery()
        old = select(_JOB.c.id).where(ended, _JOB.c.id <= newest, _JOB.c.id < last).limit(most)
        return self._connection.execute(delete(_JOB).where(_JOB.c.id.in_(old))).rowcount

    def start(self, job: Job) -> None:
        """Marks a job as begun: from here on it may have happened."""
        self._connection.execute(
            update(_JOB)
            .where(_JOB.c.id == job.id)
            .values(status=JobStatus.RUNNING, attempts=job.attempts + 1)
        )

    def doubt_outputs(self) -> None:
        """Take every output that waits for one that may have happened."""
        self._connection.execute(
            update(_JOB)
            .where(
                _JOB.c.status == JobStatus.PENDING,
                _JOB.c.kind.in_((JobKind.RECEIPT, JobKind.DRAWER)),
            )
            .values(status=JobStatus.RUNNING)
        )

    def set_status(self, job_id: int, status: JobStatus, detail: str, not_before: float) -> None:
        """Records how an attempt ended."""
        self._connection.execute(
            update(_JOB)
            .where(_JOB.c.id == job_id)
            .values(status=status, detail=detail, not_before=not_before)
        )


def _job(columns: Mapping[Any, Any]) -> Job:
    values = {str(name): value for name, value in columns.items()}
    values["kind"] = JobKind(values["kind"])
    values["status"] = JobStatus(values["status"])
    return Job(**values)
