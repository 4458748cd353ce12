"""Databases that released agents left, as SQL: what an update finds on a lane.

``schema_003_mid_sale``: killed in the middle of the third sale, with a hold on it and a printer
that is out of paper. ``schema_003_signed_off``: stopped in order after two sales.
"""

import json
import sqlite3
from pathlib import Path

from edge_agent.api.lane import LaneState
from edge_agent.store.connection import FILE_NAME

NAMES = ("schema_003_mid_sale", "schema_003_signed_off")


def restore_recorded(name: str, data_dir: Path) -> LaneState:
    """Lay the database into a data directory; the lane as its agent had stored it."""
    with sqlite3.connect(data_dir / FILE_NAME) as connection:
        connection.executescript(Path(__file__).with_name(f"{name}.sql").read_text("utf-8"))
        (stored,) = connection.execute("SELECT body FROM lane").fetchone()
    connection.close()
    return LaneState.model_validate(json.loads(stored))
