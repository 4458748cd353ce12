"""Opening a cash drawer, and the truth about it."""

import asyncio
from collections.abc import Awaitable, Callable

from edge_agent.api.device import UNKNOWN, OutputOutcome
from edge_agent.api.errors import DeviceError

_LOOK_EVERY_S = 0.02
_OPENED = OutputOutcome.DONE, "seen open"
_SHUT = OutputOutcome.FAILED, "it did not move"
_NOT_TAKEN = OutputOutcome.UNCERTAIN, "the pulse was not taken in time"
_NOT_SEEN = OutputOutcome.UNCERTAIN, "the drawer cannot be observed"
_LOST = OutputOutcome.UNCERTAIN, "the connection was lost during the pulse"


async def open_and_watch(
    pulse: Callable[[], Awaitable[None]],
    take_back: Callable[[], None],
    look: Callable[[], Awaitable[str]],
    moves_within_s: float,
) -> tuple[OutputOutcome, str]:
    """Sends a pulse and looks until the drawer is open; unknown is not shut.

    Args:
        pulse: sends it; raises ``DeviceLost``.
        take_back: a pulse that was not taken in time must not be taken later.
        look: says ``open``, ``closed`` or ``unknown``; raises ``DeviceLost``.
        moves_within_s: a drawer that is not open after so many seconds did not open.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(moves_within_s):
            await pulse()
    except TimeoutError:
        take_back()
        return _NOT_TAKEN
    except DeviceError:
        return _LOST
    until = loop.time() + moves_within_s
    try:
        # A look that takes very long waits for answers to older questions.
        async with asyncio.timeout_at(until + moves_within_s):
            while (state := await look()) == "closed":
                if loop.time() > until:
                    return _SHUT
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        return _NOT_SEEN
    except DeviceError:
        return _LOST
    return _NOT_SEEN if state == UNKNOWN else _OPENED
