"""Printed paper as text and as a picture."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from simulator.escpos import Line

COLUMNS = 48
_CELL = (12, 24)
_MARGIN = 36


def as_text(lines: Sequence[Line], columns: int = COLUMNS) -> str:
    """The paper as lines of text; double-width characters take two columns."""
    shown = []
    for line in lines:
        text = "".join(
            "".join(character + " " * (run.style.width - 1) for character in run.text)
            for run in line.runs
        )
        room = max(columns - len(text), 0)
        shown.append(" " * (room * line.align // 2) + text)
    return "\n".join(text.rstrip() for text in shown) + "\n"


def save_png(lines: Sequence[Line], path: Path, columns: int = COLUMNS) -> None:
    """Draws the paper as a thermal printer would: fixed cells of 12 x 24 dots."""
    cell_width, cell_height = _CELL
    heights = [max((run.style.height for run in line.runs), default=1) for line in lines]
    size = (columns * cell_width + 2 * _MARGIN, sum(heights) * cell_height + 2 * _MARGIN)
    image = Image.new("L", size, 252)
    y = _MARGIN
    for line, height in zip(lines, heights, strict=True):
        width = sum(len(run.text) * run.style.width for run in line.runs)
        x = _MARGIN + max(columns - width, 0) * cell_width * line.align // 2
        for run in line.runs:
            for character in run.text:
                cell = _glyph(character, run.style.bold)
                scaled = cell.resize((cell_width * run.style.width, cell_height * run.style.height))
                image.paste(scaled, (x, y + (height - run.style.height) * cell_height))
                x += cell_width * run.style.width
            if run.style.underline:
                bottom = y + height * cell_height - 3
                left = x - sum(cell_width * run.style.width for _ in run.text)
                ImageDraw.Draw(image).line((left, bottom, x, bottom), fill=30, width=2)
        y += height * cell_height
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def _glyph(character: str, bold: bool) -> Image.Image:
    """One character in its cell, dark on paper."""
    cell = Image.new("L", _CELL, 252)
    draw = ImageDraw.Draw(cell)
    font = _font()
    draw.text((0, 2), character, fill=30, font=font, stroke_width=1 if bold else 0)
    return cell


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf"):
        try:
            return ImageFont.truetype(name, 19)
        except OSError:
            continue
    return ImageFont.load_default(19)
