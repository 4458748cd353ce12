"""The moment at which tests happen."""

from datetime import UTC, datetime

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
