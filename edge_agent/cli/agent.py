"""Running the agent, its terminal UI, and asking how it is."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from edge_agent import __version__
from edge_agent.api.errors import ConfigError
from edge_agent.api.text import visible
from edge_agent.cli.asking import ask
from edge_agent.cli.options import DEFAULT_CONFIG, DEFAULT_SOCKET, ConfigOption, SocketOption

app = typer.Typer()


@app.command()
def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the agent until SIGTERM."""
    from edge_agent.app import run_agent
    from edge_agent.config import load_config
    from edge_agent.logs import configure_logs

    loaded = load_config(config)
    stream = configure_logs(loaded.agent.log_format)
    try:
        asyncio.run(run_agent(loaded, lambda: stream.lost))
    finally:
        stream.close()


@app.command()
def tui(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Open the terminal UI of a running agent."""
    from tui.app import LaneApp

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("The terminal UI needs a terminal; for scripts there is the socket.")
    ask(socket, lambda client: client.health())
    LaneApp(socket).run()


@app.command()
def health(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Say whether a running agent is well; exit 1 where it is not."""
    answer = ask(socket, lambda client: client.health())
    print(f"{answer.status}: lane {answer.lane}, edge-agent {answer.version}")
    for problem in answer.problems:
        print(f"  - {visible(problem)}")
    sys.exit(0 if answer.status == "ok" else 1)


@app.command()
def events(
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of the catalogue.")
    ] = False,
) -> None:
    """List every event type the agent publishes."""
    from edge_agent.api.events import CATALOGUE, catalogue_json_schema

    if json_schema:
        print(json.dumps(catalogue_json_schema(), indent=2))
        return
    for name, event in CATALOGUE.items():
        version = event.model_fields["version"].default
        summary = (event.__doc__ or "").strip().splitlines()[0]
        print(f"{name:32} v{version}  {summary}")


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)
