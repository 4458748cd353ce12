"""Checks a lane's stream as a head-office consumer would, from the records alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from simulator.broker import Delivered


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What a consumer found after dropping duplicates."""

    events: int
    duplicates: int
    by_type: dict[str, int]
    faults: tuple[str, ...]


def check_stream(records: Iterable[Delivered]) -> StreamReport:
    """Drops duplicates by (epoch, sequence), then demands an unbroken chain in arrival order."""
    last = (0, 0)
    last_hash = bytes(32)
    duplicates = 0
    types: Counter[str] = Counter()
    faults: list[str] = []
    for record in records:
        headers = record.headers
        place = int(headers["ce_epoch"]), int(headers["ce_sequence"])
        if place <= last:
            duplicates += 1
            continue
        epoch, sequence = place
        expected = last[1] + 1 if epoch == last[0] else 1
        if sequence != expected:
            faults.append(f"epoch {epoch}: sequence {sequence} where {expected} was due")
        previous = last_hash if epoch == last[0] else bytes(32)
        text = f"{headers['ce_source']}\n{epoch}\n{sequence}\n{headers['ce_id']}\n"
        digest = sha256(previous + text.encode() + record.value).digest()
        if digest.hex() != headers["ce_hash"]:
            faults.append(f"epoch {epoch} sequence {sequence}: the hash does not fit")
        last, last_hash = place, digest
        types[headers["ce_type"]] += 1
    return StreamReport(types.total(), duplicates, dict(types), tuple(faults))
