"""``edge-agent devices`` as IT calls it."""

import json
from pathlib import Path

import pytest
from pytest_mock import MockerFixture
from typer.testing import CliRunner

from edge_agent.api.errors import DeviceError
from edge_agent.cli import app
from edge_agent.discovery.sysfs import read_attached
from edge_agent.runtime.registry import Registry


@pytest.fixture(autouse=True)
def _this_computer(root: Path, mocker: MockerFixture) -> None:
    mocker.patch("edge_agent.discovery.sysfs.read_attached", return_value=read_attached(root))


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["devices", *arguments], catch_exceptions=True)
    if isinstance(result.exception, DeviceError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_lists_and_adds(config: Path) -> None:
    listed = invoke("--config", str(config))
    assert "EPSON TM-T88V" in listed
    assert "would match: usb-printer" in listed
    assert "in use by the kernel's usblp" in listed
    lines = [json.loads(line) for line in invoke("--jsonl").splitlines()]
    assert {line["attached"]["bus"] for line in lines} == {"usb", "serial", "input"}
    added = invoke("add", "/dev/bus/usb/001/007", "--name", "printer", "--config", str(config))
    assert 'driver = "usb-printer"' in added
    assert "configured as printer" in invoke("--config", str(config))


def test_every_option_of_every_driver_says_what_it_means() -> None:
    registry = Registry()
    for name in registry.drivers:
        for option, field in registry.load_driver(name).config_type.model_fields.items():
            assert field.description, f"{name}: {option}"
    shown = invoke("drivers", "serial-drawer")
    assert '  open_command: default "<BEL>"\n      The bytes that open it.\n' in shown
    assert "      pin: default 2; one of 2, 5\n" in invoke("drivers", "usb-printer")


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
    config: Path, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(DeviceError, match=said):
        invoke("add", *arguments, "--config", str(config))
