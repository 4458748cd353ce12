"""The lane as its journal says it was."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from edge_agent.api.errors import ConfigError, NotFound
from edge_agent.api.text import visible
from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from edge_agent.api.lane import LaneState
    from edge_agent.store.chain import EventRecord
    from edge_agent.store.database import Database

LARGEST = 2**63 - 1
app = typer.Typer(help="The lane, now and at any moment that is stored.", no_args_is_help=True)


@app.command("show")
def show(
    config: ConfigOption = DEFAULT_CONFIG,
    at: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, help="After the event of this sequence; else the newest."),
    ] = None,
    epoch: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, help="The epoch of that sequence; else the newest."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /lane answers it.")] = False,
) -> None:
    """Show the lane as the cashier saw it, but for the hints of plugins, which are not kept."""
    from edge_agent.api.lane import LaneState
    from edge_agent.config import load_config
    from edge_agent.runtime.pipeline.restore import Restored, restore
    from edge_agent.store.reader import Reader
    from edge_agent.store.verification import why_corrupt

    if epoch is not None and at is None:
        raise ConfigError("--epoch says where to look for --at; give both.")
    loaded = load_config(config)
    fresh = LaneState(
        store=loaded.lane.store,
        lane=loaded.lane.lane,
        currency=loaded.lane.currency,
        prices_include_tax=loaded.lane.prices_include_tax,
    )

    def look(database: "Database") -> "tuple[EventRecord, Restored]":
        record = _event(database, epoch, at)
        return record, restore(database, fresh, record.position)

    reader = Reader(loaded.agent.data_dir)
    record, restored = reader.read_one_moment(look)
    reader.close()
    damaged = restored.damaged or ((record.position,) if why_corrupt(record) else ())
    if damaged:
        named = ", ".join(map(str, damaged))
        doubt = f"The journal is damaged at position {named}: the lane may have been different."
        print(doubt, file=sys.stderr)
    if as_json:
        print(restored.state.model_dump_json(indent=2))
        return
    when = f"{record.occurred_at}  epoch {record.epoch}  sequence {record.sequence}  {record.type}"
    for line in (when, *told(restored.state)):
        print(visible(line))


def told(state: "LaneState") -> list[str]:
    """The lane in words: who, the sale's lines, what held it, what the cashier was told."""
    operator = state.operator
    who = f"{operator.name} ({operator.employee_id})" if operator is not None else "nobody"
    words = [f"{state.phase.replace('_', ' ')}, signed on: {who}"]
    if state.basket is not None:
        basket = state.basket
        customer = f", customer {basket.customer_id}" if basket.customer_id else ""
        words.append(f"sale {basket.sale_number}{customer}")
        words += [
            f"{line.line_id:4}  {line.gtin}  {line.weight or line.quantity!s:>8}  "
            f"{line.amount.amount():>10}  {line.description}{'  VOID' if line.voided else ''}"
            for line in basket.lines
        ]
        words.append(f"total {basket.totals.total}, {basket.totals.item_count} pieces")
        words += [f"HELD by {hold.source}: {hold.message}" for hold in basket.holds]
    return [*words, *(f"{prompt.severity}: {prompt.message}" for prompt in state.prompts)]


def _event(database: "Database", epoch: int | None, sequence: int | None) -> "EventRecord":
    newest = database.outbox.newest()
    if newest is None:
        raise NotFound("This lane has no events yet.")
    if sequence is None:
        return newest
    wanted = newest.epoch if epoch is None else epoch
    record = database.outbox.at(wanted, sequence)
    if record is None:
        raise NotFound(
            f"There is no event {sequence} in epoch {wanted} here: it is pruned, or it never was. "
            f"The newest is {newest.place}."
        )
    return record
