"""Every device is unplugged and plugged in a hundred times, comes back and leaks nothing."""

import asyncio
import time
from collections import Counter
from pathlib import Path

from simulator.hardware import EVERY_DEVICE
from simulator.virtual_lane import VirtualLane

TIMES = 100
READY_WITHIN_S = 2.0
LOOK_S = 0.02


def held(pid: int) -> tuple[int, int]:
    """Threads and file descriptors of a process."""
    process = Path(f"/proc/{pid}")
    return len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))


class Watch:
    """The states of all devices, as the agent tells them."""

    def __init__(self, lane: VirtualLane) -> None:
        self._lane = lane
        self.states: dict[str, str] = {}
        self.looked = asyncio.Event()

    async def run(self) -> None:
        while True:
            self.states = {
                device.name: device.state for device in await self._lane.client.devices()
            }
            self.looked.set()
            self.looked = asyncio.Event()
            await asyncio.sleep(LOOK_S)

    async def until(self, name: str, state: str) -> float:
        """Seconds until the agent says so."""
        began = time.monotonic()
        async with asyncio.timeout(15):
            while self.states.get(name) != state:
                await self.looked.wait()
        return time.monotonic() - began


async def settled(pid: int) -> tuple[int, int]:
    """Threads and descriptors of a process, when they have been the same for half a second."""
    before, same = held(pid), 0
    async with asyncio.timeout(15):
        while same < 5:
            await asyncio.sleep(LOOK_S)
            now = held(pid)
            same = same + 1 if now == before else 0
            before = now
    return before


async def test_every_device_comes_back_a_hundred_times_within_two_seconds() -> None:
    slowest: Counter[str] = Counter()

    async def replug(lane: VirtualLane, watch: Watch, name: str, times: int) -> None:
        for _ in range(times):
            await lane.hardware.unplug(name)
            await watch.until(name, "lost")
            await lane.hardware.plug(name)
            took = await watch.until(name, "ready")
            slowest[name] = max(slowest[name], round(took * 1000))

    names = EVERY_DEVICE
    async with VirtualLane(devices=names) as lane:
        await lane.start_agent()
        assert lane.agent is not None
        watch = Watch(lane)
        watching = asyncio.create_task(watch.run())
        await asyncio.gather(*(watch.until(name, "ready") for name in names))
        await asyncio.gather(*(replug(lane, watch, name, 3) for name in names))
        _, descriptors = await settled(lane.agent.pid)
        # The pool of threads that read the database grows to its bound as it is asked.
        await asyncio.gather(*(lane.client.health() for _ in range(40)))
        threads, _ = held(lane.agent.pid)
        await asyncio.gather(*(replug(lane, watch, name, TIMES) for name in names))
        after = await settled(lane.agent.pid)
        watching.cancel()
    assert set(slowest) == set(names)
    assert max(slowest.values()) < READY_WITHIN_S * 1000, slowest
    # Each of the three USB devices has one or two threads at work, the control socket a pooled
    # connection more or less; a hundred replugs leave nothing beyond that.
    assert after[0] <= threads + 3
    assert after[1] <= descriptors + 2
