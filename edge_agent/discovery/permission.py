"""Who uses a device file, and whether the agent may."""

import os
from pathlib import Path

from edge_agent.api.device import Attached, Bus

GROUP = "edge-agent"
_SUBSYSTEMS = {Bus.USB: "usb", Bus.SERIAL: "tty", Bus.INPUT: "input"}


def may_use(attached: Attached) -> bool:
    """Whether this process may read and write the device file."""
    return os.access(attached.path, os.R_OK | os.W_OK)


def udev_rule(attached: Attached) -> str:
    """The rule that lets the agent's group use this kind of device."""
    key = "ATTR" if attached.bus is Bus.USB else "ATTRS"
    parts = [f'SUBSYSTEM=="{_SUBSYSTEMS[attached.bus]}"']
    if attached.bus is Bus.INPUT:
        parts.append('KERNEL=="event*"')
    if attached.vendor:
        parts.append(f'{key}{{idVendor}}=="{attached.vendor}"')
        parts.append(f'{key}{{idProduct}}=="{attached.product}"')
    else:
        parts.append(f'KERNEL=="{Path(attached.path).name}"')
    return ", ".join([*parts, f'GROUP="{GROUP}"', 'MODE="0660"'])


def holders(path: str, proc: Path = Path("/proc")) -> list[str]:
    """Programs that have the file open, as far as this process may see."""
    real = os.path.realpath(path)
    found = []
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            opened = {os.path.realpath(link) for link in (process / "fd").iterdir()}
            name = (process / "comm").read_text().strip()
        except OSError:
            continue
        if real in opened:
            found.append(f"{name} ({process.name})")
    return sorted(found)
