"""A receipt's bytes, read back by the simulator's own reader of ESC/POS."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.printer.encoder import ReceiptEncoder, columns, table
from drivers.printer.options import Drawer
from edge_agent.api.receipt import (
    NO_BREAK,
    Align,
    Barcode,
    Columns,
    Feed,
    Picture,
    QrCode,
    Receipt,
    Rule,
    Text,
)
from simulator import escpos_items
from simulator.escpos import EscPosReader
from simulator.escpos_items import AutomaticStatus, Cut, Item, Line, Pulse, Raster


def printed(receipt: Receipt, profile: str = "default") -> list[Item]:
    data = b"".join(ReceiptEncoder(profile, 32).receipt(receipt))
    items = EscPosReader().feed(data)
    return [item for item in items if not isinstance(item, AutomaticStatus)]


def marks(receipt: Receipt, profile: str = "default") -> list[Item]:
    """All but empty lines."""
    items = printed(receipt, profile)
    return [item for item in items if not isinstance(item, Line) or item.text]


def test_a_receipt_is_read_back_with_its_styles() -> None:
    items = printed(
        Receipt(
            elements=(
                Text(text="Shop", align=Align.CENTER, bold=True, large=True),
                Columns(left="Milk", right="1.07"),
                Rule(),
                Feed(lines=2),
                Text(text="Bye", align=Align.RIGHT),
            )
        )
    )
    lines = [item for item in items if isinstance(item, Line)]
    assert (lines[0].text, lines[0].align) == ("Shop", 1)
    style = lines[0].runs[0].style
    assert (style.bold, style.width, style.height) == (True, 2, 2)
    assert lines[1].text == "Milk" + " " * 24 + "1.07"
    assert lines[2].text == "-" * 32
    assert [line.text for line in lines[3:5]] == ["", ""]
    assert (lines[5].text, lines[5].align, lines[5].runs[0].style.bold) == ("Bye", 2, False)
    assert isinstance(items[-1], Cut)


@pytest.mark.parametrize("text", ["Märkte 5 €", "Straße", "Łódź zł", "Ωμέγα ω", "Crème brûlée"])
def test_names_and_the_euro_come_out(text: str) -> None:
    lines = [
        item for item in printed(Receipt(elements=(Text(text=text),))) if isinstance(item, Line)
    ]
    assert lines[0].text == text


def test_the_drawer_pulse_names_its_pin_and_times() -> None:
    (pin2,) = EscPosReader().feed(Drawer().pulse)
    (pin5,) = EscPosReader().feed(Drawer(pin=5, on_ms=200).pulse)
    assert (pin2, pin5) == (Pulse(0, 100), Pulse(1, 200))


@given(st.text("ab c", max_size=80), st.integers(0, 99_999), st.integers(24, 64))
def test_columns_never_exceed_the_width(left: str, right: int, width: int) -> None:
    shown = columns(left, str(right), width)
    assert all(len(line) <= width for line in shown)
    assert shown[-1].endswith(str(right))
    assert len(shown[-1]) == width


TAXES = (("Tax", "Net", "Tax", "Gross"), ("A 19%", "100.00", "19.00", "119.00"))


def test_words_that_belong_together_stay_on_one_line() -> None:
    left = f"Store{NO_BREAK}0042  Lane{NO_BREAK}3"
    above, line, *_ = printed(Receipt(elements=(Columns(left=left, right="Served by Anna"),)))
    assert isinstance(above, Line)
    assert isinstance(line, Line)
    assert above.text == "Store 0042"
    assert line.text == "Lane 3" + " " * 12 + "Served by Anna"


def test_a_table_keeps_its_columns_and_breaks_where_paper_is_narrow() -> None:
    assert table(TAXES, 32) == [
        "Tax" + "Net    Tax   Gross".rjust(29),
        "A 19%" + "100.00  19.00  119.00".rjust(27),
    ]
    assert table(TAXES, 24) == [
        "Tax",
        "Net    Tax   Gross".rjust(24),
        "A 19%",
        "100.00  19.00  119.00".rjust(24),
    ]


def test_codes_and_pictures_are_read_back() -> None:
    black = io.BytesIO()
    Image.new("1", (16, 4)).save(black, "PNG")
    receipt = Receipt(
        elements=(
            Picture(png=black.getvalue()),
            Barcode(text="0042-{3}"),
            QrCode(text="https://example.com/42"),
        )
    )
    picture, barcode, qr, cut = marks(receipt)
    assert isinstance(picture, Raster)
    assert (picture.width, picture.rows, picture.align) == (16, (b"\xff\xff",) * 4, 1)
    assert barcode == escpos_items.Barcode(73, "{B0042-{{3}", 60, 2, text_below=True, align=1)
    assert qr == escpos_items.QrCode("https://example.com/42", 6, 1)
    assert cut == Cut()


def test_a_printer_without_barcodes_and_cutter_prints_text_and_a_picture_and_feeds() -> None:
    receipt = Receipt(elements=(Barcode(text="0042-3"), QrCode(text="42")))
    items = printed(receipt, "POS-5890")
    text, picture = marks(receipt, "POS-5890")
    assert isinstance(text, Line)
    assert text.text == "0042-3"
    assert isinstance(picture, Raster)
    assert [item.text for item in items[-5:] if isinstance(item, Line)] == [""] * 5


def test_what_is_no_picture_is_left_out() -> None:
    assert marks(Receipt(elements=(Picture(png=b"no"),))) == [Cut()]


def test_a_picture_too_large_to_be_unpacked_is_left_out() -> None:
    png = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(png, "PNG")
    assert marks(Receipt(elements=(Picture(png=png.getvalue()),))) == [Cut()]


def test_what_is_transparent_in_a_picture_stays_white() -> None:
    png = io.BytesIO()
    drawing = Image.new("RGBA", (16, 1), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (8, 0, 16, 1))
    drawing.save(png, "PNG")
    picture, _ = marks(Receipt(elements=(Picture(png=png.getvalue()),)))
    assert isinstance(picture, Raster)
    assert picture.rows == (b"\x00\xff",)


def test_no_picture_holds_a_command_that_the_printer_would_obey_at_once() -> None:
    dots = Image.new("1", (16, 2), 1)
    for x in (3, 13):
        dots.putpixel((x, 0), 0)
    png = io.BytesIO()
    dots.save(png, "PNG")
    receipt = Receipt(elements=(Picture(png=png.getvalue()),))
    data = b"".join(ReceiptEncoder("default", 32).receipt(receipt))
    assert b"\x10\x04" not in data
    assert b"\x11\x04" in data


@given(st.text(max_size=40))
def test_no_text_reaches_the_printer_as_a_command(text: str) -> None:
    items = printed(Receipt(elements=(Text(text=text),)))
    assert {type(item) for item in items} == {Line, Cut}


def test_a_tall_picture_is_sent_in_bands_that_are_commands_of_their_own() -> None:
    png = io.BytesIO()
    Image.new("1", (16, 100)).save(png, "PNG")
    receipt = Receipt(elements=(Picture(png=png.getvalue()),))
    bands = [item for item in printed(receipt) if isinstance(item, Raster)]
    assert [len(band.rows) for band in bands] == [48, 48, 4]


def test_every_piece_of_a_receipt_ends_between_commands() -> None:
    receipt = Receipt(
        elements=(Text(text="€ ł " * 30), Barcode(text="1"), QrCode(text="1"), Rule())
    )
    reader = EscPosReader()
    for piece in ReceiptEncoder("default", 32).receipt(receipt):
        list(reader.feed(piece))
        assert not reader._pending
