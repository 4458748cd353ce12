"""Texts with a bound: whatever a device, an exception or a plugin says fits into an event."""

from typing import Annotated

from pydantic import BeforeValidator

LONGEST_TEXT = 500
"""Characters of a free text in an event, a hold or a prompt."""
LONGEST_NAME = 200
"""Characters of a name or an id in an event."""
_CUT = " [cut]"


def fit(text: object, longest: int = LONGEST_TEXT) -> object:
    """Cut a text with a mark, and replace what cannot be written as UTF-8.

    Anything but a ``str`` is returned as it is, for the field's own validation.
    """
    if not isinstance(text, str):
        return text
    if len(text) > longest:
        text = text[: longest - len(_CUT)] + _CUT
    return text.encode("utf-8", "replace").decode("utf-8")


Text = Annotated[str, BeforeValidator(fit)]
"""A free text; a longer one is cut with a mark."""
