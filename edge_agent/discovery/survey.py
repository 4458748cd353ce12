"""Each attached device with the driver that fits, what has it, and what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.api.device import Attached, Bus
from edge_agent.discovery.permission import holders, may_use, udev_rule
from edge_agent.runtime.devices.status import DeviceSetup
from edge_agent.runtime.registry import Registry


@dataclass(frozen=True, slots=True)
class Match:
    """A driver that would serve the device, and the options by which it finds it."""

    driver: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One attached device. ``configured_as`` is its name in the configuration, if it has one.

    ``rule`` is the udev rule that is needed, empty where the agent may use the device. ``faults``
    are drivers that could not be asked, and why.
    """

    attached: Attached
    matches: Sequence[Match]
    configured_as: str | None
    held_by: Sequence[str]
    rule: str
    faults: Sequence[str] = ()


def survey(
    attached: Sequence[Attached],
    registry: Registry,
    configured: Sequence[DeviceSetup],
    *,
    allowed: Callable[[Attached], bool] = may_use,
    held_by: Callable[[str], list[str]] = holders,
) -> list[Finding]:
    """Survey attached devices, the drivers that fit them, and obstacles."""
    findings = []
    for device in attached:
        matches, faults = _matches(device, registry)
        findings.append(
            Finding(
                attached=device,
                matches=matches,
                configured_as=_configured_as(device, configured),
                held_by=held_by(device.path),
                rule="" if allowed(device) else udev_rule(device),
                faults=faults,
            )
        )
    return findings


def _matches(device: Attached, registry: Registry) -> tuple[list[Match], list[str]]:
    found, faults = [], []
    for name in registry.drivers:
        try:
            options = registry.load_driver(name).suggest(device)
        # A stranger's driver may raise anything; the others are asked all the same.
        except Exception as error:
            faults.append(f"{name}: {type(error).__name__}: {error}")
            continue
        if options is not None:
            found.append(Match(name, options))
    return found, faults


def _configured_as(device: Attached, configured: Sequence[DeviceSetup]) -> str | None:
    names = {device.path, *device.stable_paths}
    for setup in configured:
        if names & {str(setup.options.get(key)) for key in ("port", "path")}:
            return setup.name
        if _is_same_usb(device, setup.options) or _is_same_keyboard(device, setup.options):
            return setup.name
    return None


def _is_same_usb(device: Attached, options: Mapping[str, Any]) -> bool:
    """By the numbers on it; one that is in use does not show any more what it is."""
    ids = (str(options.get("vendor", "")).lower(), str(options.get("product", "")).lower())
    serial = options.get("serial")
    return (
        device.bus is Bus.USB
        and ids == (device.vendor.lower(), device.product.lower())
        and serial in (None, device.serial)
    )


def _is_same_keyboard(device: Attached, options: Mapping[str, Any]) -> bool:
    if device.bus is not Bus.INPUT or not device.types:
        return False
    phys, serial = options.get("phys"), options.get("serial")
    return (phys is not None and phys == device.phys) or (
        serial is not None and "vendor" not in options and serial == device.serial
    )
