"""The shop's own receipt: which blocks in which order, in which language, with which texts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from edge_agent.api.receipt import Align
from edge_agent.api.values import Frozen
from edge_agent.lane.receipt_words import LANGUAGES, Words


class Block(StrEnum):
    """Parts of a receipt."""

    LOGO = "logo"
    STORE = "store"
    SALE = "sale"
    LINES = "lines"
    TOTAL = "total"
    TENDER = "tender"
    TAXES = "taxes"
    AGE = "age"
    CUSTOMER = "customer"
    THANKS = "thanks"
    RETURN_POLICY = "return_policy"
    CODE = "code"
    JOURNAL = "journal"
    RULE = "rule"
    SPACE = "space"


MUST_BE_THERE = (Block.LINES, Block.TOTAL, Block.TENDER, Block.TAXES)
ON_A_GIFT_RECEIPT = frozenset(Block) - {
    Block.TOTAL,
    Block.TENDER,
    Block.TAXES,
    Block.CUSTOMER,
    Block.AGE,
}
"""Nothing that tells what was paid, or by whom."""
PLACEHOLDERS = ("sale", "store", "lane", "operator", "date")


def _only(placeholders: Sequence[str], text: str) -> None:
    """Raises ``ValueError`` where a text has other placeholders, or asks for a format."""
    try:
        fields = [field for field in Formatter().parse(text) if field[1] is not None]
    except ValueError as error:
        raise ValueError(f"{error}; write {{{{ for a brace") from None
    known = ", ".join(f"{{{name}}}" for name in placeholders)
    for _, name, layout, conversion in fields:
        if name not in placeholders:
            raise ValueError(f"{{{name}}} is no placeholder; known are {known}")
        if layout or conversion:
            raise ValueError(f"{{{name}}} takes no format; write it as one of {known}")


class TextBlock(Frozen):
    """A line of the shop's own; may hold ``{sale} {store} {lane} {operator} {date}``."""

    text: Annotated[str, Field(max_length=400)]
    align: Align = Align.LEFT
    bold: bool = False
    large: bool = False

    @field_validator("text")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        _only(PLACEHOLDERS, text)
        return text


_DEFAULT = (
    Block.LOGO,
    Block.STORE,
    Block.SPACE,
    Block.SALE,
    Block.RULE,
    Block.LINES,
    Block.RULE,
    Block.TOTAL,
    Block.TENDER,
    Block.SPACE,
    Block.TAXES,
    Block.AGE,
    Block.CUSTOMER,
    Block.SPACE,
    Block.RETURN_POLICY,
    Block.THANKS,
    Block.SPACE,
    Block.CODE,
    Block.JOURNAL,
)


class ReceiptTemplate(Frozen):
    """``store_lines``: the store as its customers know it; the first line is its name.

    ``words`` replaces single words of the language. ``code``: how the sale's number is printed for
    a return. COPY and the mark of a gift receipt are always there, whatever the blocks are.
    """

    language: str = "en"
    store_lines: Annotated[tuple[str, ...], Field(min_length=1)] = ("Our store",)
    return_policy: Annotated[str, Field(max_length=1000)] = ""
    code: Literal["barcode", "qr"] = "barcode"
    words: dict[str, str] = {}
    blocks: tuple[Block | TextBlock, ...] = _DEFAULT

    @field_validator("language")
    @classmethod
    def _known_language(cls, language: str) -> str:
        if language not in LANGUAGES:
            raise ValueError(f"{language!r} is not known; known are {', '.join(LANGUAGES)}")
        return language

    @field_validator("words")
    @classmethod
    def _known_words(cls, words: dict[str, str]) -> dict[str, str]:
        known = sorted(set(Words.model_fields) - {"decimal_comma", "date"})
        for name in words:
            if name not in known:
                raise ValueError(f"{name!r} is no word of a receipt; known are {', '.join(known)}")
        _only(("years",), words.get("age", ""))
        return words

    @model_validator(mode="after")
    def _tells_what_was_paid(self) -> Self:
        missing = [block for block in MUST_BE_THERE if block not in self.blocks]
        if missing:
            raise ValueError(f"blocks: a receipt must have {', '.join(missing)}")
        return self

    @property
    def vocabulary(self) -> Words:
        """The language's words with the shop's own."""
        return LANGUAGES[self.language].model_copy(update=self.words)


@dataclass(frozen=True, slots=True)
class ReceiptContext:
    """The template, the shop's logo as PNG, and the time zone of the printed time."""

    template: ReceiptTemplate = field(default_factory=ReceiptTemplate)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    logo: bytes | None = field(default=None, repr=False)
