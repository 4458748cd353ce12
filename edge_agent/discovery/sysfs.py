"""Reads from sysfs what is attached: USB devices, serial ports, input devices."""

from collections.abc import Iterator
from pathlib import Path

from edge_agent.api.device import Attached, Bus

# linux/input-event-codes.h: what a keyboard has and a mouse, a button or a pen has not.
_KEY_ENTER, _KEY_A = 28, 30
_NO_UART = "0"


def read_attached(root: Path = Path("/")) -> list[Attached]:
    """Everything a driver might want.

    Args:
        root: where ``sys`` and ``dev`` are.
    """
    return [*_usb(root), *_serial(root), *_input(root)]


def _usb(root: Path) -> Iterator[Attached]:
    for device in _entries(root / "sys/bus/usb/devices"):
        vendor = _text(device / "idVendor")
        if not vendor or _text(device / "bDeviceClass") == "09":
            continue
        interfaces = [entry for entry in _entries(device) if (entry / "bInterfaceClass").exists()]
        bus, number = _text(device / "busnum"), _text(device / "devnum")
        yield Attached(
            bus=Bus.USB,
            path=f"/dev/bus/usb/{int(bus or 0):03}/{int(number or 0):03}",
            vendor=vendor,
            product=_text(device / "idProduct"),
            serial=_text(device / "serial"),
            name=_name(device),
            interfaces=tuple(_text(interface / "bInterfaceClass") for interface in interfaces),
            hid_pages=tuple(page for interface in interfaces for page in _hid_pages(interface)),
            kernel_drivers=tuple(
                sorted({driver for interface in interfaces if (driver := _driver(interface))})
            ),
        )


def _serial(root: Path) -> Iterator[Attached]:
    for port in _entries(root / "sys/class/tty"):
        if not (port / "device").exists() or _text(port / "type") == _NO_UART:
            continue
        usb = _usb_parent(port)
        path = f"/dev/{port.name}"
        yield Attached(
            bus=Bus.SERIAL,
            path=path,
            stable_paths=_links(root, "dev/serial/by-id", port.name),
            vendor=_text(usb / "idVendor") if usb else "",
            product=_text(usb / "idProduct") if usb else "",
            serial=_text(usb / "serial") if usb else "",
            name=_name(usb) if usb else "serial port",
        )


def _input(root: Path) -> Iterator[Attached]:
    for event in _entries(root / "sys/class/input"):
        if not event.name.startswith("event"):
            continue
        device = event / "device"
        yield Attached(
            bus=Bus.INPUT,
            path=f"/dev/input/{event.name}",
            stable_paths=(
                *_links(root, "dev/input/by-id", event.name),
                *_links(root, "dev/input/by-path", event.name),
            ),
            vendor=_text(device / "id/vendor"),
            product=_text(device / "id/product"),
            serial=_text(device / "uniq"),
            name=_text(device / "name"),
            phys=_text(device / "phys"),
            types=_types(_text(device / "capabilities/key")),
        )


def _types(capabilities: str) -> bool:
    """True where an input device has the keys of a keyboard; words of hex, the highest first."""
    words = [int(word, 16) for word in capabilities.split()]
    keys = 0
    for word in words:
        keys = keys << 64 | word
    return bool(keys >> _KEY_ENTER & 1 and keys >> _KEY_A & 1)


def _hid_pages(interface: Path) -> list[str]:
    """Usage pages of the HID devices of an interface, by the first item of their descriptors."""
    pages = []
    for entry in _entries(interface):
        try:
            descriptor = (entry / "report_descriptor").read_bytes()
        except OSError:
            continue
        if descriptor[:1] == b"\x05":
            pages.append(f"{descriptor[1]:04x}")
        elif descriptor[:1] == b"\x06":
            pages.append(f"{descriptor[2]:02x}{descriptor[1]:02x}")
    return pages


def _usb_parent(entry: Path) -> Path | None:
    """The USB device that a class device hangs on."""
    place = (entry / "device").resolve()
    for parent in (place, *place.parents):
        if (parent / "idVendor").exists():
            return parent
    return None


def _links(root: Path, folder: str, name: str) -> tuple[str, ...]:
    """The links in a folder of stable names that lead to a device file."""
    return tuple(
        f"/{folder}/{link.name}"
        for link in _entries(root / folder)
        if link.is_symlink() and link.readlink().name == name
    )


def _name(usb: Path) -> str:
    maker, product = _text(usb / "manufacturer"), _text(usb / "product")
    return " ".join(part for part in (maker, product) if part)


def _driver(entry: Path) -> str:
    link = entry / "driver"
    return link.resolve().name if link.exists() else ""


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _text(file: Path) -> str:
    """The text of a file, without control characters: a device may write anything."""
    try:
        text = file.read_text(errors="replace").strip()
    except OSError:
        return ""
    return "".join(character if character.isprintable() else "?" for character in text)
