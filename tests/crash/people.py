"""What cashiers, leads and devices do at the lane, chosen by what makes sense at the moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge_agent.api.age import NoScanReason, Verdict
from edge_agent.api.commands import (
    CheckAge,
    FinalizeSubtotal,
    LaneCommand,
    NoSale,
    Pay,
    SignOff,
    VoidBasket,
    VoidLine,
)
from edge_agent.api.errors import Conflict, EdgeAgentError, NotFound, StoreError, StoreUncertain
from edge_agent.api.events import Tender
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Refused, Scan, Symbology
from edge_agent.lane.receipt import Edition
from tests.crash.lane import LaneUnderTest

ITEMS = 4000
ALCOHOL_EVERY, POISON_EVERY = 9, 41
BADGE, LEAD = "EMP1001", "EMP9001"
Outcome = Literal["unanswered", "taken", "refused", "uncertain"]


def gtin(number: int) -> str:
    """The GTIN-13 of an item, in the range that GS1 keeps for demonstrations."""
    digits = f"952{number:09d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def price_book() -> str:
    """The price book as a CSV; each item is scanned once in a lane's whole history."""
    rows = ["gtin,description,unit_price,tax_rate,restriction"]
    for number in range(ITEMS):
        name = "poison" if number % POISON_EVERY == 0 else "item"
        restriction = "alcohol" if number % ALCOHOL_EVERY == 0 else ""
        rows.append(f"{gtin(number)},{name} {number},1.{number % 100:02d},19,{restriction}")
    return "\n".join(rows)


PEOPLE = f"badge,employee_id,name,role\n{BADGE},1001,Anna,cashier\n{LEAD},9001,Maria,lead\n"


@dataclass
class Told:
    """What the people at the lane were told, over all lives.

    Attributes:
        items: GTIN-14 of each item that was scanned, in the order of the scans -> the answer.
        plugin: whether age verification is on, as far as an answer said; None: nobody knows.
    """

    items: dict[str, Outcome] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    repeated: set[int] = field(default_factory=set)
    plugin: bool | None = True


class People:
    """The people at the lane in one life of the agent."""

    def __init__(self, lane: LaneUnderTest, told: Told) -> None:
        self._lane = lane
        self._told = told
        self._loyal = 0

    def pick(self, choice: float) -> Callable[[], Awaitable[None]]:
        """What is done at this moment; ``choice`` is 0 to 1."""
        acts = self._sensible()
        total = sum(weight for weight, _ in acts)
        at = choice * total
        for weight, act in acts:
            at -= weight
            if at < 0:
                return act
        return acts[-1][1]

    def _sensible(self) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
        state = self._lane.pipeline.state.lane
        acts: list[tuple[float, Callable[[], Awaitable[None]]]] = [
            (0.5, self._toggle),
            (0.5, self._decide_about_receipt),
            (0.3, self._print_copy),
            (0.3, lambda: self._do(NoSale(reason="change", badge=LEAD))),
            (0.3, self._device_changes),
            (0.3, lambda: self._lane.devices.drawer_moved("drawer", "open")),
            (0.4, lambda: asyncio.sleep(20.0)),
        ]
        if state.operator is None:
            return [*acts, (20, lambda: self._scan(BADGE)), (1, self._scan_item)]
        basket = state.basket
        if basket is None:
            return [
                *acts,
                (10, self._scan_item),
                (2, self._scan_card),
                (1, lambda: self._do(SignOff())),
            ]
        acts += [(8, self._scan_item), (1, self._scan_card), (0.4, lambda: self._do(VoidBasket()))]
        if basket.active_lines:
            last = basket.active_lines[-1].line_id
            acts += [(1, lambda: self._do(VoidLine(line_id=last)))]
        if basket.holds:
            check = CheckAge(
                minimum_age=18, verdict=Verdict.PASS, reason=NoScanReason.CLEARLY_OF_AGE
            )
            acts += [(4, lambda: self._do(check)), (2, lambda: self._scan(LEAD))]
        if basket.subtotaled:
            cash = Pay(tender=Tender.CASH, tendered=basket.totals.total.minor)
            acts += [(8, lambda: self._do(cash)), (1, lambda: self._do(Pay(tender=Tender.CARD)))]
        elif basket.active_lines:
            acts += [(3, lambda: self._do(FinalizeSubtotal()))]
        return acts

    async def _scan_item(self) -> None:
        number = len(self._told.items)
        code = gtin(number)
        key = f"0{code}"
        self._told.items[key] = "unanswered"
        scan = Scan(data=Sensitive(code.encode()), symbology=Symbology.EAN13)
        try:
            reply = await self._lane.pipeline.scan(scan)
        except StoreUncertain:
            self._told.items[key] = "uncertain"
        except StoreError:
            self._told.items[key] = "refused"
        else:
            self._told.items[key] = "taken" if reply.accepted else "refused"
            self._told.answered.append(key)

    async def _scan_card(self) -> None:
        self._loyal += 1
        await self._scan(f"LOY{self._loyal:06d}")

    async def _scan(self, code: str) -> None:
        await self._quietly(self._lane.pipeline.scan(Scan(data=Sensitive(code.encode()))))

    async def _do(self, command: LaneCommand) -> None:
        await self._quietly(self._lane.pipeline.command(command))

    async def _toggle(self) -> None:
        slot = self._lane.pipeline.state.plugins["age-verification"]
        wanted = not slot.enabled
        self._told.plugin = None
        try:
            await self._lane.plugins.change("age-verification", enabled=wanted)
        except StoreUncertain:
            return
        except StoreError:
            wanted = not wanted
        self._told.plugin = wanted

    async def _decide_about_receipt(self) -> None:
        for job in range(1, 200):
            try:
                await self._lane.jobs.resolve(job, "repeat" if job % 2 else "dismiss")
            except NotFound:
                return
            except (Conflict, StoreError):
                continue
            else:
                self._told.repeated.add(job)
                return

    async def _print_copy(self) -> None:
        await self._quietly(self._lane.jobs.print_again(Edition.COPY))

    async def _device_changes(self) -> None:
        await self._quietly(
            self._lane.devices.device_changed("printer", "ready", "paper is back", "")
        )

    async def _quietly(self, act: Awaitable[object]) -> Refused | None:
        """A refusal is an answer like any other here."""
        try:
            answer = await act
        except EdgeAgentError:
            return None
        return answer if isinstance(answer, Refused) else None


def answers(told: Mapping[str, Outcome]) -> dict[Outcome, int]:
    """How often each answer was given."""
    kinds: tuple[Outcome, ...] = ("taken", "refused", "uncertain", "unanswered")
    return {kind: sum(1 for given in told.values() if given == kind) for kind in kinds}
