"""All the hardware that a simulated lane can have, by name, with the configuration to reach it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from simulator import usb_backend
from simulator.drawer import PtyDrawer
from simulator.hid_scanner import SimulatedHidScanner
from simulator.keyboard_scanner import keyboard_scanner
from simulator.paper import COLUMNS
from simulator.printer_ports import PtyPrinter, SimulatedUsbPrinter, TcpPrinter
from simulator.scanner import PtyScanner
from simulator.usb_bus import UsbBus

EVERY_DEVICE = (
    "scanner",
    "printer",
    "keyboard-scanner",
    "id-scanner",
    "hid-scanner",
    "hid-id-scanner",
    "serial-printer",
    "usb-printer",
    "drawer",
)


class Pluggable(Protocol):
    """A device with a cable."""

    def plug(self) -> Any:
        """Puts it in; may have to be awaited."""
        ...

    def unplug(self) -> Any:
        """Pulls it; may have to be awaited."""
        ...


class Hardware:
    """Every device the drivers know, in a folder. ``scanner`` and ``printer`` make a small lane."""

    def __init__(self, directory: Path, columns: int = COLUMNS) -> None:
        """
        Args:
            directory: where the devices' files are.
            columns: characters of font A in a line of the printers' paper.
        """
        self.columns = columns
        self.scanner = PtyScanner(directory / "scanner")
        self.printer = TcpPrinter()
        self.keyboard_scanner = keyboard_scanner(directory / "keyboard-scanner")
        self.id_scanner = PtyScanner(directory / "id-scanner", suffix=b"")
        self.hid_scanner = SimulatedHidScanner("HID0001")
        self.hid_id_scanner = SimulatedHidScanner("HID0002")
        self.serial_printer = PtyPrinter(directory / "serial-printer")
        self.usb_printer = SimulatedUsbPrinter("USB0001")
        self.drawer = PtyDrawer(directory / "drawer")
        self.bus = UsbBus(directory / "usb.sock")
        self.bus.devices += [self.hid_scanner, self.hid_id_scanner, self.usb_printer]

    @property
    def devices(self) -> Mapping[str, Pluggable]:
        """By the name that each has in the configuration."""
        devices = (
            self.scanner,
            self.printer,
            self.keyboard_scanner,
            self.id_scanner,
            self.hid_scanner,
            self.hid_id_scanner,
            self.serial_printer,
            self.usb_printer,
            self.drawer,
        )
        return dict(zip(EVERY_DEVICE, devices, strict=True))

    async def plug(self, name: str) -> None:
        """Plugs one in."""
        answer = self.devices[name].plug()
        if answer is not None:
            await answer

    async def unplug(self, name: str) -> None:
        """Pulls one's cable."""
        answer = self.devices[name].unplug()
        if answer is not None:
            await answer

    async def stop(self) -> None:
        """Everything off."""
        for name in self.devices:
            await self.unplug(name)
        for printer in (self.printer, self.serial_printer.printer, self.usb_printer.printer):
            await printer.switch_off()
        await self.bus.stop()

    def tables(self) -> dict[str, dict[str, Any]]:
        """``[[devices]]`` for each, by name."""
        usb = {"backend": usb_backend.__name__}
        scanner = {"vendor": "0c2e", "product": "0b6b", "beeps": True, **usb}
        printing = {"columns": self.columns, "poll_every_s": 0.5}
        tables: dict[str, dict[str, Any]] = {
            "scanner": {
                "driver": "serial-scanner",
                "port": str(self.scanner.path),
                "good_read": "<ACK>",
                "bad_read": "<NAK>",
                "unfinished_after_s": 0.2,
            },
            "printer": {
                "driver": "network-printer",
                "host": self.printer.host,
                "port": self.printer.port,
                "drawer": {"pin": 2},
                **printing,
            },
            "keyboard-scanner": {
                "driver": "keyboard-scanner",
                **self.keyboard_scanner.options,
            },
            "id-scanner": {
                "driver": "serial-id-scanner",
                "port": str(self.id_scanner.path),
                "good_read": "<ACK>",
                "bad_read": "<NAK>",
            },
            "hid-scanner": {"driver": "hid-pos-scanner", "serial": "HID0001", **scanner},
            "hid-id-scanner": {"driver": "hid-pos-id-scanner", "serial": "HID0002", **scanner},
            "serial-printer": {
                "driver": "serial-printer",
                "port": str(self.serial_printer.path),
                **printing,
            },
            "usb-printer": {
                "driver": "usb-printer",
                "vendor": "04b8",
                "product": "0202",
                **usb,
                **printing,
            },
            "drawer": {
                "driver": "serial-drawer",
                "port": str(self.drawer.path),
                "status_request": "<ENQ>",
            },
        }
        return {name: {"name": name, **table} for name, table in tables.items()}
