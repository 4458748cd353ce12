"""Apache Kafka away at start, in mid-stream and killed: nothing lost, nothing reordered."""

import asyncio

import pytest

from simulator.broker import read_topic
from simulator.scenario import plan_sales
from simulator.stream import StreamReport, check_stream
from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER
from tests.kafka.broker import KafkaServer, create_topic

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def sell(lane: VirtualLane, sales: int, seed: int) -> None:
    before = len(lane.printer.receipts)
    for plan in plan_sales(lane.assortment, sales, seed):
        await lane.cashier.sell(plan)
    assert await lane.printer.wait_for_receipts(before + sales, 10)


async def arrived(lane: VirtualLane, address: str) -> StreamReport:
    assert await lane.wait_delivered(60) == 0
    records = await asyncio.to_thread(read_topic, address, lane.topic)
    assert len({record.partition for record in records}) == 1
    return check_stream(records)


async def test_a_lane_sells_into_apache_kafka(kafka: str, topic: str) -> None:
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.import_master_data()
        await lane.start_agent()
        await lane.cashier.sign_on(CASHIER)
        await sell(lane, 5, 1)
        report = await arrived(lane, kafka)
        newest = (await lane.client.outbox()).newest_position
        assert (report.events, report.duplicates, report.faults) == (newest, 0, ())


async def test_the_broker_is_stopped_for_whole_sales_and_killed_in_mid_stream(
    kafka_server: KafkaServer, topic: str
) -> None:
    await asyncio.to_thread(create_topic, kafka_server.address, topic)
    async with VirtualLane(kafka=kafka_server.address, topic=topic) as lane:
        await lane.import_master_data()
        await asyncio.to_thread(kafka_server.stop)
        await lane.start_agent()
        await lane.cashier.sign_on(CASHIER)
        await sell(lane, 2, 1)
        waiting = await lane.client.outbox()
        assert waiting.pending == waiting.newest_position
        assert waiting.error

        await asyncio.to_thread(kafka_server.start)
        assert await lane.wait_delivered(60) == 0

        selling = asyncio.create_task(sell(lane, 20, 2))
        await asyncio.to_thread(kafka_server.stop, kill=True)
        await selling
        assert (await lane.client.outbox()).pending > 0

        await asyncio.to_thread(kafka_server.start)
        report = await arrived(lane, kafka_server.address)
        newest = (await lane.client.outbox()).newest_position
        assert (report.events, report.faults) == (newest, ())


async def test_the_agent_killed_while_forwarding_sends_again_but_never_skips(
    kafka: str, topic: str
) -> None:
    await asyncio.to_thread(create_topic, kafka, topic)
    async with VirtualLane(kafka=kafka, topic=topic) as lane:
        await lane.import_master_data()
        await lane.start_agent()
        await lane.cashier.sign_on(CASHIER)
        for seed in range(5):
            await sell(lane, 2, seed)
            await lane.kill_agent()
            await lane.start_agent()
        report = await arrived(lane, kafka)
        newest = (await lane.client.outbox()).newest_position
        assert (report.events, report.faults) == (newest, ())
