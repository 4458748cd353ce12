"""The bench: acts on the simulated hardware, by the names of the devices.

The console and the HTTP interface are two ways to ask for the same things.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from PIL.Image import Image

from simulator.drawer import PtyDrawer
from simulator.escpos_items import Mark
from simulator.hardware import Hardware
from simulator.hid_scanner import SimulatedHidScanner
from simulator.keyboard_scanner import StreamKeyboardScanner, UinputKeyboardScanner
from simulator.paper import as_text, draw
from simulator.printer import Faults, Printer
from simulator.printer_ports import PtyPrinter, SimulatedUsbPrinter, TcpPrinter
from simulator.pty_device import Unplugged
from simulator.scanner import NoAnswer, PtyScanner

_LONGEST_S = 600.0


class NotPossible(Exception):
    """The act is impossible with this device; the message says which are possible."""


class NotThere(NotPossible):
    """There is no device of this name; says which there are."""


class Bench:
    """The hardware of one lane."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware

    def describe(self) -> list[dict[str, Any]]:
        """Each device: its name, what it is, and a printer's faults."""
        described = []
        for name, device in self._hardware.devices.items():
            told: dict[str, Any] = {"name": name, "kind": type(device).__name__}
            printer = _printer_of(device)
            if isinstance(device, PtyDrawer):
                told["faults"] = {"stuck": device.stuck, "silent": device.silent}
            if printer is not None:
                told["faults"] = asdict(printer.faults)
                told["receipts"] = len(printer.receipts)
                told["drawer_open"] = printer.drawer_open
            described.append(told)
        return described

    async def plug(self, name: str) -> None:
        """Puts its cable in, and switches it on."""
        self._device(name)
        await self._hardware.plug(name)

    async def unplug(self, name: str) -> None:
        """Pulls it."""
        self._device(name)
        await self._hardware.unplug(name)

    async def power(self, name: str, on: bool) -> None:
        """A printer's power; its buffer is lost, its paper is not."""
        printer = self._printer(name)
        if not on:
            await printer.switch_off()
        elif isinstance(printer, TcpPrinter):
            await printer.plug()
        else:
            printer.switch_on()

    async def scan(self, name: str, code: str | bytes) -> str:
        """Scans with one of the scanners; what it beeped, where it hears that."""
        device = self._device(name)
        data = code.encode("latin-1") if isinstance(code, str) else code
        try:
            match device:
                case PtyScanner():
                    return "beep" if await device.scan(data) else "error beep"
                case StreamKeyboardScanner() | UinputKeyboardScanner():
                    await device.type(data.decode("latin-1") + "\r")
                    return "typed"
                case SimulatedHidScanner():
                    device.scan(data)
                    return "sent"
        except (NoAnswer, Unplugged) as error:
            raise NotPossible(f"no beep: {error}") from error
        raise NotPossible(f"{name} is no scanner")

    def fault(self, name: str, fault: str, value: Any) -> None:
        """Breaks or mends a printer, or makes a drawer stick."""
        device = self._device(name)
        if isinstance(device, PtyDrawer):
            if fault not in ("stuck", "silent"):
                raise NotPossible(f"{name} has the faults stuck and silent")
            setattr(device, fault, _switch(value))
            return
        faults = self._printer(name).faults
        known = {field.name: field.default for field in fields(Faults)}
        if fault not in known:
            raise NotPossible(f"{name} has the faults {', '.join(known)}")
        match known[fault]:
            case bool():
                setattr(faults, fault, _switch(value))
            case float():
                setattr(faults, fault, _seconds(value))
            case _:
                setattr(faults, fault, _lines(value))

    def drawer(self, name: str, is_open: bool) -> None:
        """Opens a drawer with the key, or pushes it in."""
        device = self._device(name)
        if isinstance(device, PtyDrawer):
            device.open = is_open
            return
        printer = self._printer(name)
        (printer.open_drawer if is_open else printer.close_drawer)()

    def receipt_text(self, name: str) -> str:
        """The last receipt as lines of text."""
        return as_text(self._paper(name), self._hardware.columns)

    def receipt_picture(self, name: str) -> Image:
        """The last receipt as it looks."""
        return draw(self._paper(name), self._hardware.columns)

    def _paper(self, name: str) -> Sequence[Mark]:
        printer = self._printer(name)
        if not printer.receipts:
            raise NotPossible(f"{name} has printed no receipt yet")
        return printer.receipts[-1]

    def _device(self, name: str) -> object:
        if name not in self._hardware.devices:
            raise NotThere(f"there is no {name!r}; there are {', '.join(self._hardware.devices)}")
        return self._hardware.devices[name]

    def _printer(self, name: str) -> Printer:
        printer = _printer_of(self._device(name))
        if printer is None:
            raise NotPossible(f"{name} is no printer")
        return printer


def _printer_of(device: object) -> Printer | None:
    match device:
        case TcpPrinter():
            return device
        case PtyPrinter(printer=printer) | SimulatedUsbPrinter(printer=printer):
            return printer
    return None


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise NotPossible(f"this fault is on or off, not {value!r}")
    return value


def _seconds(value: object) -> float:
    """``off`` is none at all."""
    seconds = 0.0 if value is False else _number(value)
    if not 0 <= seconds <= _LONGEST_S:
        raise NotPossible(f"this fault is off or a number of seconds up to {_LONGEST_S:.0f}")
    return seconds


def _lines(value: object) -> int | None:
    """``off`` is a whole roll."""
    if value is False:
        return None
    lines = _number(value)
    if lines < 0 or not lines.is_integer():
        raise NotPossible(f"this fault is off or a whole number of lines, not {value!r}")
    return int(lines)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotPossible(f"{value!r} is no number")
    try:
        number = float(value)
    except ValueError:
        raise NotPossible(f"{value!r} is neither on nor off nor a number") from None
    if not math.isfinite(number):
        raise NotPossible(f"{value!r} is no number to work with")
    return number
