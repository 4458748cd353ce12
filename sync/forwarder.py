"""Moves committed events from the outbox to the broker, in order, for as long as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog
from tenacity import RetryCallState

from edge_agent.api.errors import RecordRefused, StoreError
from edge_agent.api.values import JournalPlace
from edge_agent.store.chain import EventRecord
from edge_agent.store.outbox import Cursor, StreamPlace
from edge_agent.store.reader import Reader
from edge_agent.store.verification import why_corrupt
from sync.envelope import Message, envelope, place_holder
from sync.retry import retrying

log = structlog.get_logger()
CURSOR = "kafka"
SAVE_CURSOR_AGAIN_S = 1.0
_SET_ASIDE = "lane.event.set_aside"


class Publisher(Protocol):
    """Something that acknowledges messages, and can say what it has."""

    async def publish(self, messages: Sequence[Message]) -> StreamPlace | None:
        """The place of the last message, once all are acknowledged.

        Raises:
            RecordRefused: one of them will never be taken.
            DeliveryError: some may not have arrived; publish the same messages again.
        """
        ...

    async def newest(self, source: str, since: StreamPlace | None) -> JournalPlace | None:
        """The newest event of a lane that the stream has; None where it has none.

        Args:
            since: a record of the lane, from where to look; None: nothing is known.

        Raises:
            DeliveryError: the stream cannot be read now.
        """
        ...

    async def close(self) -> None:
        """Gives its connections back."""
        ...


class Signal(Protocol):
    """Tells that something was committed."""

    @property
    def count(self) -> int: ...

    async def wait_past(self, seen: int, timeout_s: float | None = None) -> None: ...


class Journal(Protocol):
    """Marks that delivery leaves in the lane's journal."""

    async def delivered(self, name: str, cursor: Cursor) -> None:
        """The broker has acknowledged everything up to the cursor; raises ``StoreError``."""
        ...

    async def begin_epoch(self, predecessor: JournalPlace) -> None:
        """The stream has an event that the journal does not know; raises ``StoreError``."""
        ...

    async def set_aside(
        self, record: EventRecord, reason: Literal["refused", "corrupt"], detail: str
    ) -> None:
        """An event is not in the stream; raises ``StoreError``."""
        ...


@dataclass(frozen=True, slots=True)
class ForwarderStatus:
    """Status of the delivery; ``error`` is empty while the broker answers."""

    delivered_position: int
    error: str
    failures_in_a_row: int


class Forwarder:
    """Reads behind its cursor, publishes a batch, moves the cursor; never skips, never reorders.

    What the broker has acknowledged is known in memory at once and never sent again by this
    process; the cursor follows as soon as it can be committed. At the start the stream is asked
    for the lane's own newest event: what a crash left unknown is learnt from it, and a database
    that went back in time is noticed.
    """

    def __init__(
        self,
        source: str,
        reader: Reader,
        commits: Signal,
        publisher: Publisher,
        journal: Journal,
        *,
        batch_size: int,
        longest_pause_s: float,
    ) -> None:
        """
        Args:
            source: the lane's name in the world, which is the key of its records.
        """
        self._source = source
        self._reader = reader
        self._commits = commits
        self._publisher = publisher
        self._journal = journal
        self._batch_size = batch_size
        self._longest_pause_s = longest_pause_s
        self._acknowledged = Cursor(0)
        self._saved = Cursor(0)
        self._status = ForwarderStatus(0, "", 0)

    def status(self) -> ForwarderStatus:
        """Delivery as of now."""
        return self._status

    async def run(self) -> None:
        """Forward until cancelled."""
        self._saved = await self._reader.read(lambda database: database.outbox.cursor(CURSOR))
        self._advance(max(self._acknowledged, self._saved, key=lambda cursor: cursor.position))
        try:
            await self._compare_with_stream()
            while True:
                seen = self._commits.count
                records = await self._waiting()
                if records:
                    await self._forward(records)
                await self._save_cursor()
                if not records:
                    late = self._saved != self._acknowledged
                    await self._commits.wait_past(seen, SAVE_CURSOR_AGAIN_S if late else None)
        finally:
            await self._publisher.close()

    async def _compare_with_stream(self) -> None:
        """Learn what the stream has; begin an epoch where this journal does not know it."""
        newest: JournalPlace | None = None
        async for attempt in retrying(self._longest_pause_s, self._tell):
            with attempt:
                newest = await self._publisher.newest(self._source, self._acknowledged.stream)
        if newest is None:
            return
        record, known = await self._reader.read(
            lambda database: (
                database.outbox.at(newest.epoch, newest.sequence),
                database.epochs.accounts_for(newest),
            )
        )
        if not known:
            log.error("stream has an event that the journal does not know", place=str(newest))
            await self._journal.begin_epoch(newest)
        elif record is not None and record.position > self._acknowledged.position:
            # All before it arrived too: the stream has a lane's events in their order.
            self._advance(Cursor(record.position, self._acknowledged.stream))
            await self._save_cursor()

    async def _forward(self, records: Sequence[EventRecord]) -> None:
        messages = [await self._message(record) for record in records]
        try:
            place = await self._publish(messages)
        except RecordRefused:
            # One of them, and nobody says which: each alone.
            for record, message in zip(records, messages, strict=True):
                await self._forward_alone(record, message)
        else:
            self._advance(Cursor(records[-1].position, place))

    async def _forward_alone(self, record: EventRecord, message: Message) -> None:
        try:
            place = await self._publish([message])
        except RecordRefused as error:
            log.error("event set aside", position=record.position, reason=str(error))  # noqa: TRY400
            # A word about a word that was refused would be refused as well, without end.
            if record.type != _SET_ASIDE:
                await self._journal.set_aside(record, "refused", str(error))
            place = await self._publish([place_holder(record, "refused")])
        self._advance(Cursor(record.position, place))

    async def _message(self, record: EventRecord) -> Message:
        reason = why_corrupt(record)
        if not reason:
            return envelope(record)
        log.error("event set aside", position=record.position, reason=reason)
        await self._journal.set_aside(record, "corrupt", reason)
        return place_holder(record, "corrupt")

    async def _publish(self, messages: Sequence[Message]) -> StreamPlace | None:
        place: StreamPlace | None = None
        async for attempt in retrying(self._longest_pause_s, self._tell):
            with attempt:
                place = await self._publisher.publish(messages)
        return place

    async def _save_cursor(self) -> None:
        """Commit how far delivery has got; where that fails, nothing is sent again."""
        if self._saved == self._acknowledged:
            return
        acknowledged = self._acknowledged
        try:
            await self._journal.delivered(CURSOR, acknowledged)
        except StoreError as error:
            log.warning("cursor not saved", position=acknowledged.position, reason=str(error))
        else:
            self._saved = acknowledged

    async def _waiting(self) -> list[EventRecord]:
        position = self._acknowledged.position
        return await self._reader.read(
            lambda database: database.outbox.after(position, self._batch_size)
        )

    def _advance(self, cursor: Cursor) -> None:
        self._acknowledged = cursor
        self._status = ForwarderStatus(cursor.position, "", 0)

    def _tell(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome is not None else None
        failures = self._status.failures_in_a_row + 1
        if failures == 1:
            log.warning("events wait for the broker", reason=str(error))
        self._status = ForwarderStatus(self._status.delivered_position, str(error), failures)
