"""The control socket bears whoever reaches it: slow requests, large bodies, many readers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge_agent.api.values import Refused
from edge_agent.control.bounds import Bounds
from edge_agent.control.messages import EventMessage, HealthMessage, ImportMessage
from edge_agent.control.server import ControlServer
from tests.waiting import until

SMALL = Bounds(connections=20, request_s=0.4, stalled_s=0.4, body=1000, import_body=5000, streams=3)


class Services:
    """Answers the few requests of these tests."""

    def __init__(self) -> None:
        self.streams = 0
        self.imported = 0

    async def health(self) -> HealthMessage:
        return HealthMessage(status="ok", version="1", lane="1/1", problems=())

    async def command(self, command: Any) -> Refused:
        return Refused(code="no_sale", message="There is no open sale.")

    async def position_behind(self, after: int | None) -> int:
        return after or 0

    async def events(self, after: int) -> AsyncIterator[EventMessage]:
        """Without end, and large."""
        self.streams += 1
        try:
            for position in range(after + 1, 1_000_000):
                await asyncio.sleep(0)
                yield EventMessage(
                    position=position,
                    epoch=1,
                    sequence=position,
                    event_id="x" * 1000,
                    type="lane.agent.stopped",
                    occurred_at="2026-11-26T12:00:00Z",
                    previous_hash="",
                    hash="",
                    data={},
                )
        finally:
            self.streams -= 1

    async def import_people(self, text: str) -> ImportMessage:
        self.imported = len(text)
        return ImportMessage(rows=1)


@asynccontextmanager
async def serving(tmp_path: Path, bounds: Bounds = SMALL) -> AsyncIterator[tuple[Path, Services]]:
    services, path = Services(), tmp_path / "s"
    running = asyncio.create_task(ControlServer(services, path, bounds).run())  # type: ignore[arg-type]
    await until(path.exists)
    try:
        yield path, services
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def client(path: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(uds=str(path)), base_url="http://lane", timeout=10
    )


async def connected(path: Path) -> socket.socket:
    plain = socket.socket(socket.AF_UNIX)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, str(path))
    return plain


async def is_closed(plain: socket.socket) -> bool:
    """Whether the server has closed the connection; waits for it."""
    async with asyncio.timeout(10):
        try:
            while await asyncio.get_running_loop().sock_recv(plain, 65_536):
                pass
        except ConnectionError:
            pass
    return True


async def test_half_sent_requests_are_given_up(tmp_path: Path) -> None:
    """More of them than there may be connections, and the next request is served."""
    async with serving(tmp_path) as (path, _):
        half_open = [await connected(path) for _ in range(100)]
        for plain in half_open[:20]:
            await asyncio.get_running_loop().sock_sendall(plain, b"GET /health HTTP/1.1\r\nhost")
        assert all([await is_closed(plain) for plain in half_open])
        async with client(path) as http:
            assert (await http.get("/health")).status_code == 200
        for plain in half_open:
            plain.close()


@pytest.mark.parametrize(
    "begun",
    [
        b"PUT /people HTTP/1.1\r\nhost: lane\r\ncontent-length: 100\r\n\r\nx",
        b"GET /health HTTP/1.1\r\nhost: lane\r\n\r\nGET /health HTTP/1.1\r\nho",
    ],
)
async def test_half_a_request_behind_headers_or_another(tmp_path: Path, begun: bytes) -> None:
    """A body that does not come, and a second request that is never finished."""
    async with serving(tmp_path) as (path, _):
        held = [await connected(path) for _ in range(SMALL.connections)]
        for plain in held:
            await asyncio.get_running_loop().sock_sendall(plain, begun)
        assert all([await is_closed(plain) for plain in held])
        async with client(path) as http:
            assert (await http.get("/health")).status_code == 200
        for plain in held:
            plain.close()


async def test_connections_are_bounded(tmp_path: Path) -> None:
    """One too many is closed unread; one that ends makes room."""
    few = replace(SMALL, connections=5, request_s=60.0)
    async with serving(tmp_path, few) as (path, _):
        held = [await connected(path) for _ in range(few.connections)]
        one_more = await connected(path)
        assert await is_closed(one_more)
        held.pop().close()
        async with client(path) as http:
            await until_answered(http)
        for plain in (*held, one_more):
            plain.close()


async def until_answered(http: httpx.AsyncClient) -> None:
    """The server learns of an ended connection in its own time."""
    async with asyncio.timeout(10):
        while True:
            try:
                answer = await http.get("/health")
            except httpx.TransportError:
                await asyncio.sleep(0.01)
            else:
                assert answer.status_code == 200
                return


async def test_many_streams_at_once_are_bounded(tmp_path: Path) -> None:
    """Also where none of them has begun to be sent when the others ask."""
    async with serving(tmp_path) as (path, _):
        readers = [client(path) for _ in range(10)]

        async def ask(http: httpx.AsyncClient) -> int:
            async with http.stream("GET", "/events") as answer:
                await asyncio.sleep(0.2)
                return answer.status_code

        codes = await asyncio.gather(*(ask(http) for http in readers))
        assert sorted(codes) == [200] * SMALL.streams + [409] * (10 - SMALL.streams)
        for http in readers:
            await http.aclose()


async def test_served_connection_outlasts_the_time_for_a_request(tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as (path, _),
        client(path) as http,
        http.stream("GET", "/events") as stream,
    ):
        lines = stream.aiter_lines()
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < 2 * SMALL.request_s:
            await anext(lines)


@pytest.mark.parametrize("stated", [True, False])
async def test_large_body_is_refused(tmp_path: Path, stated: bool) -> None:
    """By its stated length or as soon as it is too long; the answer arrives all the same."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2000):
            yield b'{"tender": "cash", "tendered": 1'

    # What is tested is the size: a slow machine may take its time to send it.
    patient = replace(SMALL, request_s=60.0)
    async with serving(tmp_path, patient) as (path, services), client(path) as http:
        content = b"x" * 64_000 if stated else pieces()
        for method, url in (("POST", "/lane/payment"), ("PUT", "/people")):
            answer = await http.request(
                method, url, content=content, headers={"content-type": "application/json"}
            )
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
            content = b"x" * 64_000 if stated else pieces()
        assert services.imported == 0
        assert (await http.put("/people", content=b"x" * 4000)).json() == {"rows": 1}


async def test_readers_are_bounded(tmp_path: Path) -> None:
    """One too many is refused with a reason; one that leaves makes room."""
    async with serving(tmp_path) as (path, services):
        readers = [client(path) for _ in range(4)]
        streams = [http.stream("GET", "/events") for http in readers[:3]]
        answers = [await stream.__aenter__() for stream in streams]
        for answer in answers:
            await anext(answer.aiter_lines())
        refused = await readers[3].get("/events")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_now")
        for stream in streams:
            await stream.__aexit__(None, None, None)
        await until(lambda: services.streams == 0)
        async with readers[3].stream("GET", "/events") as answer:
            assert answer.status_code == 200
        for http in readers:
            await http.aclose()


async def test_reader_that_does_not_read_is_dropped(tmp_path: Path) -> None:
    async with serving(tmp_path) as (path, services):
        deaf = await connected(path)
        request = b"GET /events HTTP/1.1\r\nhost: lane\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(deaf, request)
        await until(lambda: services.streams == 1)
        await until(lambda: services.streams == 0)
        deaf.close()


async def test_socket_is_for_owner_and_group(tmp_path: Path) -> None:
    async with serving(tmp_path) as (path, _):
        assert path.stat().st_mode & 0o777 == 0o660
