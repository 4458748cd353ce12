"""Storage that went back in time, before Apache Kafka: every sale arrives, and the loss is told."""

import asyncio
import json
import shutil
from typing import Any

import pytest

from simulator.broker import Delivered, read_topic
from simulator.scenario import plan_sales
from simulator.stream import check_stream
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER
from tests.kafka.broker import create_topic

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def sell(lane: VirtualLane, sales: int, seed: int) -> None:
    await lane.start_agent()
    state = await lane.client.lane()
    if state.state.operator is None:
        await lane.cashier.sign_on(CASHIER)
    for plan in plan_sales(lane.assortment, sales, seed):
        await lane.cashier.sell(plan)
    assert await lane.wait_delivered(60) == 0


async def records_of(lane: VirtualLane) -> list[Delivered]:
    assert lane.kafka is not None
    return await asyncio.to_thread(read_topic, lane.kafka, lane.topic)


def payments(records: list[Delivered]) -> int:
    """Sales that were paid, each counted once."""
    paid = [record for record in records if record.headers["ce_type"] == "pos.payment.completed"]
    return len({record.headers["ce_id"] for record in paid})


def openings(records: list[Delivered]) -> list[dict[str, Any]]:
    """What the events say that opened an epoch."""
    opened = [record for record in records if record.headers["ce_type"] == "lane.epoch.opened"]
    return [json.loads(record.value) for record in opened]


async def test_restored_database(kafka: str, topic: str) -> None:
    """Only ``lane.db`` was restored: the head file beside it tells, before anything is written."""
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        data, backup = lane.directory / "data", lane.directory / "backup.db"
        await lane.import_master_data()
        await sell(lane, 2, 1)
        await lane.stop_agent()
        shutil.copy(data / "lane.db", backup)
        await sell(lane, 2, 2)
        await lane.stop_agent()
        shutil.copy(backup, data / "lane.db")
        await sell(lane, 2, 3)
        health = await lane.client.health()
        records = await records_of(lane)
        verified = await lane.verify_journal()
    assert payments(records) == 6
    # The last stop itself was journaled when nothing forwarded any more: it alone is lost.
    (fault,) = check_stream(records).faults
    assert "were lost on the lane before they were delivered" in fault
    assert [opening["noticed_by"] for opening in openings(records)] == ["head_file"]
    assert any("went back in time" in problem for problem in health.problems)
    assert verified.startswith("ok")


async def test_restored_directory(kafka: str, topic: str) -> None:
    """The head file went back too: only the lane's own newest record in Kafka tells."""
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        data, backup = lane.directory / "data", lane.directory / "backup"
        await lane.import_master_data()
        await sell(lane, 2, 1)
        await lane.stop_agent()
        shutil.copytree(data, backup)
        await sell(lane, 3, 2)
        await lane.stop_agent()
        shutil.rmtree(data)
        shutil.copytree(backup, data)
        await sell(lane, 2, 3)
        health = await lane.client.health()
        records = await records_of(lane)
    assert payments(records) == 7
    assert [opening["noticed_by"] for opening in openings(records)] == ["stream"]
    assert any("The stream has" in problem for problem in health.problems)
    # What was written before the broker answered has numbers that were used before: an alarm each.
    faults = check_stream(records).faults
    assert faults
    assert all("another event has this place" in fault for fault in faults)


async def test_lost_directory(kafka: str, topic: str) -> None:
    """A new disk: the lane begins anew, behind what head office has."""
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.import_master_data()
        await sell(lane, 2, 1)
        await lane.stop_agent()
        last = (await records_of(lane))[-1]
        shutil.rmtree(lane.directory / "data")
        await lane.import_master_data()
        await sell(lane, 2, 2)
        records = await records_of(lane)
    assert payments(records) == 4
    (opening,) = openings(records)
    assert opening["predecessor"] == {
        "epoch": int(last.headers["ce_epoch"]),
        "sequence": int(last.headers["ce_sequence"]),
        "hash": last.headers["ce_hash"],
    }
    epochs = [int(record.headers["ce_epoch"]) for record in records]
    assert epochs == sorted(epochs)


async def test_events_the_broker_never_takes(kafka: str, topic: str) -> None:
    """The rest goes on, each refused one's place is held, health and the journal say so."""
    await asyncio.to_thread(create_topic, kafka, topic, max_message_bytes="600")
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.import_master_data()
        await sell(lane, 2, 1)
        outbox = await lane.client.outbox()
        health = await lane.client.health()
        records = await records_of(lane)
    report = check_stream(records)
    assert report.faults == ()
    assert (outbox.pending, report.events) == (0, outbox.newest_position)
    assert report.set_aside > 0
    assert report.by_type["lane.event.set_aside"] == report.set_aside
    assert any(f"{report.set_aside} events are not in the stream" in p for p in health.problems)


async def test_kill_between_acknowledgement_and_cursor(kafka: str, topic: str) -> None:
    """What arrived is learnt from the stream at the start, and not sent again."""
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.import_master_data()
        for seed in range(6):
            await sell(lane, 1, seed)
            await lane.kill_agent()
        await lane.start_agent()
        assert await lane.wait_delivered(60) == 0
        report = check_stream(await records_of(lane))
        newest = (await lane.client.outbox()).newest_position
    assert (report.events, report.duplicates, report.faults) == (newest, 0, ())
