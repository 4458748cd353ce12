"""Who uses a device file, and whether the agent may."""

import grp
import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from edge_agent.api.device import Attached, Bus
from edge_agent.discovery.permission import holders, may_use


def test_who_has_a_file_open_is_found(tmp_path: Path) -> None:
    file = tmp_path / "device"
    with file.open("w"):
        assert any(f"({os.getpid()})" in holder for holder in holders(str(file)))
    assert holders(str(file)) == []


@pytest.mark.parametrize(
    ("mode", "group", "may"),
    [(0o660, "dialout", True), (0o660, "root", False), (0o640, "lp", False), (0o666, "root", True)],
)
def test_it_is_the_agent_that_is_judged_not_the_one_who_asks(
    tmp_path: Path, mocker: MockerFixture, mode: int, group: str, may: bool
) -> None:
    file = tmp_path / "ttyUSB0"
    file.touch()
    file.chmod(mode)
    entry = grp.struct_group((group, "x", 0, []))
    mocker.patch("grp.getgrgid", return_value=entry)
    assert may_use(Attached(bus=Bus.SERIAL, path=str(file))) is may


def test_a_file_that_is_gone_may_not_be_used(tmp_path: Path) -> None:
    assert not may_use(Attached(bus=Bus.SERIAL, path=str(tmp_path / "gone")))
