"""The terminal UI against a running agent: what it shows and what its keys do."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Digits, Input, Label, Static, TextArea

import tui.app
from edge_agent.api.commands import (
    EnterCode,
    FinalizeSubtotal,
    IdentifyCustomer,
    Pay,
    VoidBasket,
)
from edge_agent.api.events import Tender
from edge_agent.control.messages import PluginChange
from simulator.paper import as_text
from simulator.virtual_lane import VirtualLane
from simulator.world import LEAD, by_name
from tests.waiting import until
from tui.app import LaneApp
from tui.dialogs import AskAge, Confirm

SIZE = (130, 40)


@pytest.fixture
async def pilot(lane: VirtualLane) -> AsyncIterator[Pilot[None]]:
    app = ToldApp(lane.socket)
    async with app.run_test(size=SIZE) as running:
        await shows(running, "#phase", "Ready for the next sale")
        yield running


class ToldApp(LaneApp):
    """Keeps what it told in passing."""

    CSS_PATH = str(Path(tui.app.__file__).with_name(LaneApp.CSS_PATH))

    def __init__(self, socket: Path) -> None:
        super().__init__(socket)
        self.told: list[str] = []

    def notify(self, message: str, **more: Any) -> None:
        self.told.append(message)
        super().notify(message, **more)


def told(pilot: Pilot[None]) -> list[str]:
    """What the terminal UI told in passing."""
    assert isinstance(pilot.app, ToldApp)
    return pilot.app.told


async def sold_by_key(lane: VirtualLane, pilot: Pilot[None], gtin: str) -> list[str]:
    """Enters one more item by key on the lane tab; the types of the sale's events by then.

    What was pressed before has had its effect by the time the item is there.
    """
    before = (await lane.client.lane()).state.basket
    lines = len(before.lines) if before is not None else 0
    await pilot.press("f1", "e", *gtin, "enter")
    async with asyncio.timeout(5):
        while True:
            basket = (await lane.client.lane()).state.basket
            if basket is not None and len(basket.lines) > lines:
                break
            await asyncio.sleep(0.02)
    newest = (await lane.client.outbox()).newest_position
    types: list[str] = []
    async for event in lane.client.events(after=0):
        types.append(event.type)
        if event.position >= newest:
            break
    return types


async def shows(pilot: Pilot[None], selector: str, text: str) -> None:
    """Waits until a widget shows the text."""
    shown = ""
    try:
        async with asyncio.timeout(5):
            while text not in shown:
                await pilot.pause(0.02)
                found = pilot.app.screen.query(selector)
                if not found:
                    continue
                widget = found.first()
                assert isinstance(widget, Static | Label)
                shown = str(widget.content)
    except TimeoutError:
        pytest.fail(f"{selector} shows {shown!r}, not {text!r}")


async def plugin_is(lane: VirtualLane, plugin: str, status: str) -> None:
    async with asyncio.timeout(5):
        while (await lane.client.plugin(plugin)).status != status:
            await asyncio.sleep(0.02)


async def holds_after_scanning(lane: VirtualLane, gtin: str) -> list[str]:
    """Scans a restricted item in a sale of its own; what holds it."""
    assert await lane.scanner.scan(gtin)
    state = (await lane.client.lane()).state
    assert state.basket is not None
    held = [hold.source for hold in state.basket.holds]
    await lane.client.command(VoidBasket())
    return held


async def test_a_toggle_changes_the_very_next_restricted_item(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    beer = by_name(lane.assortment, "Pilsner").gtin
    assert await holds_after_scanning(lane, beer) == ["age-verification"]
    await pilot.press("f2", "space")
    await plugin_is(lane, "age-verification", "inactive")
    assert await holds_after_scanning(lane, beer) == []
    await pilot.press("space")
    await plugin_is(lane, "age-verification", "active")
    assert await holds_after_scanning(lane, beer) == ["age-verification"]


async def test_settings_saved_in_the_form_are_in_force_at_once(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    beer = by_name(lane.assortment, "Pilsner").gtin
    await pilot.press("f2")
    pilot.app.query_one("#field-minimum_ages", TextArea).text = "alcohol = 16"
    pilot.app.query_one("#save", Button).press()
    async with asyncio.timeout(5):
        while (await lane.client.plugin("age-verification")).settings["minimum_ages"] != {
            "alcohol": 16
        }:
            await asyncio.sleep(0.02)
    assert await lane.scanner.scan(beer)
    await shows(pilot, "#notices", "must be 16 or older")


async def test_refused_settings_say_why_beside_the_field(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await pilot.press("f2")
    pilot.app.query_one("#field-age_for_unknown_category", Input).value = "500"
    pilot.app.query_one("#save", Button).press()
    await shows(pilot, "#error-age_for_unknown_category", "less than or equal to 120")
    pilot.app.query_one("#field-age_for_unknown_category", Input).value = "old"
    pilot.app.query_one("#save", Button).press()
    await shows(pilot, "#error-age_for_unknown_category", "'old' is not a number")


async def test_a_sale_is_driven_by_keys(lane: VirtualLane, pilot: Pilot[None]) -> None:
    beer = by_name(lane.assortment, "Pilsner").gtin
    await pilot.press("f1")
    await pilot.press("e", *beer, "enter")
    await shows(pilot, "#notices", "HELD  Check ID")
    await pilot.press("s")
    await shows(pilot, "#phase", "Subtotal taken")
    await pilot.press("k")
    await shows(pilot, "#notices", "HELD")
    await pilot.press("a", "enter")
    await shows(pilot, "#notices", "Age check: 18 or older.")
    await pilot.press("c", *"10", "enter")
    await shows(pilot, "#notices", "Paid. Change: 9.01 EUR.")
    assert await lane.printer.wait_for_receipts(1, 5)


@pytest.mark.parametrize(
    ("given", "says"),
    [("-5", "greater than or equal to 0"), ("1e3", "is not an amount"), ("inf[/b]", "[/b]")],
)
async def test_what_is_no_cash_is_said_and_the_sale_goes_on(
    lane: VirtualLane, pilot: Pilot[None], given: str, says: str
) -> None:
    await pilot.press("e", *by_name(lane.assortment, "Soap").gtin, "enter")
    await pilot.press("s")
    await shows(pilot, "#phase", "Subtotal taken")
    await pilot.press("c")
    pilot.app.screen.query_one(Input).insert_text_at_cursor(given)
    await pilot.press("enter")
    await until(lambda: any(says in message for message in told(pilot)))
    await pilot.press("k")
    await shows(pilot, "#notices", "Paid.")


async def test_names_that_look_like_markup_are_shown_as_they_are(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.client.command(IdentifyCustomer(customer_id="[/x] [bold"))
    await shows(pilot, "#customer", "[/x] [bold")


async def test_with_caps_lock_a_question_is_answered(lane: VirtualLane, pilot: Pilot[None]) -> None:
    await pilot.press("e", *by_name(lane.assortment, "Soap").gtin, "enter")
    await shows(pilot, "#phase", "Sale open")
    await pilot.press("X")
    assert isinstance(pilot.app.screen, Confirm)
    await pilot.press("Y")
    await shows(pilot, "#phase", "Ready for the next sale")


async def test_a_birth_date_is_keyed_in_and_an_expired_document_proves_nothing(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    beer = by_name(lane.assortment, "Pilsner").gtin
    for still_valid, told in (("n", "it has expired"), ("y", "Age check: 18 or older.")):
        await pilot.press("e", *beer, "enter")
        await shows(pilot, "#notices", "HELD  Check ID")
        await pilot.press("a", "up", "up", "enter", *"1990-02-28", "enter", still_valid)
        await shows(pilot, "#notices", told)
    await pilot.press("e", *beer, "enter", "a")
    assert not isinstance(pilot.app.screen, AskAge)


async def test_a_licence_typed_into_a_question_ends_nothing_and_is_not_kept(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await pilot.press("e")
    pilot.app.screen.query_one(Input).insert_text_at_cursor("ANSI 636000DCSPLANTED" * 20)
    await pilot.press("enter")
    await pilot.press("f4", "f1")
    await shows(pilot, "#phase", "Ready for the next sale")
    assert "PLANTED" not in pilot.app.export_screenshot()


async def test_nobody_of_age_is_said_by_key(lane: VirtualLane, pilot: Pilot[None]) -> None:
    await pilot.press("e", *by_name(lane.assortment, "Pilsner").gtin, "enter")
    await shows(pilot, "#notices", "HELD  Check ID")
    await pilot.press("a", "up", "enter")
    await shows(pilot, "#notices", "the customer is under 18")


async def test_a_lead_lifts_a_hold_with_badge_and_reason(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    beer = by_name(lane.assortment, "Pilsner").gtin
    await lane.client.command(EnterCode(code=beer))
    await shows(pilot, "#notices", "HELD")
    await pilot.press("l", *LEAD.badge, "enter")
    await pilot.pause()
    await pilot.press(*"known", "enter")
    await shows(pilot, "#notices", "Hold lifted by a shift lead.")


async def test_a_lead_lifts_a_hold_by_scanning_the_badge(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.client.command(EnterCode(code=by_name(lane.assortment, "Pilsner").gtin))
    await shows(pilot, "#notices", "HELD")
    assert await lane.scanner.scan(LEAD.badge)
    await shows(pilot, "#notices", "Hold lifted by a shift lead.")
    state = (await lane.client.lane()).state
    assert (state.operator.name if state.operator else "", state.basket is not None) == (
        "Anna",
        True,
    )


async def test_a_whole_sale_is_voided_only_after_a_yes(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.client.command(EnterCode(code=by_name(lane.assortment, "Soap").gtin))
    await shows(pilot, "#phase", "Sale open")
    await pilot.press("x")
    await pilot.pause()
    await pilot.press("n")
    await pilot.pause(0.2)
    assert (await lane.client.lane()).phase == "selling"
    await pilot.press("x")
    await pilot.pause()
    await pilot.press("y")
    await shows(pilot, "#notices", "is void")


async def test_receipts_that_may_be_on_paper_are_decided_about_by_one_who_looks(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    for _ in range(2):
        lane.printer.faults.line_s = 0.1
        await lane.client.command(EnterCode(code=by_name(lane.assortment, "Soap").gtin))
        await lane.client.command(FinalizeSubtotal())
        await lane.client.command(Pay(tender=Tender.CARD))
        await until(lambda: len(lane.printer.unfinished) >= 3)
        await lane.printer.switch_off()
        lane.printer.faults.line_s = 0
        await lane.printer.plug()
    await shows(pilot, "#notices", "The receipt of sale 1 may be on paper, and 1 more")
    await pilot.press("r")
    await shows(pilot, "#dialog Label", "The receipt of sale 1 may be on paper")
    await pilot.press("y")
    await shows(pilot, "#dialog Label", "The receipt of sale 2 may be on paper")
    await pilot.press("n")
    assert await lane.printer.wait_for_receipts(1, 10)
    await shows(pilot, "#notices", "Paid.")
    assert "C O P Y" in as_text(lane.printer.receipts[0])
    await pilot.press("r")
    assert len(pilot.app.screen_stack) == 1


async def test_no_key_of_the_sale_works_on_another_tab(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.client.command(EnterCode(code=by_name(lane.assortment, "Soap").gtin))
    await pilot.press("f3", "s", "k", "x")
    types = await sold_by_key(lane, pilot, by_name(lane.assortment, "Soap").gtin)
    assert types.count("pos.item.added") == 2
    assert not {"pos.subtotal.finalized", "pos.payment.completed", "pos.basket.voided"} & {*types}


async def test_a_space_outside_the_plugin_list_toggles_nothing(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    for tab in ("f1", "f3", "f4"):
        await pilot.press(tab, "space")
    await pilot.press("f2", "space")
    await plugin_is(lane, "age-verification", "inactive")
    types = await sold_by_key(lane, pilot, by_name(lane.assortment, "Soap").gtin)
    assert types.count("lane.plugin.changed") == 1


async def test_cash_before_the_subtotal_is_refused_before_an_amount_is_asked(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.client.command(EnterCode(code=by_name(lane.assortment, "Soap").gtin))
    await shows(pilot, "#phase", "Sale open")
    await pilot.press("c")
    await until(lambda: any("subtotal" in message for message in told(pilot)))
    assert len(pilot.app.screen_stack) == 1
    assert (await lane.client.lane()).phase == "selling"


async def test_what_others_change_is_shown_without_a_key(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await pilot.press("f2")
    await lane.client.change_plugin("age-verification", PluginChange(enabled=False))
    await shows(pilot, "#plugin-summary", "Now inactive")


async def test_an_agent_that_is_gone_is_said_and_its_return_noticed(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await lane.kill_agent()
    await shows(pilot, "#trouble", "No agent answers")
    await lane.start_agent()
    async with asyncio.timeout(10):
        while pilot.app.query_one("#trouble").display:
            await pilot.pause(0.05)


async def test_no_key_opens_the_drawer_by_leaving_the_question(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    await pilot.press("N")
    await pilot.pause()
    await pilot.press(*"change", "enter")
    await shows(pilot, "#dialog Label", "opened by a lead")
    await pilot.press("escape")
    await pilot.press("n")
    await pilot.pause()
    await pilot.press(*"change", "enter")
    await shows(pilot, "#dialog Label", "opened by a lead")
    await pilot.press(*LEAD.badge, "enter")
    await until(lambda: lane.printer.drawer_openings > 0)
    types = await sold_by_key(lane, pilot, by_name(lane.assortment, "Soap").gtin)
    assert types.count("pos.drawer.no_sale") == lane.printer.drawer_openings == 1


async def test_a_sale_that_changed_meanwhile_is_asked_about_again(
    lane: VirtualLane, pilot: Pilot[None]
) -> None:
    soap = by_name(lane.assortment, "Soap").gtin
    await lane.client.command(EnterCode(code=soap))
    await shows(pilot, "#phase", "Sale open")
    await pilot.press("x")
    await shows(pilot, "#dialog Label", "Void the whole sale of 1.29 EUR?")
    assert await lane.scanner.scan(soap)
    home = pilot.app.screen_stack[0]
    await until(lambda: home.query_one("#total", Digits).value == "2.58")
    await pilot.press("y")
    await shows(pilot, "#dialog Label", "Void the whole sale of 2.58 EUR?")
    await pilot.press("y")
    await shows(pilot, "#notices", "is void")
