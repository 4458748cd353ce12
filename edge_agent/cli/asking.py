"""Requests of commands to a running agent."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edge_agent.control.client import ControlClient

T = TypeVar("T")


def ask(socket: Path, question: "Callable[[ControlClient], Awaitable[T]]") -> T:
    """Asks the agent; raises ``ControlError`` where none answers or it refuses."""
    from edge_agent.control.client import ControlClient

    async def put() -> T:
        async with ControlClient(socket) as client:
            return await question(client)

    return asyncio.run(put())
