"""Plugin administration: on, off and settings, in force from the next event on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from edge_agent.api.errors import Conflict, NotFound
from edge_agent.api.events import PluginChanged
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.runtime.plugins.slot import PluginSlot
from edge_agent.store.transaction import Transaction

_Change = Literal["registered", "unregistered", "enabled", "disabled", "settings"]


class PluginAdmin:
    """Turns plugins on and off and changes their settings."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def change(
        self,
        name: str,
        *,
        registered: bool | None = None,
        enabled: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> PluginSlot:
        """Changes what is given.

        Raises:
            NotFound: this lane has no such plugin.
            Conflict: it must be registered first.
            InvalidSettings, PluginUnavailable: the settings do not fit; nothing was changed.
        """

        def decide(_: Transaction, unit: UnitOfWork) -> PluginSlot:
            slot = unit.plugins.get(name)
            if slot is None:
                raise NotFound(f"There is no plugin {name!r} on this lane.")
            slot, changes = _changed(slot, registered, enabled, settings)
            unit.plugins[name] = slot
            unit.publish(
                *(PluginChanged(occurred_at=unit.now, plugin=name, change=what) for what in changes)
            )
            return unit.plugins[name]

        return await self._pipeline.execute(decide)


def _changed(
    slot: PluginSlot,
    registered: bool | None,
    enabled: bool | None,
    settings: Mapping[str, Any] | None,
) -> tuple[PluginSlot, list[_Change]]:
    changes: list[_Change] = []
    if registered is not None and registered != slot.registered:
        slot = replace(slot, registered=registered)
        changes.append("registered" if registered else "unregistered")
    if settings is not None:
        slot = slot.with_settings(settings)
        changes.append("settings")
    if enabled is not None:
        if not slot.registered:
            raise Conflict(f"Register {slot.name} before you turn it on or off.")
        if enabled != slot.enabled:
            changes.append("enabled" if enabled else "disabled")
        slot = replace(slot, enabled=enabled, faults=0, quarantined=False)
    return slot, changes
