"""Draws the README's picture of the terminal UI from a lane in mid-sale: ``make screenshot``."""

import asyncio
import re
from pathlib import Path

from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, by_name
from tui.app import LaneApp

PICTURE = Path(__file__).parent / "lane.svg"
BASKET = ("Spaghetti", "Tomato sauce", "Parmesan", "Apples", "Whole milk", "Red wine")


async def draw() -> None:
    """Scans a basket with a bottle of wine in it and takes the picture while it is held."""
    async with VirtualLane() as lane:
        await lane.start_agent()
        await lane.send_master_data()
        await lane.cashier.sign_on(CASHIER)
        await lane.scanner.scan("LOY5003")
        for name in BASKET:
            await lane.scanner.scan(by_name(lane.assortment, name).gtin)
        app = LaneApp(lane.socket)
        async with app.run_test(size=(120, 30)) as pilot:
            await pilot.pause(1.0)
            svg = app.export_screenshot(title="edge-agent tui")
            # Whoever looks at the picture need not fetch fonts from anywhere.
            PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    asyncio.run(draw())
