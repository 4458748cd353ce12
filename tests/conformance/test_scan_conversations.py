"""The same scans whole, in pieces, late and with loss: never two in one, never one in two."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from edge_agent.testing import FakeHost, serving
from tests.conformance.scanner_rigs import RIGS, SILENCE_S, HidRig, Rig
from tests.corpus.scan_conversations import CONNECTIONS, LOSS, Connection, play
from tests.waiting import until

ITEMS = (b"4006381333931", b"]d201040063813339311725123110AB\x1d21X9", b"EMP1001", b"(99)-./ +%$")
LICENCE = b"@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDBB06061986\rZVZVA01"
PASSPORT = (
    b"P<UTOSAMPLE<<ALEX<JORDAN<<<<<<<<<<<<<<<<<<<<\rD231458907UTO7408122X3204159<<<<<<<<<<<<<<06"
)
CONVERSATION = (*ITEMS[:2], LICENCE, ITEMS[2], PASSPORT, ITEMS[3])
PAUSE_S = 2 * SILENCE_S


def read_as(rig: Rig, code: bytes) -> bytes:
    """What the scanner's driver delivers of a whole code: USB adds the AIM identifier."""
    aim = b"]C0" if isinstance(rig, HidRig) and not code.startswith(b"]") else b""
    enter = rig.name.startswith("keyboard")
    return aim + (code.replace(b"\n", b"\r") if enter else code)


@pytest.fixture(params=RIGS, ids=lambda rig: rig.name)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    made: Rig = request.param(tmp_path)
    async with made.ready():
        made.plug()
        yield made
        made.unplug()


@pytest.mark.parametrize("pieces", ["whole", "one by one", "late"])
async def test_a_conversation_arrives_as_it_was_scanned(rig: Rig, pieces: str) -> None:
    host = FakeHost()
    random = Random(4)
    expected: list[bytes] = []
    async with serving(rig.driver(host)):
        for code in CONVERSATION:
            units = rig.wire(code)
            for unit in [b"".join(units)] if pieces == "whole" else units:
                if len(units) < 100 and pieces == "late":
                    await asyncio.sleep(random.random() * SILENCE_S / 20)
                await rig.emit(unit)
            expected.append(read_as(rig, code))
            await until(lambda: len(host.scans) >= len(expected))
        assert host.scans == expected
        assert host.errors == []


async def test_with_loss_no_scan_meets_another_and_what_was_dropped_is_said(rig: Rig) -> None:
    host = FakeHost()
    random = Random(9)
    async with serving(rig.driver(host)):
        for number in range(12):
            code = ITEMS[number % len(ITEMS)]
            host.events.clear()
            units = [unit for unit in rig.wire(code) if random.random() >= LOSS]
            for unit in units:
                await rig.emit(unit)
            whole = len(b"".join(units)) == len(b"".join(rig.wire(code)))
            if whole or (len(units) > 1 and "pause" not in rig.name):
                await until(lambda: bool(host.scans or host.errors))
            await asyncio.sleep(PAUSE_S)
            assert len(host.scans) <= 1
            if whole:
                assert host.scans == [read_as(rig, code)]


async def test_a_scan_that_pauses_too_long_is_dropped_and_said_where_it_has_an_end(
    rig: Rig,
) -> None:
    if "pause" in rig.name or "ID scanner, serial" in rig.name:
        pytest.skip("here a pause is the end of a scan")
    host = FakeHost()
    async with serving(rig.driver(host)):
        units = rig.wire(b"4006381333931" * 8)
        for unit in units[: len(units) // 2]:
            await rig.emit(unit)
        await until(lambda: bool(host.errors))
        assert host.scans == []
        assert "the scan broke off" in host.errors[0]


@pytest.mark.parametrize("connection", CONNECTIONS, ids=lambda connection: connection.name)
def test_a_damaged_code_passes_for_another_less_often_than_its_check_digit_lets_it(
    connection: Connection,
) -> None:
    tally = play(connection, 2000, Random(7))
    assert tally.merged_or_split == 0
    assert tally.damaged > 1500
    assert tally.let_through < 0.1
    assert tally.silent <= tally.damaged * 0.001
