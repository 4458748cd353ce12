"""A device host for tests, and a driver in its service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from edge_agent.api.device import (
    DataEvent,
    DeviceEvent,
    Driver,
    ErrorEvent,
    Reply,
    StatusUpdateEvent,
)
from edge_agent.testing.clock import NOON


class FakeHost:
    """A host that keeps what a driver fires, and answers as it is told.

    ``accept`` is its answer to scans; while ``busy`` it takes nothing, as a lane whose queue is
    full does.
    """

    def __init__(self, *, accept: bool = True) -> None:
        self.accept = accept
        self.events: list[DeviceEvent] = []
        self._fired = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()

    @property
    def busy(self) -> bool:
        """True where it takes nothing."""
        return not self._free.is_set()

    @busy.setter
    def busy(self, busy: bool) -> None:
        (self._free.clear if busy else self._free.set)()

    async def fire(self, event: DeviceEvent) -> Reply:
        """Keeps the event."""
        await self._free.wait()
        self.events.append(event)
        self._fired.set()
        return Reply(accepted=self.accept, message="" if self.accept else "refused by the test")

    def now(self) -> datetime:
        """Always the same noon."""
        return NOON

    @property
    def scans(self) -> list[bytes]:
        """The bytes of every good read."""
        return [e.scan.data.reveal() for e in self.events if isinstance(e, DataEvent)]

    @property
    def errors(self) -> list[str]:
        """The message of every error."""
        return [e.message for e in self.events if isinstance(e, ErrorEvent)]

    @property
    def facts(self) -> dict[str, str]:
        """The facts that the device has told so far."""
        told: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, StatusUpdateEvent):
                told.update(event.facts)
        return told

    async def wait_for(self, events: int, timeout_s: float = 5.0) -> None:
        """Waits until so many events were fired."""
        async with asyncio.timeout(timeout_s):
            while len(self.events) < events:
                self._fired.clear()
                await self._fired.wait()

    async def wait_for_fact(self, fact: str, value: str, timeout_s: float = 5.0) -> None:
        """Waits until the device says so of itself."""
        async with asyncio.timeout(timeout_s):
            while self.facts.get(fact) != value:
                await self.wait_for(len(self.events) + 1, timeout_s)


@asynccontextmanager
async def serving(driver: Driver[Any]) -> AsyncIterator["asyncio.Task[None]"]:
    """A claimed and running driver, released in the end."""
    await driver.claim()
    running = asyncio.create_task(driver.run())
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.release()
