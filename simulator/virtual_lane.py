"""A lane in a folder: virtual devices around a real agent in a process of its own."""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from edge_agent.control.client import ControlClient
from simulator import world
from simulator.cashier import Cashier, wait_until_up
from simulator.customers import CustomerSystem
from simulator.hardware import Hardware
from simulator.paper import COLUMNS
from simulator.usb_backend import SOCKET_VARIABLE

LOGO = Path(__file__).with_name("logo.png")
STORE, LANE = "0042", "3"
TOPIC = "pos.lane-events"


class AgentFailed(Exception):
    """The agent's process did not do what it was started for."""


class VirtualLane:
    """Use as an asynchronous context manager: devices come up, the agent is started on demand."""

    def __init__(
        self,
        directory: Path | None = None,
        *,
        kafka: str | None = None,
        topic: str = TOPIC,
        tables: Mapping[str, Mapping[str, Any]] | None = None,
        drawer_patience_s: float = 60.0,
        printer_options: Mapping[str, Any] | None = None,
        devices: Sequence[str] = ("scanner", "printer"),
        more_devices: Sequence[Mapping[str, Any]] = (),
        columns: int = COLUMNS,
    ) -> None:
        """
        Args:
            directory: where to keep the lane; None for a temporary folder that is removed.
            kafka: bootstrap servers; None for a lane without a broker.
            topic: where the events go.
            tables: further tables of the configuration, such as ``identity``.
            printer_options: further options of the printer's driver.
            drawer_patience_s: how long the drawer may be open.
            devices: which of the hardware the lane has; the first printer is the one in use.
            more_devices: further device tables of the configuration.
            columns: characters in a line of the printers' paper.
        """
        self._temporary = directory is None
        self.directory = directory or Path(tempfile.mkdtemp(prefix="lane-"))
        self.kafka = kafka
        self.topic = topic
        self._tables = tables or {}
        self.drawer_patience_s = drawer_patience_s
        self._printer_options = printer_options or {}
        self.assortment = world.items()
        self.hardware = Hardware(self.directory, columns)
        self.scanner = self.hardware.scanner
        self.printer = self.hardware.printer
        self._devices = devices
        self._more_devices = more_devices
        self.customers = CustomerSystem(world.customers())
        self.client = ControlClient(self.socket)
        self.cashier = self.paced_cashier(0.0)
        self.agent: asyncio.subprocess.Process | None = None
        self._cleanup = AsyncExitStack()

    @property
    def config_path(self) -> Path:
        """The lane's configuration file."""
        return self.directory / "config.toml"

    @property
    def socket(self) -> Path:
        """The lane's control socket."""
        return self.directory / "control.sock"

    async def __aenter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._temporary:
            self._cleanup.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self._cleanup.callback(self._take_directory().close)
        await self._cleanup.enter_async_context(self.client)
        self._cleanup.push_async_callback(self.hardware.stop)
        await self.hardware.bus.start()
        for name in self._devices:
            await self.hardware.plug(name)
        self.customers.start()
        self._cleanup.callback(self.customers.stop)
        self.write_config()
        self._cleanup.push_async_callback(self.stop_agent)
        return self

    def _take_directory(self) -> IO[str]:
        """The lock that keeps another lane out of the folder; raises ``AgentFailed``."""
        lock = (self.directory / "simulation.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AgentFailed(f"another simulated lane is up in {self.directory}") from None
        return lock

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._cleanup.aclose()

    def paced_cashier(self, pace_s: float) -> Cashier:
        """A cashier who takes that long between two actions."""
        return Cashier(self.scanner, self.printer, self.client, pace_s)

    def write_config(self) -> None:
        """Writes the configuration for the devices as they are now."""
        devices = self.hardware.tables()
        devices["printer"].update(self._printer_options)
        tables: dict[str, Any] = {
            "lane": {
                "store": STORE,
                "lane": LANE,
                "currency": "EUR",
                "time_zone": "Europe/Berlin",
                "drawer_left_open_after_s": self.drawer_patience_s,
            },
            "receipt": {
                "store_lines": ["CORNER SHOP", "Market Street 5", "10115 Berlin"],
                "return_policy": "Returns within 14 days with this receipt.",
                "logo": str(LOGO),
            },
            "scans": {"measures": [{"layout": world.SCALE_LAYOUT, "decimals": 3}]},
            "agent": {"data_dir": str(self.directory / "data"), "socket": str(self.socket)},
            "devices": [*(devices[name] for name in self._devices), *self._more_devices],
            "plugins": {
                "customer-lookup": {"enabled": True, "settings": {"url": self.customers.url}},
                "purchase-recommender": {
                    "settings": {"pairs": world.suggestions(self.assortment)},
                },
            },
            **self._tables,
        }
        if self.kafka is not None:
            tables["kafka"] = {
                "bootstrap_servers": self.kafka,
                "topic": self.topic,
                "longest_pause_s": 2.0,
                "delivery_timeout_s": 10.0,
            }
        self.config_path.write_text(_toml(tables))

    async def import_master_data(self) -> None:
        """Imports price book and people with the agent's own command."""
        prices, people = self.directory / "price_book.csv", self.directory / "people.csv"
        prices.write_text(world.price_book_csv(self.assortment))
        people.write_text(world.people_csv())
        await self._command("price-book", "import", str(prices), "--config", str(self.config_path))
        await self._command("people", "import", str(people), "--config", str(self.config_path))

    async def send_master_data(self) -> None:
        """Imports price book and people through the running agent."""
        await self.client.import_price_book(world.price_book_csv(self.assortment))
        await self.client.import_people(world.people_csv())

    async def start_agent(self) -> None:
        """Starts the agent and waits until it and its devices are ready."""
        with (self.directory / "agent.log").open("ab") as log:
            self.agent = await asyncio.create_subprocess_exec(
                *_agent_command("run", "--config", str(self.config_path)),
                stderr=log,
                stdout=log,
                env={**os.environ, SOCKET_VARIABLE: str(self.hardware.bus.socket)},
            )
        await wait_until_up(self.client)

    async def stop_agent(self) -> None:
        """Asks the agent to stop and waits for it."""
        if self.agent is not None and self.agent.returncode is None:
            self.agent.send_signal(signal.SIGTERM)
            await self.agent.wait()

    async def kill_agent(self) -> None:
        """``kill -9``: the agent gets no chance to do anything."""
        if self.agent is not None and self.agent.returncode is None:
            self.agent.kill()
            await self.agent.wait()

    async def verify_journal(self) -> str:
        """``edge-agent journal verify``; raises ``AgentFailed`` where the chain is broken."""
        return await self._command("journal", "verify", "--config", str(self.config_path))

    async def wait_delivered(self, timeout_s: float) -> int:
        """Waits until nothing waits for the broker; how many events still do in the end."""
        pending = -1
        try:
            async with asyncio.timeout(timeout_s):
                while pending != 0:
                    pending = (await self.client.outbox()).pending
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return pending
        return 0

    async def _command(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *_agent_command(*arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode != 0:
            raise AgentFailed(output.decode())
        return output.decode()


def _agent_command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "edge_agent", *arguments)


def _toml(tables: Mapping[str, Any]) -> str:
    """The few kinds of TOML that the configuration needs; JSON strings are TOML strings."""
    lines: list[str] = []
    for name, table in tables.items():
        if isinstance(table, list):
            for entry in table:
                lines += [f"[[{name}]]", *_keys(entry), ""]
        else:
            lines += [f"[{name}]", *_keys(table), ""]
    return "\n".join(lines)


def _keys(table: Mapping[str, Any]) -> list[str]:
    return [f"{json.dumps(key)} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(_keys(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
