"""Devices that come and go while the lane sells."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest

from edge_agent.api.commands import EnterCode, FinalizeSubtotal, NoSale, Pay
from edge_agent.api.errors import ControlError
from edge_agent.api.events import Tender
from edge_agent.control.messages import JobMessage
from edge_agent.runtime.pipeline.job_payloads import DrawerPayload
from edge_agent.store.jobs import JobKind
from edge_agent.store.writer import Writer
from simulator.paper import as_text
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, LEAD, by_name
from tests.waiting import until


async def device_is(lane: VirtualLane, name: str, state: str) -> None:
    async with asyncio.timeout(15):
        while True:
            states = {device.name: device.state for device in await lane.client.devices()}
            if states[name] == state:
                return
            await asyncio.sleep(0.02)


async def receipt_job(lane: VirtualLane, status: str, detail: str = "") -> JobMessage:
    async with asyncio.timeout(15):
        while True:
            for job in await lane.client.jobs():
                if (job.kind, job.status) == ("receipt", status) and detail in job.detail:
                    return job
            await asyncio.sleep(0.02)


async def nothing_to_print(lane: VirtualLane) -> None:
    """Waits until the agent knows of every receipt that it is on paper."""
    async with asyncio.timeout(10):
        while await lane.client.jobs():
            await asyncio.sleep(0.02)


async def lines_on_paper(lane: VirtualLane, count: int) -> None:
    """Waits until the printer is in the middle of a receipt."""
    await until(lambda: len(lane.printer.unfinished) >= count)


async def prompted(lane: VirtualLane, text: str) -> None:
    async with asyncio.timeout(10):
        while True:
            prompts = (await lane.client.lane()).state.prompts
            if any(text in prompt.message for prompt in prompts):
                return
            await asyncio.sleep(0.02)


async def sell(lane: VirtualLane, tender: Tender = Tender.CARD) -> None:
    assert await lane.scanner.scan(by_name(lane.assortment, "Soap").gtin)
    await lane.client.command(FinalizeSubtotal())
    await lane.client.command(Pay(tender=tender))


async def events_until(lane: VirtualLane, last: str) -> list[dict[str, object]]:
    seen = []
    async with asyncio.timeout(10):
        async for event in lane.client.events(after=0):
            seen.append(event.data)
            if event.type == last:
                return seen
    raise AssertionError(f"no {last}")


async def all_events(lane: VirtualLane) -> list[dict[str, object]]:
    newest = (await lane.client.outbox()).newest_position
    seen = []
    async with asyncio.timeout(10):
        async for event in lane.client.events(after=0):
            seen.append(event.data)
            if event.position >= newest:
                return seen
    raise AssertionError("the stream ended")


async def test_a_pulled_scanner_is_said_and_works_again_when_plugged_in(lane: VirtualLane) -> None:
    soap = by_name(lane.assortment, "Soap").gtin
    for _ in range(3):
        lane.scanner.unplug()
        await device_is(lane, "scanner", "lost")
        await prompted(lane, "The scanner does not answer. Check its cable")
        lane.scanner.plug()
        await device_is(lane, "scanner", "ready")
        assert await lane.scanner.scan(soap)


async def test_a_scan_cut_in_two_is_dropped_and_never_meets_the_next(lane: VirtualLane) -> None:
    soap = by_name(lane.assortment, "Soap").gtin
    lane.scanner.send(soap[:6].encode())
    await asyncio.sleep(0.7)
    assert await lane.scanner.scan(soap)
    basket = (await lane.client.lane()).state.basket
    assert basket is not None
    assert [line.gtin for line in basket.lines] == [soap.zfill(14)]
    events = await events_until(lane, "pos.item.added")
    assert any("6 bytes were dropped" in str(event.get("detail")) for event in events)


async def test_an_unknown_item_is_refused_with_the_error_beep_and_a_prompt(
    lane: VirtualLane,
) -> None:
    assert not await lane.scanner.scan("4006381333931")
    prompt = (await lane.client.lane()).state.prompts[0]
    assert "04006381333931 is not in the price book" in prompt.message


async def test_paper_out_waits_and_prints_every_receipt_once(lane: VirtualLane) -> None:
    lane.printer.faults.paper_out = True
    async with asyncio.timeout(10):
        while (await lane.client.devices())[1].facts.get("paper") != "end":
            await asyncio.sleep(0.05)
    await sell(lane)
    await sell(lane)
    await receipt_job(lane, "pending", "paper is out")
    await prompted(lane, "The printer is out of paper.")
    assert lane.printer.receipts == []
    lane.printer.faults.paper_out = False
    assert await lane.printer.wait_for_receipts(2, 20)
    assert "Sale 1 " in as_text(lane.printer.receipts[0])
    assert "Sale 2 " in as_text(lane.printer.receipts[1])
    async with asyncio.timeout(10):
        while any(p.lasts == "retracted" for p in (await lane.client.lane()).state.prompts):
            await asyncio.sleep(0.02)


async def test_a_printer_that_is_off_gets_its_receipts_when_it_is_back(lane: VirtualLane) -> None:
    await lane.printer.unplug()
    await device_is(lane, "printer", "lost")
    await sell(lane)
    await receipt_job(lane, "pending", "printer is lost")
    await lane.printer.plug()
    assert await lane.printer.wait_for_receipts(1, 20)


async def test_a_receipt_cut_off_by_a_power_cut_is_put_to_the_operator(
    lane: VirtualLane,
) -> None:
    lane.printer.faults.line_s = 0.1
    await sell(lane)
    await lines_on_paper(lane, 3)
    await lane.printer.switch_off()
    job = await receipt_job(lane, "uncertain", "connection was lost")
    assert (lane.printer.receipts, len(lane.printer.torn)) == ([], 1)
    lane.printer.faults.line_s = 0
    await lane.printer.plug()
    await device_is(lane, "printer", "ready")
    await lane.client.resolve_job(job.id, "repeat")
    assert await lane.printer.wait_for_receipts(1, 10)
    assert "C O P Y" in as_text(lane.printer.receipts[-1])


async def test_a_receipt_under_way_when_the_agent_is_killed_is_uncertain_never_repeated(
    lane: VirtualLane,
) -> None:
    lane.printer.faults.line_s = 0.1
    await sell(lane)
    await lines_on_paper(lane, 3)
    await lane.kill_agent()
    lane.printer.faults.line_s = 0
    assert await lane.printer.wait_for_receipts(1, 10)
    await lane.start_agent()
    job = await receipt_job(lane, "uncertain", "the agent stopped while it was under way")
    await lane.client.resolve_job(job.id, "dismiss")
    assert len(lane.printer.receipts) == 1


async def test_cash_opens_the_drawer_and_a_drawer_that_stays_shut_is_said(
    lane: VirtualLane,
) -> None:
    await sell(lane, Tender.CASH)
    events = await events_until(lane, "lane.drawer.completed")
    assert (events[-1]["outcome"], lane.printer.drawer_openings) == ("opened", 1)
    await lane.printer.unplug()
    await device_is(lane, "printer", "lost")
    await sell(lane, Tender.CASH)
    await prompted(lane, "The drawer did not open")


@pytest.mark.parametrize("code", ["]C1EMP1", "\x00\x01", "€"])
async def test_odd_scans_are_refused_and_the_lane_goes_on(lane: VirtualLane, code: str) -> None:
    assert not await lane.scanner.scan(code.encode())
    assert await lane.scanner.scan(by_name(lane.assortment, "Soap").gtin)
    refused = [event for event in await all_events(lane) if event["type"] == "pos.scan.refused"]
    assert len(refused) == 1


async def test_a_keyed_in_code_counts_its_quantity(lane: VirtualLane) -> None:
    soap = by_name(lane.assortment, "Soap")
    await lane.client.command(EnterCode(code=soap.gtin, quantity=3))
    basket = (await lane.client.lane()).state.basket
    assert basket is not None
    assert basket.totals.total.minor == 3 * soap.unit_price


async def test_a_drawer_opened_without_a_sale_has_a_person_and_a_reason(lane: VirtualLane) -> None:
    with pytest.raises(ControlError, match="opened by a lead"):
        await lane.client.command(NoSale(reason="change"))
    assert lane.printer.drawer_openings == 0
    await lane.client.command(NoSale(reason="change", badge=LEAD.badge))
    events = await events_until(lane, "lane.drawer.completed")
    assert (events[-1]["outcome"], events[-1]["basket_id"]) == ("opened", None)
    (opened,) = [event for event in events if event["type"] == "pos.drawer.no_sale"]
    assert (opened["employee_id"], opened["approved_by"]) == (CASHIER.employee_id, LEAD.employee_id)
    assert opened["reason"] == "change"


async def test_an_open_drawer_is_seen_and_said_until_it_is_closed(lane: VirtualLane) -> None:
    lane.printer.open_drawer()
    events = await events_until(lane, "lane.drawer.left_open")
    (moved,) = [event for event in events if event["type"] == "lane.drawer.moved"]
    assert (moved["position"], moved["employee_id"]) == ("open", CASHIER.employee_id)
    await prompted(lane, "The cash drawer is open. Close it.")
    lane.printer.close_drawer()
    async with asyncio.timeout(10):
        while any("drawer" in p.message for p in (await lane.client.lane()).state.prompts):
            await asyncio.sleep(0.02)
    positions = [
        event["position"]
        for event in await all_events(lane)
        if event["type"] == "lane.drawer.moved"
    ]
    assert positions == ["open", "closed"]


async def test_a_copy_and_a_gift_receipt_of_the_last_sale(lane: VirtualLane) -> None:
    with pytest.raises(ControlError, match="No receipt has been printed"):
        await lane.client.print_again("copy")
    await sell(lane)
    assert await lane.printer.wait_for_receipts(1, 10)
    await nothing_to_print(lane)
    await lane.client.print_again("gift")
    assert await lane.printer.wait_for_receipts(2, 10)
    await nothing_to_print(lane)
    await lane.client.print_again("copy")
    assert await lane.printer.wait_for_receipts(3, 10)
    original, gift, copy = map(as_text, lane.printer.receipts)
    assert "T O T A L" not in gift
    assert "Soap" in gift
    price = f"{by_name(lane.assortment, 'Soap').unit_price / 100:.2f}"
    assert price in original
    assert price not in gift
    assert "C O P Y" in copy
    assert "[picture 240 x 48]" in original
    assert "[barcode {B0042-3-1-" in original


async def test_a_pulse_that_waited_while_the_agent_was_down_is_not_carried_out(
    lane: VirtualLane,
) -> None:
    await lane.stop_agent()
    long_ago = datetime.now(UTC) - timedelta(hours=3)
    writer = Writer(lane.directory / "data", "/stores/0042/lanes/3", os.urandom)
    writer.start(long_ago)
    body = DrawerPayload(basket_id=None).model_dump_json()
    writer.submit(
        lambda tx: tx.jobs.add(JobKind.DRAWER, "lane", body, long_ago.timestamp())
    ).result()
    writer.close()
    await lane.start_agent()
    await prompted(lane, "The drawer did not open: it was to open a while ago.")
    assert lane.printer.drawer_openings == 0
