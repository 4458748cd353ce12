"""Cost of an answer about one customer by the number that are known: part of ``make bench``."""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from edge_agent.api.events import HttpAnswered
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.pipeline.unit_of_work import UnitOfWork
from edge_agent.store.transaction import Transaction
from tests.benchmarks.basket import Floor, bytes_written, start

KNOWN = (100, 10_000, 100_000)
ANSWERS = 50
_STATE = '{"known":{"tier":"gold","points":7}}'


def main() -> None:
    """Print one line per number of known customers, each with its floor."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


async def measure(folder: Path) -> None:
    """Let the lane know more and more customers; answer about some of them at each number."""
    floor = Floor(folder)
    pipeline = await start(folder)
    print("customers     median     floor   ratio     bytes")  # noqa: T201
    for known in KNOWN:
        await pipeline.transact(lambda tx, known=known: _know(tx, known))  # type: ignore[misc]
        times = []
        before = bytes_written()
        for number in range(ANSWERS):
            began = perf_counter()
            await _answer(pipeline, f"{number}", known + number)
            times.append(perf_counter() - began)
        written = (bytes_written() - before) / ANSWERS
        took, beside = median(times) * 1e6, floor.median_us(ANSWERS)
        print(f"{known:9,} {took:7.0f} us {beside:6.0f} us {took / beside:6.2f}x {written:9.0f}")  # noqa: T201
    await pipeline.stop()


def _know(tx: Transaction, count: int) -> None:
    states = {str(number): _STATE for number in range(count)}
    tx.plugin_states.replace("customer-lookup", states, tx.head.position)


async def _answer(pipeline: Pipeline, customer_id: str, points: int) -> None:
    def hear(_: Transaction, unit: UnitOfWork) -> None:
        unit.notify(
            "customer-lookup",
            HttpAnswered(
                occurred_at=unit.now,
                key=f'["basket","{customer_id}"]',
                status=200,
                body=f'{{"tier": "gold", "points": {points}}}',
                detail="200",
            ),
        )

    await pipeline.execute(hear)


if __name__ == "__main__":
    main()
