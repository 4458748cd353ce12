"""The events in this lane's database."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.api.errors import ConfigError
from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption

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
def verify(
    config: ConfigOption = DEFAULT_CONFIG,
    key: Annotated[
        str | None,
        typer.Option(help="The lane's public key, base64, as known from elsewhere."),
    ] = None,
) -> None:
    """Prove that the journal is one gapless, unaltered chain; exit 1 where it is not."""
    from rich.console import Console
    from rich.progress import track

    from edge_agent.config import load_config
    from edge_agent.store.head_file import HeadFile
    from edge_agent.store.signing import signature_is_right
    from edge_agent.store.verification import verify_journal

    loaded = load_config(config)
    # Before the database: an agent that is running goes on writing both.
    seen = HeadFile(loaded.agent.data_dir, loaded.lane.source).read()
    reader = _reader(config)
    count = reader.read_now(lambda database: database.outbox.count())
    found = reader.read_now(
        lambda database: verify_journal(
            database,
            seen,
            signature_is_right,
            key,
            lambda records: track(
                records,
                "events",
                total=count,
                console=Console(stderr=True),
                transient=True,
                disable=not sys.stderr.isatty(),
            ),
        )
    )
    for problem in found.problems:
        print(problem)
    told = f"{found.checked} of {found.stored} events verified, {found.signed} under a signature"
    if found.problems:
        print(f"not ok: {len(found.problems)} problems; {told}")
        sys.exit(1)
    print(f"ok: {told}")


@app.command("make-key")
def make_key(
    file: Annotated[Path, typer.Argument(help="Where to put the private key.")],
) -> None:
    """Make the key with which this lane signs its journal, and print the public half."""
    from edge_agent.store.signing import make_key as make

    try:
        signer = make(file)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}.") from None
    print(signer.public_key)


def _reader(config: Path) -> "Reader":
    from edge_agent.config import load_config
    from edge_agent.store.reader import Reader

    return Reader(load_config(config).agent.data_dir)


def _events_after(position: int, database: "Database") -> "list[EventRecord]":
    return database.outbox.after(position, 500)
