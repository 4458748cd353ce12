"""ESC/POS receipt printer on USB (printer class 7), taken from the kernel's ``usblp`` meanwhile."""

from collections.abc import Mapping
from typing import Any

from drivers.printer.connection import Connection
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.options import PrinterOptions
from drivers.wire.usb_device import UsbInterface, UsbOptions
from edge_agent.api.device import Attached

_PRINTER_CLASS = 7


class UsbPrinterOptions(PrinterOptions, UsbOptions):
    """Options of a USB printer."""


class UsbPrinter(EscPosPrinter[UsbPrinterOptions]):
    """A printer found by vendor, product and serial number, wherever it is plugged in."""

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        return attached.usb_options if "07" in attached.interfaces else None

    @property
    def where(self) -> str:
        return self.config.where

    async def connect(self) -> Connection:
        return await UsbInterface.open(self.name, self.config, _PRINTER_CLASS)
