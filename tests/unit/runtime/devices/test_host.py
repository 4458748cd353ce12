"""One device's life: claimed, lost, claimed again; outputs in time or not at all."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
import structlog.testing
from pydantic import BaseModel

from edge_agent.api.device import (
    DeviceClass,
    DeviceState,
    OpenDrawer,
    Output,
    OutputCompleteEvent,
    OutputDriver,
    OutputOutcome,
    Reply,
    StatusUpdateEvent,
)
from edge_agent.api.errors import ClaimError
from edge_agent.api.values import Scan
from edge_agent.runtime.devices.host import DeviceHost
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.devices.recorder import DeviceRecorder
from edge_agent.runtime.devices.status import DeviceSetup
from edge_agent.runtime.registry import Registry
from edge_agent.testing import NOON
from tests.waiting import until


class Options(BaseModel):
    """What the drawer below needs."""

    pin: int = 2


class Drawer(OutputDriver[Options]):
    """Opens at once; absent for the first ``absent`` claims."""

    device_classes = frozenset({DeviceClass.CASH_DRAWER})
    absent = 0
    claims = 0
    openings = 0

    async def claim(self) -> None:
        type(self).claims += 1
        if self.claims <= self.absent:
            raise ClaimError(f"{self.name} is not there.")

    async def run(self) -> None:
        await self.host.fire(StatusUpdateEvent(facts={"drawer": "closed", "cover": "open"}))
        await asyncio.Event().wait()

    async def release(self) -> None:
        return

    async def output(self, request: Output) -> OutputCompleteEvent:
        type(self).openings += 1
        return OutputCompleteEvent(output_id=request.output_id, outcome=OutputOutcome.DONE)


class OneDriver:
    """A registry with one driver."""

    def __init__(self, driver: type[Drawer]) -> None:
        self._driver = driver

    def load_driver(self, _: str) -> type[Drawer]:
        return self._driver


class Told:
    """Keeps what is told of devices."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str, str]] = []

    async def take_scan(self, _: Scan) -> Reply:
        return Reply(accepted=True)

    async def device_changed(self, _: str, state: str, detail: str, trouble: str) -> None:
        self.changes.append((state, detail, trouble))

    async def drawer_is_closed(self, _: str) -> None:
        return


class Impatient(Random):
    """Never waits."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0 * a * b


def host_of(
    driver: type[Drawer], told: Told, options: Mapping[str, Any] | None = None
) -> DeviceHost:
    return DeviceHost(
        DeviceSetup("drawer", "drawer", options or {}),
        cast(Registry, OneDriver(driver)),
        told.take_scan,
        cast(DeviceRecorder, told),
        lambda: NOON,
        Impatient(),
        60.0,
    )


@asynccontextmanager
async def running(host: DeviceHost, state: DeviceState) -> AsyncIterator[None]:
    task = asyncio.create_task(host.run())
    async with asyncio.timeout(10):
        while host.status().state is not state:
            await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def open_it(host: DeviceHost, not_after: datetime | None) -> OutputOutcome:
    return (await host.output(OpenDrawer(output_id=1), not_after)).outcome


async def test_a_device_that_is_away_for_very_long_is_still_claimed_when_it_comes() -> None:
    class LongAway(Drawer):
        absent = 2_000

    async with running(host_of(LongAway, Told()), DeviceState.READY):
        assert LongAway.claims == 2_001


async def test_an_output_that_is_too_late_is_not_done() -> None:
    class Prompt(Drawer):
        openings = 0

    host = host_of(Prompt, Told())
    async with running(host, DeviceState.READY):
        assert await open_it(host, NOON - timedelta(hours=3)) is OutputOutcome.FAILED
        assert Prompt.openings == 0
        assert await open_it(host, NOON + timedelta(seconds=5)) is OutputOutcome.DONE
        assert Prompt.openings == 1


async def test_what_the_cashier_should_know_is_in_words_and_a_drawer_that_moves_is_not() -> None:
    told = Told()
    async with running(host_of(Drawer, told), DeviceState.READY):
        async with asyncio.timeout(5):
            while len(told.changes) < 2:
                await asyncio.sleep(0)
    assert told.changes[1] == ("ready", "cover open", "The drawer has its cover open.")


async def test_what_a_lane_has_not_is_impossible_and_what_is_set_up_wrongly_may_come() -> None:
    request = OpenDrawer(output_id=4)
    end = await DeviceManager([]).output(DeviceClass.CASH_DRAWER, request, None)
    assert (end.outcome, end.detail) == (OutputOutcome.IMPOSSIBLE, "this lane has no cash drawer")
    host = host_of(Drawer, Told(), {"pin": "two"})
    async with running(host, DeviceState.BROKEN):
        end = await DeviceManager([host]).output(DeviceClass.CASH_DRAWER, request, None)
    assert end.outcome is OutputOutcome.FAILED
    assert "drawer is set up wrongly: wrong configuration: pin: " in end.detail


async def test_a_driver_that_fails_says_where_and_not_what_was_scanned() -> None:
    class Leaky(Drawer):
        async def run(self) -> None:
            int("ANSI 636000 DAQT64235789")

    told = Told()
    with structlog.testing.capture_logs() as logs:
        async with running(host_of(Leaky, told), DeviceState.LOST):
            pass
    faults = [entry for entry in logs if entry["event"] == "driver fault"]
    assert faults[0]["error"] == "ValueError"
    assert "in run" in faults[0]["where"]
    assert "T64235789" not in repr((faults[0]["event"], told.changes))


async def test_a_driver_that_wants_to_end_the_agent_ends_only_itself() -> None:
    class Quitter(Drawer):
        async def run(self) -> None:
            sys.exit(3)

    async with running(host_of(Quitter, told := Told()), DeviceState.LOST):
        pass
    assert "SystemExit" in told.changes[-1][1]


async def test_a_printer_that_can_print_is_taken_before_one_that_cannot() -> None:
    class Free(Drawer):
        openings = 0

        async def run(self) -> None:
            await asyncio.Event().wait()

    class Kept(Drawer):
        openings = 0

        async def run(self) -> None:
            await self.host.fire(StatusUpdateEvent(facts={"cover": "open"}))
            await asyncio.Event().wait()

    kept, free = host_of(Kept, told := Told()), host_of(Free, Told())
    request = OpenDrawer(output_id=4)
    async with running(kept, DeviceState.READY), running(free, DeviceState.READY):
        await until(lambda: len(told.changes) > 1)
        await DeviceManager([kept, free]).output(DeviceClass.CASH_DRAWER, request, None)
    assert (Kept.openings, Free.openings) == (0, 1)


@pytest.mark.parametrize("declared", [{"CashDrawer"}, frozenset(), frozenset({"drawer"}), "x"])
def test_wrong_classes_are_told_when_the_class_is_made(declared: object) -> None:
    with pytest.raises(TypeError, match="device_classes must be a frozenset of"):
        type("Wrong", (Drawer,), {"device_classes": declared})


async def test_wrong_classes_of_a_configuration_break_that_device() -> None:
    """They are a status to show, not an error of whoever asks for the devices."""

    class Changing(Drawer):
        @property
        def device_classes(self) -> Any:  # type: ignore[override]
            return ["drawer"]

    host = host_of(Changing, Told())
    async with running(host, DeviceState.BROKEN):
        assert "must be a frozenset" in host.status().detail
        assert host.status().classes == ()
