"""Journals for tests: written by the real writer, changed behind its back."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from edge_agent.api.events import AgentStopped
from edge_agent.api.lane import LaneState
from edge_agent.store.chain import EventRecord
from edge_agent.store.connection import open_connection
from edge_agent.store.head_file import HeadFile
from edge_agent.store.outbox import all_records
from edge_agent.store.reader import Reader
from edge_agent.store.signing import signature_is_right
from edge_agent.store.transaction import Transaction
from edge_agent.store.verification import Verification, verify_journal
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes


def append(tx: Transaction) -> EventRecord:
    """One event that says little."""
    return tx.append(AgentStopped(occurred_at=NOON))[0]


def keep_snapshot(tx: Transaction) -> None:
    """A snapshot of a lane behind the newest event, so that all before it may be pruned."""
    tx.snapshots.save(tx.head.position, LaneState(store="1", lane="1", currency="EUR"))


def write_events(data_dir: Path, count: int) -> list[EventRecord]:
    """One life of an agent that commits so many events; returns the whole journal after it."""
    writer = Writer(data_dir, SOURCE, seeded_bytes)
    writer.start(NOON)
    for _ in range(count):
        writer.submit(append).result(5)
    writer.close()
    return read_events(data_dir)


def read_events(data_dir: Path) -> list[EventRecord]:
    """The whole journal."""
    reader = Reader(data_dir)
    records = reader.read_now(lambda database: list(all_records(database.outbox)))
    reader.close()
    return records


def change(data_dir: Path, sql: str, **values: Any) -> None:
    """Changes the database as somebody with a shell would."""
    with open_connection(data_dir) as connection:
        connection.execute(text(sql), values)


def verify(data_dir: Path, public_key: str | None = None) -> Verification:
    """What ``edge-agent journal verify`` finds."""
    seen = HeadFile(data_dir, SOURCE).read()
    reader = Reader(data_dir)
    found = reader.read_now(
        lambda database: verify_journal(database, seen, signature_is_right, public_key)
    )
    reader.close()
    return found
