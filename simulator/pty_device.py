"""A device file that comes and goes: the base of everything that is plugged into a serial port."""

import asyncio
import os
import tty
from pathlib import Path


class Unplugged(Exception):
    """Nothing can be sent: the cable is pulled."""


class PtyDevice:
    """Appears as the device file ``path``, a link that survives unplugging and replugging."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None
        self._slave_path = ""

    @property
    def plugged(self) -> bool:
        """True where the device file is there."""
        return self._master is not None

    def plug(self) -> None:
        """Makes the device file appear."""
        if self._master is not None:
            return
        self._master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self._slave_path = os.ttyname(slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(self._slave_path)
        os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._readable, self._master)

    def unplug(self) -> None:
        """Pulls the cable: the device file vanishes under its reader."""
        if self._master is not None:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            self._master = None
            self.path.unlink(missing_ok=True)

    def send(self, data: bytes) -> None:
        """Puts raw bytes on the line, whatever they are; raises ``Unplugged``."""
        if self._master is None:
            raise Unplugged(f"{self.path} is unplugged")
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                # Nobody reads: a line without flow control loses what it cannot hold.
                return

    async def send_all(self, data: bytes) -> None:
        """Puts bytes on the line as fast as the host takes them; raises ``Unplugged``."""
        while data:
            if self._master is None:
                raise Unplugged(f"{self.path} is unplugged")
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)

    def receive(self, data: bytes) -> None:
        """Take bytes of the host; a device that listens overrides this."""

    def _readable(self, master: int) -> None:
        try:
            data = os.read(master, 4096)
        except OSError:
            # EIO while nobody has the other end open: a device without a host.
            loop = asyncio.get_running_loop()
            loop.remove_reader(master)
            loop.call_later(0.02, self._listen_again, master)
            return
        self.receive(data)

    def _listen_again(self, master: int) -> None:
        if self._master == master:
            asyncio.get_running_loop().add_reader(master, self._readable, master)
