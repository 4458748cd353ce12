"""The marks that delivery leaves in the lane's journal."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from edge_agent.api.events import EventSetAside
from edge_agent.api.values import JournalPlace
from edge_agent.runtime.pipeline.changes import Change
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.store.chain import EventRecord
from edge_agent.store.outbox import Cursor
from edge_agent.store.transaction import Transaction


class DeliveryJournal:
    """Each mark is a transaction of its own."""

    def __init__(self, pipeline: Pipeline, clock: Callable[[], datetime]) -> None:
        self._pipeline = pipeline
        self._clock = clock

    async def delivered(self, name: str, cursor: Cursor) -> None:
        """The broker has acknowledged everything up to the cursor."""
        await self._pipeline.transact(lambda tx: tx.outbox.move_cursor(name, cursor))

    async def begin_epoch(self, predecessor: JournalPlace) -> None:
        """Begin an epoch behind an event that the stream has and this journal has not."""

        def begin(tx: Transaction) -> str:
            ended = tx.head.place
            record = tx.begin_epoch("stream", predecessor, self._clock())
            return (
                f"The stream has {predecessor} of this lane, which its database, at {ended}, does "
                f"not know. Epoch {record.epoch} was begun. Was a backup restored, the data "
                "directory lost, or is another PC using this lane's name?"
            )

        self._pipeline.raise_alarm(await self._pipeline.transact(begin, Change.EVENTS))

    async def set_aside(
        self, record: EventRecord, reason: Literal["refused", "corrupt"], detail: str
    ) -> None:
        """Journal that an event's content is not in the stream."""

        def note(tx: Transaction, unit: UnitOfWork) -> None:
            if not tx.outbox.set_aside(record, reason):
                return
            unit.publish(
                EventSetAside(
                    occurred_at=unit.now,
                    event_id=record.event_id,
                    event_type=record.type,
                    place=record.place,
                    reason=reason,
                    detail=detail,
                )
            )

        await self._pipeline.execute(note)
