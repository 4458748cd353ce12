"""Writing to the database of an agent that is not running."""

import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge_agent.config import Config
    from edge_agent.store.transaction import Transaction

T = TypeVar("T")


def write(config: "Config", work: "Callable[[Transaction], T]") -> T:
    """Runs one transaction while no agent runs; raises ``StoreLocked`` where one does."""
    from edge_agent.app import prepare_data_dir, utc_now
    from edge_agent.store.writer import Writer

    lock = prepare_data_dir(config.agent.data_dir)
    writer = Writer(config.agent.data_dir, config.lane.source, os.urandom)
    try:
        writer.start(utc_now())
        return writer.submit(work).result()
    finally:
        writer.close()
        lock.release()
