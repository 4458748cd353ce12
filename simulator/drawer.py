"""A cash drawer on a serial line: BEL opens it, ENQ asks whether it is open."""

from pathlib import Path

from simulator.pty_device import PtyDevice

OPEN, ASK = 0x07, 0x05


class PtyDrawer(PtyDevice):
    """Answers ENQ with ``1`` while it is open, else ``0`` (bit 0 of the digit)."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.open = False
        self.stuck = False
        self.silent = False

    def close(self) -> None:
        """Somebody pushes it in."""
        self.open = False

    def receive(self, data: bytes) -> None:
        for byte in data:
            if byte == OPEN:
                self.open = self.open or not self.stuck
            elif byte == ASK and not self.silent:
                self.send(b"1" if self.open else b"0")
