"""Printers behind each connection, and of each kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.printer_rigs import EPSON, MUTE, PLAIN, PRINTER_RIGS, PrinterRig, TcpRig


@pytest.fixture(params=PRINTER_RIGS, ids=lambda rig: rig.name)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PrinterRig]:
    made: PrinterRig = request.param(tmp_path, EPSON)
    async with made.ready():
        await made.plug()
        yield made


@pytest.fixture(
    params=[EPSON, PLAIN, MUTE], ids=["process id", "paper sensor", "says nothing of it"]
)
async def tcp(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TcpRig]:
    made = TcpRig(tmp_path, request.param)
    async with made.ready():
        await made.plug()
        yield made
