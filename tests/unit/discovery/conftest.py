"""A computer with devices, as the kernel shows it, and a configuration."""

from pathlib import Path

import pytest

from simulator.hid_scanner import DESCRIPTOR

PRINTER_TREE = {
    "idVendor": "04b8",
    "idProduct": "0202",
    "bDeviceClass": "00",
    "busnum": "1",
    "devnum": "7",
    "serial": "J3KF001",
    "manufacturer": "EPSON",
    "product": "TM-T88V",
    "1-2:1.0/bInterfaceClass": "07",
}
HID_TREE = {
    "idVendor": "0c2e",
    "idProduct": "0b6b",
    "bDeviceClass": "00",
    "busnum": "1",
    "devnum": "8",
    "manufacturer": "Honeywell",
    "product": "Scanner",
    "1-3:1.0/bInterfaceClass": "03",
}
# Every key of a keyboard, and a power button's one, as sysfs prints them.
KEYBOARD_KEYS = "10000 7 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
BUTTON_KEYS = "10000000000000 0"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A computer with a USB printer, a USB scanner, a serial scanner, a keyboard, a button."""
    usb = tmp_path / "sys/devices/usb1"
    write(usb / "1-2", PRINTER_TREE)
    write(usb / "1-3", HID_TREE)
    (usb / "1-3/1-3:1.0/0003:0C2E:0B6B.0001").mkdir()
    (usb / "1-3/1-3:1.0/0003:0C2E:0B6B.0001/report_descriptor").write_bytes(DESCRIPTOR)
    write(usb / "1-1", {"idVendor": "1d6b", "idProduct": "0002", "bDeviceClass": "09"})
    write(usb / "1-4", {"idVendor": "05f9", "idProduct": "4204", "serial": "S/N 9"})
    (usb / "1-4/1-4:1.0").mkdir()
    (tmp_path / "sys/drivers/usblp").mkdir(parents=True)
    (usb / "1-2/1-2:1.0/driver").symlink_to(tmp_path / "sys/drivers/usblp")
    (tmp_path / "sys/bus/usb/devices").mkdir(parents=True)
    for name in ("1-1", "1-2", "1-3", "1-4"):
        (tmp_path / "sys/bus/usb/devices" / name).symlink_to(usb / name)
    tty = tmp_path / "sys/class/tty"
    for name, kind in (("ttyACM0", "1"), ("ttyS0", "4"), ("ttyS1", "0"), ("tty1", "1")):
        write(tty / name, {"type": kind})
        if name == "ttyACM0":
            (tty / name / "device").symlink_to(usb / "1-4/1-4:1.0")
        elif name != "tty1":
            (tty / name / "device").mkdir()
    for number, keys in ((3, KEYBOARD_KEYS), (4, BUTTON_KEYS)):
        write(
            tmp_path / f"sys/class/input/event{number}/device",
            {
                "name": "HID Scanner",
                "phys": "usb-0000:00:14.0-2/input0",
                "uniq": "",
                "id/vendor": "05e0",
                "id/product": "1200",
                "capabilities/key": keys,
            },
        )
    (tmp_path / "sys/class/input/mouse0").mkdir()
    for folder, link, target in (
        ("serial/by-id", "usb-Datalogic_S_N_9-if00", "../../ttyACM0"),
        ("input/by-id", "usb-Symbol_Scanner-event-kbd", "../event3"),
        ("input/by-path", "pci-0000:00:14.0-usb-0:2:1.0-event-kbd", "../event3"),
    ):
        (tmp_path / "dev" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "dev" / folder / link).symlink_to(target)
    return tmp_path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('# kept\n[lane]\nstore = "1"\nlane = "1"\ncurrency = "EUR"\n')
    return path
