"""The ``edge-agent`` command. Each command imports what it needs when it runs.

Over 400 lines because it is the whole command tree in one place, each command a few lines long.
"""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from edge_agent import __version__
from edge_agent.api.errors import DeviceError, EdgeAgentError, ImportRefused, StoreLocked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager

    from edge_agent.config import Config
    from edge_agent.control.client import ControlClient
    from edge_agent.control.messages import ImportMessage, PluginMessage
    from edge_agent.discovery.survey import Finding
    from edge_agent.runtime.imports import MasterDataImport
    from edge_agent.store.chain import EventRecord
    from edge_agent.store.database import Database
    from edge_agent.store.reader import Reader
    from edge_agent.store.writer import Transaction

T = TypeVar("T")

app = typer.Typer(
    help="The lane edge agent: scanners, printers and drawers to point-of-sale events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
price_book = typer.Typer(help="The price book of this lane.", no_args_is_help=True)
recalls = typer.Typer(help="Goods that must not be sold.", no_args_is_help=True)
people = typer.Typer(help="Who may sign on at this lane.", no_args_is_help=True)
plugins = typer.Typer(help="The plugins of a running agent.", no_args_is_help=True)
journal = typer.Typer(help="The events in this lane's database.", no_args_is_help=True)
devices = typer.Typer(help="What is attached to this computer.", invoke_without_command=True)
app.add_typer(devices, name="devices")
app.add_typer(price_book, name="price-book")
app.add_typer(recalls, name="recalls")
app.add_typer(people, name="people")
app.add_typer(plugins, name="plugins")
app.add_typer(journal, name="journal")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="EDGE_AGENT_CONFIG", help="The agent's TOML file.", dir_okay=False
    ),
]
SocketOption = Annotated[
    Path,
    typer.Option("--socket", "-s", envvar="EDGE_AGENT_SOCKET", help="A running agent's socket."),
]
DEFAULT_CONFIG = Path("/etc/edge-agent/config.toml")
DEFAULT_SOCKET = Path("/run/edge-agent/control.sock")


def main() -> None:
    """Runs the command; errors that people can act on are said in one line, without a traceback."""
    try:
        app()
    except EdgeAgentError as error:
        print(f"edge-agent: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def run(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Run the agent until SIGTERM."""
    from edge_agent.app import run_agent
    from edge_agent.config import load_config
    from edge_agent.logs import configure_logs

    loaded = load_config(config)
    configure_logs(loaded.agent.log_format)
    asyncio.run(run_agent(loaded))


@app.command()
def tui(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Open the terminal UI of a running agent."""
    from tui.app import LaneApp

    _ask(socket, lambda client: client.health())
    LaneApp(socket).run()


@app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="Play, report as JSON and exit.")] = False,
    sales: Annotated[int, typer.Option(min=1, help="Sales to play when headless.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed plays the same sales.")] = 7,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Keep everything here (default: a temporary one).")
    ] = None,
) -> None:
    """Play a whole simulated lane: scanner, printer, customer system and an embedded broker."""
    from simulator.demo import demo_headless, demo_with_tui

    if headless:
        report = asyncio.run(demo_headless(sales, seed, directory))
        print(json.dumps(report))
        sys.exit(0 if report["chain_ok"] and report["pending"] == 0 else 1)
    asyncio.run(demo_with_tui(seed, directory))


@app.command()
def rig(
    sales: Annotated[int, typer.Option(min=1, help="How many sales.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same sales.")] = 1,
) -> None:
    """Make bulk sales on a simulated lane, as fast as it takes them, and report as JSON."""
    from simulator.demo import run_rig

    print(json.dumps(asyncio.run(run_rig(sales, seed))))


@app.command()
def simulate(
    directory: Annotated[Path, typer.Option("--dir", help="Where to put the lane.")] = Path(
        "simulated-lane"
    ),
    every_device: Annotated[
        bool, typer.Option("--all", help="Every kind of device, not one scanner and one printer.")
    ] = False,
    port: Annotated[
        int, typer.Option("--http", min=0, max=65535, help="Port for the devices over HTTP.")
    ] = 0,
) -> None:
    """Bring up simulated devices and a configuration for them; type what to scan."""
    from simulator.console import simulate as run_console

    asyncio.run(run_console(directory.absolute(), every_device=every_device, port=port))


@app.command()
def record(
    device: Annotated[Path, typer.Argument(help="/dev/ttyUSB0, /dev/input/by-id/..., ...")],
    file: Annotated[Path, typer.Argument(help="The recording to write.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="For how long.")] = 30.0,
) -> None:
    """Record what a real device sends, to be played on a simulated one. Scan test codes only."""
    from simulator.recording import record as run_recording

    try:
        count = asyncio.run(run_recording(device, file, seconds))
    except OSError as error:
        raise DeviceError(f"{device}: {error.strerror}. Is the agent using it?") from error
    print(f"{count} bytes in {file}")


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


@app.command()
def events(
    json_schema: Annotated[
        bool, typer.Option("--json-schema", help="Print the JSON Schema of the catalogue.")
    ] = False,
) -> None:
    """List every event type the agent publishes."""
    from edge_agent.api.events import CATALOGUE, catalogue_json_schema

    if json_schema:
        print(json.dumps(catalogue_json_schema(), indent=2))
        return
    for name, event in CATALOGUE.items():
        version = event.model_fields["version"].default
        summary = (event.__doc__ or "").strip().splitlines()[0]
        print(f"{name:32} v{version}  {summary}")


@app.command()
def health(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Say whether a running agent is well; exit 1 where it is not."""
    answer = _ask(socket, lambda client: client.health())
    print(f"{answer.status}: lane {answer.lane}, edge-agent {answer.version}")
    for problem in answer.problems:
        print(f"  - {problem}")
    sys.exit(0 if answer.status == "ok" else 1)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


@devices.callback()
def list_devices(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a device.")] = False,
) -> None:
    """List what is attached, what has it, which driver fits and which permission is missing."""
    if context.invoked_subcommand is not None:
        return
    from dataclasses import asdict

    findings = _survey(config if config.exists() else None)
    for finding in findings:
        if jsonl:
            told = {**asdict(finding), "attached": finding.attached.model_dump()}
            print(json.dumps(told, default=dict))
            continue
        device = finding.attached
        identity = f" {device.vendor}:{device.product}" if device.vendor else ""
        print(f"{device.best_path}  {device.bus}{identity}  {device.name}")
        if finding.configured_as is not None:
            print(f"    configured as {finding.configured_as}")
        elif finding.matches:
            fits = ", ".join(match.driver for match in finding.matches)
            print(f"    would match: {fits}")
        for holder in (*finding.held_by, *(f"the kernel's {d}" for d in device.kernel_drivers)):
            print(f"    in use by {holder}")
        if finding.rule:
            print(f"    not permitted; put this into /etc/udev/rules.d: {finding.rule}")
    if not findings:
        print("Nothing is attached that a driver could use. Network printers are not listed.")


@devices.command("drivers")
def list_drivers(
    name: Annotated[str | None, typer.Argument(help="Show this one's options.")] = None,
) -> None:
    """List the installed drivers, or the options of one."""
    import inspect

    from edge_agent.runtime.registry import Registry

    registry = Registry()
    if name is None:
        for driver in sorted(registry.drivers):
            print(driver)
        return
    config_type = registry.load_driver(name).config_type
    for shape in config_type.__mro__:
        if "__doc__" in vars(shape) and shape.__doc__ and hasattr(shape, "model_fields"):
            if shape.__module__.startswith("pydantic"):
                break
            print(inspect.getdoc(shape), end="\n\n")
    shapes = config_type.model_json_schema(mode="serialization")["properties"]
    for option, field in config_type.model_fields.items():
        given = "must be given" if field.is_required() else f"default {field.default!r}"
        choices = ", ".join(map(repr, shapes[option].get("enum", ())))
        print(f"  {option}: {given}" + (f"; one of {choices}" if choices else ""))


@devices.command("add")
def add_device(
    path: Annotated[str, typer.Argument(help="A path from the list, stable or not.")],
    name: Annotated[str, typer.Option(help="Its name on this lane.")],
    driver: Annotated[str | None, typer.Option(help="Where more than one driver fits.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Add an attached device to the configuration; effective when the agent is started again."""
    from edge_agent.discovery.add import add_device as write

    found = [
        finding
        for finding in _survey(config)
        if path in (finding.attached.path, *finding.attached.stable_paths)
    ]
    if not found:
        raise DeviceError(f"{path} is not attached. `edge-agent devices` lists what is.")
    if found[0].configured_as is not None:
        raise DeviceError(f"{path} is configured already, as {found[0].configured_as}.")
    matches = {match.driver: match for match in found[0].matches}
    if driver is None and len(matches) != 1:
        fits = ", ".join(matches) or "none"
        raise DeviceError(f"Say which driver {path} is for with --driver. It fits: {fits}.")
    chosen = matches.get(driver or next(iter(matches)))
    if chosen is None:
        raise DeviceError(f"{driver} does not serve {path}. It fits: {', '.join(matches)}.")
    print(write(config, name, chosen.driver, chosen.options))
    if found[0].rule:
        print(f"Put this into /etc/udev/rules.d as well: {found[0].rule}")
    print("Start the agent again to use it.")


def _survey(config: Path | None) -> "list[Finding]":
    from edge_agent.config import load_config
    from edge_agent.discovery.survey import survey
    from edge_agent.discovery.sysfs import read_attached
    from edge_agent.runtime.device_host import DeviceSetup
    from edge_agent.runtime.registry import Registry

    setups = [
        DeviceSetup(device.name, device.driver, device.options)
        for device in (load_config(config).devices if config is not None else ())
    ]
    root = Path(os.environ.get("EDGE_AGENT_ROOT", "/"))
    return survey(read_attached(root), Registry(), setups)


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


@plugins.command("list")
def list_plugins(socket: SocketOption = DEFAULT_SOCKET) -> None:
    """List the plugins and how they are doing."""
    for plugin in _ask(socket, lambda client: client.plugins()):
        switch = "on" if plugin.enabled else "off"
        said = plugin.detail or plugin.summary
        print(f"{plugin.id:24} {switch:4} {plugin.status:12} {said}")


@plugins.command("show")
def show_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Print a plugin with its settings as JSON."""
    print(_ask(socket, lambda client: client.plugin(plugin_id)).model_dump_json(indent=2))


@plugins.command("enable")
def enable_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Turn a plugin on, from the next event on."""
    _switch(plugin_id, socket, enabled=True)


@plugins.command("disable")
def disable_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Turn a plugin off, from the next event on."""
    _switch(plugin_id, socket, enabled=False)


@plugins.command("register")
def register_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Register a plugin that was unregistered."""
    print(_ask(socket, lambda client: client.register_plugin(plugin_id)).status)


@plugins.command("unregister")
def unregister_plugin(plugin_id: str, socket: SocketOption = DEFAULT_SOCKET) -> None:
    """Unregister a plugin; its settings and state are kept."""
    print(_ask(socket, lambda client: client.unregister_plugin(plugin_id)).status)


@plugins.command("set")
def set_plugin(
    plugin_id: str,
    assignments: Annotated[list[str], typer.Argument(help="name=JSON value, one or more")],
    socket: SocketOption = DEFAULT_SOCKET,
) -> None:
    """Change settings of a plugin: edge-agent plugins set fraud-detection voids_in_window=5."""
    from edge_agent.control.messages import PluginChange

    changes: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise typer.BadParameter(f"{assignment!r} is not name=value")
        try:
            changes[name] = json.loads(value)
        except json.JSONDecodeError:
            changes[name] = value

    async def change(client: "ControlClient") -> "PluginMessage":
        present = await client.plugin(plugin_id)
        wanted = PluginChange(settings={**present.settings, **changes})
        return await client.change_plugin(plugin_id, wanted)

    print(json.dumps(_ask(socket, change).settings, indent=2))


@journal.command("tail")
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


@journal.command("verify")
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


@journal.command("new-epoch")
def new_epoch(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Begin a new epoch after restoring a backup, before the agent is started again.

    The sequence begins at 1 again, so that consumers do not take new events for old ones.
    """
    from edge_agent.app import utc_now
    from edge_agent.config import load_config

    loaded = load_config(config)
    begun = _write(loaded, lambda tx: tx.outbox.new_epoch(loaded.lane.source, utc_now()))
    print(f"Epoch {begun} begins with the next event.")


def _reader(config: Path) -> "Reader":
    from edge_agent.config import load_config
    from edge_agent.store.reader import Reader

    return Reader(load_config(config).agent.data_dir)


def _events_after(position: int, database: "Database") -> "list[EventRecord]":
    return database.outbox.after(position, 500)


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
        _write(config, apply)
    except StoreLocked:
        _ask(config.agent.socket, online)


def _write(config: "Config", work: "Callable[[Transaction], T]") -> T:
    """Runs one transaction while no agent runs; raises ``StoreLocked`` where one does."""
    from edge_agent.app import prepare_data_dir, utc_now
    from edge_agent.store.writer import Writer

    lock = prepare_data_dir(config.agent.data_dir)
    writer = Writer(config.agent.data_dir, config.lane.source, os.urandom)
    try:
        writer.start(utc_now())
        return writer.submit(work).result()
    finally:
        writer.close()
        lock.release()


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused(f"{file} is not UTF-8 text (byte {error.start}).") from None


def _switch(plugin_id: str, socket: Path, *, enabled: bool) -> None:
    from edge_agent.control.messages import PluginChange

    change = PluginChange(enabled=enabled)
    print(_ask(socket, lambda client: client.change_plugin(plugin_id, change)).status)


def _ask(socket: Path, question: "Callable[[ControlClient], Awaitable[T]]") -> T:
    from edge_agent.control.client import ControlClient

    async def ask() -> T:
        async with ControlClient(socket) as client:
            return await question(client)

    return asyncio.run(ask())
