"""Power cuts: what a process wrote is recorded, and any part that was not yet flushed is lost.

A recorded run is cut at many moments. The flushed part of each file is there; of every write since
the file's last flush it is drawn whether all of it, nothing of it, or some of its sectors are, and
the files do so independently of each other.

Covered: lost, torn and reordered unflushed writes of the database, its log and the head file, and
deletions that are taken back. Not covered: a disk that loses what it said it had flushed, and files
whose creation is lost.
"""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
ACKNOWLEDGED = "acknowledged"
_SHIM = Path(__file__).with_name("write_log.c")


@dataclass(frozen=True, slots=True)
class Record:
    """One call that changed a file: W write, T truncate, S sync, U unlink."""

    op: str
    path: str
    offset: int
    data: bytes


class NoCompiler(Exception):
    """The shim cannot be built here."""


def build_shim(folder: Path) -> Path:
    """Compile the shim; raise ``NoCompiler``."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoCompiler("there is no C compiler")
    library = folder / "write_log.so"
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, _SHIM, "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        raise NoCompiler(built.stderr[-500:])
    return library


def record(shim: Path, data_dir: Path, module: str, *arguments: str) -> list[Record]:
    """Run a module of this project over a data directory; what it wrote there, in order."""
    log = data_dir.with_suffix(".log")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim),
        "WRITE_LOG": str(log),
        "WRITE_LOG_BELOW": str(data_dir),
    }
    subprocess.run(
        [sys.executable, "-m", module, str(data_dir), *arguments], env=environment, check=True
    )
    return list(_read(log.read_bytes()))


def _read(data: bytes) -> Iterator[Record]:
    at = 0
    while at < len(data):
        op = chr(data[at])
        (length,) = struct.unpack_from("=I", data, at + 1)
        path = data[at + 5 : at + 5 + length].decode()
        at += 5 + length
        offset, size = struct.unpack_from("=QQ", data, at)
        at += 16
        yield Record(op, path, offset, data[at : at + size])
        at += size


@dataclass
class _File:
    durable: bytearray | None = None
    pending: list[Record] = field(default_factory=list)


class PowerCut:
    """The disk, record by record; cut it wherever you like, as often as you like."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self.acknowledged = 0

    def play(self, record: Record) -> None:
        """One more call has returned."""
        if record.path == ACKNOWLEDGED:
            self.acknowledged += len(record.data)
            return
        if record.path == ".":
            self._flush_deletions()
            return
        file = self._files.setdefault(record.path, _File())
        if record.op != "S":
            file.pending.append(record)
            return
        for pending in file.pending:
            file.durable = _apply(file.durable, pending)
        file.pending.clear()

    def _flush_deletions(self) -> None:
        """The folder was flushed: what was deleted in it stays so."""
        for file in self._files.values():
            if any(pending.op == "U" for pending in file.pending):
                for pending in file.pending:
                    file.durable = _apply(file.durable, pending)
                file.pending.clear()

    def cut(self, random: Random, folder: Path) -> None:
        """Write what is left into an empty folder."""
        for path, file in self._files.items():
            left = file.durable
            kind = random.random()
            for pending in file.pending:
                if kind < 0.2 or (kind < 0.8 and random.random() < 0.5):
                    continue
                left = _apply(left, _torn(pending, random) if kind < 0.6 else pending)
            if left is not None:
                (folder / path).write_bytes(left)


def _torn(record: Record, random: Random) -> Record:
    """A write of which only some sectors arrived; those that did not hold what was there."""
    if record.op != "W" or len(record.data) <= SECTOR:
        return record
    end = random.randrange(0, len(record.data), SECTOR)
    return Record("W", record.path, record.offset, record.data[:end])


def _apply(content: bytearray | None, record: Record) -> bytearray | None:
    if record.op == "U":
        return None
    content = bytearray() if content is None else bytearray(content)
    if record.op == "T":
        del content[record.offset :]
        content.extend(bytes(record.offset - len(content)))
        return content
    if len(content) < record.offset:
        content.extend(bytes(record.offset - len(content)))
    content[record.offset : record.offset + len(record.data)] = record.data
    return content


def moments(records: Sequence[Record], random: Random, count: int) -> list[int]:
    """After how many records the power is cut, in order."""
    return sorted(random.choices(range(1, len(records) + 1), k=count))
