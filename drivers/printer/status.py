"""What an ESC/POS printer says of itself, sorted out from one stream. Pure.

The replies are told apart by their fixed bits (Epson ESC/POS reference, DLE EOT, GS r, GS a):
``DLE EOT n`` answers ``0xx1xx10``, ``GS r 1`` answers ``0xx0xxxx``, automatic status back begins
with ``0xx1xx00`` and has four bytes. XON and XOFF are flow control and carry no status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

XON, XOFF = 0x11, 0x13


class RealTime(IntEnum):
    """The ``n`` of ``DLE EOT n``."""

    PRINTER = 1
    OFFLINE = 2
    PAPER = 4

    @property
    def request(self) -> bytes:
        """The bytes that ask for it."""
        return bytes((0x10, 0x04, self.value))

    @property
    def facts(self) -> tuple[str, ...]:
        """What the reply tells; unknown where there is no reply."""
        return {
            RealTime.PRINTER: ("online", "drawer_pin"),
            RealTime.OFFLINE: ("cover", "error"),
            RealTime.PAPER: ("paper",),
        }[self]


PAPER_SENSOR_REQUEST = b"\x1dr\x01"
"""``GS r 1``: answered in order, after everything sent before has been printed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts as a ``StatusUpdateEvent`` takes them; ``answers`` the request that was open."""

    values: Mapping[str, str]
    answers: RealTime | None = None


@dataclass(frozen=True, slots=True)
class PrintedUpTo:
    """The answer to a ``GS r 1``: all data before it has gone through the mechanism."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A byte that is no known reply, or one nobody asked for."""

    byte: int


class StatusDecoder:
    """Tells replies apart; the real-time ones by the one request that is open at a time.

    ``DLE EOT`` replies look alike for every ``n``. With two requests open, one lost reply would
    turn "paper is low" into "cover is open", so only one is.
    """

    def __init__(self) -> None:
        self._open: RealTime | None = None
        self._automatic: bytearray | None = None

    def expect(self, request: RealTime | None) -> None:
        """The next real-time reply answers this request; None: nobody waits for one."""
        self._open = request

    def feed(self, data: bytes) -> list[Facts | PrintedUpTo | Unexpected]:
        """Takes reply bytes as they come."""
        items: list[Facts | PrintedUpTo | Unexpected] = []
        for byte in data:
            if self._automatic is not None:
                self._automatic.append(byte)
                if len(self._automatic) == 4:
                    items.append(Facts(_automatic_status(bytes(self._automatic))))
                    self._automatic = None
            elif byte in (XON, XOFF):
                continue
            elif byte & 0b10010011 == 0b00010010:
                items.append(self._real_time(byte))
            elif byte & 0b10010011 == 0b00010000:
                self._automatic = bytearray([byte])
            elif byte & 0b10010000 == 0:
                items.append(PrintedUpTo())
                items.append(Facts({"paper": _roll(byte)}))
            else:
                items.append(Unexpected(byte))
        return items

    def _real_time(self, byte: int) -> "Facts | Unexpected":
        request, self._open = self._open, None
        match request:
            case RealTime.PRINTER:
                return Facts(
                    {
                        "online": "no" if byte & 0x08 else "yes",
                        "drawer_pin": "high" if byte & 0x04 else "low",
                    },
                    request,
                )
            case RealTime.OFFLINE:
                return Facts(
                    {
                        "cover": "open" if byte & 0x04 else "closed",
                        "error": "yes" if byte & 0x40 else "no",
                    },
                    request,
                )
            case RealTime.PAPER:
                end, near_end = byte & 0x60, byte & 0x0C
                return Facts({"paper": "end" if end else "near_end" if near_end else "ok"}, request)
            case None:
                return Unexpected(byte)


def _roll(byte: int) -> str:
    return "end" if byte & 0x0C else "near_end" if byte & 0x03 else "ok"


def _automatic_status(status: bytes) -> dict[str, str]:
    first, second, third, _ = status
    return {
        "online": "no" if first & 0x08 else "yes",
        "drawer_pin": "high" if first & 0x04 else "low",
        "cover": "open" if first & 0x20 else "closed",
        "error": "yes" if second & 0x2C else "no",
        "paper": _roll(third),
    }
