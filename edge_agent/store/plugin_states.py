"""States of plugins: one row for each plugin and key."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.store.tables import PluginStateRow, core

_STATE = core(PluginStateRow)
_GET = select(_STATE.c.body).where(
    _STATE.c.plugin == bindparam("plugin"), _STATE.c.key == bindparam("key")
)
_CHANGED: dict[str, BindParameter[Any]] = {
    "body": bindparam("body"),
    "position": bindparam("position"),
}
_SAVE = (
    upsert(_STATE)
    .values(plugin=bindparam("plugin"), key=bindparam("key"), **_CHANGED)
    .on_conflict_do_update(index_elements=["plugin", "key"], set_=_CHANGED)
)


_DELETE = delete(_STATE).where(
    _STATE.c.plugin == bindparam("of"), _STATE.c.key == bindparam("gone")
)


class PluginStates:
    """States as JSON, by plugin and key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, plugin: str, key: str) -> str | None:
        """The state of one key; None where the plugin has kept none."""
        found = self._connection.execute(_GET, {"plugin": plugin, "key": key})
        return found.scalar_one_or_none()

    def of_plugin(self, plugin: str) -> dict[str, str]:
        """Key -> state, all of them."""
        rows = self._connection.execute(select(_STATE).where(_STATE.c.plugin == plugin))
        return {row.key: row.body for row in rows}

    def save(self, plugin: str, states: Mapping[str, str], position: int) -> None:
        """Keep the states of these keys.

        Args:
            position: of the journal; tells the states that were written longest ago.
        """
        rows = [
            {"plugin": plugin, "key": key, "body": body, "position": position}
            for key, body in states.items()
        ]
        if rows:
            self._connection.execute(_SAVE, rows)

    def replace(self, plugin: str, states: Mapping[str, str], position: int) -> None:
        """Keep these states and no others."""
        self._connection.execute(delete(_STATE).where(_STATE.c.plugin == plugin))
        self.save(plugin, states, position)

    def forget(self, plugin: str, most: int) -> list[str]:
        """Delete what was written longest ago beyond ``most`` keys; return the keys.

        The state without a key is kept.
        """
        keyed = (_STATE.c.plugin == plugin) & (_STATE.c.key != "")
        count = self._connection.execute(
            select(func.count()).select_from(_STATE).where(keyed)
        ).scalar_one()
        if count <= most:
            return []
        oldest = (
            select(_STATE.c.key)
            .where(keyed)
            .order_by(_STATE.c.position, _STATE.c.key)
            .limit(count - most)
        )
        keys = list(self._connection.execute(oldest).scalars())
        self._connection.execute(_DELETE, [{"of": plugin, "gone": key} for key in keys])
        return keys
