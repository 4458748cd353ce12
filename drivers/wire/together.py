"""Several services of one device, none of which goes on without the others."""

import asyncio
from collections.abc import Coroutine


async def until_one_ends(*services: Coroutine[None, None, None]) -> None:
    """Runs them until the first raises, which is raised; none is left running."""
    tasks = {asyncio.create_task(service) for service in services}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
