"""Watches one cash drawer: each time it opens and closes, and that nobody leaves it open."""

import asyncio
from collections.abc import Awaitable

import structlog

from edge_agent.api.device import UNKNOWN
from edge_agent.api.errors import StoreError
from edge_agent.runtime.devices.recorder import DeviceRecorder

log = structlog.get_logger()


class DrawerWatch:
    """Turns what a driver says of its drawer into events.

    What is unknown for a while changes nothing: a drawer that was open is taken to be open still.
    """

    def __init__(self, device: str, recorder: DeviceRecorder, left_open_after_s: float) -> None:
        self._device = device
        self._recorder = recorder
        self._patience_s = left_open_after_s
        self._last = UNKNOWN
        self._waiting: asyncio.Task[None] | None = None

    async def seen(self, state: str) -> None:
        """The driver says ``open``, ``closed`` or ``unknown``."""
        if state in (UNKNOWN, self._last):
            return
        before, self._last = self._last, state
        self.stop()
        if state == "open":
            self._waiting = asyncio.create_task(self._wait())
            await self._recorded(self._recorder.drawer_moved(self._device, "open"))
        elif before == "open":
            await self._recorded(self._recorder.drawer_moved(self._device, "closed"))
        else:
            # It may have been left open when the agent was stopped.
            await self._recorded(self._recorder.drawer_is_closed(self._device))

    def stop(self) -> None:
        """Stops waiting for it to be closed."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def _wait(self) -> None:
        await asyncio.sleep(self._patience_s)
        left_open = self._recorder.drawer_left_open(self._device, self._patience_s)
        await self._recorded(left_open)

    async def _recorded(self, unit: Awaitable[None]) -> None:
        try:
            await unit
        except StoreError as error:
            # A full disk must not stop the device from being served.
            log.error("not recorded", device=self._device, reason=str(error))  # noqa: TRY400
