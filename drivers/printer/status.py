"""Status of an ESC/POS printer, demultiplexed from one stream. Pure.

The replies are told apart by their fixed bits (Epson ESC/POS reference): ``DLE EOT n`` answers
``0xx1xx10``, ``GS r 1`` answers ``0xx0xxxx``, automatic status back (``GS a``) begins with
``0xx1xx00`` and goes on with three bytes ``0xx0xxxx``, the process id (``GS ( H``) is
``37 22 id id id id 00`` and printer information (``GS I``) ``5F text 00``. XON and XOFF are flow
control and carry no status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

XON, XOFF = 0x11, 0x13
_PROCESS_ID, _INFORMATION = 0x37, 0x5F
_PROCESS_ID_FLAG = 0x22
_CLEARED = b"\x37\x25"
_LONGEST_INFORMATION = 80


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
        """Facts in a reply; unknown where there is no reply."""
        return {
            RealTime.PRINTER: ("online", "drawer_pin"),
            RealTime.OFFLINE: ("cover", "error"),
            RealTime.PAPER: ("paper",),
        }[self]


PAPER_SENSOR_REQUEST = b"\x1dr\x01"
"""``GS r 1``: answered in order, after everything sent before has been printed."""
MAKER_REQUEST = b"\x1dIB"
"""``GS I 66``: the maker's name, answered in order."""
AUTOMATIC_STATUS = b"\x1da\x0f"
"""``GS a 15``: tell by yourself when drawer, online, error or paper change."""
RECOVER = b"\x10\x05\x01"
"""``DLE ENQ 1``: go on after an error that a person has put right, from the line it stopped at."""
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""``DLE DC4`` function 8: forget what is in the buffers, even in the middle of a picture."""


def process_id_request(process_id: str) -> bytes:
    """``GS ( H`` function 48: answered with the four characters when all before is printed."""
    return b"\x1d(H\x06\x0000" + process_id.encode("ascii")


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of an automatic status, as a ``StatusUpdateEvent`` takes them."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RealTimeReply:
    """The answer to a ``DLE EOT``. They look alike: only who asked knows what it is about."""

    byte: int

    def facts(self, request: RealTime) -> Mapping[str, str]:
        """The answer to ``request``."""
        byte = self.byte
        match request:
            case RealTime.PRINTER:
                return {
                    "online": "no" if byte & 0x08 else "yes",
                    "drawer_pin": "high" if byte & 0x04 else "low",
                }
            case RealTime.OFFLINE:
                return {
                    "cover": "open" if byte & 0x04 else "closed",
                    "error": "yes" if byte & 0x40 else "no",
                }
            case RealTime.PAPER:
                end, near_end = byte & 0x60, byte & 0x0C
                return {"paper": "end" if end else "near_end" if near_end else "ok"}


@dataclass(frozen=True, slots=True)
class PaperSensor:
    """The answer to a ``GS r 1``: all data before it has gone through the mechanism."""

    roll: str


@dataclass(frozen=True, slots=True)
class ProcessId:
    """The answer to a ``GS ( H``: all data before it has been printed."""

    process_id: str


@dataclass(frozen=True, slots=True)
class Information:
    """The answer to a ``GS I``."""

    text: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """The answer to :data:`CLEAR`."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """A byte that is no known reply."""

    byte: int


Item = Facts | RealTimeReply | PaperSensor | ProcessId | Information | Cleared | Unexpected


class StatusDecoder:
    """Tells the kinds of reply apart."""

    def __init__(self) -> None:
        self._automatic: bytearray | None = None
        self._block: bytearray | None = None

    def feed(self, data: bytes) -> list[Item]:
        """Takes reply bytes as they come."""
        items: list[Item] = []
        for byte in data:
            if byte in (XON, XOFF):
                continue
            if byte & 0b10010011 == 0b00010010 and not (self._block and _printable(byte)):
                # A real-time reply may come in the middle of any other.
                items.append(RealTimeReply(byte))
            elif self._block is not None:
                items += self._go_on_with_block(byte)
            elif self._automatic is not None:
                items += self._go_on_with_automatic(byte)
            else:
                items += self._begin(byte)
        return items

    def _begin(self, byte: int) -> list[Item]:
        if byte in (_PROCESS_ID, _INFORMATION):
            self._block = bytearray((byte,))
        elif byte & 0b10010011 == 0b00010000:
            self._automatic = bytearray((byte,))
        elif byte & 0b10010000 == 0:
            return [PaperSensor(_roll(byte))]
        else:
            return [Unexpected(byte)]
        return []

    def _go_on_with_automatic(self, byte: int) -> list[Item]:
        assert self._automatic is not None
        if byte & 0b10010000:
            # A byte was lost: these are not four of one status.
            lost, self._automatic = self._automatic, None
            return [*map(Unexpected, lost), *self._begin(byte)]
        self._automatic.append(byte)
        if len(self._automatic) < 4:
            return []
        status, self._automatic = bytes(self._automatic), None
        return [Facts(_automatic_status(status))]

    def _go_on_with_block(self, byte: int) -> list[Item]:
        assert self._block is not None
        block = self._block
        if byte == 0:
            self._block = None
            return [_block(bytes(block))]
        if not _printable(byte) or len(block) > _LONGEST_INFORMATION:
            self._block = None
            return [*map(Unexpected, block), *self._begin(byte)]
        block.append(byte)
        return []


def _block(block: bytes) -> Item:
    if block[0] == _INFORMATION:
        return Information(block[1:].decode("ascii"))
    if block == _CLEARED:
        return Cleared()
    if len(block) == 6 and block[1] == _PROCESS_ID_FLAG:
        return ProcessId(block[2:].decode("ascii"))
    return Unexpected(block[0])


def _printable(byte: int) -> bool:
    return 0x20 <= byte < 0x7F


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
