"""ESC/POS receipt printer on USB (printer class 7), taken from the kernel's ``usblp`` meanwhile."""

from drivers.printer.escpos import Connection, EscPosPrinter, PrinterConfig
from drivers.wire.usb_device import UsbConfig, UsbInterface

_PRINTER_CLASS = 7


class UsbPrinterConfig(PrinterConfig, UsbConfig):
    """Options of a USB printer."""


class UsbPrinter(EscPosPrinter[UsbPrinterConfig]):
    """A printer found by vendor, product and serial number, wherever it is plugged in."""

    @property
    def where(self) -> str:
        return self.config.where

    async def connect(self) -> Connection:
        return await UsbInterface.open(self.name, self.config, _PRINTER_CLASS)
