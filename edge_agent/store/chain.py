"""The hash chain over a lane's events.

``hash = SHA-256(previous_hash + "{source}\\n{epoch}\\n{sequence}\\n{event id}\\n{body}")`` with the
text in UTF-8 and the previous hash as 32 raw bytes (zeros for the first event of an epoch). A
consumer in any language recomputes it from the Kafka record alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

GENESIS = bytes(32)


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


def chain_hash(
    previous_hash: bytes, source: str, epoch: int, sequence: int, event_id: str, body: str
) -> bytes:
    """The hash of one event, 32 bytes."""
    text = f"{source}\n{epoch}\n{sequence}\n{event_id}\n{body}"
    return sha256(previous_hash + text.encode()).digest()


def short_code(digest: bytes) -> str:
    """Eight hex digits of a hash in two groups, as printed on a receipt: ``3FA9-01BC``."""
    code = digest[:4].hex().upper()
    return f"{code[:4]}-{code[4:]}"


def find_breaks(records: Iterable[EventRecord]) -> Iterator[str]:
    """Describes every place where the records, in order, are not one gapless chain per epoch.

    The first record given may be any record of the journal (older ones may have been delivered
    and deleted); from there on nothing may be missing.
    """
    before: EventRecord | None = None
    for record in records:
        where = f"epoch {record.epoch} sequence {record.sequence}"
        expected = chain_hash(
            record.previous_hash,
            record.source,
            record.epoch,
            record.sequence,
            record.event_id,
            record.body,
        )
        if record.hash != expected:
            yield f"{where}: the event was changed after it was written"
        if before is None:
            before = record
            continue
        if record.epoch == before.epoch:
            if record.sequence != before.sequence + 1:
                yield f"{where}: follows sequence {before.sequence}, events are missing"
            elif record.previous_hash != before.hash:
                yield f"{where}: does not follow from the event before it"
        elif record.sequence != 1 or record.previous_hash != GENESIS:
            yield f"{where}: a new epoch must begin with sequence 1"
        before = record
