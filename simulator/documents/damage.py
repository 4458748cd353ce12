"""Damage to a document's code between its issuer and the till."""

import re
from collections.abc import Callable, Mapping
from random import Random

Damage = Callable[[bytes, Random], bytes]

_CARRIAGE_RETURN, _LINE_FEED = b"\r", b"\n"
_HEADER_END = re.compile(rb"(?:DL|ID)[0-9]{8}")


def _separators_become(replacement: bytes) -> Damage:
    def replace(payload: bytes, _: Random) -> bytes:
        head, body = _split(payload)
        return head + body.replace(_LINE_FEED, replacement).replace(_CARRIAGE_RETURN, replacement)

    return replace


def _line_ends_doubled(payload: bytes, _: Random) -> bytes:
    return payload.replace(_CARRIAGE_RETURN, _LINE_FEED).replace(_LINE_FEED, b"\r\n\r\n")


def _line_ends_stripped(payload: bytes, _: Random) -> bytes:
    return payload.translate(None, b"\r\n\x1e")


def _some_separators_lost(payload: bytes, random: Random) -> bytes:
    return bytes(byte for byte in payload if byte != _LINE_FEED[0] or random.random() < 0.6)


def _wrong_directory(payload: bytes, random: Random) -> bytes:
    def scramble(match: re.Match[bytes]) -> bytes:
        return match.group()[:2] + b"%08d" % random.randrange(100_000_000)

    return _HEADER_END.sub(scramble, payload)


def _record_separator_first(payload: bytes, _: Random) -> bytes:
    return payload.replace(b"\x1e", b"\x1c", 1)


def _start_lost(payload: bytes, _: Random) -> bytes:
    return payload[payload.index(b"\r") + 1 :]


def _blank_of_file_type_lost(payload: bytes, _: Random) -> bytes:
    return payload.replace(b"ANSI ", b"ANSI", 1)


def _rubbish_around(payload: bytes, random: Random) -> bytes:
    return random.randbytes(3).translate(None, b"]@") + payload + b"\r\n\x00\x00"


def _aim_identifier(payload: bytes, _: Random) -> bytes:
    return b"]L2" + payload


def _broken_off(payload: bytes, random: Random) -> bytes:
    return payload[: random.randrange(1, len(payload))]


def _digit_of_birth_lost(payload: bytes, random: Random) -> bytes:
    place = payload.index(b"DBB") + 3 + random.randrange(8)
    return payload[:place] + payload[place + 1 :]


def _birth_lost(payload: bytes, _: Random) -> bytes:
    return re.sub(rb"DBB[0-9-]+", b"", payload)


def _birth_blank(payload: bytes, _: Random) -> bytes:
    return re.sub(rb"DBB[0-9-]+", b"DBBNONE", payload)


def _a_byte_lost(payload: bytes, random: Random) -> bytes:
    place = random.randrange(len(payload))
    return payload[:place] + payload[place + 1 :]


def _a_run_lost(payload: bytes, random: Random) -> bytes:
    """A buffer that overran: it begins in the birth date, where it can do most harm."""
    start = payload.index(b"DBB") + 3 + random.randrange(8)
    return payload[:start] + payload[start + random.randrange(2, 120) :]


def _a_block_moved(payload: bytes, random: Random) -> bytes:
    start, end = sorted(random.sample(range(len(payload)), 2))
    rest = payload[:start] + payload[end:]
    place = random.randrange(len(rest) + 1)
    return rest[:place] + payload[start:end] + rest[place:]


def _letters_swapped_case(payload: bytes, _: Random) -> bytes:
    return payload.swapcase()


READABLE: Mapping[str, Damage] = {
    "none": lambda payload, _: payload,
    "separators become 0x1C": _separators_become(b"\x1c"),
    "separators become 0x1E": _separators_become(b"\x1e"),
    "separators become |": _separators_become(b"|"),
    "separators become a letter": _separators_become(b"j"),
    "separators become two letters": _separators_become(b"JM"),
    "separators become blanks": _separators_become(b" "),
    "separators lost": _separators_become(b""),
    "some separators lost": _some_separators_lost,
    "line ends doubled": _line_ends_doubled,
    "line ends stripped": _line_ends_stripped,
    "wrong offsets and lengths": _wrong_directory,
    "record separator 0x1C": _record_separator_first,
    "start lost": _start_lost,
    "blank of the file type lost": _blank_of_file_type_lost,
    "rubbish around": _rubbish_around,
    "AIM identifier": _aim_identifier,
    "caps lock": _letters_swapped_case,
}
"""Damage through which a birth date can still be read, because it leaves the elements whole."""

UNREADABLE: Mapping[str, Damage] = {
    "broken off": _broken_off,
    "a digit of the birth date lost": _digit_of_birth_lost,
    "birth date lost": _birth_lost,
    "birth date NONE": _birth_blank,
    "a byte lost": _a_byte_lost,
    "a run of bytes lost": _a_run_lost,
    "a block moved": _a_block_moved,
}
"""Damage after which a birth date may be gone. It must never read as an older person's."""


def _split(payload: bytes) -> tuple[bytes, bytes]:
    """The header with its directory, which has no separators of its own, and the subfiles."""
    places = [match.end() for match in _HEADER_END.finditer(payload)]
    return payload[: places[-1]], payload[places[-1] :]
