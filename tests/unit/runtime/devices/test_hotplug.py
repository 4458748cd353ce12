"""What udev says of devices that come."""

import asyncio
import os
from types import SimpleNamespace

import structlog.testing
from pytest_mock import MockerFixture

from edge_agent.runtime.devices.hotplug import Hotplug
from tests.waiting import until


async def test_what_udev_adds_wakes_those_who_wait(mocker: MockerFixture) -> None:
    # Only the kernel may send on udev's socket: a pipe and a list stand in for it.
    reader, writer = os.pipe()
    actions = ["add", "remove", "bind", "change"]
    taken: list[str] = []

    class Monitor:
        @staticmethod
        def from_netlink(_: object) -> "Monitor":
            return Monitor()

        def start(self) -> None: ...

        def fileno(self) -> int:
            return reader

        def poll(self, timeout: float) -> object:
            os.read(reader, 1)
            taken.append(actions.pop(0))
            return SimpleNamespace(action=taken[-1])

    mocker.patch("pyudev.Monitor", Monitor)
    mocker.patch("pyudev.Context")
    arrived: list[str] = []
    running = asyncio.create_task(Hotplug(lambda: arrived.append(taken[-1])).run())
    os.write(writer, b"1234")
    await until(lambda: not (actions))
    assert arrived == ["add", "bind"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    os.close(reader)
    os.close(writer)


async def test_without_udev_it_waits_and_harms_nothing(mocker: MockerFixture) -> None:
    context = mocker.patch("pyudev.Context", side_effect=ImportError("libudev is missing"))
    arrived: list[int] = []
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(Hotplug(lambda: arrived.append(1)).run())
        await until(lambda: bool(logs))
    assert [(line["event"], line["reason"]) for line in logs] == [
        ("no hotplug events", "libudev is missing")
    ]
    assert (running.done(), arrived, context.call_count) == (False, [], 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
