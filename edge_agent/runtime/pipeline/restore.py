"""The lane at a moment of its journal: the snapshot before it and the events behind that."""

from dataclasses import dataclass

from pydantic import ValidationError

from edge_agent.api.errors import StoreError
from edge_agent.api.events import Event, parse_event
from edge_agent.api.lane import LaneState
from edge_agent.lane.evolve import evolve
from edge_agent.store.chain import EventRecord
from edge_agent.store.database import Database
from edge_agent.store.verification import why_corrupt

MOST_NAMED = 3
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """A lane that was folded from its journal.

    Attributes:
        snapshot_at: the position of the snapshot that the fold began with; 0: with a new lane.
        position: of the last event that was folded.
        damaged: the first positions that are missing or cannot be believed, ``MOST_NAMED`` at
            most; what was there changed nothing.
    """

    state: LaneState
    snapshot_at: int
    position: int
    damaged: tuple[int, ...] = ()


def restore(database: Database, fresh: LaneState, until: int | None = None) -> Restored:
    """Fold the lane as the newest event left it, or the event at position ``until``.

    Args:
        fresh: the lane before its first event.

    Raises:
        StoreError: the events that would be needed are pruned.
    """
    snapshot = database.snapshots.newest(until)
    if snapshot is None and until is not None:
        oldest = database.outbox.oldest()
        if oldest is not None and oldest.position > 1:
            raise StoreError("The events that say how the lane was then are pruned.")
    state = fresh if snapshot is None else snapshot.state
    began = position = 0 if snapshot is None else snapshot.position
    damaged: list[int] = []
    while records := _next(database, position, until):
        for record in records:
            event = _read(record)
            if record.position != position + 1 or event is None:
                damaged.append(position + 1)
            position = record.position
            if event is not None:
                state = evolve(state, event)
    return Restored(state, began, position, tuple(damaged[:MOST_NAMED]))


def _next(database: Database, position: int, until: int | None) -> list[EventRecord]:
    limit = _BATCH if until is None else min(_BATCH, until - position)
    records = database.outbox.after(position, limit) if limit > 0 else []
    return [record for record in records if until is None or record.position <= until]


def _read(record: EventRecord) -> Event | None:
    """The event of a row; None where what is stored cannot be believed."""
    if why_corrupt(record):
        return None
    try:
        return parse_event(record.body)
    except ValidationError:
        return None
