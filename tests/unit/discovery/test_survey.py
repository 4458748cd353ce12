"""Each device with the driver that fits, what has it, and what is missing."""

from pathlib import Path
from typing import cast

import pytest

from edge_agent.api.device import Attached, Bus
from edge_agent.discovery.permission import udev_rule
from edge_agent.discovery.survey import survey
from edge_agent.discovery.sysfs import read_attached
from edge_agent.runtime.devices.status import DeviceSetup
from edge_agent.runtime.registry import Registry
from tests.unit.discovery.attached import found


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


def test_a_driver_that_fails_to_say_whether_it_fits_is_named_and_the_others_are_asked(
    root: Path,
) -> None:
    class Rude:
        @staticmethod
        def suggest(_: Attached) -> None:
            raise AttributeError("no such thing")

    class Crowd:
        drivers = ("rude", "usb-printer")

        def load_driver(self, name: str) -> object:
            return Rude if name == "rude" else Registry().load_driver(name)

    printer = found(root)["/dev/bus/usb/001/007"]
    (finding,) = survey([printer], cast(Registry, Crowd()), [], held_by=lambda _: [])
    assert [match.driver for match in finding.matches] == ["usb-printer"]
    assert finding.faults == ["rude: AttributeError: no such thing"]
