"""What scanners and ID scanners on a serial line have in common."""

from collections.abc import Mapping
from typing import Any

from drivers.wire.control_text import ControlText
from drivers.wire.scan_reader import FramingConfig, ScanReader
from drivers.wire.serial_line import SerialLine, SerialLineConfig
from edge_agent.api.device import Attached, Bus, Driver, Host
from edge_agent.api.errors import ClaimError, DeviceLost


class SerialReaderConfig(SerialLineConfig, FramingConfig):
    """Options of a scanner on a serial line.

    ``good_read`` and ``bad_read`` are sent when the lane has committed or refused a scan: ACK and
    NAK to a scanner that waits for them, BEL to one that beeps on it. Together with a scanner that
    is told not to beep by itself, the beep then says what it should. ``enable`` and ``disable`` are
    sent when the device is claimed and released, so that it does not read for nobody.
    """

    good_read: ControlText = b""
    bad_read: ControlText = b""
    enable: ControlText = b""
    disable: ControlText = b""


class SerialReader(Driver[SerialReaderConfig]):
    """Reads scans and answers each one when the lane has committed it."""

    def __init__(self, name: str, config: SerialReaderConfig, host: Host) -> None:
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
        await line.write(self.config.enable)

        async def answer(taken: bool) -> None:
            await line.write(self.config.good_read if taken else self.config.bad_read)

        await ScanReader(
            self.host, self.config.framing(), self.config.unfinished_after_s, answer
        ).run(line)

    async def release(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.write_now(self.config.disable)
            line.close()
