"""The hash chain over a lane's events.

``hash = SHA-256(previous_hash + "{source}\\n{epoch}\\n{sequence}\\n{event id}\\n{body}")`` with the
text in UTF-8 and the previous hash as 32 raw bytes (zeros for the first event of an epoch). A
consumer in any language recomputes it from the Kafka record alone.
"""

from dataclasses import dataclass
from hashlib import sha256

from edge_agent.api.values import JournalPlace

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the journal: the next event follows it."""

    position: int
    source: str
    epoch: int
    sequence: int
    hash: bytes

    @property
    def place(self) -> JournalPlace:
        """The newest event's place; of a new epoch, sequence 0 with a hash of zeros."""
        return JournalPlace(epoch=self.epoch, sequence=self.sequence, hash=self.hash.hex())


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A committed event with its place in the lane's journal; ``body`` is the event's JSON."""

    position: int
    source: str
    epoch: int
    sequence: int
    event_id: str
    type: str
    version: int
    occurred_at: str
    body: str
    previous_hash: bytes
    hash: bytes

    @property
    def place(self) -> JournalPlace:
        """Its place in the journal, with its hash."""
        return JournalPlace(epoch=self.epoch, sequence=self.sequence, hash=self.hash.hex())

    @property
    def head(self) -> Head:
        """The end of a journal whose newest event it is."""
        return Head(self.position, self.source, self.epoch, self.sequence, self.hash)

    @property
    def is_intact(self) -> bool:
        """True where its hash fits what it says and what it follows."""
        return self.hash == chain_hash(
            self.previous_hash, self.source, self.epoch, self.sequence, self.event_id, self.body
        )


def chain_hash(
    previous_hash: bytes, source: str, epoch: int, sequence: int, event_id: str, body: str
) -> bytes:
    """The hash of one event, 32 bytes."""
    text = f"{source}\n{epoch}\n{sequence}\n{event_id}\n{body}"
    # What a damaged row holds gets its own bytes back.
    return sha256(previous_hash + text.encode("utf-8", "surrogateescape")).digest()


def short_code(digest: bytes) -> str:
    """Eight hex digits of a hash in two groups, as printed on a receipt: ``3FA9-01BC``."""
    code = digest[:4].hex().upper()
    return f"{code[:4]}-{code[4:]}"
