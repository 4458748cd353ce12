"""Texts with a bound: whatever a device, an exception or a plugin says fits into an event."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

LONGEST_TEXT = 500
"""Characters of a free text in an event, a hold or a prompt."""
LONGEST_NAME = 200
"""Characters of a name or an id in an event."""
_CUT = " [cut]"
_ACTING = frozenset({"Cc", "Zl", "Zp", "Cs"})
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def fit(text: str, longest: int = LONGEST_TEXT) -> str:
    """Cut a text with a mark, and replace what cannot be written as UTF-8."""
    if len(text) > longest:
        text = text[: longest - len(_CUT)] + _CUT
    return text.encode("utf-8", "replace").decode("utf-8")


def fit_if_text(value: object, longest: int = LONGEST_TEXT) -> object:
    """``fit`` of a ``str``; anything else is returned as it is, for whoever looks at its type."""
    return fit(value, longest) if isinstance(value, str) else value


def described(error: BaseException) -> str:
    """``Type: message`` of an exception, bounded; what cannot show itself is named by its type."""
    name = type(error).__name__
    try:
        words = str(error)
    # A message that is made by code of somebody else's may raise anything.
    except Exception:
        return name
    return fit(f"{name}: {words}" if words else name)


def visible(text: str) -> str:
    """The text with a replacement character for whatever would act on a terminal.

    That is control characters (C0, C1, DEL) but line feeds, bidirectional overrides, line and
    paragraph separators, and lone surrogates.
    """
    return "".join(
        "\ufffd" if _acts(character) and character != "\n" else character for character in text
    )


def first_acting(text: str) -> str | None:
    """The name or number of the first character that acts on a terminal, line feeds too."""
    for character in text:
        if _acts(character):
            return unicodedata.name(character, f"U+{ord(character):04X}")
    return None


def _acts(character: str) -> bool:
    return unicodedata.category(character) in _ACTING or character in _BIDIRECTIONAL


Text = Annotated[str, BeforeValidator(fit_if_text)]
"""A free text; a longer one is cut with a mark."""
