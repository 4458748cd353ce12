"""Exponential back-off with jitter."""

_MOST_DOUBLINGS = 20


def backoff_s(failures: int, first_s: float, longest_s: float) -> float:
    """Twice as long after each failure in a row, up to ``longest_s``; seconds.

    Args:
        failures: how many there were before; after none, ``first_s``.
    """
    return min(first_s * 2.0 ** min(failures, _MOST_DOUBLINGS), longest_s)
