"""Programs that are not ours read what we print and drive the printer we simulate.

npos parses ESC/POS; receiptio prints to a printer and waits for its answers. Both come from npm.
"""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from drivers.printer.encoder import ReceiptEncoder
from edge_agent.api.receipt import (
    Align,
    Barcode,
    Columns,
    Picture,
    QrCode,
    Receipt,
    Rule,
    Text,
)
from simulator.paper import as_text
from simulator.printer_ports import TcpPrinter
from simulator.virtual_lane import LOGO

PACKAGES = ("npos@0.1.19", "receiptio@2.1.2")
SCRIPT = Path(__file__).parents[1] / "foreign/escpos_tree.js"
RECEIPT = Receipt(
    elements=(
        Picture(png=LOGO.read_bytes()),
        Text(text="CORNER SHOP", align=Align.CENTER, bold=True, large=True),
        Rule(),
        Columns(left="Milk", right="1.07 A"),
        Columns(left="TOTAL EUR", right="1.07", bold=True),
        Barcode(text="0042-3-1"),
        QrCode(text="0042-3-1"),
    )
)


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The peers, installed by npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed, which bring the foreign peers")
    folder = tmp_path_factory.mktemp("npm")
    command = (npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder)
    installed = subprocess.run((*command, *PACKAGES), capture_output=True, check=False, timeout=120)
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install {', '.join(PACKAGES)} here")
    return folder / "node_modules"


@pytest.mark.parametrize("profile", ["default", "TM-T88V", "RP-F10-80mm"])
def test_another_parser_knows_every_command_and_reads_the_text(
    node_modules: Path, tmp_path: Path, profile: str
) -> None:
    file = tmp_path / "receipt.bin"
    file.write_bytes(b"".join(ReceiptEncoder(profile, 48).receipt(RECEIPT)))
    read = subprocess.run(
        ("node", str(SCRIPT), str(file)),
        env={"NODE_PATH": str(node_modules), "PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert read.returncode == 0, read.stderr
    document = json.loads(read.stdout)
    text = "".join(document["text"])
    for line in ("CORNER SHOP", "Milk", "1.07 A", "TOTAL EUR"):
        assert line in text
    commands = " ".join(document["commands"])
    for command in ("ESC @", "GS v0", "GS k", "GS (k", "GS V", "ESC t"):
        assert command in commands


async def test_another_host_prints_on_the_simulated_printer_and_believes_its_answers(
    node_modules: Path, tmp_path: Path
) -> None:
    # receiptio knows port 9100 alone; a loopback address of our own keeps it free.
    printer = TcpPrinter(host="127.0.0.11", port=9100)
    try:
        await printer.plug()
    except OSError as error:
        pytest.skip(f"127.0.0.11:9100 cannot be used: {error}")
    file = tmp_path / "sample.receipt"
    file.write_text("^^^RECEIPT\n\nMilk | 1.07\n-\n^TOTAL | ^1.07\n")
    process = await asyncio.create_subprocess_exec(
        "node",
        str(node_modules / "receiptio/bin/cli.js"),
        *("-d", printer.host, "-l", "en", str(file)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, output.decode().strip()) == (0, "success")
    assert "Milk" in as_text(printer.receipts[0])
    await printer.unplug()
