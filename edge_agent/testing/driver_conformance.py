"""Conformance suites for drivers, run against the real device or a stand-in."""

import asyncio
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from edge_agent.api.device import Driver, Output, OutputDriver, OutputOutcome
from edge_agent.api.errors import ClaimError, DeviceLost
from edge_agent.testing.fake_host import FakeHost, serving


class DriverConformance(ABC):
    """Conformance of every driver; subclass it and say how to make the device.

    The subclass's name begins with ``Test``. ``driver`` gives a fresh driver for the same device
    each time; ``plug`` and ``unplug`` make the device present and absent; ``emit`` lets it send
    raw bytes. ``settle_s``: how long the driver needs to be done with what it was sent.

    What a driver need not hold is switched off: ``test_... = None``.
    """

    settle_s: ClassVar[float] = 0.25

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

    @asynccontextmanager
    async def _plugged_in(self) -> AsyncIterator[None]:
        """The device is there meanwhile, and gone afterwards, whatever the test finds."""
        await self.plug()
        try:
            yield
        finally:
            await self.unplug()

    async def test_release_of_an_unclaimed_device_is_harmless(self) -> None:
        await self.driver(FakeHost()).release()

    async def test_double_release_is_harmless(self) -> None:
        async with self._plugged_in():
            driver = self.driver(FakeHost())
            await driver.claim()
            await driver.release()
            await driver.release()

    async def test_claim_of_an_absent_device_is_a_claim_error_that_names_it(self) -> None:
        driver = self.driver(FakeHost())
        with pytest.raises(ClaimError, match=driver.name):
            await driver.claim()
        await driver.release()

    async def test_second_claim_is_refused(self) -> None:
        async with self._plugged_in():
            driver = self.driver(FakeHost())
            await driver.claim()
            with pytest.raises(ClaimError):
                await driver.claim()
            await driver.release()

    async def test_claim_of_a_taken_device_is_refused_and_its_owner_goes_on(self) -> None:
        async with self._plugged_in(), serving(self.driver(FakeHost())) as running:
            other = self.driver(FakeHost())
            with pytest.raises(ClaimError, match=other.name):
                await other.claim()
            await other.release()
            await asyncio.sleep(0.05)
            assert not running.done()

    async def test_claimed_again_after_release(self) -> None:
        async with self._plugged_in():
            driver = self.driver(FakeHost())
            for _ in range(3):
                await driver.claim()
                await driver.release()

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
        async with self._plugged_in():
            host = FakeHost()
            async with serving(self.driver(host)) as running:
                await asyncio.sleep(self.settle_s)
                assert not running.done()
                assert host.errors == []
                assert host.scans == []

    @pytest.mark.parametrize("seed", range(3))
    async def test_garbage_is_survived_and_forgotten(self, seed: int) -> None:
        await self._survives(Random(seed).randbytes(600))  # noqa: S311

    async def test_oversized_input_is_survived_and_forgotten(self) -> None:
        await self._survives(b"A" * 20_000)

    async def test_cancelled_run_leaves_no_task_thread_or_descriptor_behind(self) -> None:
        async with self._plugged_in():
            driver = self.driver(FakeHost())
            async with serving(driver):
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
            before = _leftovers()
            for _ in range(3):
                async with serving(driver):
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
            assert _leftovers() == before, (
                "left behind, by the driver or by the stand-in for its device"
            )

    async def _survives(self, data: bytes) -> None:
        async with self._plugged_in():
            host = FakeHost()
            driver = self.driver(host)
            async with serving(driver) as running:
                await self.emit(data)
                await asyncio.sleep(2 * self.settle_s)
                assert not running.done()
                host.events.clear()
                await self.works(driver, host)

    @abstractmethod
    async def works(self, driver: Driver[Any], host: FakeHost) -> None:
        """Asserts that the device, which is in service, does what it is for."""


class ScannerConformance(DriverConformance):
    """Conformance of a scanner's driver.

    ``good_input``: the pieces in which the device sends its scans; ``good_scans``: what is to be
    read from them; ``settle_s`` is longer than any silence by which the driver ends a scan;
    ``keeps_pieces`` where the connection never cuts what a device sends.
    """

    good_input: ClassVar[Sequence[bytes]]
    good_scans: ClassVar[Sequence[bytes]]
    keeps_pieces: ClassVar[bool] = False

    async def works(self, driver: Driver[Any], host: FakeHost) -> None:
        for piece in self.good_input:
            await self.emit(piece)
        await self._scanned(host, 1)

    async def test_input_in_any_pieces_is_the_same_as_whole(self) -> None:
        ways = [self.good_input] if self.keeps_pieces else [self.good_input, _cut(self.good_input)]
        for pieces in ways:
            await self.plug()
            host = FakeHost()
            async with serving(self.driver(host)):
                for piece in pieces:
                    await self.emit(piece)
                    await asyncio.sleep(0)
                await self._scanned(host, 1)
                assert host.errors == []
            await self.unplug()

    async def test_a_busy_lane_slows_the_device_down_and_loses_nothing(self) -> None:
        async with self._plugged_in():
            host = FakeHost()
            async with serving(self.driver(host)):
                host.busy = True
                for piece in [*self.good_input] * 3:
                    await self.emit(piece)
                    await asyncio.sleep(self.settle_s)
                assert host.scans == []
                host.busy = False
                await self._scanned(host, 3)

    async def _scanned(self, host: FakeHost, times: int) -> None:
        """All good scans, so many times, and nothing else after them."""
        wanted = list(self.good_scans) * times
        with suppress(TimeoutError):
            await host.wait_for(len(wanted))
        await asyncio.sleep(self.settle_s)
        assert host.scans == wanted


class OutputConformance(DriverConformance):
    """Conformance of a printer's or drawer's driver.

    ``request``: something the device can do.
    """

    request: ClassVar[Output]

    @abstractmethod
    def driver(self, host: FakeHost) -> OutputDriver[Any]:
        """A new, unclaimed driver for the device under test."""

    async def works(self, driver: Driver[Any], host: FakeHost) -> None:
        assert isinstance(driver, OutputDriver)
        for _ in range(100):
            end = await driver.output(self.request)
            if end.outcome is not OutputOutcome.FAILED:
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"it cannot do it any more: {end.detail}")

    async def test_before_it_is_claimed_it_certainly_does_nothing(self) -> None:
        end = await self.driver(FakeHost()).output(self.request)
        assert (end.output_id, end.outcome) == (self.request.output_id, OutputOutcome.FAILED)

    async def test_after_it_is_released_it_certainly_does_nothing(self) -> None:
        async with self._plugged_in():
            driver = self.driver(FakeHost())
            async with serving(driver):
                await asyncio.sleep(0.05)
            end = await driver.output(self.request)
            assert end.outcome is OutputOutcome.FAILED

    async def test_what_it_does_is_told_under_the_number_it_was_asked_with(self) -> None:
        async with self._plugged_in():
            async with serving(driver := self.driver(FakeHost())):
                end = await driver.output(self.request)
            assert end.output_id == self.request.output_id
            assert end.outcome in (OutputOutcome.DONE, OutputOutcome.UNCERTAIN)

    async def test_what_is_asked_of_an_unplugged_device_is_never_done(self) -> None:
        await self.plug()
        async with serving(driver := self.driver(FakeHost())):
            await asyncio.sleep(0.05)
            await self.unplug()
            async with asyncio.timeout(30):
                end = await driver.output(self.request)
        assert end.outcome in (OutputOutcome.FAILED, OutputOutcome.UNCERTAIN)

    async def test_unplugged_in_the_middle_it_comes_to_an_end(self) -> None:
        await self.plug()
        async with serving(driver := self.driver(FakeHost())):
            await asyncio.sleep(0.05)
            working = asyncio.create_task(driver.output(self.request))
            await asyncio.sleep(0)
            await self.unplug()
            async with asyncio.timeout(30):
                end = await working
        assert end.output_id == self.request.output_id


def _leftovers() -> dict[str, int]:
    """Count the resources that a driver may forget to give back."""
    return {
        "tasks": sum(not task.done() for task in asyncio.all_tasks()),
        "threads": threading.active_count(),
        "descriptors": len(list(Path(f"/proc/{os.getpid()}/fd").iterdir())),
    }


def _cut(pieces: Sequence[bytes]) -> Sequence[bytes]:
    return [bytes((byte,)) for piece in pieces for byte in piece]
