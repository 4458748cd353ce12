"""What udev says of devices that come."""

import asyncio
import os
from types import SimpleNamespace

from pytest_mock import MockerFixture

from edge_agent.runtime.hotplug import Hotplug
from tests.waiting import until


async def test_what_udev_adds_wakes_those_who_wait(mocker: MockerFixture) -> None:
    # Only the kernel may send on udev's socket: a pipe and a list stand in for it.
    reader, writer = os.pipe()
    actions = ["add", "remove", "bind", "change"]

    class Monitor:
        @staticmethod
        def from_netlink(_: object) -> "Monitor":
            return Monitor()

        def start(self) -> None: ...

        def fileno(self) -> int:
            return reader

        def poll(self, timeout: float) -> object:
            os.read(reader, 1)
            return SimpleNamespace(action=actions.pop(0))

    mocker.patch("pyudev.Monitor", Monitor)
    mocker.patch("pyudev.Context")
    arrived: list[int] = []
    running = asyncio.create_task(Hotplug(lambda: arrived.append(1)).run())
    await asyncio.sleep(0)
    os.write(writer, b"1234")
    await until(lambda: not (actions))
    assert len(arrived) == 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    os.close(reader)
    os.close(writer)


async def test_without_udev_it_waits_and_harms_nothing(mocker: MockerFixture) -> None:
    mocker.patch("pyudev.Context", side_effect=ImportError("libudev is missing"))
    running = asyncio.create_task(Hotplug(lambda: None).run())
    await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
