"""Drivers and plugins as installed distributions offer them, ours and strangers' alike."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from edge_agent.api.device import Driver
from edge_agent.api.errors import DriverUnavailable, EdgeAgentError, NotFound, PluginUnavailable
from edge_agent.api.plugin import Plugin
from edge_agent.api.text import described

T = TypeVar("T")
DRIVER_GROUP = "edge_agent.drivers"
PLUGIN_GROUP = "edge_agent.plugins"


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry point that is listed but not yet imported."""

    name: str
    distribution: str
    entry_point: EntryPoint


class Registry:
    """Lists what is installed without importing it; what is broken becomes an error to show."""

    def __init__(self) -> None:
        self.drivers = _offers(DRIVER_GROUP)
        self.plugins = _offers(PLUGIN_GROUP)

    def load_driver(self, name: str) -> type[Driver[Any]]:
        """Imports a driver; raises ``NotFound`` or ``DriverUnavailable``."""
        offer = self.drivers.get(name)
        if offer is None:
            known = ", ".join(sorted(self.drivers))
            raise NotFound(f"There is no driver {name!r}. Installed drivers: {known}.")
        return _load(offer, Driver, DriverUnavailable)  # type: ignore[type-abstract]

    def load_plugin(self, name: str) -> type[Plugin[Any, Any]]:
        """Imports a plugin and checks it against the contract; raises ``PluginUnavailable``."""
        plugin: type[Plugin[Any, Any]] = _load(
            self.plugins[name],
            Plugin,  # type: ignore[type-abstract]
            PluginUnavailable,
        )
        missing = [
            attribute
            for attribute in ("name", "title", "summary", "handles", "settings_type", "state_type")
            if not hasattr(plugin, attribute)
        ]
        if missing:
            raise PluginUnavailable(f"Plugin {name} does not define {', '.join(missing)}.")
        if plugin.name != name:
            raise PluginUnavailable(f"Entry point {name} gives a plugin named {plugin.name!r}.")
        return plugin


def _offers(group: str) -> dict[str, Offer]:
    return {
        point.name: Offer(point.name, point.dist.name if point.dist else "unknown", point)
        for point in entry_points(group=group)
    }


def _load(offer: Offer, contract: type[T], unavailable: type[EdgeAgentError]) -> type[T]:
    try:
        loaded = offer.entry_point.load()
    # A stranger's module may raise anything while it is imported; it becomes a status to show.
    except (Exception, SystemExit) as error:
        raise unavailable(
            f"{offer.name} from {offer.distribution} does not load: {described(error)}"
        ) from error
    if not (isinstance(loaded, type) and issubclass(loaded, contract)):
        raise unavailable(f"{offer.name} from {offer.distribution} is not a {contract.__name__}.")
    return loaded
