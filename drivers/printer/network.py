"""ESC/POS receipt printer on TCP port 9100."""

import asyncio
import contextlib
import socket
import struct
from typing import Annotated

from pydantic import Field

from drivers.printer.connection import Connection
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.options import PrinterOptions
from edge_agent.api.errors import ClaimError, DeviceLost

_HANGS_UP_WITHIN_S = 0.2
_CHUNK = 1024
_RESET = struct.pack("ii", 1, 0)


class NetworkPrinterOptions(PrinterOptions):
    """Options of a network printer."""

    host: str = Field(min_length=1)
    """Its name or address in the network."""
    port: Annotated[int, Field(ge=1, le=65535)] = 9100
    """The TCP port."""
    connect_timeout_s: Annotated[float, Field(gt=0, le=30)] = 1.0
    """Seconds that connecting may take."""


class NetworkPrinter(EscPosPrinter[NetworkPrinterOptions]):
    """A printer that serves one host at a time."""

    @property
    def where(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def connect(self) -> Connection:
        try:
            async with asyncio.timeout(self.config.connect_timeout_s):
                reader, writer = await asyncio.open_connection(self.config.host, self.config.port)
        except (OSError, TimeoutError) as error:
            reason = str(error) or "no answer"
            raise ClaimError(f"{self.name}: {self.where} cannot be reached: {reason}") from error
        connection = _TcpConnection(f"{self.name}: {self.where}", reader, writer)
        await connection.must_be_served()
        return connection


class _TcpConnection:
    def __init__(
        self, where: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._where = where
        self._reader = reader
        self._writer = writer
        # What was written is then with the kernel, and not in a buffer that closing empties.
        writer.transport.set_write_buffer_limits(high=0)

    async def must_be_served(self) -> None:
        """A printer that another host uses takes the connection and hangs up."""
        try:
            async with asyncio.timeout(_HANGS_UP_WITHIN_S):
                hung_up = not await self._reader.read(64)
        except TimeoutError:
            return
        except OSError:
            hung_up = True
        if hung_up:
            await self.close()
            raise ClaimError(f"{self._where} is used by another host; it hung up at once.")

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(1024)
        except OSError as error:
            raise DeviceLost(f"{self._where}: the connection broke: {error}") from error
        if not data:
            raise DeviceLost(f"{self._where}: the printer closed the connection")
        return data

    async def write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), _CHUNK):
                self._writer.write(data[start : start + _CHUNK])
                await self._writer.drain()
        except OSError as error:
            raise DeviceLost(f"{self._where}: the connection broke: {error}") from error

    def drop_output(self) -> None:
        # Closed in the usual way, the kernel would send for minutes what a broken network kept.
        with contextlib.suppress(OSError):
            self._writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _RESET
            )
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
