"""A serial line whose modem lines matter; pseudo-terminals have none, they are stood in for."""

import asyncio
from pathlib import Path
from unittest.mock import PropertyMock

import pytest
from pytest_mock import MockerFixture

from drivers.wire.serial_line import SerialLine, SerialLineOptions
from edge_agent.api.errors import ClaimError, DeviceLost
from simulator.pty_device import PtyDevice
from tests.waiting import until


class Sink(PtyDevice):
    """Keeps what it is sent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.received = bytearray()

    def receive(self, data: bytes) -> None:
        self.received += data

    def hold(self) -> None:
        """Takes nothing any more."""
        assert self._master is not None
        asyncio.get_running_loop().remove_reader(self._master)


@pytest.fixture
async def sink(tmp_path: Path) -> Sink:
    device = Sink(tmp_path / "port")
    device.plug()
    return device


@pytest.fixture
def dsr(mocker: MockerFixture) -> PropertyMock:
    mocked: PropertyMock = mocker.patch("serial.Serial.dsr", new_callable=mocker.PropertyMock)
    mocked.return_value = True
    return mocked


async def test_a_printer_that_lowers_dsr_is_waited_for(sink: Sink, dsr: PropertyMock) -> None:
    line = SerialLine("printer", SerialLineOptions(port=str(sink.path), flow_control="dtr-dsr"))
    dsr.return_value = False
    writing = asyncio.create_task(line.write(b"x" * 100))
    await asyncio.sleep(0.05)
    assert sink.received == b""
    dsr.return_value = True
    await asyncio.wait_for(writing, 5)
    await until(lambda: len(sink.received) >= 100)
    await line.close()
    sink.unplug()


async def test_who_still_waits_is_told_before_the_line_is_closed(
    sink: Sink, dsr: PropertyMock
) -> None:
    line = SerialLine("printer", SerialLineOptions(port=str(sink.path)))
    await asyncio.sleep(0.05)
    sink.hold()
    writing = asyncio.create_task(line.write(b"x" * 1_000_000))
    reading = asyncio.create_task(line.read())
    await asyncio.sleep(0.05)
    await line.close()
    for waiting in (writing, reading):
        with pytest.raises(DeviceLost, match="was released"):
            await asyncio.wait_for(waiting, 5)
    # The descriptor's number is free for anybody.
    another = SerialLine("printer", SerialLineOptions(port=str(sink.path)))
    reading = asyncio.create_task(another.read())
    await sink.send_all(b"hello")
    assert await asyncio.wait_for(reading, 5) == b"hello"
    await another.close()
    sink.unplug()


async def test_a_switched_off_device_is_neither_claimed_nor_kept(
    sink: Sink, dsr: PropertyMock
) -> None:
    config = SerialLineOptions(port=str(sink.path), present="dsr", look_every_s=0.02)
    dsr.return_value = False
    with pytest.raises(ClaimError, match=r"nothing is switched on at .*DSR is not active"):
        SerialLine("scanner", config)
    dsr.return_value = True
    line = SerialLine("scanner", config)
    reading = asyncio.create_task(line.read())
    await asyncio.sleep(0.1)
    assert not reading.done()
    dsr.return_value = False
    with pytest.raises(DeviceLost, match="switched off or unplugged"):
        await asyncio.wait_for(reading, 5)
    await line.close()
    sink.unplug()


async def test_a_port_without_modem_lines_says_so(sink: Sink) -> None:
    with pytest.raises(ClaimError, match="CTS cannot be read"):
        SerialLine("drawer", SerialLineOptions(port=str(sink.path), present="cts"))
    sink.unplug()
