"""The lane's state, and whether an agent is running on it."""

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from edge_agent.api.errors import StoreError
from edge_agent.api.lane import LaneState
from edge_agent.api.validation import explain
from edge_agent.store.tables import LaneRow, core

_LANE = core(LaneRow)
_ONLY_ROW = 1
_SAVE = (
    upsert(_LANE)
    .values(id=_ONLY_ROW, body=bindparam("body"), running=False)
    .on_conflict_do_update(index_elements=["id"], set_={"body": bindparam("body")})
)


class LaneTable:
    """One row: this database serves one lane."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self) -> LaneState | None:
        """The lane as the last commit left it; None in a new database."""
        body = self._connection.execute(select(_LANE.c.body)).scalar_one_or_none()
        try:
            return None if body is None else LaneState.model_validate_json(body)
        except ValidationError as error:
            raise StoreError(
                "The lane's state was written by another version of the agent "
                f"({'; '.join(explain(error)[:3])}). Install that version again, or a newer one."
            ) from None

    def save(self, state: LaneState) -> None:
        """Replaces the lane's state."""
        self._connection.execute(_SAVE, {"body": state.model_dump_json()})

    def was_running(self) -> bool | None:
        """Whether the last agent never said it stopped; None in a new database."""
        return self._connection.execute(select(_LANE.c.running)).scalar_one_or_none()

    def set_running(self, running: bool) -> None:
        """Says that an agent runs on this lane, or that it stopped in order."""
        self._connection.execute(update(_LANE).values(running=running))
