"""The embedded broker: librdkafka's mock cluster, for demonstrations and plumbing tests.

It speaks the Kafka protocol over TCP but deduplicates nothing and forgets old records; delivery
guarantees are shown against Apache Kafka itself.
"""

from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition


@dataclass(frozen=True, slots=True)
class Delivered:
    """One record as a consumer of the stream sees it."""

    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: dict[str, str]


class EmbeddedBroker:
    """One mock broker in this process."""

    def __init__(self) -> None:
        self._cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        brokers = self._cluster.list_topics(timeout=10).brokers.values()
        self.address = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)


def read_topic(address: str, topic: str, timeout_s: float = 10.0) -> list[Delivered]:
    """Everything in a topic, read by a client that is not the forwarder's."""
    consumer = Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "reader",
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=timeout_s).topics[topic].partitions
        ends = {
            number: consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=timeout_s)
            for number in partitions
        }
        expected = sum(high - low for low, high in ends.values())
        consumer.assign([TopicPartition(topic, number, low) for number, (low, _) in ends.items()])
        records: list[Delivered] = []
        while len(records) < expected:
            message = consumer.poll(timeout_s)
            if message is None:
                break
            if message.error() is None:
                records.append(
                    Delivered(
                        partition=message.partition() or 0,
                        offset=message.offset() or 0,
                        key=message.key() or b"",
                        value=message.value() or b"",
                        headers=_headers(message),
                    )
                )
        return records
    finally:
        consumer.close()


def _headers(message: Message) -> dict[str, str]:
    listed: Any = message.headers() or ()
    return {name: value.decode() for name, value in listed}
