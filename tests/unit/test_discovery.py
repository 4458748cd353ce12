"""What is attached, from a tree as the kernel shows it."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.api.device import Attached, Bus
from edge_agent.api.errors import ConfigError, DeviceError
from edge_agent.cli import app
from edge_agent.config import load_config
from edge_agent.discovery.add import add_device
from edge_agent.discovery.permission import holders, udev_rule
from edge_agent.discovery.survey import survey
from edge_agent.discovery.sysfs import read_attached
from edge_agent.runtime.device_status import DeviceSetup
from edge_agent.runtime.registry import Registry
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


def found(root: Path) -> dict[str, Attached]:
    return {device.path: device for device in read_attached(root)}


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


@pytest.mark.parametrize(
    ("path", "drivers"),
    [
        ("/dev/bus/usb/001/007", {"usb-printer"}),
        ("/dev/bus/usb/001/008", {"hid-pos-scanner", "hid-pos-id-scanner"}),
        (
            "/dev/ttyACM0",
            {"serial-scanner", "serial-id-scanner", "serial-printer", "serial-drawer"},
        ),
        ("/dev/input/event3", {"keyboard-scanner"}),
        ("/dev/input/event4", set()),
    ],
)
def test_drivers_say_what_they_would_match(root: Path, path: str, drivers: set[str]) -> None:
    (finding,) = survey([found(root)[path]], Registry(), [], held_by=lambda _: [])
    assert {match.driver for match in finding.matches} == drivers


def test_every_suggestion_is_a_valid_configuration(root: Path) -> None:
    registry = Registry()
    for finding in survey(read_attached(root), registry, [], held_by=lambda _: []):
        for match in finding.matches:
            registry.load_driver(match.driver).parse_config(match.options)


def test_what_is_configured_is_found_by_path_and_by_identity(root: Path) -> None:
    configured = [
        DeviceSetup(
            "till", "usb-printer", {"vendor": "04b8", "product": "0202", "serial": "J3KF001"}
        ),
        DeviceSetup("reader", "serial-scanner", {"port": "/dev/ttyACM0"}),
    ]
    findings = survey(read_attached(root), Registry(), configured, held_by=lambda _: [])
    named = {f.attached.path: f.configured_as for f in findings if f.configured_as}
    assert named == {"/dev/bus/usb/001/007": "till", "/dev/ttyACM0": "reader"}


def test_a_missing_permission_comes_with_its_rule(root: Path) -> None:
    devices = [found(root)[path] for path in ("/dev/bus/usb/001/007", "/dev/ttyS0")]
    usb, port = survey(devices, Registry(), [], allowed=lambda _: False, held_by=lambda _: [])
    assert usb.rule == (
        'SUBSYSTEM=="usb", ATTR{idVendor}=="04b8", ATTR{idProduct}=="0202", '
        'GROUP="edge-agent", MODE="0660"'
    )
    assert port.rule == 'SUBSYSTEM=="tty", KERNEL=="ttyS0", GROUP="edge-agent", MODE="0660"'
    assert 'KERNEL=="event*"' in udev_rule(Attached(bus=Bus.INPUT, path="/dev/input/event3"))


def test_who_has_a_file_open_is_found(tmp_path: Path) -> None:
    file = tmp_path / "device"
    with file.open("w"):
        assert any(f"({os.getpid()})" in holder for holder in holders(str(file)))
    assert holders(str(file)) == []


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('# kept\n[lane]\nstore = "1"\nlane = "1"\ncurrency = "EUR"\n')
    return path


def test_a_device_is_added_and_what_was_there_is_kept(config: Path) -> None:
    config.chmod(0o640)
    add_device(config, "scanner", "serial-scanner", {"port": "/dev/ttyACM0"})
    assert load_config(config).devices[0].options == {"port": "/dev/ttyACM0"}
    assert config.read_text().startswith("# kept\n")
    assert config.stat().st_mode & 0o777 == 0o640


def test_a_name_that_is_taken_changes_nothing(config: Path) -> None:
    add_device(config, "scanner", "serial-scanner", {"port": "/dev/ttyACM0"})
    before = config.read_text()
    with pytest.raises(ConfigError, match="is there twice"):
        add_device(config, "scanner", "usb-printer", {"vendor": "04b8", "product": "0202"})
    assert config.read_text() == before
    assert [file.name for file in config.parent.iterdir() if "config" in file.name] == [
        "config.toml"
    ]


def invoke(root: Path, *arguments: str) -> str:
    result = CliRunner().invoke(
        app, ["devices", *arguments], env={"EDGE_AGENT_ROOT": str(root)}, catch_exceptions=True
    )
    if isinstance(result.exception, DeviceError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_lists_and_adds(root: Path, config: Path) -> None:
    listed = invoke(root, "--config", str(config))
    assert "EPSON TM-T88V" in listed
    assert "would match: usb-printer" in listed
    assert "in use by the kernel's usblp" in listed
    lines = [json.loads(line) for line in invoke(root, "--jsonl").splitlines()]
    assert {line["attached"]["bus"] for line in lines} == {"usb", "serial", "input"}
    added = invoke(
        root, "add", "/dev/bus/usb/001/007", "--name", "printer", "--config", str(config)
    )
    assert 'driver = "usb-printer"' in added
    assert "configured as printer" in invoke(root, "--config", str(config))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("/dev/ttyX9", "--name", "x"), "is not attached"),
        (("/dev/ttyACM0", "--name", "x"), "Say which driver"),
        (("/dev/ttyACM0", "--name", "x", "--driver", "usb-printer"), "does not serve"),
        (("/dev/input/event4", "--name", "x"), "It fits: none"),
    ],
)
def test_what_cannot_be_added_is_explained(
    root: Path, config: Path, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(DeviceError, match=said):
        invoke(root, "add", *arguments, "--config", str(config))
