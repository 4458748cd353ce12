"""Connections of a simulated printer: TCP, a serial line, USB."""

import asyncio
from pathlib import Path

from simulator.printer import Printer, PrinterModel
from simulator.pty_device import PtyDevice, Unplugged
from simulator.usb_bus import UsbDevice, UsbIdentity

_LOOK_S = 0.01
_PIECE = 512
_LOOKS_FOR_THE_OLD_HOST = 5


class TcpPrinter(Printer):
    """Serves one host at a time, as such printers do, and hangs up on the others."""

    def __init__(
        self, model: PrinterModel | None = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        super().__init__(model)
        self.host = host
        self.port = port
        self._server: asyncio.Server | None = None
        self._host_writer: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def plug(self) -> None:
        """Listens; a port of 0 is replaced by the one the system gives, and kept."""
        self.switch_on()
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def emit(self, data: bytes) -> None:
        """Sends raw bytes to the host, whatever they are."""
        if self._host_writer is not None:
            self._host_writer.write(data)

    async def switch_off(self) -> None:
        """Its network is its own and goes with it."""
        await self.unplug()
        await super().switch_off()

    async def unplug(self) -> None:
        """Pulls the cable; the printer goes on with what it has."""
        if self._server is not None:
            self._server.close()
            self._server = None
        serving = list(self._serving)
        if self._host_writer is not None:
            self._host_writer.transport.abort()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(_LOOKS_FOR_THE_OLD_HOST):
            if self._host_writer is None:
                break
            # The one before may have gone at this very moment.
            await asyncio.sleep(_LOOK_S)
        else:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self._host_writer = writer
        self.connect(writer.write)
        try:
            while True:
                while self.faults.deaf or not self.room:  # noqa: ASYNC110 - set from outside
                    await asyncio.sleep(_LOOK_S)
                data = await reader.read(min(self.room, _PIECE))
                if not data:
                    return
                self.receive(data)
        except (ConnectionError, asyncio.CancelledError):
            # The cable was pulled; asyncio would report a cancelled handler as an error.
            return
        finally:
            self.disconnect()
            self._host_writer = None
            self._serving.discard(task)
            writer.close()


class PtyPrinter(PtyDevice):
    """A printer on a serial line without flow control but what its buffer takes."""

    def __init__(self, path: Path, model: PrinterModel | None = None) -> None:
        super().__init__(path)
        self.printer = Printer(model)

    def plug(self) -> None:
        super().plug()
        self.printer.switch_on()
        self.printer.connect(self._say)

    def unplug(self) -> None:
        """Pulls the cable; the printer goes on with what it has."""
        super().unplug()
        self.printer.disconnect()

    def receive(self, data: bytes) -> None:
        if not self.printer.faults.deaf:
            self.printer.receive(data)

    def _say(self, data: bytes) -> None:
        try:
            self.send(data)
        except Unplugged:
            return


class SimulatedUsbPrinter(UsbDevice):
    """A printer on USB."""

    def __init__(self, serial: str = "SIM0001", model: PrinterModel | None = None) -> None:
        super().__init__(
            UsbIdentity(
                vendor=0x04B8,
                product=0x0202,
                serial=serial,
                manufacturer="Simulated",
                name="Receipt printer",
                interface_class=7,
                interface_subclass=1,
                interface_protocol=2,
            )
        )
        self.printer = Printer(model)

    def plug(self) -> None:
        super().plug()
        self.printer.switch_on()
        self.printer.connect(self.to_host)

    def unplug(self) -> None:
        """Pulls the cable; the printer goes on with what it has."""
        super().unplug()
        self.printer.disconnect()

    async def from_host(self, data: bytes) -> int:
        while self.printer.faults.deaf or not self.printer.room:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(_LOOK_S)
        taken = data[: min(self.printer.room, _PIECE)]
        self.printer.receive(taken)
        return len(taken)
