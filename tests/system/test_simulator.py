"""A lane with every device there is, worked over the simulator's HTTP interface."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from edge_agent.api.commands import FinalizeSubtotal, Pay
from edge_agent.api.events import Tender
from simulator.bench import Bench
from simulator.hardware import EVERY_DEVICE, Hardware
from simulator.pty_device import PtyDevice
from simulator.recording import play, read_recording, record
from simulator.remote import RemoteBench
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER, by_name
from tests.waiting import until


@pytest.fixture
async def lane() -> AsyncIterator[VirtualLane]:
    async with VirtualLane(devices=EVERY_DEVICE) as started:
        await started.start_agent()
        await started.send_master_data()
        await started.cashier.sign_on(CASHIER)
        yield started


@pytest.fixture
async def remote(lane: VirtualLane) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        RemoteBench(Bench(lane.hardware)) as bench,
        httpx.AsyncClient(base_url=bench.url, timeout=10) as client,
    ):
        yield client


async def quantity(lane: VirtualLane, wanted: int) -> None:
    async with asyncio.timeout(5):
        while True:
            basket = (await lane.client.lane()).state.basket
            if basket is not None and len(basket.lines) == wanted:
                return
            await asyncio.sleep(0.02)


async def test_every_scanner_sells_and_those_that_can_be_told_beep_after_the_commit(
    lane: VirtualLane, remote: httpx.AsyncClient
) -> None:
    soap = by_name(lane.assortment, "Soap").gtin
    answers = {}
    scanners = ("scanner", "keyboard-scanner", "id-scanner", "hid-scanner", "hid-id-scanner")
    for count, name in enumerate(scanners, 1):
        answer = await remote.post(f"/devices/{name}/scan", content=soap)
        answers[name] = answer.json()["answer"]
        await quantity(lane, count)
    assert answers == {
        "scanner": "beep",
        "keyboard-scanner": "typed",
        "id-scanner": "beep",
        "hid-scanner": "sent",
        "hid-id-scanner": "sent",
    }
    await until(lambda: lane.hardware.hid_scanner.sounds == [True])
    lane.hardware.hid_scanner.scan("4006381333932")
    await until(lambda: lane.hardware.hid_scanner.sounds == [True, False])


async def test_faults_and_cables_and_paper_over_http(
    lane: VirtualLane, remote: httpx.AsyncClient
) -> None:
    async def fact(device: str, name: str, value: str) -> None:
        async with asyncio.timeout(10):
            while True:
                told = {d.name: d.facts.get(name) for d in await lane.client.devices()}
                if told[device] == value:
                    return
                await asyncio.sleep(0.02)

    assert (await remote.get("/devices/printer/paper")).status_code == 409
    for printer in ("printer", "serial-printer", "usb-printer"):
        await remote.put(f"/devices/{printer}/faults/cover_open", json=True)
        await fact(printer, "cover", "open")
        await remote.put(f"/devices/{printer}/faults/cover_open", json=False)
        await fact(printer, "cover", "closed")
    # With the network printer's cable out, the next one prints.
    await remote.post("/devices/printer/cable/out")
    async with asyncio.timeout(10):
        while {d.name: d.state for d in await lane.client.devices()}["printer"] != "lost":
            await asyncio.sleep(0.02)
    await remote.post("/devices/scanner/scan", content=by_name(lane.assortment, "Soap").gtin)
    await lane.client.command(FinalizeSubtotal())
    await lane.client.command(Pay(tender=Tender.CARD))
    async with asyncio.timeout(10):
        while (paper := await remote.get("/devices/serial-printer/paper")).status_code != 200:
            await asyncio.sleep(0.02)
    assert "Soap" in paper.text
    picture = await remote.get("/devices/serial-printer/paper.png")
    assert picture.content.startswith(b"\x89PNG")
    listed = {device["name"]: device for device in (await remote.get("/devices")).json()}
    assert listed["serial-printer"]["receipts"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("POST", "/devices/toaster/cable/in", 404, "there is no 'toaster'"),
        ("PUT", "/devices/printer/faults/rust", 409, "has the faults paper_out"),
        ("PUT", "/devices/drawer/faults/rust", 409, "stuck and silent"),
        ("POST", "/devices/printer/scan", 409, "is no scanner"),
        ("POST", "/devices/scanner/power/off", 409, "is no printer"),
    ],
)
async def test_what_is_not_possible_is_explained(
    tmp_path: Path, method: str, path: str, status: int, said: str
) -> None:
    async with (
        RemoteBench(Bench(Hardware(tmp_path))) as bench,
        httpx.AsyncClient(base_url=bench.url) as client,
    ):
        answer = await client.request(method, path, json=True if method == "PUT" else None)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


async def test_traffic_is_recorded_and_played_back(tmp_path: Path) -> None:
    device, other = PtyDevice(tmp_path / "a"), PtyDevice(tmp_path / "b")
    device.plug()
    other.plug()
    file, again = tmp_path / "scan.jsonl", tmp_path / "again.jsonl"
    recording = asyncio.create_task(record(device.path, file, 2.0, 9600))
    # The file is made when the device is listened to, and each piece is written as it comes.
    await until(file.exists)
    await device.send_all(b"4006381")
    await until(lambda: file.read_text().count("\n") == 1)
    await device.send_all(b"333931\r")
    assert await recording == 14
    pieces = list(read_recording(file))
    assert b"".join(data for _, data in pieces) == b"4006381333931\r"
    assert pieces[0][0] == 0
    assert len(pieces) == 2
    assert 0 < pieces[-1][0] < 1.9
    recording = asyncio.create_task(record(other.path, again, 2.0, 9600))
    await until(again.exists)
    assert await play(file, other) == 14
    assert await recording == 14
    device.unplug()
    other.unplug()


def test_a_broken_recording_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"at": 0, "data": "MQ=="}\nnonsense\n')
    with pytest.raises(ValueError, match="line 2"):
        list(read_recording(file))
