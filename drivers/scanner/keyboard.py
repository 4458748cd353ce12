"""Barcode scanner that types like a keyboard (USB HID, Bluetooth HID), read through evdev.

The device is grabbed (``EVIOCGRAB``), so that no keystroke reaches a window, a console or another
program. What is not an input device, such as a FIFO or a pseudo-terminal, is read as a recorded
stream of ``struct input_event``: the same bytes without the kernel's ioctls.
"""

import contextlib
import fcntl
import os
import stat
import struct
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import evdev
from evdev import ecodes
from pydantic import Field, model_validator

from drivers.scanner.keystrokes import EventDecoder, EventsLost, KeystrokeDecoder
from drivers.scanner.layouts import LAYOUTS
from drivers.wire.descriptor import Waits
from drivers.wire.scan_options import FramingOptions
from drivers.wire.scan_reader import Gap, ScanReader
from edge_agent.api.device import Attached, Bus, DeviceClass, Driver, Host
from edge_agent.api.errors import ClaimError, DeviceLost

_READ_SIZE = 24 * 256
_INPUT_MAJOR = 13
_EVIOCSCLOCKID = 0x400445A0  # linux/input.h
_LOST = "the computer was too busy and lost keystrokes"


class KeyboardScannerOptions(FramingOptions):
    """Options of a keyboard scanner; one of ``path``, ``phys`` and ``serial`` says which it is."""

    path: str | None = None
    """A stable one, from ``/dev/input/by-id``, or from ``/dev/input/by-path`` where two scanners of
    one model have no serial numbers."""
    phys: str | None = None
    """The USB port."""
    serial: str | None = None
    """The device's serial number, wherever it is plugged in."""
    layout: Literal["us", "gb", "de", "fr", "es", "it", "ch", "ch(fr)", "be"] = "us"
    """The country the scanner is set to, as XKB names it."""
    unfinished_after_s: Annotated[float, Field(gt=0, le=10)] = 0.25
    """As for every scanner, in seconds; keyboards type without pauses."""

    @model_validator(mode="after")
    def _one_identity(self) -> Self:
        if sum(value is not None for value in (self.path, self.phys, self.serial)) != 1:
            raise ValueError("give one of path, phys and serial")
        return self

    @property
    def where(self) -> str:
        """The device in words."""
        return self.path or (f"phys {self.phys}" if self.phys else f"serial number {self.serial}")


class KeyboardScanner(Driver[KeyboardScannerOptions]):
    """Owns one keyboard and lets nothing of it out but scans."""

    device_classes = frozenset({DeviceClass.SCANNER})

    def __init__(self, name: str, config: KeyboardScannerOptions, host: Host) -> None:
        super().__init__(name, config, host)
        self._keyboard: _Keyboard | None = None

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        if attached.bus is not Bus.INPUT or not attached.types:
            return None
        if attached.stable_paths or not attached.phys:
            return {"path": attached.best_path}
        return {"phys": attached.phys}

    async def claim(self) -> None:
        where = self.config.where
        if self._keyboard is not None:
            raise ClaimError(f"{self.name}: {where} is already claimed.")
        try:
            paths = [self.config.path] if self.config.path else _find(self.config)
        except OSError as error:
            raise ClaimError(f"{self.name}: {where} cannot be found: {error}") from error
        problem = ClaimError(f"{self.name}: no keyboard with {where} is attached.")
        for path in paths:
            try:
                self._keyboard = _open(self.name, path, self._decoder())
            except OSError as error:
                problem = ClaimError(f"{self.name}: {where} cannot be opened: {error}")
            except ClaimError as error:
                # Twins may have the same number: the other one may be free.
                problem = error
            else:
                return
        raise problem

    def _decoder(self) -> KeystrokeDecoder:
        # Only what a silence has broken off anyway may be forgotten.
        stale_s = 2 * self.config.unfinished_after_s
        return KeystrokeDecoder(LAYOUTS[self.config.layout], stale_s)

    async def run(self) -> None:
        if self._keyboard is None:
            raise DeviceLost(f"{self.name}: {self.config.where} is not claimed")
        await ScanReader(self.host, self.config.framing(), self.config.unfinished_after_s).run(
            self._keyboard
        )

    async def release(self) -> None:
        keyboard, self._keyboard = self._keyboard, None
        if keyboard is not None:
            keyboard.close()


class _Keyboard:
    """Bytes that were typed, from a descriptor that gives input events."""

    def __init__(self, name: str, path: str, descriptor: int, keystrokes: KeystrokeDecoder) -> None:
        self._name = name
        self._path = path
        self._descriptor = descriptor
        self._waits = Waits(descriptor)
        self._events = EventDecoder()
        self._keystrokes = keystrokes
        self._typed: deque[bytes | Gap] = deque()

    async def read(self) -> bytes | Gap:
        while True:
            if typed := self.read_now():
                return typed
            await self._waits.readable()

    def read_now(self) -> bytes | Gap:
        if not self._typed:
            try:
                data = os.read(self._descriptor, _READ_SIZE)
            except BlockingIOError:
                return b""
            except OSError as error:
                raise DeviceLost(f"{self._name}: {self._path} is gone: {error}") from error
            if not data:
                raise DeviceLost(f"{self._name}: {self._path} is gone: end of the stream")
            for item in self._keystrokes.feed(self._events.feed(data)):
                lost = isinstance(item, EventsLost)
                self._typed.append(Gap(_LOST) if lost else str(item).encode("utf-8"))
        return self._typed.popleft() if self._typed else b""

    def close(self) -> None:
        """Gives it back."""
        self._waits.end(f"{self._name}: {self._path} was released")
        self._give_back()

    def _give_back(self) -> None:
        os.close(self._descriptor)


class _GrabbedKeyboard(_Keyboard):
    """An input device of the kernel."""

    def __init__(
        self, name: str, device: "evdev.InputDevice[str]", keystrokes: KeystrokeDecoder
    ) -> None:
        super().__init__(name, str(device.path), device.fd, keystrokes)
        self._device = device

    def _give_back(self) -> None:
        # A keyboard that was unplugged cannot be let go of, and need not be.
        with contextlib.suppress(OSError):
            self._device.ungrab()
        self._device.close()


def _open(name: str, path: str, keystrokes: KeystrokeDecoder) -> _Keyboard:
    if not is_input_device(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise ClaimError(f"{name}: another program reads {path}.") from error
        return _Keyboard(name, path, descriptor, keystrokes)
    device = evdev.InputDevice(path)
    try:
        if ecodes.KEY_ENTER not in device.capabilities().get(ecodes.EV_KEY, []):
            raise ClaimError(f"{name}: {path} ({device.name}) is no keyboard.")
        try:
            device.grab()
        except OSError as error:
            raise ClaimError(f"{name}: another program has grabbed {path}.") from error
        # Events carry the time of day else, which may be set in the middle of a scan.
        with contextlib.suppress(OSError):
            fcntl.ioctl(device.fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
    except BaseException:
        device.close()
        raise
    return _GrabbedKeyboard(name, device, keystrokes)


def is_input_device(path: str) -> bool:
    """True where the kernel's input subsystem is behind a path; raises ``OSError``."""
    status = Path(path).stat()
    return stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == _INPUT_MAJOR


def _find(config: KeyboardScannerOptions) -> list[str]:
    """The event devices with the configured identity that type."""
    found = []
    for path in evdev.list_devices():
        try:
            device = evdev.InputDevice(path)
        except OSError:
            continue
        with contextlib.closing(device):
            identity = device.phys if config.phys is not None else device.uniq
            types = ecodes.KEY_ENTER in device.capabilities().get(ecodes.EV_KEY, [])
            if types and identity == (config.phys or config.serial):
                found.append(str(path))
    return found
