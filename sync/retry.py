"""Retry of the forwarder: for ever, with back-off and jitter."""

from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from edge_agent.api.errors import DeliveryError, RecordRefused


def retrying(longest_pause_s: float, tell: Callable[[RetryCallState], None]) -> AsyncRetrying:
    """Retry ``DeliveryError`` without end, but not ``RecordRefused``.

    ``tell`` hears of each failure before the pause.

    The pause is drawn between 0 and an exponentially growing limit ("full jitter"), so that the
    lanes of a shop do not all come back in the same instant.
    """
    return AsyncRetrying(
        retry=retry_if_exception(_passes),
        wait=wait_random_exponential(multiplier=0.25, max=longest_pause_s),
        before_sleep=tell,
    )


def _passes(error: BaseException) -> bool:
    return isinstance(error, DeliveryError) and not isinstance(error, RecordRefused)
