"""Every scanner we have a driver for, on its stand-in, in the ways it may be set up."""

import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from drivers.id_scanner.hid_pos import HidPosIdScanner
from drivers.id_scanner.serial import SerialIdScanner
from drivers.scanner.hid_pos import HidPosScanner
from drivers.scanner.keyboard import KeyboardScanner
from drivers.scanner.serial import SerialScanner
from edge_agent.api.device import Driver, Host
from simulator import usb_backend
from simulator.hid_scanner import SimulatedHidScanner, reports
from simulator.keyboard_scanner import StreamKeyboardScanner, as_bytes, keystrokes
from simulator.pty_device import PtyDevice
from simulator.scanner import PtyScanner
from simulator.usb_bus import UsbBus

SILENCE_S = 0.1


class Rig(ABC):
    """One scanner under test."""

    name: ClassVar[str]

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @abstractmethod
    def driver(self, host: Host) -> Driver[Any]:
        """A fresh driver."""

    @abstractmethod
    def plug(self) -> None:
        """Makes it present."""

    @abstractmethod
    def unplug(self) -> None:
        """Pulls its cable."""

    @abstractmethod
    def wire(self, code: bytes) -> list[bytes]:
        """The units in which the device sends a code: bytes, key events, reports."""

    @abstractmethod
    async def emit(self, data: bytes) -> None:
        """Sends raw bytes."""

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        """What stands behind the device."""
        yield


class SerialRig(Rig):
    """Carriage return after each scan."""

    name = "serial, CR"
    driver_type: ClassVar[type[Driver[Any]]] = SerialScanner
    options: dict[str, Any] = {}
    prefix, suffix = b"", b"\r"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.device: PtyDevice = PtyScanner(directory / "port", self.prefix, self.suffix)

    def driver(self, host: Host) -> Driver[Any]:
        options = {"port": str(self.device.path), "unfinished_after_s": SILENCE_S, **self.options}
        return self.driver_type("scanner", self.driver_type.parse_config(options), host)

    def plug(self) -> None:
        self.device.plug()

    def unplug(self) -> None:
        self.device.unplug()

    def wire(self, code: bytes) -> list[bytes]:
        return [bytes((byte,)) for byte in self.prefix + code + self.suffix]

    async def emit(self, data: bytes) -> None:
        await self.device.send_all(data)


class StxEtxRig(SerialRig):
    """Between STX and ETX."""

    name = "serial, STX ETX"
    options: dict[str, Any] = {"prefix": "<STX>", "suffix": "<ETX>"}
    prefix, suffix = b"\x02", b"\x03"


class PauseRig(SerialRig):
    """No suffix: a pause ends a scan."""

    name = "serial, pause"
    options: dict[str, Any] = {"suffix": ""}
    suffix = b""


class IdRig(SerialRig):
    """An ID scanner that sends documents and nothing around them."""

    name = "ID scanner, serial"
    driver_type = SerialIdScanner
    suffix = b""


class KeyboardRig(Rig):
    """Enter after each scan."""

    name = "keyboard, Enter"
    options: ClassVar[dict[str, Any]] = {}
    suffix = "\r"

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.device = StreamKeyboardScanner(directory / "events")

    def driver(self, host: Host) -> Driver[Any]:
        options = {"path": str(self.device.path), "unfinished_after_s": SILENCE_S, **self.options}
        config = KeyboardScanner.parse_config(options)
        return KeyboardScanner("scanner", config, host)

    def plug(self) -> None:
        self.device.plug()

    def unplug(self) -> None:
        self.device.unplug()

    def wire(self, code: bytes) -> list[bytes]:
        return [as_bytes([event]) for event in keystrokes(code.decode("latin-1") + self.suffix)]

    async def emit(self, data: bytes) -> None:
        # What is no stream of events is typed: garbage on a keyboard is keys nobody meant.
        events = len(data) == 1 or data[4:8] == b"\0" * 4
        typed = data if events else as_bytes(list(keystrokes(data.decode("cp1252", "ignore"))))
        await self.device.send_all(typed)


class KeyboardPauseRig(KeyboardRig):
    """No Enter: a pause ends a scan."""

    name = "keyboard, pause"
    options: ClassVar[dict[str, Any]] = {"suffix": ""}
    suffix = ""


class HidRig(Rig):
    """USB HID POS."""

    name = "USB HID POS"
    driver_type: ClassVar[type[Driver[Any]]] = HidPosScanner

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.bus = UsbBus(directory / "usb.sock")
        self.device = SimulatedHidScanner()
        self.bus.devices.append(self.device)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        await self.bus.start()
        os.environ[usb_backend.SOCKET_VARIABLE] = str(self.bus.socket)
        try:
            yield
        finally:
            del os.environ[usb_backend.SOCKET_VARIABLE]
            await self.bus.stop()

    def driver(self, host: Host) -> Driver[Any]:
        options = {
            "vendor": "0c2e",
            "product": "0b6b",
            "backend": usb_backend.__name__,
            "unfinished_after_s": SILENCE_S,
        }
        return self.driver_type("scanner", self.driver_type.parse_config(options), host)

    def plug(self) -> None:
        self.device.plug()

    def unplug(self) -> None:
        self.device.unplug()

    def wire(self, code: bytes) -> list[bytes]:
        return reports(code, "]C0")

    async def emit(self, data: bytes) -> None:
        self.device.to_host(data)


class HidIdRig(HidRig):
    """An ID scanner in the same mode."""

    name = "ID scanner, USB HID POS"
    driver_type = HidPosIdScanner


RIGS: tuple[type[Rig], ...] = (
    SerialRig,
    StxEtxRig,
    PauseRig,
    IdRig,
    KeyboardRig,
    KeyboardPauseRig,
    HidRig,
    HidIdRig,
)
