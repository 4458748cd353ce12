"""Importing what the company gives its lanes: prices, people, recalls."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.api.errors import ImportRefused, StoreLocked
from edge_agent.cli.asking import ask
from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption
from edge_agent.cli.writing import write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from edge_agent.config import Config
    from edge_agent.control.client import ControlClient
    from edge_agent.control.messages import ImportMessage
    from edge_agent.runtime.imports import MasterDataImport
    from edge_agent.store.transaction import Transaction

price_book = typer.Typer(help="The price book of this lane.", no_args_is_help=True)
recalls = typer.Typer(help="Goods that must not be sold.", no_args_is_help=True)
people = typer.Typer(help="Who may sign on at this lane.", no_args_is_help=True)


@price_book.command("import")
def import_price_book(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Replace the price book by a CSV: gtin,description,unit_price,tax_rate,restriction
    and, where not all is sold by the piece, sold_by."""
    from edge_agent.config import load_config
    from edge_agent.runtime.imports import PriceBookImport

    loaded = load_config(config)
    text = _read(file)
    with _busy(f"importing {file}"):
        given = PriceBookImport.read(text, loaded.lane.currency)
        _import(loaded, given, lambda client: client.import_price_book(text))
    print(f"The price book now has {given.rows} items.")


@people.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Replace the people who may sign on by a CSV: badge,employee_id,name,role."""
    from edge_agent.config import load_config
    from edge_agent.runtime.imports import PeopleImport

    loaded = load_config(config)
    text = _read(file)
    given = PeopleImport.read(text)
    _import(loaded, given, lambda client: client.import_people(text))
    print(f"{given.rows} people may now sign on.")


@recalls.command("import")
def import_recalls(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Replace the goods that must not be sold by a CSV: gtin,batch,reason."""
    from edge_agent.config import load_config
    from edge_agent.runtime.imports import RecallImport

    loaded = load_config(config)
    text = _read(file)
    given = RecallImport.read(text)
    _import(loaded, given, lambda client: client.import_recalls(text))
    print(f"{given.rows} recalls are in force.")


def _busy(what: str) -> "AbstractContextManager[object]":
    """Shows people that work is going on; nothing where nobody looks."""
    from contextlib import nullcontext

    from rich.console import Console

    return Console(stderr=True).status(what) if sys.stderr.isatty() else nullcontext()


def _import(
    config: "Config",
    given: "MasterDataImport",
    online: "Callable[[ControlClient], Awaitable[ImportMessage]]",
) -> None:
    """Imports straight into the database, or through the agent that has it open."""
    from edge_agent.app import utc_now

    def apply(tx: "Transaction") -> None:
        tx.append(given.apply(tx.master_data, utc_now()))

    try:
        write(config, apply)
    except StoreLocked:
        ask(config.agent.socket, online)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused(f"{file} is not UTF-8 text (byte {error.start}).") from None
