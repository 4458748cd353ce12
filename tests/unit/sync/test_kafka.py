"""What the producer is built with, and what becomes of a broker that is not there."""

import ssl
from pathlib import Path

import pytest

from edge_agent.api.errors import DeliveryError
from sync.envelope import Message
from sync.kafka import KafkaPublisher, KafkaSettings


def test_delivery_is_idempotent_and_acknowledged_by_all_whatever_else_is_set() -> None:
    options = KafkaSettings("k:9092", "t", client={"client_id": "lane"}).producer_options()
    assert (options["acks"], options["enable_idempotence"]) == ("all", True)
    assert (options["client_id"], "ssl_context" in options) == ("lane", False)


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_ssl_protocols_get_a_context(protocol: str) -> None:
    settings = KafkaSettings("k:9092", "t", client={"security_protocol": protocol})
    assert isinstance(settings.producer_options()["ssl_context"], ssl.SSLContext)


async def test_a_certificate_that_is_missing_is_a_delivery_error() -> None:
    settings = KafkaSettings(
        "k:9092", "t", client={"security_protocol": "SSL"}, ca_file=Path("/no/such/ca.pem")
    )
    with pytest.raises(DeliveryError, match="FileNotFoundError"):
        await KafkaPublisher(settings).publish([])


async def test_a_broker_that_is_not_there_is_a_delivery_error_in_time() -> None:
    settings = KafkaSettings("127.0.0.1:1", "t", delivery_timeout_s=2.0)
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1:1 did not acknowledge"):
        await KafkaPublisher(settings).publish([Message(b"k", b"v", ())])
