"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="EDGE_AGENT_CONFIG", help="The agent's TOML file.", dir_okay=False
    ),
]
SocketOption = Annotated[
    Path,
    typer.Option("--socket", "-s", envvar="EDGE_AGENT_SOCKET", help="A running agent's socket."),
]
DEFAULT_CONFIG = Path("/etc/edge-agent/config.toml")
DEFAULT_SOCKET = Path("/run/edge-agent/control.sock")
