"""Cuts a stream of bytes into scans. Pure: no clock, no I/O, a bounded buffer."""

from dataclasses import dataclass


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
    """Scans end with a terminator (usually CR, LF or CR LF)."""

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
        while (end := self._buffer.find(self._terminator)) >= 0:
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

    def expire(self) -> list[Dropped]:
        """Silence: what is unfinished will not be finished, and must not meet the next scan."""
        unfinished = len(bytes(self._buffer).strip(b"\r\n")) + self._skipped
        self._buffer.clear()
        self._skipped = 0
        return [Dropped(unfinished, "the scan broke off")] if unfinished else []
