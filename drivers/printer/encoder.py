"""A receipt as ESC/POS bytes, by python-escpos and its printer profiles."""

import io
import textwrap
from collections.abc import Callable

from escpos.image import EscposImage
from escpos.printer import Dummy
from PIL import Image, UnidentifiedImageError

from drivers.printer.code_pages import CodePages
from edge_agent.api.receipt import (
    NO_BREAK,
    Align,
    Barcode,
    Columns,
    Element,
    Feed,
    Picture,
    QrCode,
    Receipt,
    Rule,
    Table,
    Text,
)

_CELL_GAP = 2
_TALLEST_PICTURE = 400
# Rows of a picture that are sent as one command: three seconds at 9600 baud.
_BAND = 48
_FEED_BEFORE_TEARING = b"\x1bd\x05"
# 60 dots high, 2 wide, the text below (GS h, GS w, GS H); GS k 73 n; GS v 0, normal size.
_BARCODE_STYLE = b"\x1dh\x3c\x1dw\x02\x1dH\x02"
_OTHER_MODULES = 11 + 11 + 13 + 20  # start, check, stop, quiet zones (ISO/IEC 15417)
_CODE_128 = b"\x1dkI"
_RASTER = b"\x1dv0\0"
# A real-time command within a picture's bytes is obeyed by the printer all the same (Epson's
# reference, "Notes" of DLE EOT, DLE ENQ and DLE DC4). One dot more keeps it from being one.
_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


class ReceiptEncoder:
    """Encodes for one printer: its profile (code pages, commands) and its width in characters."""

    def __init__(self, profile: str, columns: int | None) -> None:
        """
        Args:
            columns: characters of font A in a line; None for what the profile says.
        """
        self._dummy = Dummy(profile=profile)
        self._profile = self._dummy.profile
        self._columns = columns or int(self._profile.get_columns("a"))
        self._code_pages = CodePages(profile)

    def receipt(self, receipt: Receipt) -> list[bytes]:
        """The whole receipt from initialisation to cut, in pieces that end between commands.

        Between two pieces a question may be put to the printer; within one it would become a part
        of a command.
        """
        parts = [self._command(lambda printer: printer.hw("INIT"))]
        parts += [piece for element in receipt.elements for piece in self._element(element)]
        if self._profile.supports("paperFullCut") or self._profile.supports("paperPartCut"):
            parts.append(self._command(lambda printer: printer.cut()))
        else:
            parts.append(_FEED_BEFORE_TEARING)
        return parts

    def _element(self, element: Element) -> list[bytes]:
        match element:
            case Text(text=text, align=align, bold=bold, large=large):
                width = self._columns // 2 if large else self._columns
                lines = textwrap.wrap(text, width) or [""]
                return self._lines(lines, align, bold=bold, large=large)
            case Columns(left=left, right=right, bold=bold):
                return self._lines(columns(left, right, self._columns), bold=bold)
            case Table(rows=rows):
                return self._lines(table(rows, self._columns))
            case Rule():
                return self._lines(["-" * self._columns])
            case Feed(lines=lines):
                return [b"\n" * lines]
            case Barcode(text=text):
                return self._barcode(text)
            case QrCode(text=text):
                native = self._profile.supports("qrCode")
                return [
                    self._centred(
                        self._command(lambda printer: printer.qr(text, ec=1, size=6, native=native))
                    )
                ]
            case Picture(png=png):
                return self._picture(png)

    def _lines(
        self,
        lines: list[str],
        align: Align = Align.LEFT,
        *,
        bold: bool = False,
        large: bool = False,
    ) -> list[bytes]:
        style = self._command(
            lambda printer: printer.set(
                align=align.value,
                bold=bold,
                normal_textsize=not large,
                double_width=large,
                double_height=large,
            )
        )
        spaced = (line.replace(NO_BREAK, " ") for line in lines)
        return [style + self._code_pages.encode(line) + b"\n" for line in spaced]

    def _barcode(self, text: str) -> list[bytes]:
        if not self._profile.supports("barcodeB"):
            return self._lines([text], Align.CENTER)
        if (11 * len(text) + _OTHER_MODULES) * 2 > self._dots():
            # Too long for narrow paper, where it would not be printed at all.
            return self._element(QrCode(text=text)) + self._lines([text], Align.CENTER)
        data = b"{B" + text.replace("{", "{{").encode("ascii")
        return [self._centred(_BARCODE_STYLE + _CODE_128 + bytes((len(data),)) + data)]

    def _picture(self, png: bytes) -> list[bytes]:
        try:
            with Image.open(io.BytesIO(png)) as opened:
                drawing = opened.convert("RGBA")
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError):
            return []
        # What is transparent is the paper.
        picture = Image.new("RGBA", drawing.size, "white")
        picture.alpha_composite(drawing)
        picture = picture.convert("L")
        widest = self._dots()
        picture.thumbnail((widest, _TALLEST_PICTURE))
        raster = EscposImage(picture)
        dots = raster.to_raster_format()
        for sequence in _REAL_TIME:
            dots = dots.replace(sequence, bytes((sequence[0] | 1, sequence[1])))
        wide = raster.width_bytes
        bands = []
        for start in range(0, len(dots), wide * _BAND):
            band = dots[start : start + wide * _BAND]
            size = wide.to_bytes(2, "little") + (len(band) // wide).to_bytes(2, "little")
            bands.append(self._centred(_RASTER + size + band))
        return bands

    def _dots(self) -> int:
        pixels = self._profile.profile_data.get("media", {}).get("width", {}).get("pixels")
        return pixels if isinstance(pixels, int) else self._columns * 12

    def _centred(self, drawing: bytes) -> bytes:
        center = self._command(lambda printer: printer.set(align="center", normal_textsize=True))
        return center + drawing + self._command(lambda printer: printer.set(align="left"))

    def _command(self, call: Callable[[Dummy], None]) -> bytes:
        self._dummy.clear()
        call(self._dummy)
        return bytes(self._dummy.output)


def columns(left: str, right: str, width: int) -> list[str]:
    """Sets ``right`` at the right edge of the last line; ``left`` wraps in what remains."""
    room = max(width - len(right) - 1, 8)
    *above, last = textwrap.wrap(left, room) or [""]
    return [*above, last.ljust(width - len(right)) + right]


def table(rows: tuple[tuple[str, ...], ...], width: int) -> list[str]:
    """Sets the cells below each other; the first takes its own line where the paper is narrow."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    cells = sum(widths[1:]) + _CELL_GAP * (len(widths) - 1)
    lines = []
    for first, *others in rows:
        right = (" " * _CELL_GAP).join(
            cell.rjust(size) for cell, size in zip(others, widths[1:], strict=True)
        )
        if widths[0] + _CELL_GAP + cells <= width:
            lines += columns(first, right, width)
        else:
            lines += [line for line in (first, right.rjust(width)) if line.strip()]
    return lines
