"""The keyboard scanner's driver where the kernel's part must be stood in for, and on a stream."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from evdev import ecodes
from pydantic import ValidationError
from pytest_mock import MockerFixture

from drivers.scanner.keyboard import KeyboardScanner
from edge_agent.api.errors import ClaimError
from edge_agent.testing import FakeHost, serving
from simulator.keyboard_scanner import OVERFLOW, StreamKeyboardScanner, as_bytes, keystrokes


class FakeInputDevice:
    """An input device whose events come out of a pipe: there is no ``/dev/input`` here."""

    made: list["FakeInputDevice"]
    taken = False
    keys: tuple[int, ...] = (ecodes.KEY_ENTER, ecodes.KEY_A)

    def __init__(self, path: str) -> None:
        number = int(path.removeprefix("/dev/input/event"))
        self.path = path
        self.name = "Scanner"
        self.phys = f"usb-0000:00:14.0-{number}/input0"
        self.uniq = f"SN{number}"
        self.fd, self.writer = os.pipe()
        os.set_blocking(self.fd, False)
        self.calls: list[str] = []
        self.made.append(self)

    def capabilities(self) -> dict[int, list[int]]:
        return {ecodes.EV_KEY: list(self.keys)}

    def grab(self) -> None:
        if self.taken:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self.calls.append("grab")

    def ungrab(self) -> None:
        self.calls.append("ungrab")

    def close(self) -> None:
        if "close" not in self.calls:
            self.calls.append("close")
            os.close(self.fd)
            os.close(self.writer)


@pytest.fixture
def kernel(mocker: MockerFixture) -> type[FakeInputDevice]:
    """A kernel with four keyboards."""

    class Device(FakeInputDevice):
        made: list[FakeInputDevice] = []

    mocker.patch("evdev.InputDevice", Device)
    mocker.patch("evdev.list_devices", return_value=[f"/dev/input/event{n}" for n in range(4)])
    mocker.patch("drivers.scanner.keyboard.is_input_device", return_value=True)
    return Device


def scanner(host: FakeHost, **options: Any) -> KeyboardScanner:
    return KeyboardScanner("scanner", KeyboardScanner.parse_config(options), host)


async def test_a_keyboard_is_grabbed_and_let_go(kernel: type[FakeInputDevice]) -> None:
    host = FakeHost()
    async with serving(scanner(host, path="/dev/input/event2")):
        (device,) = kernel.made
        assert device.calls == ["grab"]
        os.write(device.writer, as_bytes(list(keystrokes("4006381333931\r"))))
        await host.wait_for(1)
        assert host.scans == [b"4006381333931"]
    assert device.calls == ["grab", "ungrab", "close"]


@pytest.mark.parametrize(
    ("identity", "path"),
    [
        ({"phys": "usb-0000:00:14.0-3/input0"}, "/dev/input/event3"),
        ({"serial": "SN1"}, "/dev/input/event1"),
    ],
)
async def test_twin_scanners_are_told_apart_by_port_and_serial_number(
    kernel: type[FakeInputDevice], identity: dict[str, str], path: str
) -> None:
    async with serving(scanner(FakeHost(), **identity)):
        grabbed = [device.path for device in kernel.made if "grab" in device.calls]
        assert grabbed == [path]


async def test_one_that_is_not_attached_is_named(kernel: type[FakeInputDevice]) -> None:
    with pytest.raises(ClaimError, match="scanner: no keyboard with serial number SN9"):
        await scanner(FakeHost(), serial="SN9").claim()
    assert all(device.calls == ["close"] for device in kernel.made)


async def test_one_that_another_program_has_grabbed_is_refused(
    kernel: type[FakeInputDevice],
) -> None:
    kernel.taken = True
    with pytest.raises(ClaimError, match="another program has grabbed"):
        await scanner(FakeHost(), path="/dev/input/event2").claim()
    assert kernel.made[0].calls == ["close"]


async def test_what_is_no_keyboard_is_not_grabbed(kernel: type[FakeInputDevice]) -> None:
    kernel.keys = ()
    with pytest.raises(ClaimError, match="is no keyboard"):
        await scanner(FakeHost(), path="/dev/input/event2").claim()
    assert kernel.made[0].calls == ["close"]


@pytest.mark.parametrize("options", [{}, {"path": "/dev/input/event1", "serial": "SN1"}])
def test_one_identity_is_given(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="one of path, phys and serial"):
        scanner(FakeHost(), **options)


async def test_a_scan_that_lost_keystrokes_is_dropped_and_said(tmp_path: Path) -> None:
    device = StreamKeyboardScanner(tmp_path / "events")
    device.plug()
    host = FakeHost()
    async with serving(scanner(host, path=str(device.path))):
        strokes = list(keystrokes("4006381333931\r"))
        device.play([*strokes[:20], OVERFLOW, *strokes[30:]])
        await host.wait_for(1)
        assert host.scans == []
        assert "the computer was too busy and lost keystrokes" in host.errors[0]
        await device.type("4006381333931\r")
        await host.wait_for(2)
        assert host.scans == [b"4006381333931"]
    device.unplug()
