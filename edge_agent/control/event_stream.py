"""The stream of events (server-sent events, HTML standard section 9.2), for a few readers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from weakref import WeakSet

from edge_agent.api.errors import Conflict
from edge_agent.control.services import Services

_KEEP_ALIVE_S = 15.0


class Readers:
    """The readers of the event stream, which are few."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: WeakSet[_Counted] = WeakSet()

    def counted(self, stream: AsyncIterator[str]) -> AsyncIterator[str]:
        """The stream, which counts while somebody has it; raises ``Conflict`` beyond the bound."""
        if len(self._open) >= self._most:
            raise Conflict(f"{self._most} readers follow the events already; close one of them.")
        counted = _Counted(stream, self._open.discard)
        self._open.add(counted)
        return counted


class _Counted:
    """A stream that counts until it ends, or until nobody holds it any more."""

    def __init__(self, stream: AsyncIterator[str], ended: Callable[["_Counted"], None]) -> None:
        self._stream = stream
        self._ended = ended

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        try:
            return await anext(self._stream)
        # Its end, the reader's, or the server's: whichever, it is passed on.
        except BaseException:
            self._ended(self)
            raise


async def server_sent_events(
    services: Services, after: int, stopping: asyncio.Event
) -> AsyncIterator[str]:
    """Server-sent events (HTML standard, 9.2); a comment now and then keeps the line alive."""
    stream = services.events(after)
    yield ": events of this lane\n\n"
    upcoming = asyncio.ensure_future(anext(stream))
    end = asyncio.ensure_future(stopping.wait())
    try:
        while True:
            done, _ = await asyncio.wait(
                {upcoming, end}, timeout=_KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED
            )
            if end in done:
                return
            if not done:
                yield ": still here\n\n"
                continue
            event = upcoming.result()
            yield f"id: {event.position}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n"
            upcoming = asyncio.ensure_future(anext(stream))
    finally:
        upcoming.cancel()
        end.cancel()
