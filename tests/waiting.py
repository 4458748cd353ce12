"""Waiting for what another task, thread or process does."""

import asyncio
from collections.abc import Callable

_LOOK_S = 0.01


async def until(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Returns when the condition holds; raises ``TimeoutError`` where it never does."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(_LOOK_S)
