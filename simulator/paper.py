"""Printed paper as text and as a picture."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import barcode
import qrcode
from PIL import Image, ImageDraw, ImageFont

from simulator.escpos_items import Barcode, Line, Mark, QrCode, Raster

COLUMNS = 48
_CELL = ((12, 24), (9, 17))
_MARGIN = 36
_PAPER, _INK = 252, 30
_QUIET = 10


def as_text(marks: Sequence[Mark], columns: int = COLUMNS) -> str:
    """The paper as lines of text; double-width characters take two columns."""
    return "\n".join(_text(mark, columns).rstrip() for mark in marks) + "\n"


def _text(mark: Mark, columns: int) -> str:
    match mark:
        case Line(runs=runs, align=align):
            text = "".join(
                character + " " * (run.style.width - 1) for run in runs for character in run.text
            )
            return " " * (max(columns - len(text), 0) * align // 2) + text
        case Raster(width=width, rows=rows):
            return f"[picture {width} x {len(rows)}]"
        case Barcode(data=data):
            return f"[barcode {data}]"
        case QrCode(data=data):
            return f"[QR code {data}]"


def save_png(marks: Sequence[Mark], path: Path, columns: int = COLUMNS) -> None:
    """Saves the picture of :func:`draw`."""
    draw(marks, columns).save(path)


def draw(marks: Sequence[Mark], columns: int = COLUMNS) -> Image.Image:
    """The paper as a thermal printer makes it, with its dots at their size."""
    width = columns * _CELL[0][0]
    pieces = [(_draw(mark), mark.align) for mark in marks]
    height = sum(piece.height for piece, _ in pieces)
    image = Image.new("L", (width + 2 * _MARGIN, height + 2 * _MARGIN), _PAPER)
    y = _MARGIN
    for piece, align in pieces:
        image.paste(piece, (_MARGIN + max(width - piece.width, 0) * align // 2, y))
        y += piece.height
    return image


def _draw(mark: Mark) -> Image.Image:
    match mark:
        case Line():
            return _line(mark)
        case Raster():
            return _raster(mark)
        case Barcode():
            return _barcode(mark)
        case QrCode():
            return _qr(mark)


def _line(line: Line) -> Image.Image:
    cells = [(character, run.style) for run in line.runs for character in run.text]
    sizes = [
        (_CELL[style.font % 2][0] * style.width, _CELL[style.font % 2][1] * style.height)
        for _, style in cells
    ]
    height = max((size[1] for size in sizes), default=_CELL[0][1])
    image = Image.new("L", (max(sum(size[0] for size in sizes), 1), height), _PAPER)
    x = 0
    for (character, style), size in zip(cells, sizes, strict=True):
        glyph = _glyph(character, style.bold, style.font % 2).resize(size)
        image.paste(glyph, (x, height - size[1]))
        if style.underline:
            ImageDraw.Draw(image).line((x, height - 3, x + size[0], height - 3), _INK, 2)
        x += size[0]
    return image


def _raster(raster: Raster) -> Image.Image:
    data = b"".join(row.ljust(raster.width // 8, b"\0") for row in raster.rows)
    dots = Image.frombytes("1", (raster.width, len(raster.rows)), data)
    return dots.convert("L").point(lambda dot: _INK if dot else _PAPER)


def _barcode(code: Barcode) -> Image.Image:
    if code.system != 73:
        return _line_of(f"[{code.data}]")
    text = code.data.removeprefix("{B").replace("{{", "{")
    bars = barcode.Code128(text).build()[0]
    below = _line_of(text) if code.text_below else None
    width = (len(bars) + 2 * _QUIET) * code.module
    height = code.height + (below.height if below is not None else 0)
    image = Image.new("L", (max(width, below.width if below else 0), height), _PAPER)
    draw = ImageDraw.Draw(image)
    for place, bar in enumerate(bars):
        if bar == "1":
            left = (place + _QUIET) * code.module
            draw.rectangle((left, 0, left + code.module - 1, code.height - 1), fill=_INK)
    if below is not None:
        image.paste(below, ((image.width - below.width) // 2, code.height))
    return image


def _qr(code: QrCode) -> Image.Image:
    made = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    made.add_data(code.data)
    made.make()
    matrix = made.get_matrix()
    image = Image.new("L", (len(matrix), len(matrix)), _PAPER)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x, y), _INK)
    return image.resize(
        (len(matrix) * code.module, len(matrix) * code.module), Image.Resampling.BOX
    )


def _line_of(text: str) -> Image.Image:
    image = Image.new("L", (len(text) * _CELL[0][0], _CELL[0][1]), _PAPER)
    for place, character in enumerate(text):
        image.paste(_glyph(character, False, 0), (place * _CELL[0][0], 0))
    return image


@lru_cache(maxsize=1024)
def _glyph(character: str, bold: bool, font: int) -> Image.Image:
    """One character in its cell, dark on paper."""
    size = _CELL[font]
    cell = Image.new("L", size, _PAPER)
    ImageDraw.Draw(cell).text(
        (0, 2), character, fill=_INK, font=_font(size[1] - 5), stroke_width=1 if bold else 0
    )
    return cell


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
