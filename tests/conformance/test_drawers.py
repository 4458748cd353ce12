"""A drawer on a serial line of its own."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_mock import MockerFixture

from drivers.cash_drawer.serial import SerialDrawer
from edge_agent.api.device import OpenDrawer, OutputOutcome, PrintReceipt
from edge_agent.api.receipt import Receipt
from edge_agent.testing import FakeHost, OutputConformance, serving
from simulator.drawer import PtyDrawer


class TestSerialDrawer(OutputConformance):
    """On a pseudo-terminal."""

    request = OpenDrawer(output_id=9)

    @pytest.fixture(autouse=True)
    def _device(self, tmp_path: Path) -> None:
        self.drawer = PtyDrawer(tmp_path / "drawer")

    def driver(self, host: FakeHost, **options: Any) -> SerialDrawer:
        given = {
            "port": str(self.drawer.path),
            "status_request": "<ENQ>",
            "moves_within_s": 0.3,
            "reply_timeout_s": 0.1,
            "poll_every_s": 0.05,
            **options,
        }
        return SerialDrawer("drawer", SerialDrawer.parse_config(given), host)

    async def plug(self) -> None:
        self.drawer.plug()

    async def unplug(self) -> None:
        self.drawer.unplug()

    async def emit(self, data: bytes) -> None:
        await self.drawer.send_all(data)

    async def test_it_is_seen_to_open_and_to_close(self) -> None:
        await self.plug()
        host = FakeHost()
        driver = self.driver(host)
        async with serving(driver):
            await host.wait_for_fact("drawer", "closed")
            end = await driver.output(OpenDrawer(output_id=1))
            assert (end.outcome, end.detail) == (OutputOutcome.DONE, "seen open")
            assert host.facts["drawer"] == "open"
            self.drawer.close()
            await host.wait_for_fact("drawer", "closed")
        await self.unplug()

    async def test_a_stuck_one_did_not_open_and_a_silent_one_is_unknown(self) -> None:
        await self.plug()
        host = FakeHost()
        driver = self.driver(host)
        async with serving(driver):
            self.drawer.stuck = True
            end = await driver.output(OpenDrawer(output_id=1))
            assert (end.outcome, end.detail) == (OutputOutcome.FAILED, "it did not move")
            self.drawer.silent = True
            await host.wait_for_fact("drawer", "unknown")
            end = await driver.output(OpenDrawer(output_id=2))
            assert end.outcome is OutputOutcome.UNCERTAIN
        await self.unplug()

    @pytest.mark.parametrize(
        ("moves_within_s", "reply_timeout_s"), [(0.3, 0.1), (0.1, 0.1), (0.1, 0.2)]
    )
    async def test_an_open_one_that_says_nothing_is_not_said_to_be_shut(
        self, moves_within_s: float, reply_timeout_s: float
    ) -> None:
        await self.plug()
        host = FakeHost()
        driver = self.driver(host, moves_within_s=moves_within_s, reply_timeout_s=reply_timeout_s)
        async with serving(driver):
            await host.wait_for_fact("drawer", "closed")
            self.drawer.silent = True
            await host.wait_for_fact("drawer", "unknown")
            for number in range(5):
                end = await driver.output(OpenDrawer(output_id=number))
                assert end.outcome is OutputOutcome.UNCERTAIN
                await asyncio.sleep(0.013)
        assert self.drawer.open
        await self.unplug()

    @pytest.mark.parametrize(("level", "state"), [("high", "closed"), ("low", "open")])
    async def test_polarity_is_configured(self, level: str, state: str) -> None:
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host, open_level=level)):
            await host.wait_for_fact("drawer", state)
        await self.unplug()

    async def test_a_modem_line_tells_where_there_is_one(self, mocker: MockerFixture) -> None:
        # A pseudo-terminal has no modem lines.
        cts = mocker.patch("serial.Serial.cts", new_callable=mocker.PropertyMock)
        cts.return_value = False
        await self.plug()
        host = FakeHost()
        async with serving(self.driver(host, status_request="", sense_line="cts")):
            await host.wait_for_fact("drawer", "closed")
            cts.return_value = True
            await host.wait_for_fact("drawer", "open")
        await self.unplug()

    async def test_it_prints_nothing(self) -> None:
        driver = self.driver(FakeHost())
        end = await driver.output(PrintReceipt(output_id=3, receipt=Receipt(elements=())))
        assert end.outcome is OutputOutcome.IMPOSSIBLE

    def test_two_ways_to_sense_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="not both"):
            self.driver(FakeHost(), sense_line="cts")
