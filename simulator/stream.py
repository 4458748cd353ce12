"""Checks a lane's stream as a head-office consumer would, from the records alone.

A record is dropped only where an event with the same place and the same hash was taken before;
whatever else does not follow from what was taken is an alarm, and is taken.
"""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from simulator.broker import Delivered

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StreamReport:
    """Findings of a consumer after dropping duplicates.

    Attributes:
        set_aside: events whose content is missing, their place held by a record.
        signed: heads of the journal with a right signature.
        faults: the alarms, in the order of the records.
    """

    events: int
    duplicates: int
    by_type: dict[str, int]
    faults: tuple[str, ...]
    set_aside: int = 0
    signed: int = 0


def check_stream(records: Iterable[Delivered]) -> StreamReport:
    """Drop duplicates by place and hash; demand one unbroken chain per epoch, and linked epochs."""
    consumer = _Consumer()
    for record in records:
        consumer.take(record)
    return StreamReport(
        consumer.types.total(),
        consumer.duplicates,
        dict(consumer.types),
        tuple(consumer.faults),
        consumer.set_aside,
        consumer.signed,
    )


class _Consumer:
    def __init__(self) -> None:
        self.types: Counter[str] = Counter()
        self.faults: list[str] = []
        self.duplicates = self.set_aside = self.signed = 0
        self._hashes: dict[Place, str] = {}
        self._last: Place = (0, 0)
        self._key: str | None = None

    def take(self, record: Delivered) -> None:
        headers = record.headers
        place = int(headers["ce_epoch"]), int(headers["ce_sequence"])
        known = self._hashes.get(place)
        if known == headers["ce_hash"]:
            self.duplicates += 1
            return
        self.faults += self._alarms(record, place, known)
        self._hashes[place] = headers["ce_hash"]
        self._last = max(self._last, place)
        self.types[headers["ce_type"]] += 1

    def _alarms(self, record: Delivered, place: Place, known: str | None) -> Iterator[str]:
        headers = record.headers
        where = f"epoch {place[0]} sequence {place[1]}"
        if known is not None:
            yield f"{where}: another event has this place"
            return
        epoch, sequence = place
        before = self._hashes.get((epoch, sequence - 1), "")
        if sequence > 1 and not before:
            yield f"{where}: the event before it is missing"
        if sequence == 1 and self._last[0]:
            yield from self._alarms_of_epoch(record, epoch)
        if headers.get("ce_setaside"):
            self.set_aside += 1
            if sequence > 1 and headers["ce_previoushash"] != before:
                yield f"{where}: does not follow from the event before it"
            return
        previous = bytes.fromhex(before) if sequence > 1 else bytes(32)
        text = f"{headers['ce_source']}\n{epoch}\n{sequence}\n{headers['ce_id']}\n"
        if sha256(previous + text.encode() + record.value).hexdigest() != headers["ce_hash"]:
            yield f"{where}: the hash does not fit"
        yield from self._alarms_of_signature(record, where, before)

    def _alarms_of_epoch(self, record: Delivered, epoch: int) -> Iterator[str]:
        """A new epoch is larger and names the newest event of the life before."""
        if epoch < self._last[0]:
            yield f"epoch {epoch}: follows epoch {self._last[0]}, which is larger"
        if record.headers["ce_type"] != "lane.epoch.opened":
            yield f"epoch {epoch}: does not say which event it follows"
            return
        named = json.loads(record.value)["predecessor"]
        if self._hashes.get((named["epoch"], named["sequence"])) != named["hash"]:
            yield (
                f"epoch {epoch}: events up to epoch {named['epoch']} sequence {named['sequence']} "
                "were lost on the lane before they were delivered"
            )

    def _alarms_of_signature(self, record: Delivered, where: str, before: str) -> Iterator[str]:
        if record.headers["ce_type"] == "lane.key.announced":
            announced = json.loads(record.value)["public_key"]
            if self._key not in (None, announced):
                yield f"{where}: announces another key than before"
            self._key = self._key or announced
        if record.headers["ce_type"] != "lane.journal.signed":
            return
        event = json.loads(record.value)
        head = event["head"]
        text = f"{record.headers['ce_source']}\n{head['epoch']}\n{head['sequence']}\n{head['hash']}"
        if head["hash"] == before and _is_signed(self._key, text, event["signature"]):
            self.signed += 1
        else:
            yield f"{where}: the signature is wrong"


def _is_signed(key: str | None, text: str, signature: str) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key or ""))
        public.verify(base64.b64decode(signature), text.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
