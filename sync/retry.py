"""How long the forwarder waits between attempts: for ever, with back-off and jitter."""

from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from edge_agent.api.errors import DeliveryError


def retrying(longest_pause_s: float, tell: Callable[[RetryCallState], None]) -> AsyncRetrying:
    """Retries ``DeliveryError`` without end; ``tell`` hears of each failure before the pause.

    The pause is drawn between 0 and an exponentially growing limit ("full jitter"), so that the
    lanes of a shop do not all come back in the same instant.
    """
    return AsyncRetrying(
        retry=retry_if_exception_type(DeliveryError),
        wait=wait_random_exponential(multiplier=0.25, max=longest_pause_s),
        before_sleep=tell,
    )
