"""A receipt as a sequence of elements, independent of any printer and of its width."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from edge_agent.api.values import Frozen


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


class Rule(Frozen):
    """A horizontal line over the full width."""

    kind: Literal["rule"] = "rule"


class Feed(Frozen):
    """Empty lines."""

    kind: Literal["feed"] = "feed"
    lines: int = Field(default=1, ge=1, le=20)


Element = Annotated[Text | Columns | Rule | Feed, Field(discriminator="kind")]


class Receipt(Frozen):
    """What a POSPrinter prints and then cuts."""

    elements: tuple[Element, ...]
