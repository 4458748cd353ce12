"""From key events to the characters a keyboard scanner meant. Pure.

Scanners type what no key of their layout types in one of three ways, all of which are undone here:
a dead key and a letter, Alt and a number on the keypad, Ctrl and a letter or sign.
"""

import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from evdev import ecodes

from drivers.scanner.layouts import KeyboardLayout

_SHIFTS = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})
_CTRLS = frozenset({ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTCTRL})
_ENTERS = frozenset({ecodes.KEY_ENTER, ecodes.KEY_KPENTER})
_PLAIN = {
    **dict.fromkeys(_ENTERS, "\r"),
    ecodes.KEY_TAB: "\t",
    ecodes.KEY_SPACE: " ",
    ecodes.KEY_ESC: "\x1b",
    ecodes.KEY_KPDOT: ".",
    ecodes.KEY_KPPLUS: "+",
    ecodes.KEY_KPMINUS: "-",
    ecodes.KEY_KPASTERISK: "*",
    ecodes.KEY_KPSLASH: "/",
}
_KEYPAD = {getattr(ecodes, f"KEY_KP{digit}"): str(digit) for digit in range(10)}
# Where these keys stand, whatever the layout prints on them (as in Windows' national layouts).
_CTRL_BY_PLACE = {
    ecodes.KEY_2: "\x00",
    ecodes.KEY_3: "\x1b",
    ecodes.KEY_4: "\x1c",
    ecodes.KEY_5: "\x1d",
    ecodes.KEY_6: "\x1e",
    ecodes.KEY_7: "\x1f",
    ecodes.KEY_LEFTBRACE: "\x1b",
    ecodes.KEY_BACKSLASH: "\x1c",
    ecodes.KEY_RIGHTBRACE: "\x1d",
    ecodes.KEY_MINUS: "\x1f",
}
_COMBINING = {
    "^^": "\u0302",
    "´´": "\u0301",
    "``": "\u0300",
    "¨¨": "\u0308",
    "~~": "\u0303",
    "¸¸": "\u0327",
}
_UP, _DOWN = 0, 1
_EVENT = struct.Struct("@llHHi")


@dataclass(frozen=True, slots=True)
class EventsLost:
    """The kernel's buffer overflowed (``SYN_DROPPED``): keys are missing from here on."""


class KeyEvent(NamedTuple):
    """An event of ``linux/input.h``; ``at`` in seconds of a clock that only goes on."""

    at: float
    kind: int
    code: int
    value: int


class EventDecoder:
    """``struct input_event`` from a stream of bytes (``linux/input.h``)."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[KeyEvent]:
        """Each event that is whole."""
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        return [
            KeyEvent(seconds + microseconds / 1e6, kind, code, value)
            for seconds, microseconds, kind, code, value in _EVENT.iter_unpack(data[:whole])
        ]


class KeystrokeDecoder:
    """Follows Shift, AltGr, Ctrl, Alt, Caps Lock and dead keys of one keyboard."""

    def __init__(self, layout: KeyboardLayout, stale_s: float) -> None:
        """
        Args:
            stale_s: no scan pauses for that long: a key still held then was let go unseen.
        """
        self._layout = layout
        self._stale_s = stale_s
        self._held: set[int] = set()
        self._caps = False
        self._dead = ""
        self._number: str | None = None
        self._overflowed = False
        self._last = 0.0

    def feed(self, events: Iterable[KeyEvent]) -> list[str | EventsLost]:
        """The text that the events type; after lost events, no key counts as held."""
        typed: list[str | EventsLost] = []
        for at, kind, code, value in events:
            if at - self._last > self._stale_s:
                self._let_go()
            self._last = at
            if kind == ecodes.EV_SYN and code == ecodes.SYN_DROPPED:
                self._overflowed = True
                typed.append(EventsLost())
            elif self._overflowed:
                # What comes before the next report belongs to the overflow (kernel,
                # Documentation/input/event-codes.rst).
                if kind == ecodes.EV_SYN and code == ecodes.SYN_REPORT:
                    self._overflowed = False
                    self._let_go()
            elif kind == ecodes.EV_KEY:
                text = self._key(code, value)
                if text:
                    typed.append(text)
        return typed

    def _let_go(self) -> None:
        self._held.clear()
        self._dead, self._number = "", None

    def _key(self, key: int, value: int) -> str:
        if value == _UP:
            self._held.discard(key)
            if key == ecodes.KEY_LEFTALT and self._number is not None:
                number, self._number = self._number, None
                return _numbered(number)
            return ""
        if value != _DOWN:
            # The kernel repeats a key that is held; a scanner never means that.
            return ""
        self._held.add(key)
        if key == ecodes.KEY_CAPSLOCK:
            self._caps = not self._caps
            return ""
        if ecodes.KEY_LEFTALT in self._held and key in _KEYPAD:
            self._number = (self._number or "") + _KEYPAD[key]
            return ""
        return self._accented(self._character(key)) if key not in _MODIFIERS else ""

    def _character(self, key: int) -> str:
        if key in _PLAIN:
            return _PLAIN[key]
        if key in _KEYPAD:
            return _KEYPAD[key]
        shift = bool(self._held & _SHIFTS)
        altgr = ecodes.KEY_RIGHTALT in self._held
        if self._held & _CTRLS:
            # Ctrl and Alt together are AltGr, as Windows has it.
            if ecodes.KEY_LEFTALT not in self._held:
                return self._control(key, shift=shift, altgr=altgr)
            altgr = True
        typed = self._layout.character(key, shift=shift, altgr=altgr)
        return typed.swapcase() if self._caps and len(typed.swapcase()) == 1 else typed

    def _control(self, key: int, *, shift: bool, altgr: bool) -> str:
        typed = self._layout.character(key, shift=shift, altgr=altgr).upper()
        if len(typed) == 1 and "@" <= typed <= "_":
            return chr(ord(typed) & 0x1F)
        return _CTRL_BY_PLACE.get(key, "")

    def _accented(self, typed: str) -> str:
        """Puts a dead key and what follows together."""
        dead, self._dead = self._dead, ""
        if typed in _COMBINING:
            self._dead = typed
            return dead[:1]
        if not dead or not typed:
            return typed
        if typed == " ":
            return dead[0]
        composed = unicodedata.normalize("NFC", typed + _COMBINING[dead])
        return composed if len(composed) == 1 else dead[0] + typed


_MODIFIERS = _SHIFTS | _CTRLS | {ecodes.KEY_LEFTALT, ecodes.KEY_RIGHTALT}


def _numbered(number: str) -> str:
    """Alt and a number: with a leading zero from Windows-1252, without from code page 437."""
    code = int(number) % 256
    if code < 128:
        return chr(code)
    code_page = "cp1252" if number.startswith("0") else "cp437"
    return bytes((code,)).decode(code_page, "replace")
