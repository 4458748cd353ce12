"""Barcode scanner on a serial line: RS-232, USB CDC, or a pseudo-terminal."""

import asyncio
import os
from typing import Annotated, Literal

import serial
from pydantic import BaseModel, ConfigDict, Field

from drivers.scanner.framing import Dropped, Frame, TerminatorFraming
from edge_agent.api.device import (
    DataEvent,
    DeviceClass,
    Driver,
    ErrorEvent,
    ErrorLocus,
    Host,
)
from edge_agent.api.errors import ClaimError, DeviceLost
from edge_agent.api.sensitive import Sensitive
from edge_agent.api.values import Scan

ACK, NAK = b"\x06", b"\x15"
_READ_SIZE = 4096


class SerialScannerConfig(BaseModel):
    """Options of a serial scanner.

    ``port``: the device file; use a stable one from ``/dev/serial/by-id``.
    ``handshake = "ack-nak"``: the scanner waits for ACK (its good-read beep) or NAK (its error
    beep) from the host, so that it beeps only for what the lane has committed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: str = Field(min_length=1)
    baud_rate: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    parity: Literal["none", "even", "odd"] = "none"
    data_bits: Literal[7, 8] = 8
    stop_bits: Literal[1, 2] = 1
    terminator: Literal["cr", "lf", "crlf", "tab"] = "cr"
    handshake: Literal["none", "ack-nak"] = "none"
    unfinished_after_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    longest_scan: Annotated[int, Field(ge=16, le=8192)] = 4096


_TERMINATORS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t"}
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}


class SerialScanner(Driver[SerialScannerConfig]):
    """Reads scans and answers each one when the lane has committed it."""

    def __init__(self, name: str, config: SerialScannerConfig, host: Host) -> None:
        super().__init__(name, config, host)
        self._port: serial.Serial | None = None

    @property
    def device_classes(self) -> frozenset[DeviceClass]:
        return frozenset({DeviceClass.SCANNER})

    async def claim(self) -> None:
        if self._port is not None:
            raise ClaimError(f"{self.name}: {self.config.port} is already claimed.")
        try:
            self._port = serial.Serial(
                self.config.port,
                baudrate=self.config.baud_rate,
                parity=_PARITIES[self.config.parity],
                bytesize=self.config.data_bits,
                stopbits=self.config.stop_bits,
                timeout=0,
                write_timeout=1,
                exclusive=True,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise ClaimError(
                f"{self.name}: {self.config.port} cannot be opened: {error}"
            ) from error

    async def run(self) -> None:
        framing = TerminatorFraming(_TERMINATORS[self.config.terminator], self.config.longest_scan)
        unfinished = False
        while True:
            items: list[Frame | Dropped]
            try:
                async with asyncio.timeout(self.config.unfinished_after_s if unfinished else None):
                    data = await self._read()
            except TimeoutError:
                items = list(framing.expire())
                unfinished = False
            else:
                items = framing.feed(data)
                unfinished = True
            for item in items:
                await self._deliver(item)

    async def release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()

    async def _deliver(self, item: Frame | Dropped) -> None:
        if isinstance(item, Dropped):
            message = f"{item.count} bytes were dropped: {item.reason}. Scan again."
            await self.host.fire(ErrorEvent(locus=ErrorLocus.INPUT, message=message))
            self._answer(NAK)
            return
        reply = await self.host.fire(DataEvent(scan=Scan(data=Sensitive(item.data))))
        self._answer(ACK if reply.accepted else NAK)

    def _answer(self, byte: bytes) -> None:
        if self.config.handshake == "ack-nak":
            try:
                self._claimed().write(byte)
            except (serial.SerialException, OSError) as error:
                raise DeviceLost(f"{self.name}: {self.config.port} is gone: {error}") from error

    async def _read(self) -> bytes:
        """Waits for bytes; raises ``DeviceLost`` when the line is gone."""
        descriptor = self._claimed().fileno()
        loop = asyncio.get_running_loop()
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(descriptor, _resolve, readable)
        try:
            await readable
        finally:
            loop.remove_reader(descriptor)
        try:
            data = os.read(descriptor, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceLost(f"{self.name}: {self.config.port} is gone: {error}") from error
        if not data:
            raise DeviceLost(f"{self.name}: {self.config.port} was closed at the other end")
        return data

    def _claimed(self) -> serial.Serial:
        if self._port is None:
            raise DeviceLost(f"{self.name}: {self.config.port} is not claimed")
        return self._port


def _resolve(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
