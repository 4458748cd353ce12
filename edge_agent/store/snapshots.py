"""Snapshots of the lane: its state after some event, so that a fold of the journal is short."""

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.api.lane import LaneState
from edge_agent.store.tables import LaneSnapshotRow, core

_SNAPSHOT = core(LaneSnapshotRow)
_SAVE = (
    upsert(_SNAPSHOT)
    .values(position=bindparam("position"), state=bindparam("state"))
    .on_conflict_do_update(index_elements=["position"], set_={"state": bindparam("state")})
)


class Snapshots:
    """The stored snapshots, oldest first; the newest bounds the fold at start."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, position: int) -> LaneState | None:
        """The state that is stored there; None where it cannot be read."""
        query = select(_SNAPSHOT.c.state).where(_SNAPSHOT.c.position == position)
        try:
            return LaneState.model_validate_json(self._connection.execute(query).scalar_one())
        except ValidationError:
            return None

    def save(self, position: int, state: LaneState) -> None:
        """Keep the state that the event at that position left."""
        values = {"position": position, "state": state.model_dump_json()}
        self._connection.execute(_SAVE, values)

    def positions(self) -> list[int]:
        """The positions of all snapshots, oldest first."""
        query = select(_SNAPSHOT.c.position).order_by(_SNAPSHOT.c.position)
        return list(self._connection.execute(query).scalars())

    def newest_position(self, position: int) -> int:
        """The position of the newest snapshot that is not behind this one; 0 where none is."""
        query = select(func.max(_SNAPSHOT.c.position)).where(_SNAPSHOT.c.position <= position)
        return self._connection.execute(query).scalar_one() or 0

    def forget_behind(self, position: int) -> None:
        """Delete the snapshots behind that position, which the journal does not reach."""
        self._connection.execute(delete(_SNAPSHOT).where(_SNAPSHOT.c.position > position))

    def forget_before(self, position: int) -> None:
        """Delete the snapshots before that position."""
        self._connection.execute(delete(_SNAPSHOT).where(_SNAPSHOT.c.position < position))
