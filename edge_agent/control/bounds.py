"""Bounds of the control socket: connections, half-sent requests, bodies, readers that do not read.

Whoever reaches the socket may be broken or hostile; the lane's own connections must still be
accepted, and the agent's memory and descriptors are bounded by these figures.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import h11
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from edge_agent.control.problems import problem


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one control socket. Sizes in bytes, times in seconds.

    Attributes:
        connections: open at once; further ones are closed unread.
        request_s: within which a request must have arrived as a whole, headers and body.
        stalled_s: how long a reader may take nothing of what is sent to it.
        body: of a request; ``import_body`` of a CSV.
        drained: of a body that is too large, before it is refused.
        streams: readers of ``/events`` at once.
    """

    connections: int = 128
    request_s: float = 30.0
    stalled_s: float = 30.0
    body: int = 65_536
    import_body: int = 32 * 1024 * 1024
    drained: int = 1024 * 1024
    imports: frozenset[str] = field(
        default_factory=lambda: frozenset({"/price-book", "/people", "/recalls"})
    )
    streams: int = 32


def bounded_protocol(bounds: Bounds) -> type[H11Protocol]:
    """uvicorn's HTTP protocol within the bounds."""

    class BoundedProtocol(H11Protocol):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._patience: asyncio.TimerHandle | None = None
            self._stalled: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            if len(self.connections) >= bounds.connections:
                transport.abort()
                return
            super().connection_made(transport)
            self._expect_request()

        def data_received(self, data: bytes) -> None:
            # One that was refused may have sent something before it learnt of it.
            if self.transport is None:
                return
            super().data_received(data)
            if self.conn.their_state in (h11.DONE, h11.MUST_CLOSE):
                self._stop_expecting()
            elif self._patience is None:
                self._expect_request()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            # What was sent behind the request may be a part of the next one.
            if self.conn.trailing_data[0] and self._patience is None:
                self._expect_request()

        def _expect_request(self) -> None:
            self._patience = self.loop.call_later(bounds.request_s, self.transport.abort)

        def _stop_expecting(self) -> None:
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._patience, self._stalled):
                if timer is not None:
                    timer.cancel()
            if self.transport is not None:
                super().connection_lost(exc)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._stalled = self.loop.call_later(bounds.stalled_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._stalled is not None:
                self._stalled.cancel()
                self._stalled = None

    return BoundedProtocol


class BoundedBodies:
    """ASGI middleware: a body that is too large is refused, and nothing of it is kept.

    Some of it is read before the answer: a connection that is closed over unread bytes loses the
    answer, and whoever sent a little too much would learn nothing.
    """

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_import = scope["path"] in self._bounds.imports
        most = self._bounds.import_body if is_import else self._bounds.body
        too_large = f"the body has more than {most:,} bytes"
        if _stated_length(scope) > most:
            await _drain(receive, self._bounds.drained)
            await problem(413, "Not understood", too_large, "body_too_large")(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                if message.get("more_body", False):
                    await _drain(receive, self._bounds.drained)
                raise HTTPException(413, too_large)
            return message

        await self._app(scope, counted, send)


async def _drain(receive: Receive, most: int) -> None:
    """Read and drop the rest of a body, up to about ``most`` bytes."""
    drained = 0
    while drained < most:
        message = await receive()
        drained += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


def _stated_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
