"""kill -9 in the middle of a sale, again and again: nothing acknowledged is lost or doubled."""

import asyncio
from random import Random

import pytest

from edge_agent.api.commands import FinalizeSubtotal, Pay, VoidBasket
from edge_agent.api.errors import ControlError
from edge_agent.api.events import Tender
from simulator.scanner import NoAnswer
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, code_of

KILLS = 50
LONGEST_LIFE_S = 0.12
LINES_PER_SALE = 150


@pytest.mark.timeout(600)
async def test_fifty_kills_lose_nothing_acknowledged_and_double_nothing() -> None:
    # One for the kills and one for the items: how many scans fit in between decides about no kill.
    random, items = Random(20260301), Random(20260302)
    async with VirtualLane() as lane:
        await lane.import_master_data()
        await lane.start_agent()
        await lane.cashier.sign_on(CASHIER)
        acknowledged: list[str] = []
        doubtful: list[int] = []
        total_acknowledged = 0
        for _ in range(KILLS):
            killing = asyncio.create_task(kill_soon(lane, random.uniform(0, LONGEST_LIFE_S)))
            while not killing.done():
                item = items.choice(lane.assortment)
                gtin = item.gtin.zfill(14)
                try:
                    assert await lane.scanner.scan(code_of(item, grams=300), timeout_s=2.0)
                    total_acknowledged += 1
                except NoAnswer:
                    doubtful.append(len(acknowledged))
                acknowledged.append(gtin)
            await killing
            await lane.start_agent()
            basket = await scanned(lane)
            check(basket, acknowledged, doubtful)
            acknowledged, doubtful = basket, []
            if len(basket) > LINES_PER_SALE:
                await lane.client.command(VoidBasket())
                acknowledged = []
        assert total_acknowledged > KILLS
        await lane.cashier.sign_off() if not acknowledged else await pay(lane)
        await lane.stop_agent()
        assert (await lane.verify_journal()).startswith("ok")


def check(basket: list[str], sent: list[str], doubtful: list[int]) -> None:
    """The basket is what was sent, in order, but for scans nobody acknowledged."""
    place = 0
    for index, gtin in enumerate(sent):
        if place < len(basket) and basket[place] == gtin:
            place += 1
        else:
            assert index in doubtful, f"acknowledged scan {index} of {len(sent)} is lost"
    assert place == len(basket), "something is in the basket that was not scanned once"


async def kill_soon(lane: VirtualLane, delay_s: float) -> None:
    await asyncio.sleep(delay_s)
    await lane.kill_agent()


async def scanned(lane: VirtualLane) -> list[str]:
    state = (await lane.client.lane()).state
    assert state.operator is not None
    return [line.gtin for line in state.basket.lines] if state.basket is not None else []


async def pay(lane: VirtualLane) -> None:
    """The sale that was killed so often is sold as any other; restricted items are voided."""
    await lane.client.command(FinalizeSubtotal())
    state = (await lane.client.lane()).state
    assert state.basket is not None
    if state.basket.holds:
        with pytest.raises(ControlError, match="held"):
            await lane.client.command(Pay(tender=Tender.CARD))
        await lane.client.command(VoidBasket())
    else:
        await lane.client.command(Pay(tender=Tender.CARD))
        assert await lane.printer.wait_for_receipts(1, 10)
