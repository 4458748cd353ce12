"""The newest head of the journal, kept beside the database.

A database that was restored, torn or lost no longer holds the event that this file names. It is
written after each commit and before anything is acknowledged, without a flush of its own: it
survives the end of the process at once, and a power cut as soon as the kernel has written it back.
A file that is older than the database says nothing against the database.

The file has a line with the lane's name and two lines of equal length with a head each. They are
written in turn, so that one that was torn leaves the other.
"""

import os
from pathlib import Path
from zlib import crc32

import structlog

from edge_agent.store.chain import Head

log = structlog.get_logger()
FILE_NAME = "head"
_SLOTS_AT = 512
_SLOT = 160


class HeadFile:
    """The head file of one data directory."""

    def __init__(self, data_dir: Path, source: str) -> None:
        self._path = data_dir / FILE_NAME
        self._source = source
        self._descriptor: int | None = None
        self._writes = 0
        self._failed = False

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
        self._writes, newest = max(found, default=(0, None), key=lambda pair: pair[0])
        return newest

    def write(self, head: Head) -> None:
        """Keep a head. A failure is logged once and stops nothing: the database has it."""
        self._writes += 1
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            at = _SLOTS_AT + _SLOT * (self._writes % 2)
            os.pwrite(self._descriptor, self._format(head), at)
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
            f"{head.hash.hex()} "
        )
        line = f"{text}{crc32(text.encode()):08x}"
        return f"{line.ljust(_SLOT - 1)}\n".encode()

    def _parse(self, slot: bytes) -> tuple[int, Head] | None:
        parts = slot.split()
        if len(parts) != 6:
            return None
        text = b" ".join(parts[:5]) + b" "
        if f"{crc32(text):08x}".encode() != parts[5]:
            return None
        writes, position, epoch, sequence = (int(part) for part in parts[:4])
        head = Head(position, self._source, epoch, sequence, bytes.fromhex(parts[4].decode()))
        return writes, head
