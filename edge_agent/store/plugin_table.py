"""Tables of plugins: decisions of people, timers and records."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.store.tables import PluginRecordRow, PluginRow, TimerRow, core

_PLUGIN, _RECORD, _TIMER = core(PluginRow), core(PluginRecordRow), core(TimerRow)
_COLUMNS: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in ("name", "registered", "enabled", "settings", "state_version")
}
_SAVE = (
    upsert(_PLUGIN)
    .values(**_COLUMNS)
    .on_conflict_do_update(
        index_elements=["name"],
        set_={name: value for name, value in _COLUMNS.items() if name != "name"},
    )
)


@dataclass(frozen=True, slots=True)
class StoredPlugin:
    """A plugin as people left it, and the version of the states that it keeps."""

    name: str
    registered: bool
    enabled: bool
    settings: str
    state_version: int


@dataclass(frozen=True, slots=True)
class Timer:
    """A plugin's timer; ``due_at`` in Unix seconds."""

    plugin: str
    key: str
    due_at: float


class PluginTable:
    """The plugin, timer and record tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self) -> list[StoredPlugin]:
        """Every plugin this lane has ever seen."""
        return [StoredPlugin(**row._mapping) for row in self._connection.execute(select(_PLUGIN))]

    def save(self, plugin: StoredPlugin) -> None:
        """Replaces one plugin's row."""
        self._connection.execute(_SAVE, asdict(plugin))

    def record(self, plugin: str, key: str, values: Mapping[str, Any]) -> None:
        """Replaces one row of the plugin's own table."""
        body = json.dumps(values)
        self._connection.execute(
            upsert(_RECORD)
            .values(plugin=plugin, key=key, body=body)
            .on_conflict_do_update(index_elements=["plugin", "key"], set_={"body": body})
        )

    def records(self, plugin: str) -> dict[str, dict[str, Any]]:
        """The plugin's own table."""
        rows = self._connection.execute(select(_RECORD).where(_RECORD.c.plugin == plugin))
        return {row.key: json.loads(row.body) for row in rows}

    def start_timer(self, timer: Timer) -> None:
        """Starts a timer, or moves the one of the same key."""
        self._connection.execute(
            upsert(_TIMER)
            .values(plugin=timer.plugin, key=timer.key, due_at=timer.due_at)
            .on_conflict_do_update(index_elements=["plugin", "key"], set_={"due_at": timer.due_at})
        )

    def next_timer(self) -> Timer | None:
        """The timer that is due first."""
        row = self._connection.execute(
            select(_TIMER).order_by(_TIMER.c.due_at).limit(1)
        ).one_or_none()
        return None if row is None else Timer(**row._mapping)

    def take_timer(self, timer: Timer) -> bool:
        """Removes the timer; False where it was moved or removed since it was read."""
        taken = self._connection.execute(
            delete(_TIMER).where(
                _TIMER.c.plugin == timer.plugin,
                _TIMER.c.key == timer.key,
                _TIMER.c.due_at == timer.due_at,
            )
        )
        return taken.rowcount == 1
