"""Moves committed events from the outbox to the broker, in order, for as long as it takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from tenacity import RetryCallState

from edge_agent.store.chain import EventRecord
from edge_agent.store.reader import Reader
from sync.envelope import Message, envelope
from sync.retry import retrying

log = structlog.get_logger()
CURSOR = "kafka"


class Publisher(Protocol):
    """Something that acknowledges messages."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all are acknowledged; raises ``DeliveryError``."""
        ...

    async def close(self) -> None:
        """Gives its connections back."""
        ...


class Signal(Protocol):
    """Tells that something was committed."""

    @property
    def count(self) -> int: ...

    async def wait_past(self, seen: int, timeout_s: float | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class ForwarderStatus:
    """How delivery is doing; ``error`` is empty while the broker answers."""

    delivered_position: int
    error: str
    failures_in_a_row: int


class Forwarder:
    """Reads behind its cursor, publishes a batch, moves the cursor; never skips, never reorders.

    The cursor moves only after the broker's acknowledgement, in a commit of its own. A crash in
    between sends the batch once more: consumers drop what they have by ``(epoch, sequence)``.
    """

    def __init__(
        self,
        reader: Reader,
        commits: Signal,
        publisher: Publisher,
        delivered: Callable[[str, int], Awaitable[None]],
        *,
        batch_size: int,
        longest_pause_s: float,
    ) -> None:
        """
        Args:
            delivered: commits (cursor name, position).
        """
        self._reader = reader
        self._commits = commits
        self._publisher = publisher
        self._delivered = delivered
        self._batch_size = batch_size
        self._longest_pause_s = longest_pause_s
        self._status = ForwarderStatus(0, "", 0)

    def status(self) -> ForwarderStatus:
        """Delivery as of now."""
        return self._status

    async def run(self) -> None:
        """Forwards until cancelled."""
        position = await self._reader.read(lambda database: database.outbox.cursor(CURSOR))
        self._status = ForwarderStatus(position, "", 0)
        try:
            while True:
                seen = self._commits.count
                records = await self._after(position)
                if not records:
                    await self._commits.wait_past(seen)
                    continue
                messages = [envelope(record) for record in records]
                async for attempt in retrying(self._longest_pause_s, self._tell):
                    with attempt:
                        await self._publisher.publish(messages)
                position = records[-1].position
                await self._delivered(CURSOR, position)
                self._status = ForwarderStatus(position, "", 0)
        finally:
            await self._publisher.close()

    async def _after(self, position: int) -> list[EventRecord]:
        return await self._reader.read(
            lambda database: database.outbox.after(position, self._batch_size)
        )

    def _tell(self, attempt: RetryCallState) -> None:
        error = attempt.outcome.exception() if attempt.outcome is not None else None
        failures = self._status.failures_in_a_row + 1
        if failures == 1:
            log.warning("events wait for the broker", reason=str(error))
        self._status = ForwarderStatus(self._status.delivered_position, str(error), failures)
