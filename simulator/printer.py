"""A receipt printer with cash drawer on a TCP port, with faults on command."""

import asyncio
from dataclasses import dataclass, field

from simulator.escpos import Cut, EscPosReader, Item, Line, Pulse, StatusRequest


@dataclass
class Faults:
    """What is wrong with the printer right now."""

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    silent: bool = False


@dataclass
class TcpPrinter:
    """Serves one connection after the other, as such printers do, and keeps what it printed.

    ``receipts`` were printed and cut; ``torn`` are the beginnings of those that were not.
    """

    host: str = "127.0.0.1"
    port: int = 0
    faults: Faults = field(default_factory=Faults)
    receipts: list[list[Line]] = field(default_factory=list)
    torn: list[list[Line]] = field(default_factory=list)
    drawer_openings: int = 0
    unknown_commands: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None]] = {}
        self._unfinished: list[Line] = []
        self._drawer_open = False
        self._changed = asyncio.Event()

    async def switch_on(self) -> None:
        """Listens; a port of 0 is replaced by the one the system gave, and kept from then on."""
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def switch_off(self) -> None:
        """Cuts the power: connections drop, what is in the buffer is lost, paper stays as it is."""
        if self._server is not None:
            self._server.close()
            self._server = None
        serving = list(self._connections.values())
        for writer, task in list(self._connections.items()):
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        if self._unfinished:
            self.torn.append(self._unfinished)
            self._unfinished = []

    def close_drawer(self) -> None:
        """The cashier pushes the drawer in."""
        self._drawer_open = False

    async def wait_for_receipts(self, count: int, timeout_s: float) -> bool:
        """Whether that many receipts were cut in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while len(self.receipts) < count:
                    changed = self._changed
                    await changed.wait()
        except TimeoutError:
            return False
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[writer] = task
        escpos = EscPosReader()
        try:
            while data := await reader.read(4096):
                for item in escpos.feed(data):
                    await self._obey(item, writer)
        except (ConnectionError, asyncio.CancelledError):
            # The power was cut; asyncio would report a cancelled handler as an error.
            return
        finally:
            del self._connections[writer]
            writer.close()

    async def _obey(self, item: Item, writer: asyncio.StreamWriter) -> None:
        match item:
            case Line():
                await self._until_paper()
                self._unfinished.append(item)
            case Cut():
                await self._until_paper()
                self.receipts.append(self._unfinished)
                self._unfinished = []
                self._announce()
            case Pulse():
                self.drawer_openings += 1
                self._drawer_open = True
            case StatusRequest(number=number, real_time=real_time):
                if not self.faults.silent:
                    writer.write(self._status(number) if real_time else self._sensor())
                    await writer.drain()
            case _:
                self.unknown_commands.append(item)

    async def _until_paper(self) -> None:
        while self.faults.paper_out or self.faults.cover_open:  # noqa: ASYNC110 - set from outside
            await asyncio.sleep(0.02)

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _status(self, number: int) -> bytes:
        byte = 0x12
        offline = self.faults.paper_out or self.faults.cover_open
        match number:
            case 1:
                byte |= (0x04 if self._drawer_open else 0) | (0x08 if offline else 0)
            case 2:
                byte |= 0x04 if self.faults.cover_open else 0
                byte |= 0x20 if self.faults.paper_out else 0
            case 4:
                byte |= 0x60 if self.faults.paper_out else 0
                byte |= 0x0C if self.faults.paper_near_end or self.faults.paper_out else 0
        return bytes((byte,))

    def _sensor(self) -> bytes:
        byte = 0x03 if self.faults.paper_near_end else 0
        return bytes((byte | (0x0C if self.faults.paper_out else 0),))
