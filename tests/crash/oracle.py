"""Reads what a crash left, with no code of the agent, and says what is wrong with it.

The rules are the promises of the README: what was acknowledged is there once and in order, what was
refused is not, numbers have no gap, the chain holds, the lane is what its events say, no receipt
and no pulse happened twice, nothing was pruned that was not delivered, the topic is the journal.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.models import Effects, Topic
from tests.crash.people import Told

_ZEROS = bytes(32)
_ENDED = ("pos.payment.completed", "pos.basket.voided")


class Violation(AssertionError):
    """A promise that was broken."""


@dataclass
class Row:
    """One event as the file has it."""

    position: int
    epoch: int
    sequence: int
    event_id: str
    type: str
    body: dict[str, Any]
    text: str
    previous: bytes
    digest: bytes


@dataclass
class Oracle:
    """What is known of the lane from the looks before."""

    source: str
    known: dict[tuple[int, int], Row] = field(default_factory=dict)
    order: list[Row] = field(default_factory=list)
    forgiven: set[str] = field(default_factory=set)
    excused: set[tuple[int, int]] = field(default_factory=set)
    pruned: int = 0

    def look(self, database: Path, told: Told, topic: Topic, effects: Effects) -> None:
        """Read the database as it was left; raise ``Violation`` for the first thing found."""
        connection = sqlite3.connect(database)
        try:
            problems = list(self._problems(connection, told, topic, effects))
        finally:
            connection.close()
        if problems:
            raise Violation("; ".join(problems[:3]))

    def learn(self, database: Path) -> None:
        """Remember what is committed before some of it is pruned."""
        connection = sqlite3.connect(database)
        try:
            for row in _rows(connection):
                if (row.epoch, row.sequence) not in self.known:
                    self.known[row.epoch, row.sequence] = row
                    self.order.append(row)
        finally:
            connection.close()

    def _problems(
        self, connection: sqlite3.Connection, told: Told, topic: Topic, effects: Effects
    ) -> Iterator[str]:
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            yield "the database is malformed"
            return
        rows = _rows(connection)
        yield from _chain(rows, self.source)
        yield from self._against_before(connection, rows)
        yield from self._answers(told)
        yield from self._state(connection)
        yield from self._plugin(connection, told)
        yield from _effects(effects)
        yield from self._topic(topic)
        yield from self._pruned(connection, rows, topic)

    def _against_before(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> Iterator[str]:
        """An event that was seen once never changes, and goes only by pruning."""
        pruned = connection.execute("SELECT position FROM pruned").fetchone()
        first = pruned[0] + 1 if pruned else 1
        if rows and rows[0].position != first:
            yield f"the journal begins at {rows[0].position}, pruned up to {first - 1}"
        present = {(row.epoch, row.sequence) for row in rows}
        for row in rows:
            before = self.known.get((row.epoch, row.sequence))
            if before is not None and before.digest != row.digest:
                yield f"epoch {row.epoch} sequence {row.sequence} was used twice"
        for row in self.order[-200:]:
            if row.position >= first and (row.epoch, row.sequence) not in present:
                yield f"{row.type} at position {row.position} is gone"
        for row in rows:
            if (row.epoch, row.sequence) not in self.known:
                self.known[row.epoch, row.sequence] = row
                self.order.append(row)

    def _answers(self, told: Told) -> Iterator[str]:
        added = [row.body["gtin"] for row in self.order if row.type == "pos.item.added"]
        times = Counter(added)
        for code, outcome in told.items.items():
            if code in self.forgiven:
                continue
            if outcome == "taken" and times[code] != 1:
                yield f"scan {code} was acknowledged and is there {times[code]} times"
            if outcome == "refused" and times[code]:
                yield f"scan {code} was refused and is there"
            if times[code] > 1:
                yield f"scan {code} is there {times[code]} times"

    def forgive(self, told: Told, copy: Path) -> None:
        """An older copy is restored: what came after it is in the stream and nowhere else.

        What was committed before the head file had it, in the moment of a crash or with a disk that
        failed, was acknowledged to nobody: its numbers may be used again.
        """
        connection = sqlite3.connect(copy)
        try:
            rows = _rows(connection)
        finally:
            connection.close()
        kept = {(row.epoch, row.sequence) for row in rows}
        first, told_of = rows[0].position, _position_in_head_file(copy.with_name("head"))
        gone = [
            row
            for row in self.order
            if row.position >= first and (row.epoch, row.sequence) not in kept
        ]
        self.order = [row for row in self.order if row not in gone]
        for row in gone:
            if row.position > told_of:
                self.known.pop((row.epoch, row.sequence), None)
                self.excused.add((row.epoch, row.sequence))
        self.forgiven.update(told.items)

    def _state(self, connection: sqlite3.Connection) -> Iterator[str]:
        stored = connection.execute(
            "SELECT position, state FROM lane_snapshot ORDER BY position DESC LIMIT 1"
        ).fetchone()
        if stored is None:
            return
        position, lane = stored[0], json.loads(stored[1])
        folded = _fold(row for row in self.order if row.position <= position)
        basket = lane["basket"]
        actual = {
            "operator": lane["operator"] and lane["operator"]["employee_id"],
            "sale": lane["last_sale_number"],
            "basket": basket and basket["basket_id"],
            "customer": basket and basket["customer_id"],
            "lines": basket and {line["line_id"]: line["gtin"] for line in basket["lines"]},
            "voided": basket
            and sorted(line["line_id"] for line in basket["lines"] if line["voided"]),
            "holds": basket and sorted(hold["hold_id"] for hold in basket["holds"]),
            "subtotaled": basket and basket["subtotaled"],
        }
        for name, value in folded.items():
            if actual[name] != value:
                yield f"the snapshot's {name} is {actual[name]!r}, the events say {value!r}"

    def _plugin(self, connection: sqlite3.Connection, told: Told) -> Iterator[str]:
        row = connection.execute(
            "SELECT enabled FROM plugin WHERE name = 'age-verification'"
        ).fetchone()
        if row is None:
            return
        changes = [
            row.body["change"]
            for row in self.order
            if row.type == "lane.plugin.changed" and row.body["plugin"] == "age-verification"
        ]
        if changes and (changes[-1] == "enabled") != bool(row[0]):
            yield f"age-verification is {row[0]}, its events say {changes[-1]}"
        if told.plugin is not None and not self.forgiven and bool(row[0]) != told.plugin:
            yield f"age-verification is {row[0]}, the lead was told {told.plugin}"

    def _topic(self, topic: Topic) -> Iterator[str]:
        """A consumer's view: equal hashes are duplicates, all else is one chain per epoch."""
        seen: dict[tuple[int, int], str] = {}
        next_of: dict[int, int] = {}
        for record in topic.records:
            headers = {name: value.decode() for name, value in record.headers}
            place = int(headers["ce_epoch"]), int(headers["ce_sequence"])
            if place in self.excused:
                next_of[place[0]] = max(next_of.get(place[0], 1), place[1] + 1)
                continue
            if place in seen:
                if seen[place] != headers["ce_hash"]:
                    yield f"the stream has two events at {place}"
                continue
            if place[1] != next_of.get(place[0], 1):
                yield f"the stream has {place} where {next_of.get(place[0], 1)} was due"
            seen[place] = headers["ce_hash"]
            next_of[place[0]] = place[1] + 1
            row = self.known.get(place)
            if row is None:
                yield f"the stream has {place}, which the journal never had"
            elif row.digest.hex() != headers["ce_hash"]:
                yield f"the stream's {place} is not the journal's"
            elif record.value not in (b"", row.text.encode()):
                yield f"the stream's {place} has another content"
            elif not record.value and '"poison' not in row.text:
                yield f"the stream's {place} has no content"

    def _pruned(
        self, connection: sqlite3.Connection, rows: Sequence[Row], topic: Topic
    ) -> Iterator[str]:
        cursor = connection.execute("SELECT position FROM cursor WHERE name = 'kafka'").fetchone()
        delivered = cursor[0] if cursor else 0
        pruned = connection.execute("SELECT position FROM pruned").fetchone()
        self.pruned = pruned[0] if pruned else 0
        if pruned and pruned[0] > delivered:
            yield f"pruned up to {pruned[0]}, delivered up to {delivered}"
        in_topic = {
            (dict(record.headers)["ce_epoch"], dict(record.headers)["ce_sequence"])
            for record in topic.records
        }
        for row in self.order:
            place = str(row.epoch).encode(), str(row.sequence).encode()
            if row.position <= delivered and place not in in_topic:
                yield f"position {row.position} counts as delivered and is not in the stream"
                return
        if rows and rows[-1].position < delivered:
            yield f"the cursor is at {delivered}, the journal ends at {rows[-1].position}"


def _rows(connection: sqlite3.Connection) -> list[Row]:
    return [
        Row(position, epoch, sequence, event_id, kind, json.loads(body), body, previous, digest)
        for position, epoch, sequence, event_id, kind, body, previous, digest in connection.execute(
            "SELECT position, epoch, sequence, event_id, type, body, previous_hash, hash "
            "FROM outbox ORDER BY position"
        )
    ]


def _position_in_head_file(path: Path) -> int:
    """The position in the line that was written last."""
    lines = [line.split() for line in path.read_bytes()[512:].split(b"\n")]
    return max(((int(line[0]), int(line[1])) for line in lines if len(line) == 7), default=(0, 0))[
        1
    ]


def _chain(rows: Sequence[Row], source: str) -> Iterator[str]:
    before: Row | None = None
    for row in rows:
        text = f"{source}\n{row.epoch}\n{row.sequence}\n{row.event_id}\n{row.text}"
        if hashlib.sha256(row.previous + text.encode()).digest() != row.digest:
            yield f"position {row.position}: the hash does not fit"
        if before is not None:
            if row.position != before.position + 1:
                yield f"position {row.position} follows {before.position}"
            same = row.epoch == before.epoch
            if row.sequence != (before.sequence + 1 if same else 1):
                yield f"sequence {row.sequence} follows {before.sequence}"
            if row.previous != (before.digest if same else _ZEROS):
                yield f"position {row.position} does not follow from the one before"
            if row.epoch < before.epoch:
                yield f"epoch {row.epoch} follows {before.epoch}"
            if not same and row.type != "lane.epoch.opened":
                yield f"epoch {row.epoch} begins with {row.type}"
        before = row


def _fold(rows: Iterable[Row]) -> Mapping[str, Any]:
    """The lane as its events tell it."""
    operator: str | None = None
    sale, basket, customer = 0, None, None
    lines: dict[int, str] = {}
    voided: set[int] = set()
    holds: set[str] = set()
    subtotaled = False
    for row in rows:
        body = row.body
        match row.type:
            case "pos.employee.logged_in":
                operator = body["employee_id"]
            case "pos.employee.logged_out":
                operator = None
            case "pos.basket.started":
                basket, sale, customer = body["basket_id"], body["sale_number"], None
                lines, voided, holds, subtotaled = {}, set(), set(), False
            case "pos.customer.identified":
                customer = body["customer_id"]
            case "pos.item.added":
                lines[body["line_id"]] = body["gtin"]
                subtotaled = False
            case "pos.item.voided":
                voided.add(body["line_id"])
                subtotaled = False
            case "pos.subtotal.finalized":
                subtotaled = True
            case "pos.hold.placed":
                holds.add(body["hold_id"])
            case "pos.hold.released":
                holds.discard(body["hold_id"])
            case kind if kind in _ENDED:
                basket = None
    is_open = basket is not None
    return {
        "operator": operator,
        "sale": sale,
        "basket": basket,
        "customer": customer if is_open else None,
        "lines": lines if is_open else None,
        "voided": sorted(voided) if is_open else None,
        "holds": sorted(holds) if is_open else None,
        "subtotaled": subtotaled if is_open else None,
    }


def _effects(effects: Effects) -> Iterator[str]:
    for (kind, which), times in effects.done.items():
        if times > 1:
            yield f"{kind} happened {times} times: {which[-120:]}"
