"""Cuts a stream of bytes into scans. Pure: no clock, no I/O, a bounded buffer."""

import re
from dataclasses import dataclass, field

# What is sent in several lines, so that a line end is part of it: a driving licence (AAMVA D.12.3,
# with or without its first bytes, and with some lost), and a machine readable zone (ICAO 9303), by
# its first line. What is taken for one and is not only waits for the silence behind it.
_SEVERAL_LINES = re.compile(
    rb"(?:\][A-Za-z][0-9])?"
    rb"(?:@?[\r\n]?[\x1c\x1e]|@[\r\n]"
    rb"|(?:@(?:A?N?SI?|A?NS?I?)|ANSI|AAMVA|AMVA) ?[0-9]{5}"
    rb"|[PVACI][A-Z<][A-Z<]{3}[A-Z0-9<]{25,39}[\r\n])"
)
# A line of a document never looks like this: it is the next scan, that came before the silence.
_NEXT_SCAN = re.compile(rb"\][A-Za-z][0-9].{3,}|[0-9]{6,14}", re.DOTALL)

BROKE_OFF = "the scan broke off"
TOO_LONG = "longer than any scan"
STRAY = "outside of any scan"


@dataclass(frozen=True, slots=True)
class Frame:
    """One scan's bytes, without what is around them; they are not shown, they may be a document."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Bytes that were not delivered, and why; never what they were."""

    count: int
    reason: str


Item = Frame | Dropped


class Framing:
    """Scans between a prefix and a suffix, either of which may be empty.

    Without a suffix a scan ends with silence. With one that is a line end, documents end with
    silence too, because line ends are part of them. A prefix tells a torn scan's rest from a new
    scan: without one, the rest of a scan that paused for too long is a scan of its own.
    """

    def __init__(self, prefix: bytes, suffix: bytes, longest: int) -> None:
        """
        Args:
            prefix: the bytes before each scan, such as STX.
            suffix: the bytes after each scan; CR and LF next to it are tolerated.
            longest: a scan of more bytes is dropped up to its end.
        """
        self._prefix = prefix
        self._suffix = suffix
        self._longest = longest
        self._documents_end_in_silence = not suffix.strip(b"\r\n\t")
        self._buffer = bytearray()
        self._inside = not prefix
        self._skipped = 0
        self._spoilt = ""

    @property
    def unfinished(self) -> bool:
        """True where silence would end something."""
        return bool(self._buffer or self._skipped or self._spoilt)

    def feed(self, data: bytes) -> list[Item]:
        """Takes bytes as they come, in pieces of any size."""
        self._buffer += data
        items: list[Item] = []
        while self._opened(items) and self._closed(items):
            pass
        excess = len(self._buffer) - self._longest - max(len(self._suffix), len(self._prefix))
        if excess > 0:
            self._skipped += excess
            del self._buffer[:excess]
        return items

    def spoil(self, reason: str) -> None:
        """Something of the scan under way was lost on the way here: drop it up to its end."""
        self._spoilt = reason

    def expire(self) -> list[Item]:
        """Silence: what ends with it is complete, and what does not will never be."""
        in_document = self._in_document
        content = bytes(self._buffer)
        if in_document or not self._suffix:
            content = content.removesuffix(self._suffix)
        stray = not self._inside
        spoilt, skipped = self._spoilt, self._skipped
        self._buffer.clear()
        self._skipped, self._spoilt, self._inside = 0, "", not self._prefix
        bare = content.strip(b"\r\n")
        count = len(bare) + skipped
        if spoilt:
            return [Dropped(count, spoilt)]
        if stray:
            return [Dropped(count, STRAY)] if count else []
        if in_document:
            return self._document_and_what_followed(bare)
        if not self._suffix and bare:
            return [Dropped(count, TOO_LONG) if count > self._longest else Frame(bare)]
        return [Dropped(count, BROKE_OFF)] if count else []

    def _opened(self, items: list[Item]) -> bool:
        """True where the buffer begins with a scan's content."""
        if not self._prefix:
            if not self._skipped and not self._spoilt:
                del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))]
            return bool(self._buffer)
        if self._inside:
            return True
        at = self._buffer.find(self._prefix)
        if at < 0:
            return False
        if stray := len(self._buffer[:at].strip(b"\r\n")) + self._skipped:
            items.append(Dropped(stray, STRAY))
        del self._buffer[: at + len(self._prefix)]
        self._inside, self._skipped, self._spoilt = True, 0, ""
        return True

    def _closed(self, items: list[Item]) -> bool:
        """Takes the scan at the front of the buffer, if it has ended."""
        end = -1 if self._in_document or not self._suffix else self._buffer.find(self._suffix)
        follower = self._buffer.find(self._prefix) if self._prefix else -1
        if follower >= 0 and not 0 <= end < follower:
            ended = not self._suffix or self._in_document
            self._take(follower, len(self._prefix), items, "" if ended else BROKE_OFF)
            return True
        if end < 0:
            return False
        self._take(end, len(self._suffix), items, "")
        self._inside = not self._prefix
        return True

    def _take(self, end: int, delimiter: int, items: list[Item], broken: str) -> None:
        content = bytes(self._buffer[:end]).strip(b"\r\n")
        del self._buffer[: end + delimiter]
        count = self._skipped + len(content)
        reason = self._spoilt or broken or (TOO_LONG if count > self._longest else "")
        self._skipped, self._spoilt = 0, ""
        if reason:
            items.append(Dropped(count, reason))
        elif content:
            items.append(Frame(content))

    def _document_and_what_followed(self, content: bytes) -> list[Item]:
        if not self._suffix:
            return [Frame(content)]
        lines = content.split(self._suffix)
        end = len(lines)
        while end > 1 and _NEXT_SCAN.fullmatch(lines[end - 1].strip(b"\r\n")):
            end -= 1
        document = self._suffix.join(lines[:end]).strip(b"\r\n")
        return [Frame(document), *(Frame(line.strip(b"\r\n")) for line in lines[end:])]

    @property
    def _in_document(self) -> bool:
        return (
            self._documents_end_in_silence
            and self._inside
            and not self._skipped
            and _SEVERAL_LINES.match(self._buffer) is not None
        )
