"""The process that is cut off: commits events and says after each that it was acknowledged."""

import os
import sys
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from edge_agent.api.events import AgentStopped
from edge_agent.store import committer
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.crash.write_log import ACKNOWLEDGED

SOURCE = "/stores/1/lanes/1"
EVENTS_A_LIFE = 60


def main(data_dir: Path, events: int, synchronous: str) -> None:
    """Commit so many events in some lives; ``synchronous``: FULL, or NORMAL to prove the test."""
    if synchronous != "FULL":
        _weaken(synchronous)
    acknowledged = os.open(data_dir / ACKNOWLEDGED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    random = Random(1)
    left = events
    while left:
        writer = Writer(data_dir, SOURCE, random.randbytes)
        writer.start(NOON)
        of_this_life = min(left, EVENTS_A_LIFE)
        for _ in range(of_this_life):
            writer.submit(lambda tx: tx.append(AgentStopped(occurred_at=NOON))).result(5)
            os.write(acknowledged, b".")
        left -= of_this_life
        writer.close()


def _weaken(synchronous: str) -> None:
    opens = vars(committer)["open_connection"]

    def weak(data_dir: Path, *, read_only: bool = False) -> Connection:
        connection: Connection = opens(data_dir, read_only=read_only)
        connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
        return connection

    vars(committer)["open_connection"] = weak


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
