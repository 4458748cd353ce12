"""Models of what is outside the agent's process: the broker, the printer, the drawer, HTTP."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from edge_agent.api.device import (
    DeviceClass,
    OpenDrawer,
    Output,
    OutputCompleteEvent,
    OutputOutcome,
    PrintReceipt,
)
from edge_agent.api.errors import DeliveryError, RecordRefused
from edge_agent.api.plugin import CallHttp
from edge_agent.api.values import JournalPlace
from edge_agent.runtime.devices.manager import DeviceManager
from edge_agent.runtime.jobs.http_calls import HttpCaller, Unreachable
from edge_agent.store.outbox import StreamPlace
from sync.envelope import Message
from tests.crash.faults import Faults


@dataclass
class Topic:
    """The records of one partition, which outlive every life of the agent."""

    records: list[Message] = field(default_factory=list)


class ModelBroker:
    """A publisher that keeps, loses, delays and refuses as its randomness says."""

    def __init__(self, topic: Topic, faults: Faults, random: Random, trouble: float) -> None:
        """
        Args:
            trouble: how likely a call is to go wrong, 0 to 1.
        """
        self._topic = topic
        self._faults = faults
        self._random = random
        self._trouble = trouble

    async def publish(self, messages: Sequence[Message]) -> StreamPlace | None:
        self._faults.point("before publish")
        await asyncio.sleep(self._random.uniform(0.0, 0.05))
        self._faults.check()
        if any(_is_poison(message) for message in messages):
            self._faults.counts["broker refuses"] += 1
            raise RecordRefused("too large")
        fate = self._random.random()
        if fate < self._trouble * 0.25:
            self._faults.counts["broker away"] += 1
            raise DeliveryError("away")
        if fate < self._trouble * 0.5:
            self._faults.counts["acknowledgement lost"] += 1
            self._topic.records += messages
            raise DeliveryError("acknowledgement lost")
        if fate < self._trouble * 0.75:
            self._faults.counts["partly kept"] += 1
            self._topic.records += messages[: self._random.randrange(len(messages))]
            raise DeliveryError("partly kept")
        if fate < self._trouble:
            self._faults.counts["kept late"] += 1
            kept = list(messages)
            loop = asyncio.get_running_loop()
            loop.call_later(self._random.uniform(0.0, 1.0), self._keep_late, kept)
            raise DeliveryError("timed out")
        self._topic.records += messages
        place = StreamPlace(0, len(self._topic.records) - 1)
        self._faults.point("between keeping and acknowledgement")
        await asyncio.sleep(self._random.uniform(0.0, 0.05))
        self._faults.check()
        self._faults.point("after acknowledgement")
        return place

    def _keep_late(self, messages: Sequence[Message]) -> None:
        """What was given up arrives after all, unless something newer overtook all of it."""
        self._faults.check()
        self._topic.records += messages

    async def newest(self, source: str, since: StreamPlace | None) -> JournalPlace | None:
        self._faults.point("before reading the stream")
        await asyncio.sleep(self._random.uniform(0.0, 0.05))
        self._faults.check()
        if self._random.random() < self._trouble * 0.5:
            raise DeliveryError("away")
        start = since.offset if since is not None else 0
        places = [_place(message) for message in self._topic.records[start:]]
        return max(places, key=lambda place: (place.epoch, place.sequence), default=None)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Effects:
    """What happened in the world, over all lives: (kind, which) -> how often.

    An original receipt is known by all that is printed on it, whatever job printed it.
    """

    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    restored: int = 0

    def key(self, request: Output) -> tuple[str, str]:
        """What a request would do; a restored database uses its jobs' numbers again."""
        match request:
            case PrintReceipt():
                text = request.receipt.model_dump_json()
                if "COPY" in text:
                    return "copy", f"{self.restored} {request.output_id} {text}"
                return "original", text
            case OpenDrawer():
                return "open", f"{self.restored} {request.output_id}"


class ModelDevices(DeviceManager):
    """A printer and a drawer that work, fail, or leave it open."""

    def __init__(self, effects: Effects, faults: Faults, random: Random, trouble: float) -> None:
        super().__init__([])
        self._effects = effects
        self._faults = faults
        self._random = random
        self._trouble = trouble

    async def output(
        self, device_class: DeviceClass, request: Output, not_after: datetime | None
    ) -> OutputCompleteEvent:
        effect = self._effects.key(request)
        self._faults.point("before the effect")
        await asyncio.sleep(self._random.uniform(0.0, 0.3))
        self._faults.check()
        fate = self._random.random()
        if fate < self._trouble * 0.5:
            self._faults.counts["effect failed"] += 1
            return OutputCompleteEvent(
                output_id=request.output_id, outcome=OutputOutcome.FAILED, detail="out of paper"
            )
        happened = fate >= self._trouble * 0.75
        if happened:
            self._effects.done[effect] += 1
        self._faults.point("after the effect")
        await asyncio.sleep(self._random.uniform(0.0, 0.3))
        self._faults.check()
        if fate < self._trouble:
            self._faults.counts["effect uncertain"] += 1
            return OutputCompleteEvent(
                output_id=request.output_id, outcome=OutputOutcome.UNCERTAIN, detail="cut"
            )
        self._faults.point("before the outcome")
        return OutputCompleteEvent(
            output_id=request.output_id, outcome=OutputOutcome.DONE, detail=""
        )


class ModelHttp(HttpCaller):
    """A customer system that knows everybody, when it answers."""

    def __init__(self, faults: Faults, random: Random, trouble: float) -> None:
        self._faults = faults
        self._random = random
        self._trouble = trouble

    async def call(self, call: CallHttp) -> tuple[int, str]:
        self._faults.point("before a call")
        await asyncio.sleep(self._random.uniform(0.0, 0.5))
        self._faults.check()
        if self._random.random() < self._trouble:
            raise Unreachable("away")
        self._faults.point("after a call")
        return 200, '{"tier": "gold", "points": 12}'

    async def close(self) -> None:
        """Nothing is held."""


def _is_poison(message: Message) -> bool:
    """One price change in a thousand is too large for this broker: a content nobody expects."""
    return b'"poison' in message.value


def _place(message: Message) -> JournalPlace:
    headers = dict(message.headers)
    return JournalPlace(
        epoch=int(headers["ce_epoch"]),
        sequence=int(headers["ce_sequence"]),
        hash=headers["ce_hash"].decode(),
    )
