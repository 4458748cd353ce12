"""The newest head of the journal, kept beside the database.

A database that was restored, torn or lost no longer holds the event that this file names. It is
written after each commit and before anything is acknowledged, without a flush of its own: it
survives the end of the process at once, and a power cut as soon as the kernel has written it back.
A file that is older than the database says nothing against the database.

The file has a line with the lane's name and two lines of equal length with a head each. They are
written in turn, so that one that was torn leaves the other. Each line also has the largest epoch
that was ever begun or about to be, so that no two lives of the database begin the same one.
"""

import os
from pathlib import Path
from zlib import crc32

import structlog

from edge_agent.store.chain import GENESIS, Head

log = structlog.get_logger()
FILE_NAME = "head"
_SLOTS_AT = 512
_SLOT = 192


class HeadFile:
    """The head file of one data directory."""

    def __init__(self, data_dir: Path, source: str) -> None:
        self._path = data_dir / FILE_NAME
        self._source = source
        self._descriptor: int | None = None
        self._writes = 0
        self._failed = False
        self._newest: Head | None = None
        self.largest_epoch = 0
        """Of all that were begun or reserved, as far as the file was read or written."""

    def read(self) -> Head | None:
        """The newest head that was written whole; None where there is none of this lane."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        if data[:_SLOTS_AT].rstrip() != self._source.encode():
            return None
        slots = (data[_SLOTS_AT + _SLOT * index :][:_SLOT] for index in (0, 1))
        found = [head for slot in slots if (head := self._parse(slot)) is not None]
        if not found:
            return None
        self._writes, self.largest_epoch, self._newest = max(found, key=lambda line: line[0])
        return self._newest if self._newest.position else None

    def write(self, head: Head) -> None:
        """Keep a head. A failure is logged once and stops nothing: the database has it."""
        # Most commits of the delivery move a cursor and no head.
        if head == self._newest and not self._failed:
            return
        self._newest = head
        self.largest_epoch = max(self.largest_epoch, head.epoch)
        self._write()

    def reserve(self, epoch: int) -> None:
        """Keep that an epoch is about to begin, whether or not its first event is committed."""
        self.largest_epoch = max(self.largest_epoch, epoch)
        self._newest = self._newest or Head(0, self._source, 0, 0, GENESIS)
        self._write()

    def _write(self) -> None:
        assert self._newest is not None
        self._writes += 1
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            at = _SLOTS_AT + _SLOT * (self._writes % 2)
            os.pwrite(self._descriptor, self._format(self._newest), at)
        except OSError as error:
            if not self._failed:
                log.warning("head file not written", path=str(self._path), reason=str(error))
            self._failed = True
        else:
            self._failed = False

    def close(self) -> None:
        """Flush and close the file."""
        if self._descriptor is not None:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        header = self._source.encode().ljust(_SLOTS_AT)
        if os.pread(descriptor, _SLOTS_AT, 0) != header:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, header + b" " * (2 * _SLOT), 0)
        return descriptor

    def _format(self, head: Head) -> bytes:
        text = (
            f"{self._writes:020d} {head.position:020d} {head.epoch:020d} {head.sequence:020d} "
            f"{self.largest_epoch:020d} {head.hash.hex()} "
        )
        line = f"{text}{crc32(text.encode()):08x}"
        return f"{line.ljust(_SLOT - 1)}\n".encode()

    def _parse(self, slot: bytes) -> tuple[int, int, Head] | None:
        """Number of writes, the largest epoch, and the head."""
        parts = slot.split()
        if len(parts) != 7:
            return None
        text = b" ".join(parts[:6]) + b" "
        if f"{crc32(text):08x}".encode() != parts[6]:
            return None
        writes, position, epoch, sequence, largest = (int(part) for part in parts[:5])
        head = Head(position, self._source, epoch, sequence, bytes.fromhex(parts[5].decode()))
        return writes, largest, head
