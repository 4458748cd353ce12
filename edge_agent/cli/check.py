"""The ``check`` command: a configuration, without starting anything."""

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import typer

from edge_agent.cli.options import DEFAULT_CONFIG, ConfigOption

if TYPE_CHECKING:
    from edge_agent.config import Config
    from edge_agent.runtime.registry import Registry

app = typer.Typer()


@app.command()
def check(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Check a configuration without starting the agent; exit 1 where something is wrong."""
    from zoneinfo import ZoneInfo

    from edge_agent.config import load_config
    from edge_agent.runtime.registry import Registry

    loaded = load_config(config)
    loaded.receipt.receipt_context(ZoneInfo(loaded.lane.time_zone))
    registry = Registry()
    problems = [
        *_wrong_devices(loaded, registry),
        *_shared_places(loaded),
        *_wrong_plugins(loaded, registry),
        *_wrong_addresses(loaded),
    ]
    for problem in problems:
        print(f"{config}: {problem}")
    if problems:
        sys.exit(1)
    print(f"ok: lane {loaded.lane.store}/{loaded.lane.lane}, {len(loaded.devices)} devices")


def _wrong_devices(config: "Config", registry: "Registry") -> list[str]:
    from pydantic import ValidationError

    from edge_agent.api.errors import EdgeAgentError
    from edge_agent.api.validation import explain

    problems = []
    for device in config.devices:
        try:
            registry.load_driver(device.driver).parse_config(device.options)
        except ValidationError as error:
            problems += [f"device {device.name}: {line}" for line in explain(error)]
        except EdgeAgentError as error:
            problems.append(f"device {device.name}: {error}")
    return problems


def _shared_places(config: "Config") -> list[str]:
    """Devices that would take each other's port."""
    at: dict[object, list[str]] = {}
    for device in config.devices:
        path, host = (device.options.get(key) for key in ("path", "host"))
        port = device.options.get("port")
        if isinstance(host, str):
            local = host.lower() in ("localhost", "127.0.0.1", "::1")
            at.setdefault(("localhost" if local else host.lower(), port), []).append(device.name)
        elif isinstance(path or port, str):
            at.setdefault(os.path.realpath(str(path or port)), []).append(device.name)
    return [
        f"devices {' and '.join(names)} are at the same place" for names in at.values() if names[1:]
    ]


def _wrong_addresses(config: "Config") -> list[str]:
    """Wrong socket paths and Kafka options."""
    from edge_agent.api.errors import ControlError
    from edge_agent.app import kafka_settings
    from edge_agent.control.server import check_socket_path
    from sync.kafka import try_settings

    problems = []
    try:
        check_socket_path(config.agent.socket)
    except ControlError as error:
        problems.append(str(error))
    if config.kafka is not None and (
        wrong := asyncio.run(try_settings(kafka_settings(config.kafka)))
    ):
        problems.append(f"kafka.client: {wrong}")
    return problems


def _wrong_plugins(config: "Config", registry: "Registry") -> list[str]:
    from edge_agent.runtime.plugins.slot import PluginSeed, PluginStatus, load_slot

    problems = []
    for name, table in config.plugins.items():
        slot = load_slot(name, registry, None, PluginSeed(table.enabled, table.settings))
        if slot.status is PluginStatus.UNAVAILABLE:
            problems.append(f"plugin {name}: {slot.detail}")
    return problems
