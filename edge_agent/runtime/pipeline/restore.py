"""The lane at a moment of its journal: the snapshot before it and the events behind that."""

from collections.abc import Iterator
from dataclasses import dataclass

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
        position: of the last event that was folded, or else of the snapshot.
        damaged: the first positions of events or snapshots that are missing or cannot be believed,
            ``MOST_NAMED`` at most; what was there changed nothing.
    """

    state: LaneState
    snapshot_at: int
    position: int
    damaged: tuple[int, ...] = ()


def restore(database: Database, fresh: LaneState, until: int | None = None) -> Restored:
    """Fold the lane as the newest event left it, or the event at position ``until``.

    A snapshot that the journal does not reach, or that cannot be read, is not used: the events
    count.

    Args:
        fresh: the lane before its first event.

    Raises:
        StoreError: the events that would be needed are pruned.
    """
    end = max(database.outbox.newest_position(), database.epochs.pruned_position())
    last = end if until is None else until
    damaged: list[int] = []
    began, state = 0, fresh
    for position in reversed(database.snapshots.positions()):
        stored = database.snapshots.at(position) if position <= min(last, end) else None
        if stored is not None:
            began, state = position, stored
            break
        if position > end or position <= last:
            damaged.append(position)
    first = database.outbox.oldest()
    if not began and first is not None and first.position > 1:
        raise StoreError(
            "The events that say how the lane was are pruned, and no snapshot of it can be read. "
            "Restore a backup, or begin with a new data directory."
        )
    position = began
    for record in _records(database, began, last):
        event = _read(record)
        if record.position != position + 1 or event is None:
            damaged.append(position + 1)
        position = record.position
        if event is not None:
            state = evolve(state, event)
    if position < last:
        damaged.append(position + 1)
    return Restored(state, began, position, tuple(sorted(damaged)[:MOST_NAMED]))


def _records(database: Database, position: int, last: int) -> Iterator[EventRecord]:
    """The events behind a position, up to another one."""
    while records := database.outbox.after(position, min(_BATCH, last - position)):
        for record in records:
            if record.position > last:
                return
            yield record
        position = records[-1].position


def _read(record: EventRecord) -> Event | None:
    """The event of a row; None where what is stored cannot be believed."""
    try:
        return None if why_corrupt(record) else parse_event(record.body)
    # Any column may be of any type in a damaged file.
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
