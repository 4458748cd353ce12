"""A device is added to a configuration that a person goes on editing."""

import tomllib
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from edge_agent.api.errors import ConfigError
from edge_agent.config import load_config
from edge_agent.discovery.add import add_device, as_toml


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


def test_a_full_disk_leaves_everything_as_it_was(config: Path, mocker: MockerFixture) -> None:
    mocker.patch("os.fsync", side_effect=OSError(28, "No space left on device"))
    with pytest.raises(ConfigError, match="cannot be written: No space left"):
        add_device(config, "scanner", "serial-scanner", {"port": "/dev/ttyACM0"})
    assert [file.name for file in config.parent.iterdir()] == ["config.toml"]


def test_options_of_any_depth_are_toml() -> None:
    options = {"drawer": {"pin": 2, "open_level": "low"}, "ports": [1, 2], "quoted": 'a"b'}
    table = as_toml("till", "usb-printer", options)
    expected = {"name": "till", "driver": "usb-printer", **options}
    assert tomllib.loads(table) == {"devices": [expected]}
