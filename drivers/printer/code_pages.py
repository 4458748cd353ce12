"""Text in the code pages that a printer has, chosen anew for each character that needs it. Pure.

A receipt printer prints one byte with one of its tables; ``ESC t n`` selects the table. Which
tables a printer has, under which number, is in its python-escpos profile.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from escpos.capabilities import get_profile
from escpos.magicencode import Encoder

_SELECT, _SELECT_ON_STAR = b"\x1bt", b"\x1b\x1dt"
# Tables of two bytes a character, and one that is no table.
_NOT_USED = frozenset({"CP932", "Unknown"})
# Where several tables print a text, the one that printers most likely have right. Old ones lack
# the euro in ISO 8859-7, and clones have other tables than they say in the less common places.
_TRUSTED = ["CP437", "CP1252", "CP858", "CP850", "CP852", "CP1250", "CP737", "CP1253", "CP866"]
# What has no decomposition, or one that nobody would write.
_SPELT = {
    **{"€": "EUR", "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d"},
    **{"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "ð": "d", "ı": "i", "Đ": "D"},
    **{"–": "-", "—": "-", "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"'},
    **{"…": "...", "•": "*", "×": "x", "\u00a0": " ", "\u202f": " ", "™": "TM", "№": "No"},
}


class CodePages:
    """The tables of one printer."""

    def __init__(self, profile: str) -> None:
        capabilities: Any = get_profile(profile)
        # A table may stand under two numbers; the lower one is the one that all printers share.
        pages: Mapping[str, int] = {
            name: int(number)
            for number, name in sorted(
                capabilities.profile_data["codePages"].items(), key=lambda page: -int(page[0])
            )
            if name not in _NOT_USED
        }
        self._encoder = Encoder(pages)
        self._pages = sorted(pages, key=lambda name: (_trust(name), pages[name]))
        self._numbers = pages
        self._select_command = _SELECT_ON_STAR if capabilities.supports("starCommands") else _SELECT

    def encode(self, text: str) -> bytes:
        """The text with a selection of a table before each run that needs another one.

        Begins with a selection and keeps none for the next call. Control characters become
        blanks; what no table has is spelt with what they have, or becomes a question mark.
        """
        composed = unicodedata.normalize("NFC", text)
        rest = "".join(self._spelling(character) for character in composed)
        page = self._longest(rest, None)
        encoded = self._select(page)
        while rest:
            if not self._covers(page, rest[0]):
                page = self._longest(rest, page)
                encoded += self._select(page)
            run = self._run(page, rest)
            encoded += self._encoder.encode(rest[:run], page)
            rest = rest[run:]
        return encoded

    def has(self, character: str) -> bool:
        """True where some table has the character."""
        return any(self._covers(page, character) for page in self._pages)

    def _spelling(self, character: str) -> str:
        if not character.isprintable() and character not in _SPELT:
            return " "
        if self.has(character):
            return character
        spelt = _SPELT.get(character) or unicodedata.normalize("NFKD", character)
        kept = "".join(part for part in spelt if self.has(part))
        return kept or "?"

    def _longest(self, text: str, current: str | None) -> str:
        """The table that prints the most of what comes; the current one where it is as good."""
        ranked = [current, *self._pages] if current is not None else self._pages
        return max(ranked, key=lambda page: self._run(page, text))

    def _run(self, page: str, text: str) -> int:
        length = 0
        while length < len(text) and self._covers(page, text[length]):
            length += 1
        return length

    def _covers(self, page: str, character: str) -> bool:
        return bool(self._encoder.can_encode(page, character))

    def _select(self, page: str) -> bytes:
        return self._select_command + bytes((self._numbers[page],))


def _trust(name: str) -> int:
    return _TRUSTED.index(name) if name in _TRUSTED else len(_TRUSTED)
