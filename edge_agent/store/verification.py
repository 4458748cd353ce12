"""Proof that a journal is whole: every check that can be made with the database alone.

What the chain itself cannot show, because whoever may write the database may write it anew, is
shown by what is kept outside: the head file, the records at head office, and the signatures, which
need a key that is not in the database.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edge_agent.api.events import EpochOpened, JournalSigned, KeyAnnounced
from edge_agent.api.values import JournalPlace
from edge_agent.store.chain import GENESIS, EventRecord, Head
from edge_agent.store.database import Database
from edge_agent.store.outbox import all_records

SignatureCheck = Callable[[str, str, JournalPlace, str], bool]
"""(public key, source, head, signature) -> whether the signature is right."""
_COPIES = ("type", "version", "occurred_at")


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of a verification.

    Attributes:
        checked: how many events were read, of ``stored``.
        signed: how many of them stand before a signature that is right.
    """

    stored: int
    checked: int
    signed: int
    problems: tuple[str, ...]


def verify_journal(
    database: Database,
    seen: Head | None,
    check_signature: SignatureCheck,
    public_key: str | None = None,
    progress: Callable[[Iterable[EventRecord]], Iterable[EventRecord]] = lambda records: records,
) -> Verification:
    """Check every stored event, where the journal begins and ends, and what refers to it.

    Args:
        seen: the head kept beside the database.
        public_key: base64; the lane's key as known from elsewhere. None: the first one that the
            journal announces is believed.
        progress: wraps the records, to show how far it is.
    """
    stored = database.outbox.count()
    # Before the events: what is written meanwhile can only be newer.
    cursors, pruned = database.outbox.cursors(), database.epochs.pruned_position()
    signatures = _Signatures(check_signature, public_key)
    chain = _Chain(database)
    problems: list[str] = []
    checked = 0
    for record in progress(all_records(database.outbox)):
        checked += 1
        try:
            problems += chain.check(record)
            problems += signatures.check(record)
        # What somebody wrote into a row may be of any type and shape.
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.append(f"{_where(record)}: it cannot be read ({type(error).__name__})")
    problems += _outside(database, seen, chain.last)
    problems += _beyond(cursors, pruned, chain.last)
    return Verification(stored, checked, signatures.signed, tuple(problems))


def find_breaks(
    records: Iterable[EventRecord], begins_behind: JournalPlace | None = None
) -> Iterator[str]:
    """Describe every place where the records, in order, are not one gapless chain per epoch.

    Args:
        begins_behind: the event before the first record; None: the first may be any.
    """
    before: EventRecord | None = None
    for record in records:
        if before is None:
            yield from _why_not_first(record, begins_behind)
        else:
            yield from _why_not_next(record, before)
        before = record


class _Chain:
    """The events one after the other."""

    def __init__(self, database: Database) -> None:
        self.last: EventRecord | None = None
        self._epochs = database.epochs
        self._pruned = database.epochs.pruned_place()
        self._pruned_position = database.epochs.pruned_position()
        self._predecessors = database.epochs.predecessors()
        self._unlinked = database.epochs.unlinked()
        self._without_row: set[int] = set()

    def check(self, record: EventRecord) -> Iterator[str]:
        before, self.last = self.last, record
        if before is None:
            yield from self._why_not_begin(record)
        else:
            yield from _why_not_next(record, before)
            yield from self._why_not_linked(record, before)
            if record.position != before.position + 1:
                yield f"{_where(record)}: its position {record.position} does not follow"
        yield from self._why_not_of_epoch(record)

    def _why_not_begin(self, record: EventRecord) -> Iterator[str]:
        now = self._epochs.pruned_position()
        if now != self._pruned_position:
            # More was pruned since this began.
            self._pruned, self._pruned_position = self._epochs.pruned_place(), now
        if record.position != self._pruned_position + 1:
            yield (
                f"{_where(record)}: the journal must begin at position "
                f"{self._pruned_position + 1}, not {record.position}; events are missing"
            )
        if self._pruned is None and (record.sequence != 1 or record.previous_hash != GENESIS):
            yield f"{_where(record)}: nothing was pruned, so it must begin with sequence 1"
        yield from _why_not_first(record, self._pruned)

    def _why_not_of_epoch(self, record: EventRecord) -> Iterator[str]:
        if record.epoch not in self._predecessors:
            if record.epoch not in self._without_row:
                self._without_row.add(record.epoch)
                yield f"epoch {record.epoch}: its row is missing"
            return
        predecessor = self._predecessors[record.epoch]
        if record.sequence != 1 or predecessor is None:
            return
        if _opening(record).get("predecessor") != predecessor.model_dump(mode="json"):
            yield f"{_where(record)}: must be the opening of an epoch behind {predecessor}"

    def _why_not_linked(self, record: EventRecord, before: EventRecord) -> Iterator[str]:
        """A new epoch says where the one before it ended, unless an older agent began it."""
        if record.epoch == before.epoch or record.epoch in self._unlinked:
            return
        if self._predecessors.get(record.epoch) is None:
            yield f"{_where(record)}: its epoch does not say which event it follows"
        elif _opening(record).get("journal_head") != before.place.model_dump(mode="json"):
            yield f"{_where(record)}: its epoch does not follow from the event before it"


class _Signatures:
    """The signed heads among the events."""

    def __init__(self, check: SignatureCheck, public_key: str | None) -> None:
        self.signed = 0
        self._check = check
        self._trusted = public_key
        self._keys: dict[str, str] = {}
        self._places: dict[tuple[int, int], str] = {}
        self._seen = 0

    def check(self, record: EventRecord) -> Iterator[str]:
        self._seen += 1
        if record.type == _type_of(KeyAnnounced):
            announced = json.loads(record.body)
            self._trusted = self._trusted or announced["public_key"]
            if announced["public_key"] != self._trusted:
                yield f"{_where(record)}: announces another key than the lane's"
        if record.type == _type_of(JournalSigned) and self._trusted is not None:
            given = JournalSigned.model_validate_json(record.body)
            follows = (given.head.epoch, given.head.sequence) == (record.epoch, record.sequence - 1)
            fits = given.head.hash == record.previous_hash.hex()
            if not follows or not fits:
                yield f"{_where(record)}: signs another head than the event before it"
            elif not self._check(self._trusted, record.source, given.head, given.signature):
                yield f"{_where(record)}: the signature is wrong"
            else:
                self.signed = self._seen - 1


def _opening(record: EventRecord) -> dict[str, Any]:
    """The body of an epoch's opening; empty for any other event."""
    body = json.loads(record.body) if record.type == _type_of(EpochOpened) else {}
    return body if isinstance(body, dict) else {}


def _outside(database: Database, seen: Head | None, last: EventRecord | None) -> Iterator[str]:
    if seen is None:
        return
    if last is None or seen.position > last.position:
        yield f"the journal ends before {seen.place}, which the head file names; events are missing"
    elif not database.epochs.accounts_for(seen.place):
        yield f"the journal does not have {seen.place}, which the head file names"


def _beyond(cursors: Mapping[str, int], pruned: int, last: EventRecord | None) -> Iterator[str]:
    """Check that delivered events exist and that pruned ones were delivered."""
    delivered = max((at for at in cursors.values() if isinstance(at, int)), default=0)
    if delivered > max(last.position if last is not None else 0, pruned):
        yield f"the cursor is at position {delivered}, beyond the newest event"
    if pruned > delivered:
        yield f"pruned up to position {pruned}, delivered up to {delivered} only"


def _why_not_first(record: EventRecord, behind: JournalPlace | None) -> Iterator[str]:
    yield from _why_not_sound(record)
    if behind is None:
        return
    if record.epoch == behind.epoch:
        if record.sequence != behind.sequence + 1:
            yield f"{_where(record)}: must follow {behind}; events are missing"
        elif record.previous_hash.hex() != behind.hash:
            yield f"{_where(record)}: does not follow from {behind}"
    elif record.epoch < behind.epoch or record.sequence != 1 or record.previous_hash != GENESIS:
        yield f"{_where(record)}: must follow {behind}"


def _why_not_next(record: EventRecord, before: EventRecord) -> Iterator[str]:
    yield from _why_not_sound(record)
    if record.epoch == before.epoch:
        if record.sequence != before.sequence + 1:
            yield f"{_where(record)}: follows sequence {before.sequence}, events are missing"
        elif record.previous_hash != before.hash:
            yield f"{_where(record)}: does not follow from the event before it"
    elif record.epoch < before.epoch:
        yield f"{_where(record)}: an epoch must be larger than the one before it"
    elif record.sequence != 1 or record.previous_hash != GENESIS:
        yield f"{_where(record)}: a new epoch must begin with sequence 1"


def why_corrupt(record: EventRecord) -> str:
    """The reason why a stored event is not what was committed; empty where it is.

    The columns beside the body are copies of what it says, which the hash does not cover.
    """
    if not record.is_intact:
        return "the event was changed after it was written"
    try:
        body = json.loads(record.body)
        said = (body["type"], body["version"], body["occurred_at"])
    except (ValueError, KeyError, TypeError):
        return "its body is no event"
    columns = (record.type, record.version, record.occurred_at)
    for name, column, told in zip(_COPIES, columns, said, strict=True):
        if column != told:
            return f"the column {name} says {column!r}, the event {told!r}"
    return ""


def _why_not_sound(record: EventRecord) -> Iterator[str]:
    if reason := why_corrupt(record):
        yield f"{_where(record)}: {reason}"


def _where(record: EventRecord) -> str:
    return f"epoch {record.epoch} sequence {record.sequence}"


def _type_of(event: type) -> str:
    return str(event.model_fields["type"].default)  # type: ignore[attr-defined]
