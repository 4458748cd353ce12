"""The outbox: the lane's journal of events, and how far each reader of it has got."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.api.events import Event, parse_event
from edge_agent.api.text import LONGEST_TEXT, fit, fit_if_text
from edge_agent.api.uuid7 import uuid7
from edge_agent.store.chain import EventRecord, Head, chain_hash
from edge_agent.store.tables import CursorRow, EpochRow, OutboxRow, SetAsideRow, core

LARGEST_BODY = 65_536
"""Bytes of an event's JSON; a broker takes a megabyte by default."""
_OUTBOX, _CURSOR, _EPOCH = core(OutboxRow), core(CursorRow), core(EpochRow)
_SET_ASIDE = core(SetAsideRow)
_INSERT = insert(_OUTBOX)
# An epoch's row that is gone leaves its events without a name; the database has only one.
_SOURCE = func.coalesce(
    _EPOCH.c.source,
    select(_EPOCH.c.source).order_by(_EPOCH.c.epoch.desc()).limit(1).scalar_subquery(),
    "",
).label("source")
_RECORDS = select(_OUTBOX, _SOURCE).join(_EPOCH, _EPOCH.c.epoch == _OUTBOX.c.epoch, isouter=True)


class EventTooLarge(ValueError):
    """An event has more than ``LARGEST_BODY`` bytes after its texts were cut."""


class Randomness(Protocol):
    """A source of random bytes (``os.urandom``, or a seeded one)."""

    def __call__(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """Place of a record in its Kafka topic."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Position of a reader; ``stream`` is None where that is not known."""

    position: int
    stream: StreamPlace | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the journal gives it back, and its JSON."""

    event: Event
    body: str


class Outbox:
    """Events in commit order. ``append`` is for the writer's connection only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self, head: Head, entries: Sequence[Entry], randomness: Randomness
    ) -> tuple[Head, list[EventRecord]]:
        """Chain the events to the head and insert them."""
        records = []
        for entry in entries:
            event, body = entry.event, entry.body
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
            head = record.head
        if records:
            self._connection.execute(_INSERT, [_columns(record) for record in records])
        return head, records

    def after(self, position: int, limit: int) -> list[EventRecord]:
        """Up to ``limit`` events behind a position, oldest first."""
        rows = self._connection.execute(
            _RECORDS.where(_OUTBOX.c.position > position).order_by(_OUTBOX.c.position).limit(limit)
        )
        return [_record(row) for row in rows]

    def at(self, epoch: int, sequence: int) -> EventRecord | None:
        """The event with that place; None where it is not, or no longer, stored."""
        rows = self._connection.execute(
            _RECORDS.where(_OUTBOX.c.epoch == epoch, _OUTBOX.c.sequence == sequence).limit(1)
        )
        row = rows.first()
        return None if row is None else _record(row)

    def newest(self) -> EventRecord | None:
        """The last event; None in an empty journal."""
        row = self._connection.execute(
            _RECORDS.order_by(_OUTBOX.c.position.desc()).limit(1)
        ).one_or_none()
        return None if row is None else _record(row)

    def oldest(self) -> EventRecord | None:
        """The first event that is still stored; None in an empty journal."""
        return next(iter(self.after(0, 1)), None)

    def count(self) -> int:
        """The number of stored events."""
        return self._connection.execute(select(func.count()).select_from(_OUTBOX)).scalar_one()

    def newest_position(self) -> int:
        """Position of the last event, 0 where there is none."""
        return self._connection.execute(select(func.max(_OUTBOX.c.position))).scalar_one() or 0

    def cursor(self, name: str) -> Cursor:
        """The cursor of the named reader."""
        row = self._connection.execute(select(_CURSOR).where(_CURSOR.c.name == name)).one_or_none()
        if row is None:
            return Cursor(0)
        known = row.partition is not None and row.offset is not None
        return Cursor(row.position, StreamPlace(row.partition, row.offset) if known else None)

    def cursors(self) -> dict[str, int]:
        """Reader -> the position that it has got to."""
        rows = self._connection.execute(select(_CURSOR.c.name, _CURSOR.c.position))
        return {row.name: row.position for row in rows}

    def move_cursor(self, name: str, cursor: Cursor) -> None:
        """Remember how far the named reader has got."""
        values = {
            "position": cursor.position,
            "partition": cursor.stream.partition if cursor.stream is not None else None,
            "offset": cursor.stream.offset if cursor.stream is not None else None,
        }
        self._connection.execute(
            upsert(_CURSOR)
            .values(name=name, **values)
            .on_conflict_do_update(index_elements=["name"], set_=values)
        )

    def set_aside(self, record: EventRecord, reason: str) -> bool:
        """Remember that an event's content will not be in the stream; False where it is known."""
        added = self._connection.execute(
            upsert(_SET_ASIDE)
            .values(position=record.position, event_id=record.event_id, reason=reason)
            .on_conflict_do_nothing()
        )
        return added.rowcount == 1

    def count_set_aside(self) -> int:
        """The number of events that were set aside and are still stored."""
        return self._connection.execute(select(func.count()).select_from(_SET_ASIDE)).scalar_one()

    def oldest_waiting(self, position: int) -> str | None:
        """When the first event behind a position occurred (RFC 3339)."""
        query = (
            select(_OUTBOX.c.occurred_at)
            .where(_OUTBOX.c.position > position)
            .order_by(_OUTBOX.c.position)
            .limit(1)
        )
        return self._connection.execute(query).scalar_one_or_none()


def all_records(outbox: Outbox, batch: int = 1000) -> Iterable[EventRecord]:
    """Every stored event in order, read in batches, so that no read lasts long."""
    position = 0
    while records := outbox.after(position, batch):
        yield from records
        position = records[-1].position


def bounded_body(event: Event) -> str:
    """The event's JSON, its longest texts cut with a mark where it would be too large.

    Raises:
        EventTooLarge: it has too many parts rather than a text that is too long.
    """
    body = event.model_dump_json()
    if len(body) > LONGEST_TEXT:
        cut = _cut_texts(json.loads(body))
        body = json.dumps(cut, ensure_ascii=False, separators=(",", ":"))
    if (size := len(body.encode())) > LARGEST_BODY:
        raise EventTooLarge(f"{event.type} has {size} bytes, {LARGEST_BODY} are allowed")
    return body


def journal_entry(event: Event) -> Entry:
    """The event as the journal gives it back: itself, or with its longest texts cut.

    Raises:
        EventTooLarge: it can never be delivered.
    """
    body = bounded_body(event)
    return Entry(event if len(body) <= LONGEST_TEXT else parse_event(body), body)


def _cut_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {fit(key): _cut_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_cut_texts(part) for part in value]
    return fit_if_text(value)


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
    columns = dict(row._mapping)
    for name in ("previous_hash", "hash"):
        # One flipped bit makes a text of the bytes.
        if isinstance(columns[name], str):
            columns[name] = columns[name].encode("utf-8", "surrogateescape")
    return EventRecord(**columns)
