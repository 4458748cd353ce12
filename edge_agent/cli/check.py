"""Whether a configuration would do, without starting anything."""

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
    loaded.receipt.stationery(ZoneInfo(loaded.lane.time_zone))
    registry = Registry()
    problems = [*_wrong_devices(loaded, registry), *_wrong_plugins(loaded, registry)]
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


def _wrong_plugins(config: "Config", registry: "Registry") -> list[str]:
    from edge_agent.runtime.plugin_slot import PluginSeed, PluginStatus, load_slot

    problems = []
    for name, table in config.plugins.items():
        slot = load_slot(name, registry, None, PluginSeed(table.enabled, table.settings))
        if slot.status is PluginStatus.UNAVAILABLE:
            problems.append(f"plugin {name}: {slot.detail}")
    return problems
