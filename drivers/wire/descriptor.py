"""Waits for a file descriptor without blocking anybody."""

import asyncio
from collections.abc import Callable

from edge_agent.api.errors import DeviceLost


class Waits:
    """Everybody who waits for one descriptor; they are told before it is closed.

    The number of a closed descriptor is soon another one's: nothing may stay registered for it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: dict[asyncio.Future[None], Callable[[int], bool]] = {}
        self._ended = ""

    async def readable(self) -> None:
        """Until there is something to read, or nothing any more; raises ``DeviceLost``."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._descriptor, _resolve, ready)
        await self._until(ready, loop.remove_reader)

    async def writable(self) -> None:
        """Until there is room to write; raises ``DeviceLost``."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_writer(self._descriptor, _resolve, ready)
        await self._until(ready, loop.remove_writer)

    def must_go_on(self) -> None:
        """Raises ``DeviceLost`` after the end."""
        if self._ended:
            raise DeviceLost(self._ended)

    def end(self, reason: str) -> None:
        """Nobody waits any more: the descriptor is about to be closed."""
        self._ended = reason
        for ready, remove in self._waiting.items():
            remove(self._descriptor)
            _resolve(ready)
        self._waiting.clear()

    async def _until(self, ready: asyncio.Future[None], remove: Callable[[int], bool]) -> None:
        self._waiting[ready] = remove
        try:
            await ready
        finally:
            if self._waiting.pop(ready, None) is not None:
                remove(self._descriptor)
        self.must_go_on()


def _resolve(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
