"""The control socket belongs to one agent, and nothing else is taken for it."""

import socket
from pathlib import Path

import pytest

from edge_agent.api.errors import ControlError
from edge_agent.control.server import free_socket


def test_the_socket_of_an_agent_that_is_gone_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    free_socket(path)
    assert not path.exists()
    free_socket(path)


def test_the_socket_of_an_agent_that_answers_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(ControlError, match="another agent answers"):
            free_socket(path)
    assert path.exists()


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious.txt"
    path.write_text("precious")
    with pytest.raises(ControlError, match="is no socket"):
        free_socket(path)
    assert path.read_text() == "precious"
