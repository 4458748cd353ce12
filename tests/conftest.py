"""Fixtures that several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A test run does not depend on luck: chance belongs to `make fuzz`, which prints its seed.
settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

pytest.register_assert_rewrite("edge_agent.testing")

from edge_agent.store.writer import Writer  # noqa: E402 - after the line above
from edge_agent.testing import NOON  # noqa: E402

SOURCE = "/stores/1/lanes/1"
SEVEN_OF_A_SALE = [
    "pos.employee.logged_in",
    "pos.basket.started",
    "pos.customer.identified",
    "pos.item.added",
    "pos.subtotal.finalized",
    "pos.payment.completed",
    "pos.employee.logged_out",
]


def seeded_bytes(size: int) -> bytes:
    """Randomness that is the same in every run."""
    return bytes(range(size))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """A started writer over a new database."""
    started = Writer(tmp_path, SOURCE, seeded_bytes)
    started.start(NOON)
    yield started
    started.close()
