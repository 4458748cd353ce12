"""Bytes as manuals write them: ``<STX>``, ``<CR><LF>``, ``<SYN>T<CR>``, ``<1B>p``."""

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

# ISO/IEC 646, control characters 0 to 31, and DEL.
_NAMES = [
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF"),
    *("CR", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM"),
    *("SUB", "ESC", "FS", "GS", "RS", "US"),
]
_CODES = {**{name: code for code, name in enumerate(_NAMES)}, "TAB": 9, "DEL": 127, "LT": 0x3C}
_BY_CODE = {**dict(enumerate(_NAMES)), 127: "DEL", 0x3C: "LT"}
_PART = re.compile(r"<([0-9A-Za-z]{2,3})>|([^<])")


def parse_control_text(value: object) -> bytes:
    """Reads the notation; ``<LT>`` is a ``<``, ``<1B>`` a byte in hex.

    Raises:
        ValueError: what is between angle brackets is no control character, or text is not Latin-1.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise ValueError(  # noqa: TRY004 - pydantic reports this one
            "write it as text, control characters as <CR>, <STX>, <1B>"
        )
    result = bytearray()
    position = 0
    while position < len(value):
        part = _PART.match(value, position)
        if part is None:
            raise ValueError(
                f"{value!r}: after < comes a name such as CR or two hex digits, then >"
            )
        result += _bytes_of(value, part)
        position = part.end()
    return bytes(result)


def _bytes_of(value: str, part: re.Match[str]) -> bytes:
    name, character = part.groups()
    if name is None:
        try:
            return str(character).encode("latin-1")
        except UnicodeEncodeError:
            raise ValueError(f"{value!r}: {character!r} is not a character of one byte") from None
    if name.upper() in _CODES:
        return bytes((_CODES[name.upper()],))
    try:
        return bytes.fromhex(name)
    except ValueError:
        raise ValueError(f"{value!r}: <{name}> is no control character") from None


def as_control_text(data: bytes) -> str:
    """Writes the notation."""
    return "".join(
        f"<{_BY_CODE[byte]}>" if byte in _BY_CODE else bytes((byte,)).decode("latin-1")
        for byte in data
    )


ControlText = Annotated[
    bytes, BeforeValidator(parse_control_text), PlainSerializer(as_control_text, return_type=str)
]
"""A configuration value in this notation."""
