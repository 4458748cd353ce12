"""What a network printer's connection still sends after it was closed."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from drivers.printer.network import NetworkPrinter
from edge_agent.testing import FakeHost

MUCH = b"x" * 4_000_000


@pytest.fixture
def printer() -> Iterator[socket.socket]:
    """It accepts and reads nothing: as far as the lane can tell, the network is broken."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def all_of(peer: socket.socket) -> tuple[int, bool]:
    """How many bytes came, and whether the connection was reset."""
    count = 0
    with contextlib.suppress(ConnectionResetError):
        while data := peer.recv(65536):
            count += len(data)
        return count, False
    return count, True


@pytest.mark.parametrize("dropped", [True, False])
async def test_what_was_given_up_is_not_sent_later(printer: socket.socket, dropped: bool) -> None:
    host, port = printer.getsockname()
    config = NetworkPrinter.parse_config({"host": host, "port": port})
    connection = await NetworkPrinter("printer", config, FakeHost()).connect()
    peer, _ = printer.accept()
    written = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            while written < len(MUCH):
                await connection.write(MUCH[written : written + 1024])
                written += 1024
    if dropped:
        connection.drop_output()
    await connection.close()
    received, reset = await asyncio.to_thread(all_of, peer)
    peer.close()
    assert reset == dropped
    assert (received < written) == dropped
