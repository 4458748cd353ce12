"""One serial line: RS-232, USB CDC, or a pseudo-terminal; exclusive, asynchronous, truthful."""

import asyncio
import contextlib
import errno
import fcntl
import os
import termios
from typing import Annotated, Literal

import serial
from pydantic import Field

from drivers.wire.descriptor import Waits
from edge_agent.api.device import DriverOptions
from edge_agent.api.errors import ClaimError, DeviceLost

_READ_SIZE = 4096
_BY_HAND = 32
_HOLD_S = 0.004
_PARITIES = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}

ModemLine = Literal["cts", "dsr", "ri", "cd"]


class SerialLineOptions(DriverOptions):
    """Settings of a serial line, as the device's manual or its switches say."""

    port: str = Field(min_length=1)
    """The device file; use a stable one from ``/dev/serial/by-id``."""
    baud_rate: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    """Bits per second."""
    parity: Literal["none", "even", "odd"] = "none"
    """The parity bit."""
    data_bits: Literal[7, 8] = 8
    """Bits in a character."""
    stop_bits: Literal[1, 2] = 1
    """Bits after a character."""
    flow_control: Literal["none", "rts-cts", "dtr-dsr", "xon-xoff"] = "none"
    """Flow control while the device's buffer is full; printers mostly have
    ``dtr-dsr``."""
    present: ModemLine | None = None
    """The modem line that a switched-on device holds active. Without one nobody can tell a pulled
    RS-232 cable from a device that has nothing to say (a USB port tells by itself)."""
    look_every_s: Annotated[float, Field(gt=0, le=10)] = 0.5
    """Seconds between two looks at the line ``present``."""


class SerialLine:
    """An open line. Reading and writing raise ``DeviceLost`` when it is gone."""

    def __init__(self, name: str, config: SerialLineOptions) -> None:
        """Opens it.

        Raises:
            ClaimError: it is absent, taken, not permitted, or nothing is switched on behind it.
        """
        self._name = name
        self._config = config
        self._one_write = asyncio.Lock()
        try:
            self._port = serial.Serial(
                config.port,
                baudrate=config.baud_rate,
                parity=_PARITIES[config.parity],
                bytesize=config.data_bits,
                stopbits=config.stop_bits,
                rtscts=config.flow_control == "rts-cts",
                xonxoff=config.flow_control == "xon-xoff",
                timeout=0,
                exclusive=True,
            )
        except (serial.SerialException, OSError, ValueError) as error:
            # pyserial's own text repeats the path and the reason.
            number = getattr(error, "errno", None)
            busy = number in (errno.EAGAIN, errno.EBUSY)
            reason = os.strerror(number) if number else str(error)
            reason = "another program uses it" if busy else reason
            raise ClaimError(f"{name}: {config.port} cannot be opened: {reason}") from error
        self._descriptor = self._port.fileno()
        self._waits = Waits(self._descriptor)
        # pyserial's lock keeps out those who ask for it; this keeps out everybody but root.
        try:
            fcntl.ioctl(self._descriptor, termios.TIOCEXCL)
        except OSError as error:
            self._port.close()
            raise ClaimError(f"{name}: {config.port} cannot be had alone: {error}") from error
        if config.present is not None:
            try:
                present = self.modem_line(config.present)
            except DeviceLost as error:
                self._give_back()
                raise ClaimError(str(error)) from error
            if not present:
                self._give_back()
                raise ClaimError(
                    f"{name}: nothing is switched on at {config.port} "
                    f"({config.present.upper()} is not active)."
                )

    async def close(self) -> None:
        """Gives the line back; what has not gone out yet never will, and who waits is told."""
        self._waits.end(f"{self._name}: {self._config.port} was released")
        self._give_back()

    def _give_back(self) -> None:
        # Where the device is gone, so is its exclusiveness.
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._descriptor, termios.TIOCNXCL)
            # Closing would wait for what the device does not take.
            if self._port.out_waiting:
                self.drop_output()
        self._port.close()

    def drop_output(self) -> None:
        """Forgets what was written and has not gone out."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)

    def modem_line(self, line: ModemLine) -> bool:
        """True where a modem line is active; raises ``DeviceLost``."""
        try:
            return bool(getattr(self._port, line))
        except (serial.SerialException, OSError) as error:
            raise self._lost(f"{line.upper()} cannot be read: {error}") from error

    async def read(self) -> bytes:
        """Waits for bytes."""
        while True:
            try:
                async with asyncio.timeout(
                    self._config.look_every_s if self._config.present is not None else None
                ):
                    await self._waits.readable()
            except TimeoutError:
                if self._config.present and not self.modem_line(self._config.present):
                    raise self._lost("the device was switched off or unplugged") from None
                continue
            data = self.read_now()
            if not data:
                raise self._lost("it was closed at the other end")
            return data

    def read_now(self) -> bytes:
        """Bytes that have come already, perhaps none."""
        try:
            data = os.read(self._descriptor, _READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(str(error)) from error
        return data

    async def write(self, data: bytes) -> None:
        """Writes all of it, as fast as the device takes it; returns when it has left the port."""
        async with self._one_write:
            await self._write(data)
            while self._waiting_to_go_out():
                self._waits.must_go_on()
                await asyncio.sleep(_HOLD_S)

    async def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        by_hand = self._config.flow_control == "dtr-dsr"
        while rest:
            self._waits.must_go_on()
            if by_hand:
                await self._until_dsr()
            try:
                rest = rest[os.write(self._descriptor, rest[:_BY_HAND] if by_hand else rest) :]
            except BlockingIOError:
                await self._waits.writable()
            except OSError as error:
                raise self._lost(str(error)) from error

    async def _until_dsr(self) -> None:
        """Waits until the device takes more. Linux leaves DTR/DSR flow control to programs."""
        while self._waiting_to_go_out() or not self.modem_line("dsr"):
            self._waits.must_go_on()
            await asyncio.sleep(_HOLD_S)

    def _waiting_to_go_out(self) -> int:
        try:
            return self._port.out_waiting
        except OSError as error:
            raise self._lost(str(error)) from error

    def _lost(self, reason: str) -> DeviceLost:
        return DeviceLost(f"{self._name}: {self._config.port} is gone: {reason}")
