"""The demonstration and the test rig: whole sales on a virtual lane."""

import asyncio
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import track

from simulator.broker import EmbeddedBroker, read_topic
from simulator.paper import as_text, save_png
from simulator.scenario import plan_sales
from simulator.stream import check_stream
from simulator.virtual_lane import TOPIC, AgentFailed, VirtualLane
from simulator.world import CASHIER

_DEMO_PACE_S = 1.2
_ENDLESS = 10_000
_progress = Console(stderr=True)


async def demo_headless(sales: int, seed: int, directory: Path | None) -> dict[str, Any]:
    """Plays sales into the embedded broker and reads them back as a consumer would."""
    broker = EmbeddedBroker()
    async with VirtualLane(directory, kafka=broker.address) as lane:
        await lane.import_master_data()
        await lane.start_agent()
        await _play(lane, sales, seed)
        pending = await lane.wait_delivered(30)
        outbox = await lane.client.outbox()
        records = await asyncio.to_thread(read_topic, broker.address, TOPIC)
        await lane.stop_agent()
        await lane.verify_journal()
        if directory is not None:
            _keep_receipts(lane, directory)
    stream = check_stream(records)
    return {
        "sales": sales,
        "events": outbox.newest_position,
        "events_by_type": dict(sorted(stream.by_type.items())),
        "delivered": stream.events,
        "duplicates": stream.duplicates,
        "pending": pending,
        "receipts": len(lane.printer.receipts),
        "chain_ok": not stream.faults and stream.events == outbox.newest_position,
        "faults": list(stream.faults),
    }


async def demo_with_tui(seed: int, directory: Path | None) -> None:
    """A lane that sells at a human pace behind the terminal UI, until the UI is left."""
    broker = EmbeddedBroker()
    async with VirtualLane(directory, kafka=broker.address) as lane:
        await lane.import_master_data()
        await lane.start_agent()
        selling = asyncio.create_task(_sell_forever(lane, seed))
        command = (sys.executable, "-m", "edge_agent", "tui", "--socket", str(lane.socket))
        try:
            ui = await asyncio.create_subprocess_exec(*command)
            await ui.wait()
        finally:
            selling.cancel()
            await asyncio.gather(selling, return_exceptions=True)
        if lane.printer.receipts:
            print(as_text(lane.printer.receipts[-1]))  # noqa: T201 - the last receipt, as a goodbye


async def run_rig(sales: int, seed: int) -> dict[str, Any]:
    """Bulk sales without a broker, as fast as the lane takes them."""
    async with VirtualLane() as lane:
        await lane.import_master_data()
        await lane.start_agent()
        began = perf_counter()
        await _play(lane, sales, seed)
        seconds = perf_counter() - began
        outbox = await lane.client.outbox()
        await lane.stop_agent()
        verified = await lane.verify_journal()
    return {
        "sales": sales,
        "seconds": round(seconds, 2),
        "sales_per_second": round(sales / seconds, 1),
        "events": outbox.newest_position,
        "receipts": len(lane.printer.receipts),
        "chain_ok": verified.startswith("ok"),
    }


async def _play(lane: VirtualLane, sales: int, seed: int) -> None:
    await lane.cashier.sign_on(CASHIER)
    plans = plan_sales(lane.assortment, sales, seed)
    for plan in track(plans, "sales", console=_progress, disable=not sys.stderr.isatty()):
        await lane.cashier.sell(plan)
    if not await lane.printer.wait_for_receipts(sales, timeout_s=30):
        raise AgentFailed(f"only {len(lane.printer.receipts)} of {sales} receipts were printed")
    await lane.cashier.sign_off()


async def _sell_forever(lane: VirtualLane, seed: int) -> None:
    cashier = lane.paced_cashier(_DEMO_PACE_S)
    await cashier.sign_on(CASHIER)
    for plan in plan_sales(lane.assortment, _ENDLESS, seed):
        await cashier.sell(plan)


def _keep_receipts(lane: VirtualLane, directory: Path) -> None:
    folder = directory / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    for number, receipt in enumerate(lane.printer.receipts, start=1):
        save_png(receipt, folder / f"{number:04d}.png")
        (folder / f"{number:04d}.txt").write_text(as_text(receipt))
