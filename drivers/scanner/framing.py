"""Cuts a stream of bytes into scans. Pure: no clock, no I/O, a bounded buffer."""

import re
from dataclasses import dataclass

# What is sent in several lines, so that a line end is part of it: a driving licence (AAMVA D.12.3,
# with or without its first bytes), and a machine readable zone (ICAO 9303), by its first line.
_SEVERAL_LINES = re.compile(
    rb"(?:\][A-Za-z][0-9])?"
    rb"(?:@[\r\n\x1c\x1e]|(?:ANSI|AAMVA|AMVA) ?[0-9]|[PVACI][A-Z<][A-Z<]{3}[A-Z0-9<]{25,39}[\r\n])"
)


# A line of a document never looks like this: it is the next scan, that came before the silence.
_NEXT_SCAN = re.compile(rb"(?:\][A-Za-z][0-9])?[0-9]{8,14}")


@dataclass(frozen=True, slots=True)
class Frame:
    """One scan's bytes, without its terminator."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """Bytes that were not delivered, and why; never what they were."""

    count: int
    reason: str


class TerminatorFraming:
    """Scans end with a terminator (usually CR, LF or CR LF), documents with silence."""

    def __init__(self, terminator: bytes, longest: int) -> None:
        """
        Args:
            terminator: the byte string after each scan; CR and LF next to it are tolerated.
            longest: a scan of more bytes is dropped up to its terminator.
        """
        self._terminator = terminator
        self._longest = longest
        self._buffer = bytearray()
        self._skipped = 0

    def feed(self, data: bytes) -> list[Frame | Dropped]:
        """Takes bytes as they come, in pieces of any size."""
        items: list[Frame | Dropped] = []
        self._buffer += data
        if not self._skipped:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
        while not self._in_document and (end := self._buffer.find(self._terminator)) >= 0:
            frame = bytes(self._buffer[:end]).strip(b"\r\n")
            del self._buffer[: end + len(self._terminator)]
            if self._skipped or len(frame) > self._longest:
                items.append(Dropped(self._skipped + len(frame), "longer than any scan"))
                self._skipped = 0
            elif frame:
                items.append(Frame(frame))
        excess = len(self._buffer) - self._longest - len(self._terminator)
        if excess > 0:
            self._skipped += excess
            del self._buffer[:excess]
        return items

    def expire(self) -> list[Frame | Dropped]:
        """Silence: a document is complete, and what else is unfinished will not be finished."""
        document = self._in_document
        content = bytes(self._buffer).removesuffix(self._terminator).strip(b"\r\n")
        unfinished = len(content) + self._skipped
        self._buffer.clear()
        self._skipped = 0
        if document:
            return self._document_and_what_followed(content)
        return [Dropped(unfinished, "the scan broke off")] if unfinished else []

    def _document_and_what_followed(self, content: bytes) -> list[Frame | Dropped]:
        lines = content.split(self._terminator)
        end = len(lines)
        while end > 1 and _NEXT_SCAN.fullmatch(lines[end - 1].strip(b"\r\n")):
            end -= 1
        document = self._terminator.join(lines[:end]).strip(b"\r\n")
        return [Frame(document), *(Frame(line.strip(b"\r\n")) for line in lines[end:])]

    @property
    def _in_document(self) -> bool:
        return not self._skipped and _SEVERAL_LINES.match(self._buffer) is not None
