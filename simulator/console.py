"""A developer's lane: virtual devices around a real agent, driven by typed lines."""

import asyncio
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from edge_agent.api.errors import ControlError
from simulator.bench import Bench, NotPossible
from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born
from simulator.documents.mrz import Zone
from simulator.hardware import EVERY_DEVICE
from simulator.paper import as_text, save_png
from simulator.pty_device import PtyDevice, Unplugged
from simulator.recording import play
from simulator.remote import RemoteBench
from simulator.virtual_lane import AgentFailed, VirtualLane

HELP = """\
Type a code to scan it (an item's GTIN, EMP1001 to sign on, LOY5001 for a customer), or:
  id DATE           scan a driving licence of somebody born then (2001-12-31)
  passport DATE     scan a passport
  with SCANNER CODE scan with another scanner      play SCANNER FILE   a recording
  devices           all devices and their faults   plug | unplug DEVICE
  fault DEVICE FAULT on|off|NUMBER                 power PRINTER on|off
  drawer DEVICE open|closed                        customers away|back   the customer system
  receipt [PRINTER] show the last receipt          png FILE [PRINTER]    save it as a picture
  kill | restart    kill -9 the agent, start it    help, quit
"""


_COMMANDS = {
    "id",
    "passport",
    "with",
    "play",
    "plug",
    "unplug",
    "fault",
    "power",
    "drawer",
    "png",
} | {"customers"}


async def simulate(directory: Path, *, every_device: bool, port: int) -> None:
    """Runs until ``quit`` or the end of input; the lane stays in ``directory``."""
    devices = EVERY_DEVICE if every_device else ("scanner", "printer")
    async with VirtualLane(directory, devices=devices) as lane:
        bench = Bench(lane.hardware)
        await lane.import_master_data()
        await lane.start_agent()
        async with RemoteBench(bench, port) as remote:
            _say(f"The lane is up. In another terminal: edge-agent tui --socket {lane.socket}")
            _say(f"The hardware answers HTTP at {remote.url}/docs")
            _say(HELP)
            while line := await asyncio.to_thread(sys.stdin.readline):
                words = line.split()
                if words == ["quit"]:
                    return
                if words:
                    await _obey(lane, bench, words)


async def _obey(lane: VirtualLane, bench: Bench, words: list[str]) -> None:
    try:
        _say(await _do(lane, bench, words) or "done")
    except (NotPossible, Unplugged, ValueError, OSError, AgentFailed, ControlError) as error:
        _say(str(error))


async def _do(  # noqa: PLR0912 - a table
    lane: VirtualLane, bench: Bench, words: list[str]
) -> str | None:
    """Carries out one line; what there is to say about it."""
    match words:
        case ["help"]:
            return HELP
        case ["id" | "passport" as document, born]:
            return await _scan(lane, bench, "scanner", _document(document, born))
        case ["devices"]:
            return "\n".join(json.dumps(device) for device in bench.describe())
        case ["plug", name]:
            await bench.plug(name)
        case ["unplug", name]:
            await bench.unplug(name)
        case ["power", name, "on" | "off" as state]:
            await bench.power(name, state == "on")
        case ["fault", name, fault, value]:
            bench.fault(name, fault, _fault_value(value))
        case ["drawer", name, "open" | "closed" as state]:
            bench.drawer(name, state == "open")
        case ["with", name, code]:
            return await _scan(lane, bench, name, code)
        case ["play", name, file]:
            player = lane.hardware.devices.get(name)
            if not isinstance(player, PtyDevice):
                raise NotPossible(f"recordings are played on what has a device file, not {name}")
            return f"{await play(Path(file), player)} bytes"
        case ["receipt", *names]:
            return as_text(bench.paper(*names or ["printer"]))
        case ["png", file, *names]:
            save_png(bench.paper(*names or ["printer"]), Path(file))
            return f"saved {file}"
        case ["customers", "away" | "back" as state]:
            lane.customers.away = state == "away"
        case ["kill"]:
            await lane.kill_agent()
        case ["restart"]:
            await lane.stop_agent()
            await lane.start_agent()
        case [word] if word in _COMMANDS:
            return f"{word} wants more; try help"
        case [code]:
            return await _scan(lane, bench, "scanner", code)
        case _:
            return "not understood; try help"
    return None


def _fault_value(text: str) -> bool | str:
    return {"on": True, "off": False}[text] if text in ("on", "off") else text


async def _scan(lane: VirtualLane, bench: Bench, scanner: str, code: str | bytes) -> str:
    """What the scanner beeped, and what the lane says to that."""
    answer = await bench.scan(scanner, code)
    if "beep" not in answer:
        # It cannot be told, so nobody knows when the lane has answered.
        return answer
    prompts = (await lane.client.lane()).state.prompts
    return ": ".join([answer, *(prompt.message for prompt in prompts[-1:])])


def _document(document: str, born: str) -> bytes:
    try:
        birth = date.fromisoformat(born)
    except ValueError:
        raise NotPossible(f"{born!r} is no date such as 2001-12-31") from None
    holder = holder_born(birth, datetime.now(UTC).date())
    licence = document == "id"
    return Card(10).payload(holder) if licence else Zone("TD3").payload(holder)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this module is a console
