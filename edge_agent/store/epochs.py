"""Epochs: the lives of a lane's journal, and what each of them follows.

A sequence number means something only within its epoch. Storage that went back in time would use
numbers again that were used before with other content; a new epoch, larger than every epoch ever
seen, keeps the two apart, and its first event names the newest event of the life before.
"""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from edge_agent.api.errors import StoreError
from edge_agent.api.values import JournalPlace
from edge_agent.store.chain import GENESIS, Head
from edge_agent.store.outbox import Outbox
from edge_agent.store.tables import EpochRow, OutboxRow, PrunedRow, core

_EPOCH, _OUTBOX, _PRUNED = core(EpochRow), core(OutboxRow), core(PrunedRow)


class Epochs:
    """The epoch table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, source: str, now: datetime) -> Head:
        """The head to append to; begin the first epoch in a new database.

        Raises:
            StoreError: the database belongs to another lane.
        """
        newest = self._connection.execute(
            select(_EPOCH).order_by(_EPOCH.c.epoch.desc()).limit(1)
        ).one_or_none()
        if newest is not None and newest.source != source:
            raise StoreError(
                f"The database holds the events of {newest.source}, but the configuration says "
                f"{source}. Set store and lane back, or give this lane a data_dir of its own."
            )
        last = Outbox(self._connection).newest()
        if last is None and newest is None:
            epoch = max(int(now.timestamp()), 1)
            self._connection.execute(
                insert(_EPOCH), {"epoch": epoch, "source": source, "by_hand": False}
            )
            return Head(0, source, epoch, 0, GENESIS)
        if last is None or (newest is not None and newest.epoch > last.epoch):
            assert newest is not None
            position = self.pruned_position() if last is None else last.position
            return Head(position, source, newest.epoch, 0, GENESIS)
        return Head(last.position, source, last.epoch, last.sequence, last.hash)

    def next_epoch(self, head: Head, predecessor: JournalPlace, largest: int) -> int:
        """An epoch larger than every epoch seen.

        Args:
            largest: the largest that is known outside of the database.
        """
        newest = self._connection.execute(select(func.max(_EPOCH.c.epoch))).scalar_one() or 0
        return max(newest, head.epoch, predecessor.epoch, largest) + 1

    def begin(self, epoch: int, head: Head, predecessor: JournalPlace) -> Head:
        """Begin an epoch behind a head; return its own."""
        self._connection.execute(
            insert(_EPOCH),
            {
                "epoch": epoch,
                "source": head.source,
                "predecessor_epoch": predecessor.epoch,
                "predecessor_sequence": predecessor.sequence,
                "predecessor_hash": bytes.fromhex(predecessor.hash),
                "by_hand": False,
            },
        )
        return Head(head.position, head.source, epoch, 0, GENESIS)

    def has_row(self, epoch: int) -> bool:
        """True where the epoch is in the table."""
        query = select(_EPOCH.c.epoch).where(_EPOCH.c.epoch == epoch)
        return self._connection.execute(query).scalar_one_or_none() is not None

    def accounts_for(self, place: JournalPlace) -> bool:
        """True where this database knows an event that the lane is known to have written.

        It does where it holds the event, where it has pruned it, or where an epoch names it, or a
        later event of the same epoch, as its predecessor.
        """
        digest = bytes.fromhex(place.hash)
        stored = Outbox(self._connection).at(place.epoch, place.sequence)
        if stored is not None:
            return stored.hash == digest
        named = self._connection.execute(
            select(_EPOCH.c.epoch).where(
                _EPOCH.c.predecessor_epoch == place.epoch,
                (_EPOCH.c.predecessor_sequence > place.sequence)
                | (
                    (_EPOCH.c.predecessor_sequence == place.sequence)
                    & (_EPOCH.c.predecessor_hash == digest)
                ),
            )
        ).first()
        if named is not None:
            return True
        pruned = self._connection.execute(select(_PRUNED)).one_or_none()
        if pruned is None or not self.has_row(place.epoch):
            return False
        if (pruned.epoch, pruned.sequence) == (place.epoch, place.sequence):
            return bool(pruned.hash == digest)
        return (place.epoch, place.sequence) < (pruned.epoch, pruned.sequence)

    def pruned_position(self) -> int:
        """The position of the newest event that was pruned, 0 where none was."""
        query = select(_PRUNED.c.position)
        return self._connection.execute(query).scalar_one_or_none() or 0

    def pruned_place(self) -> JournalPlace | None:
        """The newest event that was pruned; None where none was."""
        row = self._connection.execute(select(_PRUNED)).one_or_none()
        if row is None:
            return None
        return JournalPlace(epoch=row.epoch, sequence=row.sequence, hash=row.hash.hex())

    def unlinked(self) -> frozenset[int]:
        """Epochs that an older agent began by hand, which say nothing of the one before."""
        rows = self._connection.execute(select(_EPOCH.c.epoch).where(_EPOCH.c.by_hand))
        return frozenset(rows.scalars())

    def predecessors(self) -> dict[int, JournalPlace | None]:
        """Epoch -> the event that it follows; None for the first one."""
        rows = self._connection.execute(select(_EPOCH))
        return {
            row.epoch: None
            if row.predecessor_hash is None
            else JournalPlace(
                epoch=row.predecessor_epoch,
                sequence=row.predecessor_sequence,
                hash=row.predecessor_hash.hex(),
            )
            for row in rows
        }
