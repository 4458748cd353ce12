"""From a connection's bytes to fired scans, and back to the scanner's good-read beep."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, NoReturn, Protocol

from pydantic import BaseModel, ConfigDict, Field

from drivers.wire.control_text import ControlText
from drivers.wire.framing import Dropped, Framing, Item
from edge_agent.api.device import DataEvent, ErrorEvent, ErrorLocus, Host
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan


class FramingConfig(BaseModel):
    """What is around each scan; control characters are written ``<STX>``, ``<CR><LF>``.

    ``unfinished_after_s``: silence that ends a scan (without a suffix), ends a document, or tells
    that a scan broke off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: ControlText = b""
    suffix: ControlText = b"\r"
    unfinished_after_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    longest_scan: Annotated[int, Field(ge=16, le=8192)] = 4096

    def framing(self) -> Framing:
        """A new framing."""
        return Framing(self.prefix, self.suffix, self.longest_scan)


@dataclass(frozen=True, slots=True)
class Gap:
    """The connection lost something: whatever was under way is not whole."""

    reason: str


class Cutter(Protocol):
    """Cuts what a source gives into scans; :class:`Framing` does, and so do USB reports."""

    @property
    def unfinished(self) -> bool:
        """Whether silence would end something."""
        ...

    def feed(self, data: bytes) -> list[Item]:
        """Takes what the source gave."""
        ...

    def spoil(self, reason: str) -> None:
        """What is under way is not whole."""
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
        """What has come already, which may be nothing."""
        ...


async def nothing(_: bool) -> None:
    """The answer to a scanner that cannot be told anything."""


class ScanReader:
    """Reads, frames and fires; answers each scan when the lane has committed it."""

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

    async def run(self, source: Source) -> NoReturn:
        """Until the source raises."""
        while True:
            timeout = self._silence_s if self._cutter.unfinished else None
            try:
                async with asyncio.timeout(timeout):
                    data = await source.read()
            except TimeoutError:
                # A busy loop may be late to look: what has come is no silence.
                data = source.read_now()
                if not data:
                    await self._deliver(self._cutter.expire())
                    continue
            if isinstance(data, Gap):
                self._cutter.spoil(data.reason)
            else:
                await self._deliver(self._cutter.feed(data))

    async def _deliver(self, items: list[Item]) -> None:
        for item in items:
            await fire(self._host, item, self._answer)


async def fire(host: Host, item: Item, answer: Callable[[bool], Awaitable[None]]) -> None:
    """Tells the lane of a scan, or that one was dropped, and the scanner what became of it."""
    if isinstance(item, Dropped):
        message = f"{item.count} bytes were dropped: {item.reason}. Scan again."
        await host.fire(ErrorEvent(locus=ErrorLocus.INPUT, message=message))
        await answer(False)
        return
    reply = await host.fire(DataEvent(scan=Scan(data=Sensitive(item.data))))
    await answer(reply.accepted)
