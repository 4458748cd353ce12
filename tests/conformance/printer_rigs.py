"""One receipt printer behind each connection that printers have."""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from drivers.printer.network import NetworkPrinter
from drivers.printer.serial import SerialPrinter
from drivers.printer.usb import UsbPrinter
from edge_agent.api.device import Host, OutputCompleteEvent, OutputDriver, PrintReceipt
from edge_agent.api.receipt import Receipt, Text
from edge_agent.testing import serving
from simulator import usb_backend
from simulator.printer import Printer, PrinterModel
from simulator.printer_ports import PtyPrinter, SimulatedUsbPrinter, TcpPrinter
from simulator.usb_bus import UsbBus

EPSON = PrinterModel()
PLAIN = PrinterModel(maker="XPRINTER", name="XP-58", process_id=False)
MUTE = PrinterModel(maker="", name="", process_id=False, information=False)
RECEIPT = Receipt(elements=tuple(Text(text=f"line {number}") for number in range(12)))
OPTIONS = {
    "columns": 48,
    "drawer": {"pin": 2},
    "poll_every_s": 0.05,
    "reply_timeout_s": 0.2,
    "print_timeout_s": 0.6,
}


class PrinterRig(ABC):
    """One printer under test."""

    name: ClassVar[str]
    driver_type: ClassVar[type[OutputDriver[Any]]]
    printer: Printer

    def __init__(self, directory: Path, model: PrinterModel) -> None:
        self.directory = directory

    @property
    @abstractmethod
    def place(self) -> dict[str, Any]:
        """Where the driver finds it."""

    @abstractmethod
    async def plug(self) -> None:
        """The cable; switches it on where it is off."""

    @abstractmethod
    async def unplug(self) -> None:
        """The cable alone."""

    @abstractmethod
    def emit(self, data: bytes) -> None:
        """Sends raw bytes to the host."""

    def driver(self, host: Host, **options: Any) -> OutputDriver[Any]:
        """A fresh driver."""
        config = self.driver_type.parse_config({**OPTIONS, **self.place, **options})
        return self.driver_type("printer", config, host)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        """What stands behind the device."""
        yield
        await self.unplug()
        await self.printer.switch_off()


class TcpRig(PrinterRig):
    """TCP port 9100."""

    name = "TCP"
    driver_type = NetworkPrinter

    def __init__(self, directory: Path, model: PrinterModel) -> None:
        super().__init__(directory, model)
        self.printer: TcpPrinter = TcpPrinter(model)

    @property
    def place(self) -> dict[str, Any]:
        return {"host": self.printer.host, "port": self.printer.port}

    async def plug(self) -> None:
        await self.printer.plug()

    async def unplug(self) -> None:
        await self.printer.unplug()

    def emit(self, data: bytes) -> None:
        self.printer.emit(data)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        await self.printer.plug()
        await self.printer.unplug()
        async with super().ready():
            yield


class SerialRig(PrinterRig):
    """A serial line."""

    name = "serial"
    driver_type = SerialPrinter

    def __init__(self, directory: Path, model: PrinterModel) -> None:
        super().__init__(directory, model)
        self.device = PtyPrinter(directory / "printer", model)
        self.printer = self.device.printer

    @property
    def place(self) -> dict[str, Any]:
        return {"port": str(self.device.path)}

    async def plug(self) -> None:
        self.device.plug()

    async def unplug(self) -> None:
        self.device.unplug()

    def emit(self, data: bytes) -> None:
        self.device.send(data)


class UsbRig(PrinterRig):
    """USB."""

    name = "USB"
    driver_type = UsbPrinter

    def __init__(self, directory: Path, model: PrinterModel) -> None:
        super().__init__(directory, model)
        self.bus = UsbBus(directory / "usb.sock")
        self.device = SimulatedUsbPrinter(model=model)
        self.bus.devices.append(self.device)
        self.printer = self.device.printer

    @property
    def place(self) -> dict[str, Any]:
        return {"vendor": "04b8", "product": "0202", "backend": usb_backend.__name__}

    async def plug(self) -> None:
        self.device.plug()

    async def unplug(self) -> None:
        self.device.unplug()

    def emit(self, data: bytes) -> None:
        self.device.to_host(data)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[None]:
        await self.bus.start()
        os.environ[usb_backend.SOCKET_VARIABLE] = str(self.bus.socket)
        try:
            async with super().ready():
                yield
        finally:
            del os.environ[usb_backend.SOCKET_VARIABLE]
            await self.bus.stop()


PRINTER_RIGS: tuple[type[PrinterRig], ...] = (TcpRig, SerialRig, UsbRig)


async def do_print(driver: OutputDriver[Any], number: int = 1) -> OutputCompleteEvent:
    """Prints :data:`RECEIPT`."""
    return await driver.output(PrintReceipt(output_id=number, receipt=RECEIPT))


@asynccontextmanager
async def kept_in_service(driver: OutputDriver[Any]) -> AsyncIterator[None]:
    """Claims it anew whenever it is lost, as a lane does."""

    async def keep() -> None:
        while True:
            async with serving(driver) as running:
                await asyncio.wait([running])
                # What it was lost by is not what is tested.
                running.exception()

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
