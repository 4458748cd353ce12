"""What becomes of scans whose bytes are lost on the way, for every way a scanner is connected.

``make scans`` plays each conversation: scans a pause apart, each byte, key event or report lost
with a probability of one in five. A scan that lost something and is still taken for an item is
counted: its check digit let it through.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple, Protocol

from drivers.scanner.keystrokes import EventDecoder, EventsLost, KeystrokeDecoder
from drivers.scanner.layouts import LAYOUTS
from drivers.wire.framing import Dropped, Frame, Framing, Item
from drivers.wire.hid_pos import HidPosCutter
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan
from edge_agent.intake.interpret import interpret
from edge_agent.intake.rules import ScanRules
from edge_agent.intake.scan_result import ItemCode
from simulator.hid_scanner import DESCRIPTOR, reports
from simulator.keyboard_scanner import as_bytes, keystrokes

LOSS = 0.2
TODAY = date(2026, 3, 1)


class Receiver(Protocol):
    """Takes what arrives and cuts it into scans."""

    def feed(self, data: bytes) -> list[Item]: ...

    def expire(self) -> list[Item]: ...


class Keyboard:
    """Key events into frames, as the keyboard scanner's driver does it."""

    def __init__(self, suffix: bytes) -> None:
        self._events = EventDecoder()
        self._keystrokes = KeystrokeDecoder(LAYOUTS["us"], stale_s=0.5)
        self._framing = Framing(b"", suffix, 4096)

    def feed(self, data: bytes) -> list[Item]:
        items: list[Item] = []
        for text in self._keystrokes.feed(self._events.feed(data)):
            assert not isinstance(text, EventsLost)
            items += self._framing.feed(text.encode())
        return items

    def expire(self) -> list[Item]:
        # The pause between two scans, as the events' own clock shows it.
        self._keystrokes.feed(self._events.feed(as_bytes([(0, 0, 0)])))
        return self._framing.expire()


class Connection(NamedTuple):
    """How a scanner sends a code, in units that are lost as a whole, and who receives it."""

    name: str
    units: Callable[[bytes], list[bytes]]
    receiver: Callable[[], Receiver]
    loses_inside: bool = False


def _serial(prefix: bytes, suffix: bytes) -> Callable[[bytes], list[bytes]]:
    return lambda code: [bytes((byte,)) for byte in prefix + code + suffix]


def _typed(suffix: str) -> Callable[[bytes], list[bytes]]:
    return lambda code: [as_bytes([e]) for e in keystrokes(code.decode("latin-1") + suffix)]


CONNECTIONS = (
    Connection("serial, CR", _serial(b"", b"\r"), lambda: Framing(b"", b"\r", 4096)),
    Connection(
        "serial, STX ETX", _serial(b"\x02", b"\x03"), lambda: Framing(b"\x02", b"\x03", 4096)
    ),
    Connection("serial, pause", _serial(b"", b""), lambda: Framing(b"", b"", 4096)),
    Connection("keyboard, Enter", _typed("\r"), lambda: Keyboard(b"\r")),
    Connection("keyboard, pause", _typed(""), lambda: Keyboard(b"")),
    Connection(
        "USB HID POS",
        lambda code: reports(code, "]E0"),
        lambda: HidPosCutter(DESCRIPTOR, 4096),
        loses_inside=True,
    ),
)


@dataclass(slots=True)
class Tally:
    """What became of the scans of one conversation."""

    scans: int = 0
    damaged: int = 0
    wrong_items: int = 0
    refused: int = 0
    dropped: int = 0
    merged_or_split: int = 0
    silent: int = 0

    @property
    def let_through(self) -> float:
        """How many damaged scans were taken for another item, of one."""
        return self.wrong_items / self.damaged if self.damaged else 0.0


def play(connection: Connection, scans: int, random: Random) -> Tally:
    """Scans EAN-13 codes, one after the other, over a line that loses."""
    tally = Tally(scans=scans)
    receiver = connection.receiver()
    for _ in range(scans):
        code = ean13(random)
        sent = connection.units(code)
        kept = list(_lossy(sent, connection.loses_inside, random))
        items = [item for unit in kept for item in receiver.feed(unit)] + receiver.expire()
        frames = [item for item in items if isinstance(item, Frame)]
        dropped = [item for item in items if isinstance(item, Dropped)]
        tally.merged_or_split += len(frames) > 1
        if b"".join(kept) == b"".join(sent):
            continue
        tally.damaged += 1
        tally.dropped += bool(dropped)
        tally.silent += not items and bool(kept)
        for frame in frames:
            meaning = interpret(Scan(data=Sensitive(frame.data)), ScanRules(), TODAY)
            if not isinstance(meaning, ItemCode):
                tally.refused += 1
            elif meaning.gtin != code.decode().zfill(14):
                tally.wrong_items += 1
    return tally


def _lossy(units: list[bytes], inside: bool, random: Random) -> Iterator[bytes]:
    for unit in units:
        if inside:
            yield bytes(byte for byte in unit if random.random() >= LOSS)
        elif random.random() >= LOSS:
            yield unit


def ean13(random: Random) -> bytes:
    """A code of the kind most items carry."""
    digits = [4, *(random.randrange(10) for _ in range(11))]
    check = -sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10
    return "".join(map(str, [*digits, check])).encode()


def say(line: str) -> None:
    """Prints a line."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Prints the table."""
    say(f"Scans of EAN-13, each byte, key event or byte of a report lost with p = {LOSS}:")
    say(
        f"{'connection':18} {'scans':>6} {'damaged':>8} {'dropped':>8} {'refused':>8} "
        f"{'wrong item':>11} {'merged/split':>13}"
    )
    for connection in CONNECTIONS:
        tally = play(connection, 20_000, Random(1))
        say(
            f"{connection.name:18} {tally.scans:6} {tally.damaged:8} {tally.dropped:8} "
            f"{tally.refused:8} {tally.let_through:10.2%} {tally.merged_or_split:13}"
        )


if __name__ == "__main__":
    main()
