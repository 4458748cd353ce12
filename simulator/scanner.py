"""A serial barcode scanner on a pseudo-terminal, with ACK/NAK handshake."""

import asyncio
import os
import tty
from pathlib import Path

_ACK, _NAK = 0x06, 0x15


class NoAnswer(Exception):
    """The host neither acknowledged nor refused the scan in time."""


class PtyScanner:
    """Appears as the device file ``path``, a link that survives unplugging and replugging."""

    def __init__(self, path: Path, terminator: bytes = b"\r") -> None:
        self.path = path
        self._terminator = terminator
        self._master: int | None = None
        self._answers: asyncio.Queue[int] = asyncio.Queue()

    def plug(self) -> None:
        """Makes the device file appear."""
        if self._master is not None:
            return
        self._master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._receive, self._master)

    def unplug(self) -> None:
        """Pulls the cable: the device file vanishes under its reader."""
        if self._master is not None:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            self._master = None
            self.path.unlink(missing_ok=True)

    def send(self, data: bytes) -> None:
        """Puts raw bytes on the line, whatever they are."""
        if self._master is None:
            raise NoAnswer("the scanner is unplugged")
        os.write(self._master, data)

    async def scan(self, code: str | bytes, timeout_s: float = 5.0) -> bool:
        """Reads one barcode or document; whether the host acknowledged it (the good-read beep).

        Raises:
            NoAnswer: silence.
        """
        while not self._answers.empty():
            self._answers.get_nowait()
        data = code.encode("latin-1") if isinstance(code, str) else code
        self.send(data + self._terminator)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answers.get() == _ACK
        except TimeoutError:
            raise NoAnswer(f"no ACK or NAK within {timeout_s} s") from None

    def _receive(self, master: int) -> None:
        try:
            data = os.read(master, 1024)
        except OSError:
            # EIO while nobody has the other end open: a scanner without a host.
            asyncio.get_running_loop().remove_reader(master)
            asyncio.get_running_loop().call_later(0.05, self._listen_again, master)
            return
        for byte in data:
            if byte in (_ACK, _NAK):
                self._answers.put_nowait(byte)

    def _listen_again(self, master: int) -> None:
        if self._master == master:
            asyncio.get_running_loop().add_reader(master, self._receive, master)
