"""The ``decode`` command: the meaning of a payload."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def decode(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read lines of {"data_base64": ..., "symbology": ...}.')
    ] = False,
    symbology: Annotated[
        str, typer.Option(help="AIM identifier of the payload, such as ]L2.", metavar="AIM")
    ] = "",
    min_age: Annotated[
        int | None, typer.Option("--min-age", min=1, max=120, help="Judge documents by this age.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="On that day, not today.")
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Add birth date and expiry. For specimen cards.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Decode by the rules of this lane.", dir_okay=False),
    ] = None,
) -> None:
    """Say what the lane makes of a payload on standard input, as one JSON object each."""
    from edge_agent.app import utc_now
    from edge_agent.config import load_config
    from edge_agent.decode import Question, decode, decode_lines, is_identifier_or_empty
    from edge_agent.intake.interpret import LONGEST_SCAN
    from edge_agent.intake.policy import IntakePolicy

    if not is_identifier_or_empty(symbology):
        raise typer.BadParameter(f"{symbology!r} is no AIM identifier such as ]L2")
    policy = load_config(config).intake if config is not None else IntakePolicy()
    day = on.date() if on is not None else policy.today(utc_now())
    question = Question(policy, day, min_age, reveal)
    if jsonl:
        for told in decode_lines(sys.stdin.buffer, question):
            print(json.dumps(told), flush=True)
        return
    print(json.dumps(decode(sys.stdin.buffer.read(LONGEST_SCAN + 1), symbology, question)))
