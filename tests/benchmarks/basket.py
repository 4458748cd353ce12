"""Cost of one more scan as the sale grows, beside a bare insert: part of ``make bench``.

Time is from the pipeline's input to its answer after the commit, all plugins on; bytes are what the
process hands to the operating system, by ``/proc/self/io``.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, thread_time

from edge_agent.api.commands import EnterCode, SignOn
from edge_agent.api.lane import LaneState
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Refused, Scan
from edge_agent.intake.policy import IntakePolicy
from edge_agent.runtime.imports import PeopleImport, PriceBookImport
from edge_agent.runtime.pipeline.pipeline import Pipeline, Policy
from edge_agent.runtime.pipeline.unit_of_work import Budget
from edge_agent.runtime.plugins.slot import PluginSeed, PluginSlot, load_slot
from edge_agent.runtime.registry import Registry
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer

PEN = "04006381333931"
PRICES = f"gtin,description,unit_price,tax_rate,restriction\n{PEN},Pen,1.29,19,\n"
PEOPLE = "badge,employee_id,name,role\nEMP1001,1001,Anna,cashier\n"
LINES = (10, 100, 300, 430)
SCANS = 64
FLOOR_BYTES = 600


@dataclass(frozen=True)
class Cost:
    """Microseconds and bytes of one scan."""

    median_us: float
    p99_us: float
    written: float


def main() -> None:
    """Print one line per length of the sale, each with its floor from the same moment."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


async def measure(folder: Path) -> None:
    """Fill a sale, and measure at each length."""
    floor = Floor(folder)
    pipeline = await start(folder)
    print(" lines     median        p99     floor   ratio     p99     bytes")  # noqa: T201
    lines = 0
    for length in LINES:
        for _ in range(length - lines):
            await pipeline.scan(scan())
        cost, beside = await scans(pipeline, floor)
        lines = length + SCANS
        print(  # noqa: T201
            f"{length:6} {cost.median_us:7.0f} us {cost.p99_us:7.0f} us {beside:6.0f} us "
            f"{cost.median_us / beside:6.2f}x {cost.p99_us / beside:6.2f}x {cost.written:9.0f}"
        )
    await pipeline.stop()


async def scans(pipeline: Pipeline, floor: "Floor") -> tuple[Cost, float]:
    """The cost of a scan, and the floor's microseconds between the scans."""
    times = []
    before = bytes_written()
    for _ in range(SCANS):
        began = perf_counter()
        await pipeline.scan(scan())
        times.append(perf_counter() - began)
    written = (bytes_written() - before) / SCANS
    p99 = quantiles(times, n=100)[98]
    return Cost(median(times) * 1e6, p99 * 1e6, written), floor.median_us(SCANS)


class Floor:
    """A bare insert: WAL, ``synchronous=FULL``."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, body TEXT)")

    def median_us(self, rows: int) -> float:
        """Microseconds of one durable row, the median of so many."""
        times = []
        for _ in range(rows):
            began = perf_counter()
            self._connection.execute("INSERT INTO event (body) VALUES (?)", ("x" * FLOOR_BYTES,))
            times.append(perf_counter() - began)
        return median(times) * 1e6


async def start(data_dir: Path) -> Pipeline:
    """A lane with all plugins on and a cashier signed on."""
    registry = Registry()

    def slots(_: Transaction) -> Mapping[str, PluginSlot]:
        on = PluginSeed(enabled=True, settings={})
        return {name: load_slot(name, registry, None, on) for name in registry.plugins}

    pipeline = Pipeline(
        Policy(IntakePolicy(), Budget(1.0, thread_time)),
        lambda: datetime.now(UTC),
        os.urandom,
        lambda committed, rolled_back: Writer(
            data_dir,
            "/stores/1/lanes/1",
            os.urandom,
            on_commit=committed,
            on_rollback=rolled_back,
        ),
        lambda _: None,
    )
    await pipeline.start(LaneState(store="1", lane="1", currency="EUR"), slots, "0")
    for given in (PriceBookImport.read(PRICES, "EUR"), PeopleImport.read(PEOPLE)):
        await pipeline.execute(
            lambda tx, unit, given=given: unit.publish(given.apply(tx.master_data, unit.now))  # type: ignore[misc]
        )
    for command in (SignOn(badge="EMP1001"), EnterCode(code=PEN)):
        answer = await pipeline.command(command)
        if isinstance(answer, Refused):
            raise TypeError(answer.message)
    return pipeline


def scan() -> Scan:
    """A good read of the one item."""
    return Scan(data=Sensitive(PEN.encode()))


def bytes_written() -> int:
    """Bytes that this process has handed to ``write`` and its like."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["wchar"])


if __name__ == "__main__":
    main()
