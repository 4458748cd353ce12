"""The events in this lane's database."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption
from edge_agent.cli.writing import write

if TYPE_CHECKING:
    from edge_agent.store.chain import EventRecord
    from edge_agent.store.database import Database
    from edge_agent.store.reader import Reader

app = typer.Typer(help="The events in this lane's database.", no_args_is_help=True)


@app.command("tail")
def tail(
    config: ConfigOption = DEFAULT_CONFIG,
    count: Annotated[
        int, typer.Option("--count", "-n", min=0, help="How many to begin with.")
    ] = 10,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new ones.")] = False,
) -> None:
    """Print the newest events, one JSON object a line."""
    from functools import partial
    from time import sleep

    def show(record: "EventRecord") -> None:
        place = {"epoch": record.epoch, "sequence": record.sequence, "id": record.event_id}
        print(json.dumps({**place, **json.loads(record.body)}), flush=True)

    reader = _reader(config)
    position = max(reader.read_now(lambda database: database.outbox.newest_position()) - count, 0)
    while True:
        records = reader.read_now(partial(_events_after, position))
        for record in records:
            show(record)
            position = record.position
        if not records:
            if not follow:
                return
            sleep(0.5)


@app.command("verify")
def verify(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Prove that the journal is one gapless, unaltered chain; exit 1 where it is not."""
    from rich.console import Console
    from rich.progress import track

    from edge_agent.store.chain import find_breaks
    from edge_agent.store.outbox import all_records

    reader = _reader(config)
    count = reader.read_now(lambda database: database.outbox.count())
    records = reader.read_now(lambda database: all_records(database.outbox))
    shown = track(
        records,
        "events",
        total=count,
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    breaks = list(find_breaks(shown))
    for line in breaks:
        print(line)
    if breaks:
        sys.exit(1)
    print(f"ok: {count} events in an unbroken chain")


@app.command("new-epoch")
def new_epoch(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Begin a new epoch after restoring a backup, before the agent is started again.

    The sequence begins at 1 again, so that consumers do not take new events for old ones.
    """
    from edge_agent.app import utc_now
    from edge_agent.config import load_config

    loaded = load_config(config)
    begun = write(loaded, lambda tx: tx.outbox.new_epoch(loaded.lane.source, utc_now()))
    print(f"Epoch {begun} begins with the next event.")


def _reader(config: Path) -> "Reader":
    from edge_agent.config import load_config
    from edge_agent.store.reader import Reader

    return Reader(load_config(config).agent.data_dir)


def _events_after(position: int, database: "Database") -> "list[EventRecord]":
    return database.outbox.after(position, 500)
