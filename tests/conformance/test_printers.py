"""Every printer's driver holds what every driver must, and prints once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from edge_agent.api.device import (
    OpenDrawer,
    OutputDriver,
    OutputOutcome,
    PrintReceipt,
)
from edge_agent.api.errors import DeviceLost
from edge_agent.api.receipt import Picture, Receipt, Text
from edge_agent.testing import FakeHost, OutputConformance, serving
from simulator.escpos_items import InformationRequest, Line
from simulator.paper import as_text
from simulator.printer import PrinterModel
from simulator.virtual_lane import LOGO
from tests.conformance.printer_rigs import (
    EPSON,
    PLAIN,
    RECEIPT,
    PrinterRig,
    SerialRig,
    TcpRig,
    UsbRig,
    do_print,
    kept_in_service,
)
from tests.waiting import until

DONE, FAILED, UNCERTAIN = OutputOutcome.DONE, OutputOutcome.FAILED, OutputOutcome.UNCERTAIN
MOST_ATTEMPTS = 20


class RiggedPrinter(OutputConformance):
    """A rig as a device under test."""

    rig_type: ClassVar[type[PrinterRig]]
    settle_s = 0.3
    request = PrintReceipt(output_id=12, receipt=RECEIPT)

    @pytest.fixture(autouse=True)
    async def _rig(self, tmp_path: Path) -> AsyncIterator[None]:
        self.rig = self.rig_type(tmp_path, EPSON)
        async with self.rig.ready():
            yield

    def driver(self, host: FakeHost) -> OutputDriver[Any]:
        return self.rig.driver(host)

    async def plug(self) -> None:
        await self.rig.plug()

    async def unplug(self) -> None:
        await self.rig.unplug()

    async def emit(self, data: bytes) -> None:
        self.rig.emit(data)


class TestNetworkPrinter(RiggedPrinter):
    """On a loopback port."""

    rig_type = TcpRig


class TestSerialPrinter(RiggedPrinter):
    """On a pseudo-terminal."""

    rig_type = SerialRig


class TestUsbPrinter(RiggedPrinter):
    """On a simulated bus."""

    rig_type = UsbRig


async def in_mid_receipt(rig: PrinterRig) -> None:
    await until(lambda: len(rig.printer.unfinished) >= 3)


async def test_a_receipt_is_printed_and_confirmed_on_every_connection(rig: PrinterRig) -> None:
    driver = rig.driver(FakeHost())
    async with serving(driver):
        for number in range(1, 4):
            end = await do_print(driver, number)
            assert (end.outcome, end.output_id) == (DONE, number)
            assert len(rig.printer.receipts) == number
    assert as_text(rig.printer.receipts[0]).startswith("line 0\nline 1\n")
    assert rig.printer.unknown_commands == []


async def test_every_kind_of_printer_confirms_in_the_way_it_can(tcp: TcpRig) -> None:
    driver = tcp.driver(FakeHost())
    async with serving(driver):
        assert (await do_print(driver)).outcome is DONE
        assert (await do_print(driver)).outcome is DONE
    assert len(tcp.printer.receipts) == 2
    # Only a printer that has it is asked for the process id: others print the question.
    maker_unknown = [] if tcp.printer.model.information else [InformationRequest(66)] * 2
    assert tcp.printer.unknown_commands == maker_unknown


async def test_a_printer_that_cannot_send_is_believed_only_by_configuration(tcp: TcpRig) -> None:
    tcp.printer.faults.silent = True
    driver = tcp.driver(FakeHost())
    async with serving(driver):
        assert (await do_print(driver)).outcome is FAILED
        assert tcp.printer.receipts == []
    trusting = tcp.driver(FakeHost(), confirmation="none")
    async with serving(trusting):
        end = await do_print(trusting)
        assert (end.outcome, end.detail) == (DONE, "sent; this printer cannot confirm it")
        assert await tcp.printer.wait_for_receipts(1, 5)


@pytest.mark.parametrize(
    ("fault", "fact", "value"),
    [
        ("paper_out", "paper", "end"),
        ("cover_open", "cover", "open"),
        ("error", "error", "yes"),
        ("paper_near_end", "paper", "near_end"),
    ],
)
async def test_the_printers_state_is_told_as_it_is_and_unknown_when_it_is_not_told(
    rig: PrinterRig, fault: str, fact: str, value: str
) -> None:
    host = FakeHost()
    async with serving(rig.driver(host)):
        await host.wait_for_fact("paper", "ok")
        await host.wait_for_fact("cover", "closed")
        setattr(rig.printer.faults, fault, True)
        await host.wait_for_fact(fact, value)
        rig.printer.faults.silent = True
        await host.wait_for_fact(fact, "unknown")


async def test_what_keeps_the_printer_is_named_and_nothing_is_sent(rig: PrinterRig) -> None:
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        rig.printer.faults.paper_out = True
        await host.wait_for_fact("paper", "end")
        end = await do_print(driver)
        assert (end.outcome, end.detail) == (FAILED, "paper is out")
        rig.printer.faults.paper_out = False
        await host.wait_for_fact("paper", "ok")
        await host.wait_for_fact("online", "yes")
        assert (await do_print(driver)).outcome is DONE
    assert len(rig.printer.receipts) == 1


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "error"])
async def test_a_receipt_that_stops_in_the_middle_goes_on_when_the_fault_is_put_right(
    rig: PrinterRig, fault: str
) -> None:
    rig.printer.faults.line_s = 0.02
    driver = rig.driver(FakeHost())
    async with serving(driver):
        printing = asyncio.create_task(do_print(driver))
        await in_mid_receipt(rig)
        setattr(rig.printer.faults, fault, True)
        # An error that was put right ends when the host asks the printer to go on.
        if fault != "error":
            await asyncio.sleep(1.0)
            assert not printing.done()
            setattr(rig.printer.faults, fault, False)
        end = await asyncio.wait_for(printing, 10)
        assert end.outcome is DONE
    (receipt,) = rig.printer.receipts
    assert as_text(receipt).count("line ") == 12


async def test_a_printer_that_falls_silent_before_a_receipt_gets_nothing_of_it(
    rig: PrinterRig,
) -> None:
    driver = rig.driver(FakeHost())
    async with serving(driver):
        assert (await do_print(driver)).outcome is DONE
        rig.printer.faults.deaf = True
        end = await do_print(driver)
        assert end.outcome is FAILED
    rig.printer.faults.deaf = False
    # What had been sent before would come out before.
    again = rig.driver(FakeHost())
    async with serving(again):
        assert (await do_print(again)).outcome is DONE
    assert len(rig.printer.receipts) == 2


async def test_a_printer_that_falls_silent_in_a_receipt_leaves_it_uncertain(
    rig: PrinterRig,
) -> None:
    rig.printer.faults.line_s = 0.02
    driver = rig.driver(FakeHost())
    async with serving(driver) as running:
        printing = asyncio.create_task(do_print(driver))
        await in_mid_receipt(rig)
        rig.printer.faults.silent = True
        end = await asyncio.wait_for(printing, 10)
        assert (end.outcome, end.detail) == (UNCERTAIN, "the printer did not confirm it")
        with pytest.raises(DeviceLost, match="a receipt was not confirmed"):
            await asyncio.wait_for(running, 5)


async def test_a_cable_pulled_in_a_receipt_leaves_it_uncertain(rig: PrinterRig) -> None:
    rig.printer.faults.line_s = 0.02
    driver = rig.driver(FakeHost())
    async with serving(driver):
        printing = asyncio.create_task(do_print(driver))
        await in_mid_receipt(rig)
        await rig.unplug()
        end = await asyncio.wait_for(printing, 10)
        assert end.outcome is UNCERTAIN


@pytest.mark.parametrize("model", [EPSON, PLAIN], ids=["process id", "paper sensor"])
async def test_a_picture_that_a_lost_connection_cut_off_does_not_stop_the_printer(
    tmp_path: Path, model: PrinterModel
) -> None:
    rig = SerialRig(tmp_path, model)
    async with rig.ready():
        await rig.plug()
        # Somebody's raster of 72 x 200 bytes that ends after ten of them.
        rig.printer.receive(b"\x1dv0\x00\x48\x00\xc8\x00" + b"x" * 10)
        driver = rig.driver(FakeHost())
        outcomes: list[OutputOutcome] = []
        # A driver that gives up is claimed anew, until what was cut off is behind the printer.
        while DONE not in outcomes and len(outcomes) < MOST_ATTEMPTS:
            async with serving(driver):
                outcomes += [(await do_print(driver)).outcome for _ in range(2)]
        assert outcomes[:2] == [FAILED, FAILED]
        assert set(outcomes) == {FAILED, DONE}
        assert outcomes[-1] is DONE
        assert len(rig.printer.receipts) == outcomes.count(DONE)


async def test_a_question_is_never_put_into_the_middle_of_a_command(rig: PrinterRig) -> None:
    rig.printer.model = PrinterModel(buffer=512)
    rig.printer.faults.line_s = 0.01
    driver = rig.driver(FakeHost(), poll_every_s=0.001, print_timeout_s=5)
    picture = Picture(png=LOGO.read_bytes())
    lines = (Text(text=f"line {number}") for number in range(40))
    receipt = Receipt(elements=(picture, *lines, picture))
    async with serving(driver):
        end = await driver.output(PrintReceipt(output_id=5, receipt=receipt))
    assert end.outcome is DONE
    assert rig.printer.unknown_commands == []
    printed = [m.text for m in rig.printer.receipts[0] if isinstance(m, Line) and m.text]
    assert printed == [f"line {number}" for number in range(40)]


async def test_a_printer_that_takes_nothing_gets_no_pulse_for_later(tmp_path: Path) -> None:
    rig = UsbRig(tmp_path, EPSON)
    async with rig.ready():
        await rig.plug()
        host = FakeHost()
        driver = rig.driver(host, drawer={"moves_within_s": 0.3}, poll_every_s=5)
        async with serving(driver):
            await host.wait_for_fact("drawer", "closed")
            rig.printer.faults.deaf = True
            end = await driver.output(OpenDrawer(output_id=1))
            assert (end.outcome, end.detail) == (FAILED, "its printer does not answer")
        rig.printer.faults.deaf = False
        again = rig.driver(FakeHost())
        async with serving(again):
            assert (await do_print(again)).outcome is DONE
        assert rig.printer.drawer_openings == 0


async def test_a_printer_that_stopped_answering_gets_no_pulse_for_later(rig: PrinterRig) -> None:
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        await host.wait_for_fact("drawer", "closed")
        rig.printer.faults.silent = True
        end = await driver.output(OpenDrawer(output_id=7))
        assert (end.outcome, end.detail) == (FAILED, "its printer does not answer")
    assert rig.printer.drawer_openings == 0


async def test_a_drawer_that_nobody_ever_answered_for_is_unknown_not_shut(rig: PrinterRig) -> None:
    rig.printer.faults.silent = True
    driver = rig.driver(FakeHost())
    async with serving(driver):
        end = await driver.output(OpenDrawer(output_id=7))
        assert (end.outcome, end.detail) == (UNCERTAIN, "the drawer cannot be observed")
    assert rig.printer.drawer_openings == 1


async def test_garbage_among_the_answers_never_confirms_with_a_process_id(
    rig: PrinterRig,
) -> None:
    rig.printer.faults.garbage = True
    driver = rig.driver(FakeHost(), confirmation="process-id")
    outcomes = Counter[OutputOutcome]()
    async with kept_in_service(driver):
        while outcomes[DONE] < 4:
            before = len(rig.printer.receipts)
            end = await do_print(driver, outcomes.total())
            outcomes[end.outcome] += 1
            if end.outcome is DONE:
                assert len(rig.printer.receipts) > before
            await asyncio.sleep(0.02)
    assert len(rig.printer.receipts) >= outcomes[DONE]


async def test_a_slow_printer_is_waited_for(tcp: TcpRig) -> None:
    tcp.printer.faults.line_s = 0.04
    driver = tcp.driver(FakeHost(), print_timeout_s=5)
    async with serving(driver):
        assert (await do_print(driver)).outcome is DONE


async def test_the_drawers_state_is_known_by_its_pin(rig: PrinterRig) -> None:
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        await host.wait_for_fact("drawer", "closed")
        end = await driver.output(OpenDrawer(output_id=7))
        assert (end.outcome, end.detail) == (DONE, "seen open")
        await host.wait_for_fact("drawer", "open")
        rig.printer.close_drawer()
        await host.wait_for_fact("drawer", "closed")
        rig.printer.faults.drawer_stuck = True
        end = await driver.output(OpenDrawer(output_id=8))
        assert (end.outcome, end.detail) == (FAILED, "it did not move")


@pytest.mark.parametrize(("level", "state"), [("high", "closed"), ("low", "open")])
async def test_the_pins_polarity_is_configured(rig: PrinterRig, level: str, state: str) -> None:
    host = FakeHost()
    async with serving(rig.driver(host, drawer={"open_level": level})):
        await host.wait_for_fact("drawer", state)


async def test_a_drawer_without_a_pin_is_unknown(rig: PrinterRig) -> None:
    host = FakeHost()
    driver = rig.driver(host, drawer={"open_level": "none"})
    async with serving(driver):
        await host.wait_for_fact("drawer", "unknown")
        end = await driver.output(OpenDrawer(output_id=7))
        assert (end.outcome, end.detail) == (UNCERTAIN, "the drawer cannot be observed")
        assert host.facts["drawer"] == "unknown"
        await until(lambda: rig.printer.drawer_openings == 1)


async def test_a_printer_that_is_offline_is_sent_no_pulse_for_later(rig: PrinterRig) -> None:
    host = FakeHost()
    driver = rig.driver(host)
    async with serving(driver):
        rig.printer.faults.cover_open = True
        await host.wait_for_fact("cover", "open")
        end = await driver.output(OpenDrawer(output_id=7))
        assert end.outcome is FAILED
        rig.printer.faults.cover_open = False
        await host.wait_for_fact("cover", "closed")
        # A pulse that had been sent would have come before the receipt.
        assert (await do_print(driver)).outcome is DONE
    assert rig.printer.drawer_openings == 0


async def test_usblp_gets_its_printer_back(tmp_path: Path) -> None:
    rig = UsbRig(tmp_path, EPSON)
    async with rig.ready():
        await rig.plug()
        assert rig.device.kernel_has_it
        async with serving(rig.driver(FakeHost())):
            assert not rig.device.kernel_has_it
        assert rig.device.kernel_has_it


def test_a_profile_that_python_escpos_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(ValidationError, match=r"'TM-X1' is no profile of python-escpos: .*TM-T88V"):
        UsbRig.driver_type.parse_config({"vendor": "04b8", "product": "0202", "profile": "TM-X1"})
