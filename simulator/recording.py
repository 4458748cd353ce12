"""Real traffic of a device, recorded to a file and played back on a simulated one.

A recording is lines of JSON: seconds since the first byte, bytes in base64. It works on what gives
bytes when it is read: a serial port, an input device of the kernel (its ``struct input_event``), a
``hidraw`` device. What was scanned is in it, badges and documents too: record test codes only.
"""

import asyncio
import base64
import json
import os
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

from simulator.pty_device import PtyDevice

_READ_SIZE = 4096
_NEW_AND_PRIVATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


async def record(device: Path, file: Path, seconds: float, baud_rate: int) -> int:
    """Records for so long; how many bytes.

    Args:
        baud_rate: of a serial port; 8 data bits, no parity.

    Raises:
        OSError: the device cannot be read, or the file is there already.
    """
    descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    total = 0
    try:
        if os.isatty(descriptor):
            tty.setraw(descriptor)
            _set_speed(descriptor, baud_rate)
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(descriptor, arrived.set)
        first: float | None = None
        with os.fdopen(os.open(file, _NEW_AND_PRIVATE, 0o600), "w") as lines:
            try:
                async with asyncio.timeout(seconds):
                    while True:
                        await arrived.wait()
                        arrived.clear()
                        try:
                            data = os.read(descriptor, _READ_SIZE)
                        except BlockingIOError:
                            continue
                        if not data:
                            break
                        now = time.monotonic()
                        first = now if first is None else first
                        text = base64.b64encode(data).decode()
                        lines.write(json.dumps({"at": round(now - first, 6), "data": text}) + "\n")
                        lines.flush()
                        total += len(data)
            except TimeoutError:
                return total
            finally:
                loop.remove_reader(descriptor)
    finally:
        os.close(descriptor)
    return total


def _set_speed(descriptor: int, baud_rate: int) -> None:
    settings = termios.tcgetattr(descriptor)
    settings[4] = settings[5] = getattr(termios, f"B{baud_rate}")
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)


def read_recording(file: Path) -> Iterator[tuple[float, bytes]]:
    """Seconds and bytes of each piece; raises ``ValueError`` naming the line that is none."""
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            piece = json.loads(line)
            yield float(piece["at"]), base64.b64decode(piece["data"], validate=True)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file}, line {number}: not a piece of a recording") from error


async def play(file: Path, device: PtyDevice) -> int:
    """Sends a recording from a simulated device, with its pauses; how many bytes."""
    began = time.monotonic()
    total = 0
    for at, data in read_recording(file):
        await asyncio.sleep(max(at - (time.monotonic() - began), 0))
        await device.send_all(data)
        total += len(data)
    return total
