"""Connections of printers."""

from typing import Protocol


class Connection(Protocol):
    """One open connection. Reading and writing raise ``DeviceLost`` when it is gone or closed."""

    async def read(self) -> bytes:
        """Waits for bytes."""
        ...

    async def write(self, data: bytes) -> None:
        """Writes as fast as the printer takes it."""
        ...

    def drop_output(self) -> None:
        """Sees to it that what was written and has not gone out never does; never raises."""
        ...

    async def close(self) -> None:
        """Gives the connection back; never raises. What still waits, ends."""
        ...
