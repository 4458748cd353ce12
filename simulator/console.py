"""A developer's lane: virtual devices around a real agent, driven by typed lines."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from edge_agent.api.errors import ControlError
from simulator.bench import Bench, NotPossible
from simulator.documents.aamva import Card
from simulator.documents.holder import Holder, holder_born
from simulator.documents.mrz import Zone
from simulator.hardware import EVERY_DEVICE
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


_Command = Callable[[Sequence[str]], Awaitable[str | None]]


async def simulate(directory: Path, *, every_device: bool, port: int, columns: int) -> None:
    """Runs until ``quit`` or the end of input; the lane stays in ``directory``."""
    devices = EVERY_DEVICE if every_device else ("scanner", "printer")
    async with VirtualLane(directory, devices=devices, columns=columns) as lane:
        bench = Bench(lane.hardware)
        console = _Console(lane, bench)
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
                    _say(await console.handle(words))


class _Console:
    """Carries out typed lines: a command and its words, or a code to scan."""

    def __init__(self, lane: VirtualLane, bench: Bench) -> None:
        self._lane = lane
        self._bench = bench
        self._commands: Mapping[str, tuple[Container[int], _Command]] = {
            "id": ({1}, lambda words: self._scan("scanner", _licence(_date(words[0])))),
            "passport": ({1}, lambda words: self._scan("scanner", _passport(_date(words[0])))),
            "with": ({2}, lambda words: self._scan(*words)),
            "play": ({2}, self._play),
            "devices": ({0}, self._devices),
            "plug": ({1}, lambda words: self._bench.plug(*words)),
            "unplug": ({1}, lambda words: self._bench.unplug(*words)),
            "fault": ({3}, self._fault),
            "power": ({2}, self._power),
            "drawer": ({2}, self._drawer),
            "customers": ({1}, self._customers),
            "receipt": ({0, 1}, self._receipt),
            "png": ({1, 2}, self._png),
            "kill": ({0}, lambda _: self._lane.kill_agent()),
            "restart": ({0}, self._restart),
            "help": ({0}, self._help),
        }

    async def handle(self, words: Sequence[str]) -> str:
        """Carries out one line; what there is to say about it."""
        try:
            return await self._do(words[0], words[1:]) or "done"
        except (NotPossible, Unplugged, ValueError, OSError, AgentFailed, ControlError) as error:
            return str(error)

    async def _do(self, name: str, words: Sequence[str]) -> str | None:
        if name in self._commands:
            wanted, command = self._commands[name]
            if len(words) not in wanted:
                return f"{name} is used otherwise; try help"
            return await command(words)
        if words:
            return "not understood; try help"
        return await self._scan("scanner", name)

    async def _scan(self, scanner: str, code: str | bytes) -> str:
        """The scanner's beep and the lane's newest prompt."""
        answer = await self._bench.scan(scanner, code)
        if "beep" not in answer:
            # It cannot be told, so nobody knows when the lane has answered.
            return answer
        prompts = (await self._lane.client.lane()).state.prompts
        return ": ".join([answer, *(prompt.message for prompt in prompts[-1:])])

    async def _play(self, words: Sequence[str]) -> str:
        name, file = words
        player = self._lane.hardware.devices.get(name)
        if not isinstance(player, PtyDevice):
            raise NotPossible(f"recordings are played on what has a device file, not {name}")
        return f"{await play(Path(file), player)} bytes"

    async def _devices(self, _: Sequence[str]) -> str:
        return "\n".join(json.dumps(device) for device in self._bench.describe())

    async def _fault(self, words: Sequence[str]) -> None:
        name, fault, value = words
        switched = {"on": True, "off": False}
        self._bench.fault(name, fault, switched.get(value, value))

    async def _power(self, words: Sequence[str]) -> None:
        await self._bench.power(words[0], _either(words[1], "on", "off"))

    async def _drawer(self, words: Sequence[str]) -> None:
        self._bench.drawer(words[0], _either(words[1], "open", "closed"))

    async def _customers(self, words: Sequence[str]) -> None:
        self._lane.customers.away = _either(words[0], "away", "back")

    async def _receipt(self, words: Sequence[str]) -> str:
        return self._bench.receipt_text(*words or ["printer"])

    async def _png(self, words: Sequence[str]) -> str:
        file, *names = words
        self._bench.receipt_picture(*names or ["printer"]).save(Path(file))
        return f"saved {file}"

    async def _restart(self, _: Sequence[str]) -> None:
        await self._lane.stop_agent()
        await self._lane.start_agent()

    async def _help(self, _: Sequence[str]) -> str:
        return HELP


def _either(word: str, yes: str, no: str) -> bool:
    if word not in (yes, no):
        raise NotPossible(f"{word!r} is neither {yes} nor {no}")
    return word == yes


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotPossible(f"{text!r} is no date such as 2001-12-31") from None


def _licence(birth: date) -> bytes:
    return Card(10).payload(_holder(birth))


def _passport(birth: date) -> bytes:
    return Zone("TD3").payload(_holder(birth))


def _holder(birth: date) -> Holder:
    return holder_born(birth, datetime.now(UTC).date())


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this module is a console
