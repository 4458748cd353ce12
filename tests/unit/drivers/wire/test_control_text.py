"""Control characters as manuals write them."""

import pytest

from drivers.wire.control_text import parse_control_text


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("<CR><LF>", b"\r\n"),
        ("<stx>", b"\x02"),
        ("<SYN>T<CR>", b"\x16T\r"),
        ("<1B>p<LT>", b"\x1bp<"),
        ("é", b"\xe9"),
    ],
)
def test_names_hex_and_plain_characters(text: str, data: bytes) -> None:
    assert parse_control_text(text) == data


@pytest.mark.parametrize("text", ["<CRX>", "<", "a<b", "<XY>", "€", 13])
def test_what_cannot_be_meant_is_refused_with_what_was_written(text: object) -> None:
    with pytest.raises(ValueError, match=r"control|name|one byte"):
        parse_control_text(text)
