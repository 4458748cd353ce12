"""The one module that speaks to Kafka."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from edge_agent.api.errors import DeliveryError
from sync.envelope import Message

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the broker is and how long it may take.

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
        """What the producer is built with; raises ``OSError`` for certificates it cannot read."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": "gzip",
            "max_batch_size": 131_072,
            "linger_ms": 5,
            **self.client,
        }
        if str(self.client.get("security_protocol", "")).endswith("SSL"):
            options["ssl_context"] = create_ssl_context(
                cafile=self.ca_file, certfile=self.certificate_file, keyfile=self.key_file
            )
        return options


async def try_settings(settings: KafkaSettings) -> str:
    """What is wrong with the options, without asking a broker; empty where nothing is."""
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

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when the brokers in sync have acknowledged all messages, in order.

        Raises:
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
                await asyncio.gather(*acknowledgements)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._discard()
            raise DeliveryError(
                f"{self._settings.bootstrap_servers} did not acknowledge: "
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
