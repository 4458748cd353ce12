"""Retention of events and jobs, by the agent's running time and not by the clock.

A lane PC's clock may be wrong by years when it starts. What dates the events is therefore how long
the agent has been running since, over all restarts: every so often a mark says how far the journal
had got. Time in which the agent does not run keeps events longer, never shorter.
"""

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.store.snapshots import Snapshots
from edge_agent.store.tables import (
    JobRow,
    OutboxRow,
    PrunedRow,
    RetentionMarkRow,
    SetAsideRow,
    core,
)

FEWEST_EVENTS = 1000
"""The newest events that are kept whatever their age."""
_OUTBOX, _MARK, _PRUNED = core(OutboxRow), core(RetentionMarkRow), core(PrunedRow)
_SET_ASIDE, _JOB = core(SetAsideRow), core(JobRow)


class Retention:
    """Marks, and pruning by them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def running_s(self) -> float:
        """Seconds that the agent had been running at the newest mark, over all restarts."""
        query = select(func.max(_MARK.c.running_s))
        return self._connection.execute(query).scalar_one() or 0.0

    def mark(self, running_s: float, spacing_s: float) -> None:
        """Remember how far events and jobs have got by now.

        The newest mark moves on until it is ``spacing_s`` behind the one before it, so that their
        number is bounded; what it stood for counts as younger then, never as older.
        """
        newest = self._connection.execute(
            select(_MARK.c.running_s).order_by(_MARK.c.running_s.desc()).limit(2)
        ).scalars()
        marks = list(newest)
        if len(marks) == 2 and marks[0] - marks[1] < spacing_s:
            self._connection.execute(delete(_MARK).where(_MARK.c.running_s == marks[0]))
        position = self._connection.execute(select(func.max(_OUTBOX.c.position))).scalar_one()
        job_id = self._connection.execute(select(func.max(_JOB.c.id))).scalar_one()
        self._connection.execute(
            upsert(_MARK)
            .values(running_s=running_s, position=position or 0, job_id=job_id or 0)
            .on_conflict_do_nothing()
        )

    def newest_job_before(self, running_s: float) -> int:
        """The id of the newest job that is at least as old as that; 0 where none is."""
        query = select(func.max(_MARK.c.job_id)).where(_MARK.c.running_s <= running_s)
        return self._connection.execute(query).scalar_one() or 0

    def prune(self, delivered: int, running_s: float, most: int, fewest: int) -> int:
        """Delete up to ``most`` delivered events, oldest first; return how many.

        What is deleted ends at a snapshot of the lane, so that each moment since can be folded.

        Args:
            delivered: the position up to which the broker has acknowledged events.
            running_s: only what was marked by then is old enough.
            fewest: so many of the newest events stay in any case.
        """
        old = self._connection.execute(
            select(func.max(_MARK.c.position)).where(_MARK.c.running_s <= running_s)
        ).scalar_one()
        if old is None:
            return 0
        newest = self._connection.execute(select(func.max(_OUTBOX.c.position))).scalar_one() or 0
        may_go = min(old, delivered, newest - max(fewest, 1))
        end = Snapshots(self._connection).newest_position(may_go)
        last = self._connection.execute(
            select(_OUTBOX)
            .where(
                _OUTBOX.c.position.in_(
                    select(_OUTBOX.c.position)
                    .where(_OUTBOX.c.position <= end)
                    .order_by(_OUTBOX.c.position)
                    .limit(most)
                )
            )
            .order_by(_OUTBOX.c.position.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            self._forget_marks(running_s)
            return 0
        self._connection.execute(delete(_PRUNED))
        self._connection.execute(
            insert(_PRUNED),
            {
                "id": 1,
                "position": last.position,
                "epoch": last.epoch,
                "sequence": last.sequence,
                "hash": last.hash,
            },
        )
        self._connection.execute(delete(_SET_ASIDE).where(_SET_ASIDE.c.position <= last.position))
        Snapshots(self._connection).forget_before(end)
        return self._connection.execute(
            delete(_OUTBOX).where(_OUTBOX.c.position <= last.position)
        ).rowcount

    def _forget_marks(self, running_s: float) -> None:
        """Of the marks that are old enough the newest says all that is needed."""
        newest = select(func.max(_MARK.c.running_s)).where(_MARK.c.running_s <= running_s)
        self._connection.execute(delete(_MARK).where(_MARK.c.running_s < newest.scalar_subquery()))
