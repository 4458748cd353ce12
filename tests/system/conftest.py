"""Whole lanes: a real agent in its own process, virtual devices, and brokers."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from simulator.virtual_lane import VirtualLane
from simulator.world import CASHIER
from tests.kafka.broker import KafkaServer, KafkaUnavailable


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    """A broker that a test may stop and start; it is up when the test begins."""
    try:
        server = KafkaServer(tmp_path_factory.mktemp("kafka"))
        server.start()
    except KafkaUnavailable as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"Apache Kafka cannot be started here: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> str:
    """Bootstrap servers of Apache Kafka: somebody's, or one started here."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        return given
    server: KafkaServer = request.getfixturevalue("kafka_server")
    return server.address


@pytest.fixture
def topic() -> str:
    """A topic that no other test uses."""
    return f"lane-events-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def lane() -> AsyncIterator[VirtualLane]:
    """A running lane without a broker, Anna signed on."""
    async with VirtualLane(drawer_patience_s=1.0) as started:
        await started.start_agent()
        await started.send_master_data()
        await started.cashier.sign_on(CASHIER)
        yield started
