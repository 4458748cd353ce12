"""The outbox: the lane's journal of events, and how far each reader of it has got."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.api.errors import StoreError
from edge_agent.api.events import Event
from edge_agent.api.uuid7 import uuid7
from edge_agent.store.chain import GENESIS, EventRecord, chain_hash
from edge_agent.store.tables import CursorRow, EpochRow, OutboxRow, core

_OUTBOX, _CURSOR, _EPOCH = core(OutboxRow), core(CursorRow), core(EpochRow)
_INSERT = insert(_OUTBOX)
_NEWEST = select(_OUTBOX).order_by(_OUTBOX.c.position.desc()).limit(1)


class Randomness(Protocol):
    """A source of random bytes (``os.urandom``, or a seeded one)."""

    def __call__(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal: the next event follows it."""

    position: int
    source: str
    epoch: int
    sequence: int
    hash: bytes


class Outbox:
    """Events in commit order. ``append`` is for the writer's connection only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_epoch(self, source: str, now: datetime) -> Head:
        """The head to append to; begins the first epoch in a new database.

        Raises:
            StoreError: the database belongs to another lane.
        """
        newest = self._connection.execute(
            select(_EPOCH).order_by(_EPOCH.c.epoch.desc()).limit(1)
        ).one_or_none()
        if newest is None:
            return Head(0, source, self.new_epoch(source, now), 0, GENESIS)
        if newest.source != source:
            raise StoreError(
                f"The database holds the events of {newest.source}, but the configuration says "
                f"{source}. Set store and lane back, or give this lane a data_dir of its own."
            )
        last = self._connection.execute(_NEWEST).one_or_none()
        if last is None or last.epoch != newest.epoch:
            position = 0 if last is None else last.position
            return Head(position, source, newest.epoch, 0, GENESIS)
        return Head(last.position, source, last.epoch, last.sequence, last.hash)

    def new_epoch(self, source: str, now: datetime) -> int:
        """Begins a new life of the database, as after a restore; returns its number."""
        newest = self._connection.execute(select(func.max(_EPOCH.c.epoch))).scalar_one() or 0
        epoch = max(int(now.timestamp()), newest + 1)
        self._connection.execute(insert(_EPOCH), {"epoch": epoch, "source": source})
        return epoch

    def append(
        self, head: Head, events: Sequence[Event], randomness: Randomness
    ) -> tuple[Head, list[EventRecord]]:
        """Chains the events to the head and inserts them."""
        records = []
        for event in events:
            body = event.model_dump_json()
            event_id = str(uuid7(event.occurred_at, randomness(10)))
            sequence = head.sequence + 1
            digest = chain_hash(head.hash, head.source, head.epoch, sequence, event_id, body)
            record = EventRecord(
                position=head.position + 1,
                source=head.source,
                epoch=head.epoch,
                sequence=sequence,
                event_id=event_id,
                type=event.type,
                version=event.version,
                occurred_at=event.occurred_at.isoformat().replace("+00:00", "Z"),
                body=body,
                previous_hash=head.hash,
                hash=digest,
            )
            records.append(record)
            head = Head(record.position, head.source, head.epoch, sequence, digest)
        if records:
            self._connection.execute(_INSERT, [_columns(record) for record in records])
        return head, records

    def after(self, position: int, limit: int) -> list[EventRecord]:
        """Up to ``limit`` events behind a position, oldest first."""
        rows = self._connection.execute(
            select(_OUTBOX, _EPOCH.c.source)
            .join(_EPOCH, _EPOCH.c.epoch == _OUTBOX.c.epoch)
            .where(_OUTBOX.c.position > position)
            .order_by(_OUTBOX.c.position)
            .limit(limit)
        )
        return [_record(row) for row in rows]

    def count(self) -> int:
        """How many events are stored."""
        return self._connection.execute(select(func.count()).select_from(_OUTBOX)).scalar_one()

    def newest_position(self) -> int:
        """Position of the last event, 0 where there is none."""
        return self._connection.execute(select(func.max(_OUTBOX.c.position))).scalar_one() or 0

    def cursor(self, name: str) -> int:
        """How far the named reader has got."""
        query = select(_CURSOR.c.position).where(_CURSOR.c.name == name)
        return self._connection.execute(query).scalar_one_or_none() or 0

    def move_cursor(self, name: str, position: int) -> None:
        """Remembers how far the named reader has got."""
        self._connection.execute(
            upsert(_CURSOR)
            .values(name=name, position=position)
            .on_conflict_do_update(index_elements=["name"], set_={"position": position})
        )

    def oldest_waiting(self, position: int) -> str | None:
        """When the first event behind a position occurred (RFC 3339)."""
        query = (
            select(_OUTBOX.c.occurred_at)
            .where(_OUTBOX.c.position > position)
            .order_by(_OUTBOX.c.position)
            .limit(1)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def prune(self, delivered: int, before: datetime, now: datetime, most: int) -> int:
        """Deletes delivered events older than ``before``, never the newest; returns how many.

        An event from after ``now`` was written under a clock that was wrong, and keeps none alive.

        Looks at the ``most`` oldest rows only, so that it costs the same however long the journal.
        """
        oldest = (
            select(_OUTBOX.c.position, _OUTBOX.c.occurred_at)
            .where(
                _OUTBOX.c.position <= delivered,
                _OUTBOX.c.position < self.newest_position(),
            )
            .order_by(_OUTBOX.c.position)
            .limit(most)
            .subquery()
        )
        kept = oldest.c.occurred_at.between(_rfc3339(before), _rfc3339(now))
        # A chain is cut at its beginning only: everything before the first row to stay.
        first_to_stay = self._connection.execute(
            select(func.min(oldest.c.position)).where(kept)
        ).scalar_one()
        last_seen = self._connection.execute(select(func.max(oldest.c.position))).scalar_one()
        if last_seen is None:
            return 0
        end = last_seen + 1 if first_to_stay is None else first_to_stay
        deleted = self._connection.execute(delete(_OUTBOX).where(_OUTBOX.c.position < end))
        return deleted.rowcount


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def all_records(outbox: Outbox, batch: int = 1000) -> Iterable[EventRecord]:
    """Every stored event in order, read in batches."""
    position = 0
    while records := outbox.after(position, batch):
        yield from records
        position = records[-1].position


def _columns(record: EventRecord) -> dict[str, object]:
    return {
        "position": record.position,
        "epoch": record.epoch,
        "sequence": record.sequence,
        "event_id": record.event_id,
        "type": record.type,
        "version": record.version,
        "occurred_at": record.occurred_at,
        "body": record.body,
        "previous_hash": record.previous_hash,
        "hash": record.hash,
    }


def _record(row: Row[tuple[object, ...]]) -> EventRecord:
    return EventRecord(**row._mapping)
