"""Hears from udev that something was plugged in, so that nobody waits for the next look."""

import asyncio
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Hotplug:
    """Calls ``arrived`` for each device that udev has added and given its permissions."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived

    async def run(self) -> None:
        """Until cancelled. Without udev it only waits: devices are looked for at intervals too."""
        try:
            import pyudev  # noqa: PLC0415 - needs libudev, which not every machine has

            monitor = pyudev.Monitor.from_netlink(pyudev.Context())
            monitor.start()
        except (ImportError, OSError) as error:
            log.info("no hotplug events", reason=str(error))
            await asyncio.Event().wait()
            return
        loop = asyncio.get_running_loop()

        def read() -> None:
            device = monitor.poll(timeout=0)
            if device is not None and device.action in ("add", "bind"):
                self._arrived()

        loop.add_reader(monitor.fileno(), read)
        try:
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(monitor.fileno())
