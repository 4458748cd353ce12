"""A developer's lane: virtual devices around a real agent, driven by typed lines."""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born
from simulator.documents.mrz import Zone
from simulator.paper import as_text, save_png
from simulator.scanner import NoAnswer
from simulator.virtual_lane import VirtualLane

HELP = """\
Type a code to scan it (an item's GTIN, EMP1001 to sign on, LOY5001 for a customer), or:
  id DATE           scan a driving licence of somebody born then (2001-12-31)
  passport DATE     scan a passport
  receipt           show the last receipt          png FILE     save it as a picture
  paper out|ok      take the paper out, put it in  cover open|closed
  unplug | plug     the scanner's cable            printer off|on
  customers away|back   the customer system        drawer close
  kill | restart    kill -9 the agent, start it    help, quit
"""


async def simulate(directory: Path) -> None:
    """Runs until ``quit`` or the end of input; the lane stays in ``directory``."""
    async with VirtualLane(directory) as lane:
        await lane.import_master_data()
        await lane.start_agent()
        _say(f"The lane is up. In another terminal: edge-agent tui --socket {lane.socket}")
        _say(HELP)
        while line := await asyncio.to_thread(sys.stdin.readline):
            words = line.split()
            if words == ["quit"]:
                return
            if words:
                await _obey(lane, words)


async def _obey(lane: VirtualLane, words: list[str]) -> None:  # noqa: PLR0912 - a table of commands
    match words:
        case ["help"]:
            _say(HELP)
        case ["id" | "passport" as document, born]:
            await _scan_document(lane, document, born)
        case ["receipt"]:
            _say(as_text(lane.printer.receipts[-1]) if lane.printer.receipts else "none yet")
        case ["png", file]:
            if lane.printer.receipts:
                save_png(lane.printer.receipts[-1], Path(file))
            _say(f"saved {file}" if lane.printer.receipts else "none yet")
        case ["paper", state]:
            lane.printer.faults.paper_out = state == "out"
        case ["cover", state]:
            lane.printer.faults.cover_open = state == "open"
        case ["unplug"]:
            lane.scanner.unplug()
        case ["plug"]:
            lane.scanner.plug()
        case ["printer", "off"]:
            await lane.printer.unplug()
        case ["printer", "on"]:
            await lane.printer.plug()
        case ["customers", state]:
            lane.customers.away = state == "away"
        case ["drawer", "close"]:
            lane.printer.close_drawer()
        case ["kill"]:
            await lane.kill_agent()
        case ["restart"]:
            await lane.stop_agent()
            await lane.start_agent()
        case [code]:
            await _scan(lane, code)
        case _:
            _say("not understood; try help")


async def _scan_document(lane: VirtualLane, document: str, born: str) -> None:
    try:
        birth = date.fromisoformat(born)
    except ValueError:
        _say("not a date such as 2001-12-31")
        return
    holder = holder_born(birth, datetime.now(UTC).date())
    licence = document == "id"
    await _scan(lane, Card(10).payload(holder) if licence else Zone("TD3").payload(holder))


async def _scan(lane: VirtualLane, code: str | bytes) -> None:
    try:
        accepted = await lane.scanner.scan(code)
    except NoAnswer as error:
        _say(f"no beep: {error}")
        return
    _say("beep" if accepted else "error beep")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this module is a console
