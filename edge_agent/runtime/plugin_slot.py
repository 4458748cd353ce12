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
from edge_agent.api.text import described, fit
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
    """Frozen: a change makes a new slot.

    ``plugin_type`` is None where nothing could be loaded, ``plugin`` also where the settings or
    the state do not fit it.

    ``state_json`` is the state as it is stored; also kept while the plugin is unavailable, so that
    nothing it knew is lost.
    """

    name: str
    registered: bool
    enabled: bool
    settings: Mapping[str, Any]
    plugin_type: type[Plugin[Any, Any]] | None
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
        return (
            (_guard_of_unknown(self.name),) if self.plugin_type is None else self.plugin_type.guards
        )

    def stored(self) -> StoredPlugin:
        """As the store keeps it."""
        return StoredPlugin(
            name=self.name,
            registered=self.registered,
            enabled=self.enabled,
            settings=json.dumps(self.settings),
            state=self.state_json,
        )

    def differs_in_store(self, before: "PluginSlot") -> bool:
        """Whether the store has to be told; compares what it keeps, by identity where large."""
        return (
            self.state is not before.state
            or self.settings is not before.settings
            or (self.registered, self.enabled) != (before.registered, before.enabled)
        )

    def with_settings(self, settings: Mapping[str, Any]) -> "PluginSlot":
        """The slot under other settings and out of quarantine; raises ``InvalidSettings``."""
        if self.plugin_type is None:
            raise PluginUnavailable(f"{self.name} is unavailable: {self.detail}")
        plugin = _instantiate(self.plugin_type, settings)
        return replace(
            self,
            settings=plugin.settings.model_dump(mode="json"),
            plugin=plugin,
            state=_read_state(self.plugin_type, self.state_json),
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
    wanted = None if seed is None else seed.enabled
    slot = PluginSlot(
        name=name,
        registered=stored.registered if stored else True,
        # What nobody ever decided about and cannot be loaded is off: it holds up no sale.
        enabled=stored.enabled if stored else bool(wanted and name in registry.plugins),
        settings=_read_settings(stored, seed),
        plugin_type=None,
        plugin=None,
        state=None,
        state_json=stored.state if stored else None,
    )
    try:
        if name not in registry.plugins:
            raise PluginUnavailable(f"Plugin {name} is not installed.")
        plugin_type = registry.load_plugin(name)
        slot = replace(slot, plugin_type=plugin_type)
        if stored is None and wanted is None:
            slot = replace(slot, enabled=plugin_type.enabled_at_first)
        return slot.with_settings(slot.settings)
    except (PluginUnavailable, InvalidSettings) as error:
        return replace(slot, detail=fit(str(error)))


def _read_settings(stored: StoredPlugin | None, seed: PluginSeed | None) -> Mapping[str, Any]:
    """As they were stored, else as the configuration file has them; damaged ones are defaults."""
    try:
        found = json.loads(stored.settings) if stored is not None else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else dict(seed.settings if seed is not None else {})


def _read_state(plugin_type: type[Plugin[Any, Any]], state_json: str | None) -> Any:
    try:
        if state_json is None:
            return plugin_type.state_type()
        return plugin_type.state_type.model_validate_json(state_json)
    # A stranger's model may raise anything. What was stored is not repeated: it may name people.
    except (Exception, SystemExit) as error:
        raise PluginUnavailable(
            f"{plugin_type.name} does not understand the state that an older version of it stored "
            f"({type(error).__name__}). Install that version again, or one that reads it."
        ) from None


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
    except (Exception, SystemExit) as error:
        raise PluginUnavailable(f"{plugin_type.name} does not start: {described(error)}") from error


def _guard_of_unknown(name: str) -> Guard:
    # What a plugin that does not load would have guarded cannot be known: the lane stays safe.
    return Guard(
        event=ItemAdded,
        when_set="restriction",
        message=f"{name} is on but does not load. A shift lead must check this item.",
    )
