"""Base of scanners and ID scanners on a serial line."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from drivers.wire.control_text import ControlText
from drivers.wire.scan_options import FramingOptions
from drivers.wire.scan_reader import ScanReader
from drivers.wire.serial_line import SerialLine, SerialLineOptions
from edge_agent.api.device import Attached, Bus, Driver, ErrorEvent, ErrorLocus, Host
from edge_agent.api.errors import ClaimError, DeviceLost

_SAY_WITHIN_S = 0.5


class SerialReaderOptions(SerialLineOptions, FramingOptions):
    """Options of a scanner on a serial line.

    Where the scanner is told not to beep by itself and to beep on ``good_read``, its beep says that
    the scan is kept.
    """

    good_read: ControlText = b""
    """Sent when the lane has committed a scan: ``<ACK>`` to a scanner that waits for it, ``<BEL>``
    to one that beeps on it."""
    bad_read: ControlText = b""
    """Sent when the lane has refused a scan, such as ``<NAK>``."""
    enable: ControlText = b""
    """Sent when the device is claimed, so that it reads."""
    disable: ControlText = b""
    """Sent when it is released, so that it does not read for nobody."""


class SerialReader(Driver[SerialReaderOptions]):
    """Reads scans and answers each one when the lane has committed it."""

    def __init__(self, name: str, config: SerialReaderOptions, host: Host) -> None:
        super().__init__(name, config, host)
        self._line: SerialLine | None = None

    @classmethod
    def suggest(cls, attached: Attached) -> Mapping[str, Any] | None:
        return {"port": attached.best_path} if attached.bus is Bus.SERIAL else None

    async def claim(self) -> None:
        if self._line is not None:
            raise ClaimError(f"{self.name}: {self.config.port} is already claimed.")
        self._line = SerialLine(self.name, self.config)

    async def run(self) -> None:
        line = self._line
        if line is None:
            raise DeviceLost(f"{self.name}: {self.config.port} is not claimed")
        if not await self._said(line, self.config.enable):
            raise DeviceLost(f"{self.name}: {self.config.port} takes nothing: is it held off?")

        async def answer(taken: bool) -> None:
            if not await self._said(line, self.config.good_read if taken else self.config.bad_read):
                message = "the scanner was not told of a scan in time"
                await self.host.fire(ErrorEvent(locus=ErrorLocus.OUTPUT, message=message))

        await ScanReader(
            self.host, self.config.framing(), self.config.unfinished_after_s, answer
        ).run(line)

    async def release(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(DeviceLost):
                await self._said(line, self.config.disable)
            await line.close()

    async def _said(self, line: SerialLine, words: bytes) -> bool:
        """True where they left the port in time; a beep that comes later belongs to no scan."""
        try:
            async with asyncio.timeout(_SAY_WITHIN_S):
                await line.write(words)
        except TimeoutError:
            line.drop_output()
            return False
        return True
