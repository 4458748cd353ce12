"""UUID version 7 (RFC 9562, section 5.7): time-ordered ids from a given time and randomness."""

from datetime import datetime
from uuid import UUID


def uuid7(now: datetime, randomness: bytes) -> UUID:
    """Builds the id from milliseconds since the epoch and 10 random bytes (74 bits are used)."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(randomness[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
