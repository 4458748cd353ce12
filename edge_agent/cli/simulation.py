"""The lane without hardware."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from edge_agent.api.errors import ConfigError, DeviceError

_NO_BROKER = (
    "The demo brings its own broker, which is not installed: pip install 'lane-edge-agent[demo]'."
)
_COLUMNS_ON_MM = {"58": 32, "80": 48}
app = typer.Typer()


@app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="Play, report as JSON and exit.")] = False,
    sales: Annotated[int, typer.Option(min=1, help="Sales to play when headless.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed plays the same sales.")] = 7,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Keep everything here (default: a temporary one).")
    ] = None,
) -> None:
    """Play a whole simulated lane: scanner, printer, customer system and an embedded broker.

    Without a terminal it plays the headless demo.
    """
    try:
        from simulator.demo import demo_headless, demo_with_tui
    except ModuleNotFoundError as error:
        raise ConfigError(_NO_BROKER) from error

    if not headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("No terminal here: playing the headless demo instead.", file=sys.stderr)
        headless = True
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
    try:
        from simulator.demo import run_rig
    except ModuleNotFoundError as error:
        raise ConfigError(_NO_BROKER) from error

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
    paper: Annotated[
        Literal["58", "80"], typer.Option(help="Width of the printers' paper in mm.")
    ] = "80",
) -> None:
    """Bring up simulated devices and a configuration for them; type what to scan."""
    from simulator.console import simulate as run_console
    from simulator.virtual_lane import AgentFailed

    columns = _COLUMNS_ON_MM[paper]
    try:
        asyncio.run(
            run_console(directory.absolute(), every_device=every_device, port=port, columns=columns)
        )
    except AgentFailed as error:
        raise DeviceError(f"{error}.") from error
    except OSError as error:
        raise ConfigError(f"{error.filename or directory}: {error.strerror}.") from error


@app.command()
def record(
    device: Annotated[Path, typer.Argument(help="/dev/ttyUSB0, /dev/input/by-id/..., ...")],
    file: Annotated[Path, typer.Argument(help="The recording to write.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="For how long.")] = 30.0,
    baud_rate: Annotated[
        Literal["1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"],
        typer.Option(help="Of a serial port."),
    ] = "9600",
) -> None:
    """Record what a real device sends, to be played on a simulated one. Scan test codes only."""
    from simulator.recording import record as run_recording

    try:
        count = asyncio.run(run_recording(device, file, seconds, int(baud_rate)))
    except FileExistsError as error:
        raise ConfigError(f"{file} is there already; name another one.") from error
    except OSError as error:
        where = error.filename or device
        hint = " Is the agent using it?" if Path(where) == device and device.exists() else ""
        raise DeviceError(f"{where}: {error.strerror}.{hint}") from error
    if not count:
        raise DeviceError(f"{device} sent nothing. Was something scanned? Is the agent using it?")
    print(f"{count} bytes in {file}")
