"""The one module that speaks to Kafka."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)
from aiokafka.helpers import create_ssl_context
from aiokafka.partitioner import DefaultPartitioner
from pydantic import ValidationError

from edge_agent.api.errors import DeliveryError, RecordRefused
from edge_agent.api.values import JournalPlace
from edge_agent.store.outbox import StreamPlace
from sync.envelope import Message

log = structlog.get_logger()
LOOK_BACK = 1_000_000
"""Records of a partition that are searched for a lane of which nothing is known."""
_FIRST_WINDOW = 1000
_NEVER_TAKEN = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)
_CONSUMER_OPTIONS = frozenset(signature(AIOKafkaConsumer).parameters)


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Address and patience for the broker.

    ``client`` goes to aiokafka as it stands (``security_protocol``, ``sasl_...``); for the SSL
    protocols the certificate files make its ``ssl_context``.
    """

    bootstrap_servers: str
    topic: str
    delivery_timeout_s: float = 30.0
    stop_timeout_s: float = 5.0
    client: Mapping[str, Any] = field(default_factory=dict)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def producer_options(self) -> dict[str, Any]:
        """Options of the producer; raises ``OSError`` for certificates it cannot read."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": "gzip",
            "max_batch_size": 131_072,
            "linger_ms": 5,
            **self.client,
        }
        return self._with_certificates(options)

    def consumer_options(self) -> dict[str, Any]:
        """Options of the consumer that looks for the lane's newest record."""
        shared = {name: value for name, value in self.client.items() if name in _CONSUMER_OPTIONS}
        options = {"bootstrap_servers": self.bootstrap_servers, **shared, "group_id": None}
        return self._with_certificates({**options, "enable_auto_commit": False})

    def _with_certificates(self, options: dict[str, Any]) -> dict[str, Any]:
        if str(self.client.get("security_protocol", "")).endswith("SSL"):
            options["ssl_context"] = create_ssl_context(
                cafile=self.ca_file, certfile=self.certificate_file, keyfile=self.key_file
            )
        return options


async def try_settings(settings: KafkaSettings) -> str:
    """Check the options without a broker; return what is wrong, empty where nothing is."""
    try:
        AIOKafkaProducer(**settings.producer_options())
    except (TypeError, ValueError, AssertionError) as error:
        return str(error)
    except OSError as error:
        return f"a certificate or key file cannot be read: {error.strerror}"
    return ""


class KafkaPublisher:
    """A producer that is thrown away after any error: what happened to its records is unknown."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, messages: Sequence[Message]) -> StreamPlace | None:
        """Return when the brokers in sync have acknowledged all messages, in order.

        Raises:
            RecordRefused: one of them is too large or otherwise never taken.
            DeliveryError: some may not have arrived; publish the same messages again.
        """
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                producer = await self._ready_producer()
                acknowledgements = [
                    await producer.send(
                        self._settings.topic,
                        value=message.value,
                        key=message.key,
                        headers=list(message.headers),
                    )
                    for message in messages
                ]
                last = (await asyncio.gather(*acknowledgements))[-1]
                return StreamPlace(last.partition, last.offset)
        except _NEVER_TAKEN as error:
            await self._discard()
            raise RecordRefused(f"{type(error).__name__} {error}".rstrip()) from error
        except (KafkaError, OSError, TimeoutError) as error:
            await self._discard()
            raise DeliveryError(
                f"{self._settings.bootstrap_servers} did not acknowledge: "
                f"{type(error).__name__} {error}".rstrip()
            ) from error
        except BaseException:
            await self._discard()
            raise

    async def newest(self, source: str, since: StreamPlace | None) -> JournalPlace | None:
        """The newest event of a lane that the topic has.

        Without ``since`` the lane's partition is searched from its end, ``LOOK_BACK`` records at
        most; with it, from there to the end.

        Raises:
            DeliveryError: the topic cannot be read now.
        """
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                producer = await self._ready_producer()
                partitions = sorted(await producer.partitions_for(self._settings.topic))
            number = DefaultPartitioner()(source.encode(), partitions, partitions)
            search = _Search(self._settings, TopicPartition(self._settings.topic, number))
            start = since.offset if since is not None and since.partition == number else None
            return await search.newest(source.encode(), start)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._discard()
            raise DeliveryError(
                f"{self._settings.bootstrap_servers} was not read: "
                f"{type(error).__name__} {error}".rstrip()
            ) from error
        except BaseException:
            await self._discard()
            raise

    async def close(self) -> None:
        """Gives the connections back; nothing waits to be flushed between two batches."""
        await self._discard()

    async def _discard(self) -> None:
        """Drops the producer without flushing: the next one starts from the outbox.

        ``AIOKafkaProducer.stop`` flushes first, which never ends without a broker, and leaves its
        tasks behind when it is cancelled; so its parts are ended one by one.
        """
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(self._settings.stop_timeout_s):
                producer._closed = True
                sender = producer._sender.sender_task
                if sender is not None:
                    sender.cancel()
                    # wait, not await: the sender's cancellation must not pass for our own.
                    await asyncio.wait([sender])
                await producer.client.close()
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("a producer was left behind", reason=repr(error))

    async def _ready_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(**self._settings.producer_options())
            self._producer = producer
            await producer.start()
        return self._producer


class _Search:
    """Looks through one partition for the newest record of a key."""

    def __init__(self, settings: KafkaSettings, partition: TopicPartition) -> None:
        self._settings = settings
        self._partition = partition
        self._consumer = AIOKafkaConsumer(**settings.consumer_options())

    async def newest(self, key: bytes, since: int | None) -> JournalPlace | None:
        """The newest record's event; searches backwards in growing windows without ``since``."""
        timeout_s = self._settings.delivery_timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await self._consumer.start()
                self._consumer.assign([self._partition])
                first = (await self._consumer.beginning_offsets([self._partition]))[self._partition]
                end = (await self._consumer.end_offsets([self._partition]))[self._partition]
            if since is not None and first <= since < end:
                return await self._newest_between(key, since, end)
            window, searched = _FIRST_WINDOW, 0
            while end > first and searched < LOOK_BACK:
                start = max(first, end - window)
                if found := await self._newest_between(key, start, end):
                    return found
                searched += end - start
                end, window = start, window * 2
            return None
        finally:
            async with asyncio.timeout(timeout_s):
                await self._consumer.stop()

    async def _newest_between(self, key: bytes, start: int, end: int) -> JournalPlace | None:
        self._consumer.seek(self._partition, start)
        newest: JournalPlace | None = None
        position = start
        while position < end:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                fetched = await self._consumer.getmany(self._partition, timeout_ms=500)
                records = fetched.get(self._partition, [])
                for record in records:
                    place = _place_of(record) if record.key == key else None
                    # A batch that was given up may arrive behind what was sent after it.
                    if place is not None and (newest is None or _is_later(place, newest)):
                        newest = place
                position = await self._consumer.position(self._partition)
        return newest


def _is_later(place: JournalPlace, than: JournalPlace) -> bool:
    return (place.epoch, place.sequence) > (than.epoch, than.sequence)


def _place_of(record: ConsumerRecord) -> JournalPlace | None:
    """The event's place as its headers tell it; None where they do not."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    try:
        return JournalPlace(
            epoch=int(headers["ce_epoch"]),
            sequence=int(headers["ce_sequence"]),
            hash=headers["ce_hash"],
        )
    except (KeyError, ValueError, ValidationError):
        return None
