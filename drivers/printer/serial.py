"""ESC/POS receipt printer on a serial line: RS-232, USB CDC, or Bluetooth SPP."""

from collections.abc import Mapping
from typing import Any

from drivers.printer.connection import Connection
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.options import PrinterOptions
from drivers.wire.serial_line import SerialLine, SerialLineOptions
from edge_agent.api.device import Attached, Bus


class SerialPrinterOptions(PrinterOptions, SerialLineOptions):
    """Options of a printer on a serial line; set ``flow_control`` as the printer's switches say."""


class SerialPrinter(EscPosPrinter[SerialPrinterOptions]):
    """A printer with a line to itself."""

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        return {"port": attached.best_path} if attached.bus is Bus.SERIAL else None

    @property
    def where(self) -> str:
        return self.config.port

    async def connect(self) -> Connection:
        return SerialLine(self.name, self.config)
