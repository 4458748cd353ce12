"""Answers that come late or never: no receipt is called printed by them, and nothing hangs."""

import asyncio
from pathlib import Path

import pytest

from edge_agent.api.device import OpenDrawer, OutputOutcome, StatusUpdateEvent
from edge_agent.testing import FakeHost, serving
from tests.conformance.printer_rigs import (
    PLAIN,
    PrinterRig,
    SerialRig,
    TcpRig,
    do_print,
    kept_in_service,
)
from tests.waiting import until

DONE, FAILED, UNCERTAIN = OutputOutcome.DONE, OutputOutcome.FAILED, OutputOutcome.UNCERTAIN


async def test_the_answer_to_an_old_question_confirms_no_receipt(tmp_path: Path) -> None:
    rig = SerialRig(tmp_path, PLAIN)
    async with rig.ready():
        await rig.plug()
        driver = rig.driver(FakeHost(), poll_every_s=5)
        async with kept_in_service(driver):
            while (await do_print(driver)).outcome is not DONE:
                await asyncio.sleep(0.02)
            # For a second the mechanism is busy, and nothing tells so.
            rig.printer.faults.line_s = 1.0
            rig.printer.receive(b"self test\n")
            assert (await do_print(driver)).outcome is FAILED
            rig.printer.faults.line_s = 0.03
            async with asyncio.timeout(20):
                while (end := await do_print(driver)).outcome is FAILED:
                    await asyncio.sleep(0.02)
            assert end.outcome is DONE
            assert len(rig.printer.receipts) == 2


async def test_answers_that_are_all_late_never_confirm_what_is_not_printed(
    rig: PrinterRig,
) -> None:
    rig.printer.model = PLAIN
    rig.printer.faults.line_s = 0.01
    driver = rig.driver(FakeHost(), poll_every_s=5)
    for answer_s in (0.1, 0.19, 0.25, 0.35, 0.5, 0):
        rig.printer.faults.answer_s = answer_s
        async with serving(driver):
            for _ in range(3):
                before = len(rig.printer.receipts)
                if (await do_print(driver)).outcome is DONE:
                    assert len(rig.printer.receipts) == before + 1
    assert rig.printer.receipts


async def test_a_late_status_is_not_taken_for_the_answer_to_another_question(
    rig: PrinterRig,
) -> None:
    # The drawer's pin reads as "cover open" where an answer is taken for another's.
    rig.printer.open_drawer()
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        await host.wait_for_fact("drawer", "open")
        for answer_s in (0.25, 0.3, 0.45, 0.1, 0):
            rig.printer.faults.answer_s = answer_s
            await asyncio.sleep(0.8)
        await host.wait_for_fact("drawer", "open")
    seen = [event.facts for event in host.events if isinstance(event, StatusUpdateEvent)]
    assert {facts["cover"] for facts in seen} == {"closed", "unknown"}
    assert {facts["paper"] for facts in seen} == {"ok", "unknown"}


async def test_a_printer_that_goes_away_while_it_has_no_paper_is_not_waited_for_for_ever(
    rig: PrinterRig,
) -> None:
    rig.printer.faults.line_s = 0.02
    driver = rig.driver(FakeHost())
    async with serving(driver):
        printing = asyncio.create_task(do_print(driver))
        await until(lambda: len(rig.printer.unfinished) >= 3)
        rig.printer.faults.paper_out = True
        await asyncio.sleep(0.5)
        rig.printer.faults.silent = True
        end = await asyncio.wait_for(printing, 10)
        assert end.outcome is UNCERTAIN


async def test_an_error_that_was_put_right_while_nothing_was_printed_is_over(
    rig: PrinterRig,
) -> None:
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        await host.wait_for_fact("paper", "ok")
        rig.printer.faults.error = True
        await host.wait_for_fact("error", "yes")
        await host.wait_for_fact("error", "no")
        assert (await do_print(driver)).outcome is DONE


@pytest.mark.parametrize("answer_s", [0.15, 0.3])
async def test_a_drawer_whose_printer_answers_late_is_not_said_to_be_shut(
    tcp: TcpRig, answer_s: float
) -> None:
    host = FakeHost()
    driver = tcp.driver(host)
    async with serving(driver):
        await host.wait_for_fact("drawer", "closed")
        tcp.printer.faults.answer_s = answer_s
        end = await driver.output(OpenDrawer(output_id=1))
        openings = tcp.printer.drawer_openings
        assert end.outcome in ((DONE, UNCERTAIN) if openings else (FAILED,))
