"""From a connection's bytes to fired scans, and back to the scanner's good-read beep."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from drivers.wire.framing import Dropped, Frame, Item
from edge_agent.api.device import DataEvent, ErrorEvent, ErrorLocus, Host
from edge_agent.api.errors import DeviceLost
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan

_MOST_WAITING = 64
"""Scans; nobody scans that many while the lane takes none, and a flood must not fill memory."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The connection lost something: whatever was under way is not whole."""

    reason: str


class Cutter(Protocol):
    """Cuts what a source gives into scans; :class:`Framing` does, and so do USB reports."""

    @property
    def unfinished(self) -> bool:
        """True where silence would end something."""
        ...

    def feed(self, data: bytes) -> list[Item]:
        """Takes what the source gave."""
        ...

    def spoil(self, reason: str) -> None:
        """Mark the scan under way as incomplete."""
        ...

    def expire(self) -> list[Item]:
        """Silence."""
        ...


class Source(Protocol):
    """A connection that scans come from."""

    async def read(self) -> bytes | Gap:
        """Waits for bytes; raises ``DeviceLost``."""
        ...

    def read_now(self) -> bytes | Gap:
        """Bytes that have come already, perhaps none."""
        ...


async def nothing(_: bool) -> None:
    """The answer to a scanner that cannot be told anything."""


class ScanReader:
    """Reads, frames and fires; answers each scan when the lane has committed it.

    Reading goes on while the lane is busy: pauses between scans must be seen when they happen.
    """

    def __init__(
        self,
        host: Host,
        cutter: Cutter,
        silence_s: float,
        answer: Callable[[bool], Awaitable[None]] = nothing,
    ) -> None:
        """
        Args:
            answer: tells the scanner whether its scan was taken.
        """
        self._host = host
        self._cutter = cutter
        self._silence_s = silence_s
        self._answer = answer
        self._cut: asyncio.Queue[Item | Exception] = asyncio.Queue(_MOST_WAITING)

    async def run(self, source: Source) -> NoReturn:
        """Until the source raises, and what was read before has been delivered."""
        reading = asyncio.create_task(self._read(source))
        try:
            while True:
                match await self._cut.get():
                    case Frame() | Dropped() as item:
                        await self._deliver(item)
                    case error:
                        raise error
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, source: Source) -> None:
        try:
            while True:
                for item in await self._next(source):
                    await self._cut.put(item)
        # Whatever it is, run() raises it, after the scans that came before it.
        except Exception as error:
            await self._cut.put(error)

    async def _next(self, source: Source) -> list[Item]:
        timeout = self._silence_s if self._cutter.unfinished else None
        try:
            async with asyncio.timeout(timeout):
                data = await source.read()
        except TimeoutError:
            # A busy loop may be late to look: what has come is no silence.
            data = source.read_now()
            if not data:
                return self._cutter.expire()
        if isinstance(data, Gap):
            self._cutter.spoil(data.reason)
            return []
        return self._cutter.feed(data)

    async def _deliver(self, item: Item) -> None:
        event: DataEvent | ErrorEvent
        if isinstance(item, Dropped):
            message = f"{item.count} bytes were dropped: {item.reason}. Scan again."
            event = ErrorEvent(locus=ErrorLocus.INPUT, message=message)
        else:
            event = DataEvent(scan=Scan(data=Sensitive(item.data)))
        reply = await self._host.fire(event)
        try:
            await self._answer(reply.accepted and isinstance(item, Frame))
        except DeviceLost:
            # Reading finds that out too; scans that are in already are still delivered.
            self._answer = nothing
