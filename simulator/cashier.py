"""A cashier who plays planned sales: scans with the scanner, keys the rest in."""

import asyncio
from datetime import UTC, datetime

from edge_agent.api.commands import (
    FinalizeSubtotal,
    LaneCommand,
    Pay,
    ReleaseHold,
    SignOff,
    StartBasket,
    VoidLine,
)
from edge_agent.api.errors import ControlError
from edge_agent.api.events import Tender
from edge_agent.control.client import ControlClient
from edge_agent.control.messages import LaneMessage
from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born, turning
from simulator.printer_ports import TcpPrinter
from simulator.scanner import PtyScanner
from simulator.scenario import SalePlan, banknotes_for
from simulator.world import LEAD, Person, code_of

_UP_WITHIN_S = 30.0


class Cashier:
    """Works one lane at a given pace (seconds between two actions)."""

    def __init__(
        self, scanner: PtyScanner, printer: TcpPrinter, client: ControlClient, pace_s: float = 0.0
    ) -> None:
        self._scanner = scanner
        self._printer = printer
        self._client = client
        self._pace_s = pace_s

    async def sign_on(self, person: Person) -> None:
        """Scans the badge."""
        await self._scan(person.badge)

    async def sign_off(self) -> None:
        """Ends the session."""
        await self._key(SignOff())

    async def sell(self, plan: SalePlan) -> LaneMessage:
        """Plays one sale to its payment; the lane after it."""
        if plan.opened_by_hand:
            await self._key(StartBasket())
        if plan.customer_card is not None:
            await self._scan(plan.customer_card)
        for item in plan.items:
            code = code_of(item, plan.grams)
            if plan.misread and item is plan.items[-1]:
                await self._scan(code[:-1] + str((int(code[-1]) + 1) % 10))
            await self._scan(code)
        for position in plan.regretted:
            await self._key(VoidLine(line_id=position + 1))
        lane = await self._key(FinalizeSubtotal())
        await self._satisfy_holds(lane)
        assert lane.state.basket is not None
        total = lane.state.basket.totals.total.minor
        if not plan.pays_cash:
            return await self._key(Pay(tender=Tender.CARD))
        paid = await self._key(Pay(tender=Tender.CASH, tendered=banknotes_for(total)))
        self._printer.close_drawer()
        return paid

    async def _satisfy_holds(self, lane: LaneMessage) -> None:
        """Scans the customer's licence where asked; anything else a lead lifts."""
        holds = lane.state.basket.holds if lane.state.basket is not None else ()
        for hold in holds:
            if hold.minimum_age is not None:
                await self._scan(_licence_of_an_adult())
            else:
                await self._key(
                    ReleaseHold(hold_id=hold.hold_id, badge=LEAD.badge, reason="looked at it")
                )

    async def _scan(self, code: str | bytes) -> bool:
        await asyncio.sleep(self._pace_s)
        return await self._scanner.scan(code)

    async def _key(self, command: LaneCommand) -> LaneMessage:
        await asyncio.sleep(self._pace_s)
        return await self._client.command(command)


def _licence_of_an_adult() -> bytes:
    today = datetime.now(UTC).date()
    return Card(version=10).payload(holder_born(turning(40, today), today))


async def wait_until_up(client: ControlClient) -> None:
    """Waits until the agent answers and all its devices are ready.

    Raises:
        ControlError: it did not come up in time.
    """
    problem = ControlError("the agent did not come up")
    try:
        async with asyncio.timeout(_UP_WITHIN_S):
            while True:
                try:
                    devices = await client.devices()
                    if all(device.state == "ready" for device in devices):
                        return
                    problem = ControlError(f"devices are not ready: {devices}")
                except ControlError as error:
                    problem = error
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise problem from None
