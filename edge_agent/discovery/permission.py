"""Users of a device file, and the agent's permission to use it."""

import grp
import os
from pathlib import Path

from edge_agent.api.device import Attached, Bus

GROUP = "edge-agent"
AGENTS_GROUPS = frozenset({GROUP, "dialout", "input", "lp"})
"""Those of the systemd unit."""
_GROUP, _OTHERS = 0o060, 0o006
_SUBSYSTEMS = {Bus.USB: "usb", Bus.SERIAL: "tty", Bus.INPUT: "input"}


def may_use(attached: Attached) -> bool:
    """True where the agent, as its systemd unit runs it, may read and write the device file."""
    try:
        status = Path(attached.path).stat()
    except OSError:
        return False
    return bool(
        status.st_mode & _OTHERS == _OTHERS
        or (status.st_mode & _GROUP == _GROUP and _group_of(status.st_gid) in AGENTS_GROUPS)
    )


def udev_rule(attached: Attached) -> str:
    """The rule that lets the agent's group use this kind of device."""
    parts = [f'SUBSYSTEM=="{_SUBSYSTEMS[attached.bus]}"']
    vendor, product = {
        Bus.USB: ("ATTR{idVendor}", "ATTR{idProduct}"),
        Bus.SERIAL: ("ATTRS{idVendor}", "ATTRS{idProduct}"),
        # A Bluetooth keyboard has no USB above it; the input device itself knows.
        Bus.INPUT: ("ATTRS{id/vendor}", "ATTRS{id/product}"),
    }[attached.bus]
    if attached.bus is Bus.INPUT:
        parts.append('KERNEL=="event*"')
    if attached.vendor:
        parts += [f'{vendor}=="{attached.vendor}"', f'{product}=="{attached.product}"']
    else:
        parts.append(f'KERNEL=="{Path(attached.path).name}"')
    return ", ".join([*parts, f'GROUP="{GROUP}"', 'MODE="0660"'])


def _group_of(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""


def holders(path: str) -> list[str]:
    """Programs that have the file open, as far as this process may see."""
    real = os.path.realpath(path)
    found = []
    for process in Path("/proc").iterdir():
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
