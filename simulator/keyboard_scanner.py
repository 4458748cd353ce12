"""A barcode scanner that types: a virtual keyboard of the kernel, or a stream of its events.

Where the kernel has ``/dev/uinput`` the keyboard is a real input device. Elsewhere a
pseudo-terminal carries the same ``struct input_event`` bytes. The keys are those of a US keyboard;
what has no key there is typed with Alt and its number, as scanners do.
"""

import asyncio
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import evdev
from evdev import ecodes

from simulator.pty_device import PtyDevice, Unplugged

_EVENT = struct.Struct("@llHHi")
_UINPUT = Path("/dev/uinput")
_PORT = "simulated/scanner"
_REPORT_S = 0.002
# Plain and with Shift, from KEY_1, KEY_Q, KEY_A, KEY_Z onwards.
_ROWS = (
    (ecodes.KEY_1, "1234567890-=", "!@#$%^&*()_+"),
    (ecodes.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"),
    (ecodes.KEY_A, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (ecodes.KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
_KEYS = {
    character: (first + place, shift)
    for first, plain, shifted in _ROWS
    for shift, row in ((False, plain), (True, shifted))
    for place, character in enumerate(row)
}
_KEYPAD = [getattr(ecodes, f"KEY_KP{digit}") for digit in range(10)]
_ENDS = {"\r": ecodes.KEY_ENTER, "\n": ecodes.KEY_ENTER, "\t": ecodes.KEY_TAB}

Event = tuple[int, int, int]


def keystrokes(text: str) -> Iterator[Event]:
    """The events of typing ``text``: type, code, value."""
    for character in text:
        if character in _ENDS:
            yield from _press(_ENDS[character])
        elif character == " ":
            yield from _press(ecodes.KEY_SPACE)
        elif character in _KEYS:
            key, shift = _KEYS[character]
            yield from _press(key, ecodes.KEY_LEFTSHIFT if shift else None)
        else:
            yield from _alt_number(character)


def _press(key: int, modifier: int | None = None) -> Iterator[Event]:
    keys = [key] if modifier is None else [modifier, key]
    yield from (_report(key, 1) for key in keys)
    yield _SYNC
    yield from (_report(key, 0) for key in reversed(keys))
    yield _SYNC


def _alt_number(character: str) -> Iterator[Event]:
    number = character.encode("cp1252")[0]
    yield _report(ecodes.KEY_LEFTALT, 1)
    yield _SYNC
    for digit in f"{number:04}":
        yield from _press(_KEYPAD[int(digit)])
    yield _report(ecodes.KEY_LEFTALT, 0)
    yield _SYNC


def _report(key: int, value: int) -> Event:
    return ecodes.EV_KEY, key, value


_SYNC: Event = (ecodes.EV_SYN, ecodes.SYN_REPORT, 0)
OVERFLOW: Event = (ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
"""The event that the kernel puts in place of those it dropped."""


def as_bytes(events: Iterator[Event] | list[Event]) -> bytes:
    """Events as a program reads them from the device, all of this moment."""
    now = time.time_ns() // 1000
    return b"".join(_EVENT.pack(now // 1_000_000, now % 1_000_000, *event) for event in events)


class StreamKeyboardScanner(PtyDevice):
    """A recorded stream of events behind a device file."""

    @property
    def options(self) -> dict[str, str]:
        """Options by which a driver finds it."""
        return {"path": str(self.path)}

    async def type(self, text: str) -> None:
        """Types; raises ``Unplugged``."""
        await self.send_all(as_bytes(list(keystrokes(text))))

    def play(self, events: list[Event]) -> None:
        """Sends events, whatever they are."""
        self.send(as_bytes(events))


class UinputKeyboardScanner:
    """A keyboard of the kernel; needs ``/dev/uinput``."""

    def __init__(self) -> None:
        self._keyboard: evdev.UInput | None = None

    @staticmethod
    def possible() -> bool:
        """True where this machine can have one."""
        return os.access(_UINPUT, os.W_OK)

    @property
    def options(self) -> dict[str, str]:
        """Options by which a driver finds it: its event device has another number each time."""
        return {"phys": _PORT}

    def plug(self) -> None:
        """Makes the input device appear."""
        if self._keyboard is None:
            self._keyboard = evdev.UInput(name="Simulated scanner", phys=_PORT)

    def unplug(self) -> None:
        """Pulls the cable."""
        if self._keyboard is not None:
            self._keyboard.close()
            self._keyboard = None

    async def type(self, text: str) -> None:
        """Types at the pace of a USB device, which the kernel's buffer is made for.

        Raises ``Unplugged``.
        """
        for event in keystrokes(text):
            if self._keyboard is None:
                raise Unplugged(f"{_PORT} is unplugged")
            self._keyboard.write(*event)
            if event == _SYNC:
                await asyncio.sleep(_REPORT_S)


def keyboard_scanner(path: Path) -> StreamKeyboardScanner | UinputKeyboardScanner:
    """The kernel's own keyboard where there can be one, else a stream at ``path``."""
    return (
        UinputKeyboardScanner()
        if UinputKeyboardScanner.possible()
        else (StreamKeyboardScanner(path))
    )
