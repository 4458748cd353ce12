"""One plugin on this lane: what people decided, what it remembers, how it is doing."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from edge_agent.api.errors import InvalidSettings, PluginUnavailable
from edge_agent.api.events import ItemAdded
from edge_agent.api.plugin import MOST_KEYS, Guard, Plugin
from edge_agent.api.text import described, fit
from edge_agent.runtime.registry import Registry
from edge_agent.store.plugin_table import StoredPlugin

MOST_STATES_AT_HAND = 64


class PluginStatus(StrEnum):
    """ACTIVE plugins see events; all others see none."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNREGISTERED = "unregistered"
    QUARANTINED = "quarantined"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class PluginSeed:
    """Configuration of a plugin that this lane sees for the first time."""

    enabled: bool | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class PluginSlot:
    """Frozen: a change makes a new slot.

    ``plugin_type`` is None where nothing could be loaded, ``plugin`` also where the settings or
    the state do not fit it.

    Attributes:
        states: key -> state of the keys that were used lately; the others are in the store.
        state_version: of the states in the store.
        upgraded: all states in the shape of this version, to be stored; None: they are.
        most_keys: of how many keys states are kept.
        unreadable: why the stored states cannot be read; empty where they can.
    """

    name: str
    registered: bool
    enabled: bool
    settings: Mapping[str, Any]
    plugin_type: type[Plugin[Any, Any]] | None
    plugin: Plugin[Any, Any] | None
    states: Mapping[str, Any] = field(default_factory=dict)
    state_version: int = 1
    upgraded: Mapping[str, str] | None = None
    most_keys: int = MOST_KEYS
    unreadable: str = ""
    faults: int = 0
    quarantined: bool = False
    detail: str = ""

    @property
    def status(self) -> PluginStatus:
        """The status, by which events are offered to the plugin or not."""
        if not self.registered:
            return PluginStatus.UNREGISTERED
        if self.plugin is None:
            return PluginStatus.UNAVAILABLE
        if not self.enabled:
            return PluginStatus.INACTIVE
        return PluginStatus.QUARANTINED if self.quarantined else PluginStatus.ACTIVE

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Events that hold the sale while this plugin is on and cannot answer."""
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
            state_version=self.state_version,
        )

    def differs_in_store(self, before: "PluginSlot") -> bool:
        """True where the store has to be told what people decided."""
        return self.settings is not before.settings or (self.registered, self.enabled) != (
            before.registered,
            before.enabled,
        )

    def keeps(self, key: str) -> bool:
        """True where the state of a key is kept at all."""
        return not key or self.most_keys > 0

    def with_state(self, key: str, state: object) -> "PluginSlot":
        """The slot with the state of a key; the one that was used longest ago gives way."""
        if not self.keeps(key):
            return self
        states = {known: kept for known, kept in self.states.items() if known != key}
        if len(states) >= min(MOST_STATES_AT_HAND, max(self.most_keys, 1)):
            del states[next(iter(states))]
        return replace(self, states={**states, key: state})

    def without_states(self, keys: Collection[str]) -> "PluginSlot":
        """The slot without the states of keys that are no longer kept."""
        left = {key: state for key, state in self.states.items() if key not in keys}
        return replace(self, states=left)

    def with_settings(self, settings: Mapping[str, Any]) -> "PluginSlot":
        """The slot under other settings and out of quarantine; raises ``InvalidSettings``."""
        if self.plugin_type is None:
            raise PluginUnavailable(f"{self.name} is unavailable: {self.detail}")
        plugin, most_keys = _instantiate(self.plugin_type, settings)
        if self.unreadable:
            raise PluginUnavailable(self.unreadable)
        return replace(
            self,
            settings=plugin.settings.model_dump(mode="json"),
            plugin=plugin,
            most_keys=most_keys,
            faults=0,
            quarantined=False,
            detail="",
        )


def load_slot(
    name: str,
    registry: Registry,
    stored: StoredPlugin | None,
    seed: PluginSeed | None,
    states: Callable[[str], Mapping[str, str]] = lambda _: {},
) -> PluginSlot:
    """The slot of an installed (or formerly installed) plugin; a broken one is unavailable.

    What was stored wins over the configuration file: the file only says how a plugin starts out.

    Args:
        states: plugin -> all its stored states, by key; asked where an upgrade needs them.
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
        state_version=stored.state_version if stored else 1,
    )
    try:
        if name not in registry.plugins:
            raise PluginUnavailable(f"Plugin {name} is not installed.")
        plugin_type = registry.load_plugin(name)
        slot = replace(slot, plugin_type=plugin_type)
        if stored is None and wanted is None:
            slot = replace(slot, enabled=plugin_type.enabled_at_first)
        if stored is None:
            slot = replace(slot, state_version=plugin_type.state_version)
        elif slot.state_version != plugin_type.state_version:
            slot = _upgraded(slot, plugin_type, states(name))
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


def _upgraded(
    slot: PluginSlot, plugin_type: type[Plugin[Any, Any]], stored: Mapping[str, str]
) -> PluginSlot:
    """The slot with its states in the shape of the installed version, or why they stay as they are.

    What was stored is not repeated to anybody: it may name people.
    """
    version = plugin_type.state_version
    if slot.state_version > version:
        return _stuck(slot, "a newer version of it")
    try:
        older = {key: json.loads(body) for key, body in stored.items()}
        newer = plugin_type.upgrade_states(slot.state_version, older)
        bodies = {
            str(key): plugin_type.state_type.model_validate(state).model_dump_json()
            for key, state in newer.items()
        }
    # A stranger's code may raise anything; it becomes a status to show.
    except (Exception, SystemExit) as error:
        return _stuck(slot, f"version {slot.state_version} of its states", error)
    return replace(slot, state_version=version, upgraded=bodies)


def _stuck(slot: PluginSlot, by: str, error: BaseException | None = None) -> PluginSlot:
    why = f" ({type(error).__name__})" if error is not None else ""
    unreadable = (
        f"{slot.name} does not understand what {by} stored{why}. "
        "Install that version again, or one that reads it."
    )
    return replace(slot, unreadable=unreadable)


def _instantiate(
    plugin_type: type[Plugin[Any, Any]], settings: Mapping[str, Any]
) -> tuple[Plugin[Any, Any], int]:
    """The plugin under its settings, and of how many keys it keeps states."""
    try:
        plugin = plugin_type(plugin_type.settings_type.model_validate(dict(settings)))
        return plugin, max(int(plugin.most_keys()), 0)
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
