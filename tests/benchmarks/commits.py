"""What a durable event costs, side by side in one run: ``make bench``.

Absolute numbers belong to the machine and its disk; the ratios belong to the design.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from edge_agent.api.events import AgentStopped
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, by_name

EVENTS = 500
SCANS = 200


def main() -> None:
    """Prints one line per measurement and the ratios between them."""
    with tempfile.TemporaryDirectory() as folder:
        raw = per_item(EVENTS, raw_commits(Path(folder)))
        single, grouped = journal_commits(Path(folder))
    scan = asyncio.run(scans())
    say("bare sqlite3, one row, WAL, synchronous=FULL", raw, raw)
    say("journal, one event per commit", single, raw)
    say("journal, 500 events waiting (group commit)", grouped, raw)
    say("scan to good-read beep, whole lane, all plugins", scan, raw)


def raw_commits(folder: Path) -> Callable[[], None]:
    """The floor: what the disk and SQLite take by themselves."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT)")

    def run() -> None:
        for _ in range(EVENTS):
            connection.execute("INSERT INTO event (body) VALUES (?)", ("x" * 200,))

    return run


def journal_commits(folder: Path) -> tuple[float, float]:
    """Microseconds per event one by one, and with all of them waiting."""
    writer = Writer(folder, "/stores/1/lanes/1", os.urandom)
    now = datetime.now(UTC)
    writer.start(now)

    def append(tx: Transaction) -> None:
        tx.append(AgentStopped(occurred_at=now))

    def one_by_one() -> None:
        for _ in range(EVENTS):
            writer.submit(append).result()

    def all_waiting() -> None:
        for future in [writer.submit(append) for _ in range(EVENTS)]:
            future.result()

    single, grouped = per_item(EVENTS, one_by_one), per_item(EVENTS, all_waiting)
    writer.close()
    return single, grouped


async def scans() -> float:
    """Microseconds from the last byte on the serial line to the ACK."""
    async with VirtualLane() as lane:
        await lane.start_agent()
        await lane.send_master_data()
        await lane.cashier.sign_on(CASHIER)
        soap = by_name(lane.assortment, "Soap").gtin
        began = perf_counter()
        for _ in range(SCANS):
            await lane.scanner.scan(soap)
        return (perf_counter() - began) / SCANS * 1e6


def per_item(count: int, run: Callable[[], None]) -> float:
    """Microseconds per item, the best of three."""
    best = float("inf")
    for _ in range(3):
        began = perf_counter()
        run()
        best = min(best, perf_counter() - began)
    return best / count * 1e6


def say(what: str, microseconds: float, floor: float) -> None:
    """One line of the report."""
    print(f"{what:50} {microseconds:9.0f} us  {microseconds / floor:6.2f} x")  # noqa: T201


if __name__ == "__main__":
    main()
