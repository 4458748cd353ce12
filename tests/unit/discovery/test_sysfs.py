"""What is attached, from a tree as the kernel shows it."""

from pathlib import Path

from tests.unit.discovery.attached import found


def test_hubs_consoles_absent_ports_and_mice_are_left_out(root: Path) -> None:
    assert set(found(root)) == {
        "/dev/bus/usb/001/007",
        "/dev/bus/usb/001/008",
        "/dev/bus/usb/000/000",
        "/dev/ttyACM0",
        "/dev/ttyS0",
        "/dev/input/event3",
        "/dev/input/event4",
    }


def test_a_device_cannot_speak_to_the_terminal(root: Path) -> None:
    (root / "sys/bus/usb/devices/1-2/product").write_text("\x1b[2JTM\n")
    assert found(root)["/dev/bus/usb/001/007"].name == "EPSON ?[2JTM"


def test_devices_are_told_as_they_are(root: Path) -> None:
    printer = found(root)["/dev/bus/usb/001/007"]
    assert (printer.name, printer.serial) == ("EPSON TM-T88V", "J3KF001")
    assert (printer.interfaces, printer.kernel_drivers) == (("07",), ("usblp",))
    assert found(root)["/dev/bus/usb/001/008"].hid_pages == ("008c",)
    scanner = found(root)["/dev/ttyACM0"]
    assert (scanner.vendor, scanner.serial) == ("05f9", "S/N 9")
    assert scanner.best_path == "/dev/serial/by-id/usb-Datalogic_S_N_9-if00"
    assert found(root)["/dev/input/event3"].types
    assert not found(root)["/dev/input/event4"].types
