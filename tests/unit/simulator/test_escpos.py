"""The simulator's printer head, against bytes from the Epson reference."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from simulator.escpos import EscPosReader
from simulator.escpos_items import Cut, Item, Line, Pulse, StatusRequest, UnknownCommand
from simulator.paper import as_text, save_png


def read(*pieces: bytes) -> list[Item]:
    reader = EscPosReader()
    return [item for piece in pieces for item in reader.feed(piece)]


STREAM = (
    b"\x1b@\x1ba\x01\x1bE\x01\x1d!\x11Hi\n\x1d!\x00\x1bE\x00\x1ba\x00"
    b"\x1bt\x13caf\x82 \xd5\n\x1bp\x00\x19\x19\x10\x04\x01\x1dr\x01\x1dV\x42\x03"
)


def test_a_stream_by_the_book() -> None:
    _, title, text, pulse, dle_eot, gs_r, cut = read(STREAM)
    assert isinstance(title, Line)
    assert (title.text, title.align) == ("Hi", 1)
    assert (title.runs[0].style.bold, title.runs[0].style.width) == (True, 2)
    assert isinstance(text, Line)
    assert text.text == "café €"
    assert pulse == Pulse(0, 50)
    assert (dle_eot, gs_r) == (StatusRequest(1, real_time=True), StatusRequest(1, real_time=False))
    assert cut == Cut()


def test_byte_by_byte_is_the_same_as_whole() -> None:
    assert read(*(bytes((byte,)) for byte in STREAM)) == read(STREAM)


def test_an_unknown_command_is_kept_for_the_test_to_see() -> None:
    assert read(b"\x1b\x99x\n")[0] == UnknownCommand(b"\x1b\x99")


@given(st.binary(max_size=300))
def test_no_garbage_raises(data: bytes) -> None:
    read(data)


def test_paper_as_text_and_as_a_picture(tmp_path: Path) -> None:
    lines = [item for item in read(STREAM) if isinstance(item, Line)]
    assert as_text(lines, 20) == "        H i\ncafé €\n"
    save_png(lines, tmp_path / "r.png", 20)
    with Image.open(tmp_path / "r.png") as image:
        assert image.width == 20 * 12 + 72
        assert image.getextrema()[0] < 60  # type: ignore[operator]
