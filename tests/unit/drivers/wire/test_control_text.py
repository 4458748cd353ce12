"""Control characters as manuals write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire.control_text import as_control_text, parse_control_text


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


@given(st.binary())
def test_what_is_written_is_read_back(data: bytes) -> None:
    assert parse_control_text(as_control_text(data)) == data


@pytest.mark.parametrize("text", ["<CRX>", "<", "a<b", "<XY>", "€", 13])
def test_what_cannot_be_meant_is_refused_with_what_was_written(text: object) -> None:
    with pytest.raises(ValueError, match=r"control|name|one byte"):
        parse_control_text(text)
