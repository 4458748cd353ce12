"""The ``edge-agent`` command. Each command imports what it needs when it runs."""

import sys

import typer

from edge_agent.api.errors import EdgeAgentError
from edge_agent.cli import (
    agent,
    check,
    decode,
    devices,
    journal,
    lane,
    master_data,
    plugins,
    simulation,
)

app = typer.Typer(
    help="The lane edge agent: scanners, printers and drawers to point-of-sale events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(agent.app)
app.add_typer(check.app)
app.add_typer(simulation.app)
app.add_typer(decode.app)
app.add_typer(devices.app, name="devices")
app.add_typer(master_data.price_book, name="price-book")
app.add_typer(master_data.recalls, name="recalls")
app.add_typer(master_data.people, name="people")
app.add_typer(plugins.app, name="plugins")
app.add_typer(journal.app, name="journal")
app.add_typer(lane.app, name="lane")


def main() -> None:
    """Runs the command; errors that people can act on are said in one line, without a traceback."""
    try:
        app()
    except EdgeAgentError as error:
        print(f"edge-agent: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
