"""A serial barcode scanner on a pseudo-terminal that waits for the host's ACK or NAK."""

import asyncio
from pathlib import Path

from simulator.pty_device import PtyDevice, Unplugged

_ACK, _NAK = 0x06, 0x15


class NoAnswer(Exception):
    """The host neither acknowledged nor refused the scan in time."""


class PtyScanner(PtyDevice):
    """``sounds`` is every beep there was: True for a good read, False for an error."""

    def __init__(self, path: Path, prefix: bytes = b"", suffix: bytes = b"\r") -> None:
        super().__init__(path)
        self._prefix = prefix
        self._suffix = suffix
        self.sounds: list[bool] = []
        self.heard = bytearray()
        self._answers: asyncio.Queue[bool] = asyncio.Queue()

    async def scan(self, code: str | bytes, timeout_s: float = 5.0) -> bool:
        """Reads one barcode or document; whether the host acknowledged it (the good-read beep).

        Raises:
            NoAnswer: silence.
        """
        while not self._answers.empty():
            self._answers.get_nowait()
        try:
            self.send(self.wire(code))
        except Unplugged as error:
            raise NoAnswer(str(error)) from error
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answers.get()
        except TimeoutError:
            raise NoAnswer(f"no ACK or NAK within {timeout_s} s") from None

    def wire(self, code: str | bytes) -> bytes:
        """The bytes that this scanner sends for a code."""
        data = code.encode("latin-1") if isinstance(code, str) else code
        return self._prefix + data + self._suffix

    def receive(self, data: bytes) -> None:
        self.heard += data
        for byte in data:
            if byte in (_ACK, _NAK):
                self.sounds.append(byte == _ACK)
                self._answers.put_nowait(byte == _ACK)
