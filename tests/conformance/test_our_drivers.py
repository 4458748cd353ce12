"""Our drivers hold what every driver must."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from drivers.printer.network import NetworkPrinter
from drivers.scanner.serial import SerialScanner
from edge_agent.api.device import DataEvent, Driver, ErrorEvent
from edge_agent.testing import DriverConformance, FakeHost
from simulator.printer import TcpPrinter
from simulator.scanner import PtyScanner


class TestSerialScanner(DriverConformance):
    """On a pseudo-terminal."""

    @pytest.fixture(autouse=True)
    def _device(self, tmp_path: Path) -> None:
        self.scanner = PtyScanner(tmp_path / "scanner")

    def driver(self, host: FakeHost, **options: Any) -> Driver[Any]:
        given = {"port": str(self.scanner.path), "handshake": "ack-nak", **options}
        return SerialScanner("scanner", SerialScanner.parse_config(given), host)  # type: ignore[arg-type]

    async def plug(self) -> None:
        self.scanner.plug()

    async def unplug(self) -> None:
        self.scanner.unplug()

    async def test_scans_are_fired_and_answered(self) -> None:
        host = FakeHost()
        driver = self.driver(host)
        await self.plug()
        await driver.claim()
        running = asyncio.create_task(driver.run())
        assert await self.scanner.scan("4006381333931")
        host.accept = False
        assert not await self.scanner.scan("4006381333932")
        assert host.scans == [b"4006381333931", b"4006381333932"]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.release()
        await self.unplug()

    async def test_a_flood_is_dropped_and_said_and_the_next_scan_is_read(self) -> None:
        host = FakeHost()
        driver = self.driver(host, longest_scan=64)
        await self.plug()
        await driver.claim()
        running = asyncio.create_task(driver.run())
        await asyncio.sleep(0.05)
        self.scanner.send(b"x" * 1000 + b"\r" + b"4006381333931\r")
        await host.wait_for(2)
        assert host.errors == ["1000 bytes were dropped: longer than any scan. Scan again."]
        assert host.scans == [b"4006381333931"]
        assert [type(event) for event in host.events] == [ErrorEvent, DataEvent]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.release()
        await self.unplug()


class TestNetworkPrinter(DriverConformance):
    """On a loopback port."""

    @pytest.fixture(autouse=True)
    async def _device(self) -> None:
        self.printer = TcpPrinter()
        await self.printer.switch_on()
        await self.printer.switch_off()

    def driver(self, host: FakeHost) -> Driver[Any]:
        options = {
            "host": self.printer.host,
            "port": self.printer.port,
            "connect_timeout_s": 1,
            "poll_every_s": 0.05,
            "reply_timeout_s": 0.1,
        }
        return NetworkPrinter("printer", NetworkPrinter.parse_config(options), host)  # type: ignore[arg-type]

    async def plug(self) -> None:
        await self.printer.switch_on()

    async def unplug(self) -> None:
        await self.printer.switch_off()

    async def test_status_is_told_as_it_is_and_unknown_when_it_is_not_told(self) -> None:
        host = FakeHost()
        driver = self.driver(host)
        await self.plug()
        await driver.claim()
        running = asyncio.create_task(driver.run())
        for fault, fact, value in (
            ("paper_near_end", "paper", "near_end"),
            ("paper_out", "paper", "end"),
            ("cover_open", "cover", "open"),
        ):
            setattr(self.printer.faults, fault, True)
            await self._until(host, fact, value)
            setattr(self.printer.faults, fault, False)
        await self._until(host, "paper", "ok")
        self.printer.faults.silent = True
        await self._until(host, "paper", "unknown")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await driver.release()
        await self.unplug()

    async def test_a_printer_that_falls_silent_is_lost(self) -> None:
        host = FakeHost()
        driver = self.driver(host)
        await self.plug()
        await driver.claim()
        running = asyncio.create_task(driver.run())
        await self._until(host, "paper", "ok")
        self.printer.faults.silent = True
        with pytest.raises(Exception, match="printer: the printer stopped answering"):
            async with asyncio.timeout(10):
                await running
        await driver.release()
        await self.unplug()

    async def _until(self, host: FakeHost, fact: str, value: str) -> None:
        async with asyncio.timeout(5):
            while host.facts.get(fact) != value:
                await host.wait_for(len(host.events) + 1)
