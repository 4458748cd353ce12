"""One plugin on this lane: what people decided, what it remembers, how it is doing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from edge_agent.api.errors import InvalidSettings, PluginUnavailable
from edge_agent.api.events import ItemAdded
from edge_agent.api.plugin import Guard, Plugin
from edge_agent.runtime.registry import Registry
from edge_agent.store.plugin_table import StoredPlugin


class PluginStatus(StrEnum):
    """ACTIVE plugins see events; all others see none."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNREGISTERED = "unregistered"
    QUARANTINED = "quarantined"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class PluginSeed:
    """How the configuration file wants a plugin that this lane sees for the first time."""

    enabled: bool | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class PluginSlot:
    """Frozen: a change makes a new slot. ``plugin`` is None where it is unavailable.

    ``state_json`` is the state as it is stored; also kept while the plugin is unavailable, so that
    nothing it knew is lost.
    """

    name: str
    registered: bool
    enabled: bool
    settings: Mapping[str, Any]
    plugin: Plugin[Any, Any] | None
    state: Any
    state_json: str | None = None
    faults: int = 0
    quarantined: bool = False
    detail: str = ""

    @property
    def status(self) -> PluginStatus:
        """What this slot does with an event."""
        if not self.registered:
            return PluginStatus.UNREGISTERED
        if self.plugin is None:
            return PluginStatus.UNAVAILABLE
        if not self.enabled:
            return PluginStatus.INACTIVE
        return PluginStatus.QUARANTINED if self.quarantined else PluginStatus.ACTIVE

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Where the lane fails closed while this plugin is on and cannot answer."""
        if not (self.registered and self.enabled):
            return ()
        if self.plugin is None:
            return (_guard_of_unknown(self.name),)
        return self.plugin.guards

    def stored(self) -> StoredPlugin:
        """As the store keeps it."""
        return StoredPlugin(
            name=self.name,
            registered=self.registered,
            enabled=self.enabled,
            settings=json.dumps(self.settings),
            state=self.state_json,
        )

    def with_settings(self, settings: Mapping[str, Any]) -> "PluginSlot":
        """The slot under other settings and out of quarantine; raises ``InvalidSettings``."""
        if self.plugin is None:
            raise PluginUnavailable(f"{self.name} is unavailable: {self.detail}")
        plugin = _instantiate(type(self.plugin), settings)
        return replace(
            self,
            settings=plugin.settings.model_dump(mode="json"),
            plugin=plugin,
            faults=0,
            quarantined=False,
            detail="",
        )


def load_slot(
    name: str, registry: Registry, stored: StoredPlugin | None, seed: PluginSeed | None
) -> PluginSlot:
    """The slot of an installed (or formerly installed) plugin; a broken one is unavailable.

    What was stored wins over the configuration file: the file only says how a plugin starts out.
    """
    try:
        if name not in registry.plugins:
            raise PluginUnavailable(f"Plugin {name} is not installed any more.")
        plugin_type = registry.load_plugin(name)
        if stored is not None:
            registered, enabled = stored.registered, stored.enabled
            settings: Mapping[str, Any] = json.loads(stored.settings)
        else:
            registered = True
            wanted = None if seed is None else seed.enabled
            enabled = plugin_type.enabled_at_first if wanted is None else wanted
            settings = {} if seed is None else seed.settings
        plugin = _instantiate(plugin_type, settings)
        state = (
            plugin_type.state_type()
            if stored is None or stored.state is None
            else plugin_type.state_type.model_validate_json(stored.state)
        )
    except (PluginUnavailable, InvalidSettings, ValidationError) as error:
        return PluginSlot(
            name=name,
            registered=stored.registered if stored else True,
            enabled=stored.enabled if stored else seed is None or seed.enabled is not False,
            settings=json.loads(stored.settings) if stored else dict(seed.settings if seed else {}),
            plugin=None,
            state=None,
            state_json=stored.state if stored else None,
            detail=str(error),
        )
    return PluginSlot(
        name=name,
        registered=registered,
        enabled=enabled,
        settings=plugin.settings.model_dump(mode="json"),
        plugin=plugin,
        state=state,
        state_json=None if stored is None else stored.state,
    )


def _instantiate(
    plugin_type: type[Plugin[Any, Any]], settings: Mapping[str, Any]
) -> Plugin[Any, Any]:
    try:
        return plugin_type(plugin_type.settings_type.model_validate(dict(settings)))
    except ValidationError as error:
        fields = {
            ".".join(str(part) for part in problem["loc"]) or "settings": problem["msg"]
            for problem in error.errors()
        }
        raise InvalidSettings(plugin_type.name, fields) from None
    # A stranger's constructor may raise anything; it becomes a status to show.
    except Exception as error:
        raise PluginUnavailable(
            f"{plugin_type.name} does not start: {type(error).__name__}: {error}"
        ) from error


def _guard_of_unknown(name: str) -> Guard:
    # What a plugin that does not load would have guarded cannot be known: the lane stays safe.
    return Guard(
        event=ItemAdded,
        when_set="restriction",
        message=f"{name} is on but does not load. A shift lead must check this item.",
    )
