"""What a scanner on a serial line is told, and what happens where it does not listen."""

import os
import pty
import tty
from collections.abc import Iterator
from typing import Any

import pytest

from drivers.scanner.serial import SerialScanner
from edge_agent.testing import FakeHost, serving
from tests.waiting import until

XOFF = b"\x13"


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    """The device's end, and the path of the lane's."""
    device, port = pty.openpty()
    tty.setraw(device)
    os.set_blocking(device, False)
    yield device, os.ttyname(port)
    os.close(device)
    os.close(port)


def scanner(path: str, host: FakeHost, **options: Any) -> SerialScanner:
    return SerialScanner("scanner", SerialScanner.parse_config({"port": path, **options}), host)


async def test_the_last_word_is_heard(ends: tuple[int, str]) -> None:
    device, path = ends
    for _ in range(50):
        driver = scanner(path, FakeHost(), disable="<SYN>D<CR>")
        await driver.claim()
        await driver.release()
        assert os.read(device, 100) == b"\x16D\r"


async def test_a_scanner_that_is_told_nothing_is_read_on(ends: tuple[int, str]) -> None:
    device, path = ends
    host = FakeHost()
    async with serving(scanner(path, host, good_read="<ACK>", flow_control="xon-xoff")):
        os.write(device, b"4006381333931\r")
        await until(lambda: len(host.scans) == 1)
        os.write(device, XOFF + b"4006381333931\r" * 3)
        await until(lambda: len(host.scans) == 4)
        await until(lambda: len(host.errors) == 3)
    assert set(host.errors) == {"the scanner was not told of a scan in time"}
