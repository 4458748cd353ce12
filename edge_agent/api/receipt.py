"""A receipt as a sequence of elements, independent of any printer and of its width."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from edge_agent.api.values import Frozen

NO_BREAK = "\N{NO-BREAK SPACE}"
"""Between words of a text that stay on one line; it is printed as a space."""


class Align(StrEnum):
    """Horizontal placement of a text line."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Text(Frozen):
    """One line of text; a printer wraps it at its own width."""

    kind: Literal["text"] = "text"
    text: str
    align: Align = Align.LEFT
    bold: bool = False
    large: bool = False


class Columns(Frozen):
    """A line with a left part that may wrap and a right part that never does."""

    kind: Literal["columns"] = "columns"
    left: str
    right: str
    bold: bool = False


class Table(Frozen):
    """Rows of as many cells as the first has: one cell left, the others at the right edge.

    On narrow paper the first cell takes a line of its own.
    """

    kind: Literal["table"] = "table"
    rows: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]


class Rule(Frozen):
    """A horizontal line over the full width."""

    kind: Literal["rule"] = "rule"


class Feed(Frozen):
    """Empty lines."""

    kind: Literal["feed"] = "feed"
    lines: int = Field(default=1, ge=1, le=20)


class Barcode(Frozen):
    """A Code 128 with its text below; a printer that has none prints the text."""

    kind: Literal["barcode"] = "barcode"
    text: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,40}$")]


class QrCode(Frozen):
    """A QR code, error correction level M."""

    kind: Literal["qr"] = "qr"
    text: Annotated[str, Field(min_length=1, max_length=300)]


class Picture(Frozen):
    """A black and white picture, centred; wider ones are made to fit."""

    kind: Literal["picture"] = "picture"
    png: bytes


Element = Annotated[
    Text | Columns | Table | Rule | Feed | Barcode | QrCode | Picture, Field(discriminator="kind")
]


class Receipt(Frozen):
    """A receipt, which a POSPrinter prints and then cuts."""

    elements: tuple[Element, ...]
