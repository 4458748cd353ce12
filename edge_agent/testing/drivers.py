"""What every driver must hold, as a suite that runs against the real device or a stand-in."""

import asyncio
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from edge_agent.api.device import (
    DataEvent,
    DeviceEvent,
    Driver,
    ErrorEvent,
    Reply,
    StatusUpdateEvent,
)
from edge_agent.api.errors import ClaimError, DeviceLost

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


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
        """Whether it takes nothing."""
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
        """What the device has said of itself so far."""
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


class DriverConformance(ABC):
    """What every driver must hold; subclass it and tell how to bring the device about.

    The subclass's name begins with ``Test``. ``driver`` gives a fresh driver for the same device
    each time; ``plug`` and ``unplug`` make the device present and absent; ``emit`` lets it send
    raw bytes. A scanner gives in ``good_input`` the pieces in which its device sends two scans, and
    in ``good_scans`` what is to be read from them. ``settle_s`` is longer than any silence by which
    the driver ends a scan; ``keeps_pieces`` where the connection never cuts what a device sends.
    """

    good_input: ClassVar[Sequence[bytes]] = ()
    good_scans: ClassVar[Sequence[bytes]] = ()
    settle_s: ClassVar[float] = 0.25
    keeps_pieces: ClassVar[bool] = False

    @abstractmethod
    def driver(self, host: FakeHost) -> Driver[Any]:
        """A new, unclaimed driver for the device under test."""

    @abstractmethod
    async def plug(self) -> None:
        """Makes the device present. It is absent before."""

    @abstractmethod
    async def unplug(self) -> None:
        """Takes the device away; harmless where it is absent."""

    @abstractmethod
    async def emit(self, data: bytes) -> None:
        """Lets the device send these bytes."""

    async def test_release_of_an_unclaimed_device_is_harmless(self) -> None:
        await self.driver(FakeHost()).release()

    async def test_double_release_is_harmless(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        await driver.claim()
        await driver.release()
        await driver.release()
        await self.unplug()

    async def test_claim_of_an_absent_device_is_a_claim_error_that_names_it(self) -> None:
        driver = self.driver(FakeHost())
        with pytest.raises(ClaimError, match=driver.name):
            await driver.claim()
        await driver.release()

    async def test_second_claim_is_refused(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        await driver.claim()
        with pytest.raises(ClaimError):
            await driver.claim()
        await driver.release()
        await self.unplug()

    async def test_claim_of_a_taken_device_is_refused_and_its_owner_goes_on(self) -> None:
        await self.plug()
        async with serving(self.driver(FakeHost())) as running:
            other = self.driver(FakeHost())
            with pytest.raises(ClaimError, match=other.name):
                await other.claim()
            await other.release()
            await asyncio.sleep(0.05)
            assert not running.done()
        await self.unplug()

    async def test_claimed_again_after_release(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        for _ in range(3):
            await driver.claim()
            await driver.release()
        await self.unplug()

    async def test_unplugged_while_running_is_a_lost_device_and_comes_back(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        async with serving(driver) as running:
            await asyncio.sleep(0.05)
            assert not running.done()
            await self.unplug()
            with pytest.raises(DeviceLost):
                async with asyncio.timeout(5):
                    await running
        await self.plug()
        await driver.claim()
        await driver.release()
        await self.unplug()

    async def test_unplugged_while_claimed_is_lost_as_soon_as_it_runs(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        await driver.claim()
        await self.unplug()
        with pytest.raises(DeviceLost):
            async with asyncio.timeout(5):
                await driver.run()
        await driver.release()

    async def test_unplugged_after_release_leaves_nothing_to_complain_about(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        await driver.claim()
        await driver.release()
        await self.unplug()
        await driver.release()
        with pytest.raises(ClaimError):
            await driver.claim()
        await driver.release()

    async def test_silence_is_no_fault(self) -> None:
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host)) as running:
            await asyncio.sleep(self.settle_s)
            assert not running.done()
            assert host.errors == []
            assert host.scans == []
        await self.unplug()

    @pytest.mark.parametrize("seed", range(3))
    async def test_garbage_is_survived_and_forgotten(self, seed: int) -> None:
        await self._survives(Random(seed).randbytes(600))  # noqa: S311

    async def test_oversized_input_is_survived_and_forgotten(self) -> None:
        await self._survives(b"A" * 20_000)

    async def test_input_in_any_pieces_is_the_same_as_whole(self) -> None:
        ways = [self.good_input] if self.keeps_pieces else [self.good_input, _cut(self.good_input)]
        for pieces in ways:
            await self.plug()
            host = FakeHost()
            async with serving(self.driver(host)):
                for piece in pieces:
                    await self.emit(piece)
                    await asyncio.sleep(0)
                await asyncio.sleep(self.settle_s)
                assert host.scans == list(self.good_scans)
                assert host.errors == []
            await self.unplug()

    async def test_a_busy_lane_slows_the_device_down_and_loses_nothing(self) -> None:
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host)):
            host.busy = True
            for piece in [*self.good_input] * 3:
                await self.emit(piece)
                await asyncio.sleep(self.settle_s)
            assert host.scans == []
            host.busy = False
            await asyncio.sleep(self.settle_s)
            assert host.scans == list(self.good_scans) * 3
        await self.unplug()

    async def test_cancelled_run_leaves_no_task_thread_or_descriptor_behind(self) -> None:
        await self.plug()
        driver = self.driver(FakeHost())
        async with serving(driver):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        before = leftovers()
        for _ in range(3):
            async with serving(driver):
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert leftovers() == before
        await self.unplug()

    async def _survives(self, data: bytes) -> None:
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host)) as running:
            await self.emit(data)
            await asyncio.sleep(2 * self.settle_s)
            assert not running.done()
            host.events.clear()
            for piece in self.good_input:
                await self.emit(piece)
            await asyncio.sleep(self.settle_s)
            assert host.scans == list(self.good_scans)
        await self.unplug()


def leftovers() -> tuple[int, int, int]:
    """How many tasks, threads and file descriptors there are."""
    tasks = sum(not task.done() for task in asyncio.all_tasks())
    return tasks, threading.active_count(), len(list(Path(f"/proc/{os.getpid()}/fd").iterdir()))


def _cut(pieces: Sequence[bytes]) -> Sequence[bytes]:
    return [bytes((byte,)) for piece in pieces for byte in piece]
