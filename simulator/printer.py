"""A receipt printer with cash drawer: its buffer, its mechanism, its paper and its faults.

How it is connected is not its business: see :mod:`simulator.printer_ports`.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from simulator.code_tables import EPSON
from simulator.escpos import EscPosReader
from simulator.escpos_items import (
    AutomaticStatus,
    Cut,
    InformationRequest,
    Item,
    Mark,
    ProcessIdRequest,
    Pulse,
    StatusRequest,
    UnknownCommand,
)

_DLE_EOT, _DLE_ENQ, _CLEAR = b"\x10\x04", b"\x10\x05", b"\x10\x14\x08"
_FEED_TO_MECHANISM = 64
_LOOK_S = 0.01
_GARBAGE_ONE_IN = 3


@dataclass
class Faults:
    """Faults and behaviour of the simulated printer.

    ``ends_after`` is how many more lines are on the roll; ``line_s`` how long a line takes and
    ``answer_s`` an answer, in seconds;
    ``garbage`` mixes strange bytes into its replies; ``silent``: it prints and says nothing;
    ``deaf``: it takes nothing from its connection, nor says anything (half-open).
    """

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    error: bool = False
    silent: bool = False
    garbage: bool = False
    deaf: bool = False
    line_s: float = 0.0
    answer_s: float = 0.0
    ends_after: int | None = None
    drawer_stuck: bool = False

    @property
    def stopped(self) -> bool:
        """True where the mechanism stands still."""
        return self.paper_out or self.cover_open or self.error


@dataclass(frozen=True)
class PrinterModel:
    """Abilities of a printer model. ``buffer`` is its receive buffer in bytes."""

    maker: str = "EPSON"
    name: str = "TM-T88V"
    process_id: bool = True
    information: bool = True
    buffer: int = 4096
    code_tables: Mapping[int, str] = field(default_factory=lambda: EPSON)


class Printer:
    """``receipts`` were printed and cut; ``torn`` are beginnings that a power cut left on paper."""

    def __init__(self, model: PrinterModel | None = None) -> None:
        self.model = model or PrinterModel()
        self.faults = Faults()
        self.receipts: list[list[Mark]] = []
        self.torn: list[list[Mark]] = []
        self.drawer_openings = 0
        self.drawer_open = False
        self.unknown_commands: list[Item] = []
        self.on = False
        self._random = Random(0)
        self._reply: Callable[[bytes], None] | None = None
        self._answers_until = 0.0
        self._buffer = bytearray()
        self._reader = EscPosReader(self.model.code_tables)
        self._unfinished: list[Mark] = []
        self._tail = b""
        self._automatic = 0
        self._told = b""
        self._mechanism: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def switch_on(self) -> None:
        """Begins with an empty buffer; paper stays as it is."""
        if not self.on:
            self.on = True
            self._mechanism = asyncio.create_task(self._work())

    async def switch_off(self) -> None:
        """Cuts the power: what is in the buffer is lost, what is on paper stays there."""
        self.on = False
        if self._mechanism is not None:
            self._mechanism.cancel()
            await asyncio.gather(self._mechanism, return_exceptions=True)
            self._mechanism = None
        self._clear()
        self._automatic = 0
        if self._unfinished:
            self.torn.append(self._unfinished)
            self._unfinished = []

    def connect(self, reply: Callable[[bytes], None]) -> None:
        """A host is there; its replies go to ``reply``."""
        self._reply = reply

    def disconnect(self) -> None:
        """The host is gone; what it has sent is printed all the same."""
        self._reply = None

    @property
    def room(self) -> int:
        """The number of bytes that the receive buffer takes."""
        return max(self.model.buffer - len(self._buffer), 0)

    @property
    def unfinished(self) -> list[Mark]:
        """The items on paper since the last cut."""
        return list(self._unfinished)

    def receive(self, data: bytes) -> None:
        """Takes bytes; real-time commands among them are obeyed at once."""
        self._real_time(data)
        self._buffer += data

    def close_drawer(self) -> None:
        """Somebody pushes the drawer in."""
        self.drawer_open = False

    def open_drawer(self) -> None:
        """Somebody opens the drawer with the key."""
        self.drawer_open = True

    async def wait_for_receipts(self, count: int, timeout_s: float) -> bool:
        """True where that many receipts were cut in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.receipts) < count:
                    changed = self._changed
                    await changed.wait()
        except TimeoutError:
            return False
        return True

    async def _work(self) -> None:
        while True:
            self._tell_by_itself()
            if not self._buffer:
                await asyncio.sleep(_LOOK_S)
                continue
            piece = bytes(self._buffer[:_FEED_TO_MECHANISM])
            del self._buffer[:_FEED_TO_MECHANISM]
            for item in self._reader.feed(piece):
                await self._obey(item)

    async def _obey(self, item: Item) -> None:
        # Nothing is carried out in order while the printer is offline, not even a drawer pulse.
        await self._until_it_can()
        match item:
            case Cut():
                self.receipts.append(self._unfinished)
                self._unfinished = []
                self._announce()
            case Pulse():
                self.drawer_openings += 1
                self.drawer_open = self.drawer_open or not self.faults.drawer_stuck
            case StatusRequest(real_time=False):
                self._say(self._sensor())
            case StatusRequest():
                return
            case ProcessIdRequest(process_id=process_id) if self.model.process_id:
                self._say(b"\x37\x22" + process_id + b"\0")
            case InformationRequest(number=number) if self.model.information:
                text = {66: self.model.maker, 67: self.model.name}.get(number, "?")
                self._say(b"\x5f" + text.encode() + b"\0")
            case AutomaticStatus(wanted=wanted):
                self._automatic, self._told = wanted, b""
            case ProcessIdRequest() | InformationRequest() | UnknownCommand():
                self.unknown_commands.append(item)
            case mark:
                await self._print(mark)

    async def _print(self, mark: Mark) -> None:
        await asyncio.sleep(self.faults.line_s)
        await self._until_it_can()
        self._unfinished.append(mark)
        if self.faults.ends_after is not None:
            self.faults.ends_after -= 1
            if self.faults.ends_after <= 0:
                self.faults.paper_out, self.faults.ends_after = True, None

    async def _until_it_can(self) -> None:
        while self.faults.stopped:
            self._tell_by_itself()
            await asyncio.sleep(_LOOK_S)

    def _real_time(self, data: bytes) -> None:
        seen = self._tail + data
        for start in range(len(seen) - 2):
            # The last two bytes of the piece before were looked at with nothing behind them.
            if start + 3 <= len(self._tail):
                continue
            command = seen[start : start + 3]
            if command[:2] == _DLE_EOT:
                self._say(self._status(command[2]))
            elif command[:2] == _DLE_ENQ and not (self.faults.paper_out or self.faults.cover_open):
                self.faults.error = False
            elif command == _CLEAR:
                self._clear()
                self._say(b"\x37\x25\0")
        self._tail = seen[-2:]

    def _clear(self) -> None:
        self._buffer.clear()
        self._reader = EscPosReader(self.model.code_tables)
        self._tail = b""

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _say(self, data: bytes) -> None:
        if self._reply is None or self.faults.silent or self.faults.deaf:
            return
        if self.faults.garbage and self._random.randrange(_GARBAGE_ONE_IN) == 0:
            data = self._random.randbytes(self._random.randrange(1, 9)) + data
        now = asyncio.get_running_loop().time()
        self._answers_until = max(self._answers_until, now + self.faults.answer_s)
        if self._answers_until <= now:
            self._reply(data)
        else:
            asyncio.get_running_loop().call_at(self._answers_until, self._say_late, data)

    def _say_late(self, data: bytes) -> None:
        # Whoever is connected by then gets it.
        if self._reply is not None:
            self._reply(data)

    def _tell_by_itself(self) -> None:
        if not self._automatic:
            return
        status = self._automatic_status()
        if status != self._told:
            self._told = status
            self._say(status)

    def _automatic_status(self) -> bytes:
        faults = self.faults
        first = 0x10 | (0x04 if self.drawer_open else 0) | (0x08 if faults.stopped else 0)
        first |= 0x20 if faults.cover_open else 0
        return bytes((first, 0x04 if faults.error else 0, self._roll(), 0x0F))

    def _status(self, number: int) -> bytes:
        faults = self.faults
        byte = 0x12
        match number:
            case 1:
                byte |= (0x04 if self.drawer_open else 0) | (0x08 if faults.stopped else 0)
            case 2:
                byte |= 0x04 if faults.cover_open else 0
                byte |= 0x20 if faults.paper_out else 0
                byte |= 0x40 if faults.error else 0
            case 4:
                byte |= 0x60 if faults.paper_out else 0
                byte |= 0x0C if faults.paper_near_end or faults.paper_out else 0
        return bytes((byte,))

    def _roll(self) -> int:
        near = 0x03 if self.faults.paper_near_end or self.faults.paper_out else 0
        return near | (0x0C if self.faults.paper_out else 0)

    def _sensor(self) -> bytes:
        return bytes((self._roll(),))
