"""A clock that is set is an event; one that is steered is none."""

import asyncio
from datetime import datetime, timedelta

import pytest

from edge_agent.runtime.clock_watch import ClockWatch
from edge_agent.testing import NOON
from tests.waiting import until


class Clocks:
    """The wall's and the monotonic one."""

    def __init__(self) -> None:
        self.looks = 0
        self.set_by = 0.0

    def wall(self) -> datetime:
        self.looks += 1
        return NOON + timedelta(seconds=self.monotonic() + self.set_by)

    def monotonic(self) -> float:
        return float(self.looks)


@pytest.mark.parametrize("seconds", [3600.0, -86_400.0])
async def test_clock_that_is_set(seconds: float) -> None:
    clocks, jumps = Clocks(), list[float]()

    async def jumped(by: float) -> None:
        jumps.append(by)

    running = asyncio.create_task(ClockWatch(jumped, clocks.wall, clocks.monotonic, 0.001).run())
    await until(lambda: clocks.looks > 2)
    clocks.set_by = seconds
    await until(lambda: len(jumps) == 1)
    looks = clocks.looks
    await until(lambda: clocks.looks > looks + 5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert jumps == [pytest.approx(seconds, abs=1.5)]


async def test_clock_that_is_steered() -> None:
    clocks, jumps = Clocks(), list[float]()

    async def jumped(by: float) -> None:
        jumps.append(by)

    running = asyncio.create_task(ClockWatch(jumped, clocks.wall, clocks.monotonic, 0.001).run())
    for _ in range(20):
        looks = clocks.looks
        await until(lambda looks=looks: clocks.looks > looks)  # type: ignore[misc]
        clocks.set_by += 0.01
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert jumps == []
