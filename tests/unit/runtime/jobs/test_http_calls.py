"""A remote system may be slow, and then it has not answered."""

import asyncio
import contextlib

import pytest

from edge_agent.api.plugin import CallHttp
from edge_agent.runtime.jobs.http_calls import HttpCaller, Unreachable


async def test_a_server_that_sends_a_byte_now_and_then_has_not_answered() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _number in range(100):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    caller = HttpCaller()
    async with asyncio.timeout(10):
        with pytest.raises(Unreachable, match="TimeoutError"):
            await caller.call(CallHttp(key="k", url=url, timeout_s=0.2))
    await caller.close()
    server.close()
