"""Keyboard layouts, by their XKB names: what each key of the typewriter block types.

A keyboard scanner emulates the keyboard of one country, and the same keys are other characters in
another: with the wrong layout a Z is read as a Y. The tables say what xkeyboard-config's symbols of
these names say (``tests/unit/drivers/scanner/test_layouts.py`` compares them), for the characters that
barcodes carry; where Windows' layout of the same country differs there, they say what Windows does,
because that is what scanners emulate. A doubled accent is a dead key.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evdev import ecodes

_KEYS = tuple(
    getattr(ecodes, f"KEY_{name}")
    for name in (
        "GRAVE 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL "
        "Q W E R T Y U I O P LEFTBRACE RIGHTBRACE "
        "A S D F G H J K L SEMICOLON APOSTROPHE BACKSLASH "
        "102ND Z X C V B N M COMMA DOT SLASH"
    ).split()
)
"""The typewriter block, row by row, as the tables below go."""


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """Key code -> character, for each state of Shift and AltGr; two characters for a dead key."""

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]
    shift_altgr: Mapping[int, str]

    def character(self, key: int, *, shift: bool, altgr: bool) -> str:
        """The text that a key types; empty where it types nothing."""
        levels = {
            (False, False): self.plain,
            (True, False): self.shift,
            (False, True): self.altgr,
            (True, True): self.shift_altgr,
        }
        return levels[shift, altgr].get(key, "")


def _layout(plain: str, shift: str, altgr: str = "", shift_altgr: str = "") -> KeyboardLayout:
    """``altgr`` and ``shift_altgr`` are pairs: the key's plain character, what it types then."""
    keys = {character: key for key, character in zip(_KEYS, plain.split(), strict=True)}

    def pairs(text: str) -> Mapping[int, str]:
        words = text.split()
        return {keys[key]: typed for key, typed in zip(words[::2], words[1::2], strict=True)}

    return KeyboardLayout(
        plain=dict(zip(_KEYS, plain.split(), strict=True)),
        shift=dict(zip(_KEYS, shift.split(), strict=True)),
        altgr=pairs(altgr),
        shift_altgr=pairs(shift_altgr),
    )


LAYOUTS: Mapping[str, KeyboardLayout] = {
    "us": _layout(
        r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =
        q w e r t y u i o p [ ]
        a s d f g h j k l ; ' \
        < z x c v b n m , . /
        """,
        """
        ~ ! @ # $ % ^ & * ( ) _ +
        Q W E R T Y U I O P { }
        A S D F G H J K L : " |
        > Z X C V B N M < > ?
        """,
    ),
    "gb": _layout(
        r"""
        ` 1 2 3 4 5 6 7 8 9 0 - =
        q w e r t y u i o p [ ]
        a s d f g h j k l ; ' #
        \ z x c v b n m , . /
        """,
        """
        ¬ ! " £ $ % ^ & * ( ) _ +
        Q W E R T Y U I O P { }
        A S D F G H J K L : @ ~
        | Z X C V B N M < > ?
        """,
        altgr="` |  2 ²  3 ³  4 €  7 {  8 [  9 ]  0 }  - \\  q @  e e  \\ |",
    ),
    "de": _layout(
        """
        ^^ 1 2 3 4 5 6 7 8 9 0 ß ´´
        q w e r t z u i o p ü +
        a s d f g h j k l ö ä #
        < y x c v b n m , . -
        """,
        """
        ° ! " § $ % & / ( ) = ? ``
        Q W E R T Z U I O P Ü *
        A S D F G H J K L Ö Ä '
        > Y X C V B N M ; : _
        """,
        altgr="2 ²  3 ³  7 {  8 [  9 ]  0 }  ß \\  q @  e €  + ~  < |  m µ",
    ),
    "fr": _layout(
        """
        ² & é " ' ( - è _ ç à ) =
        a z e r t y u i o p ^^ $
        q s d f g h j k l m ù *
        < w x c v b n , ; : !
        """,
        """
        ~ 1 2 3 4 5 6 7 8 9 0 ° +
        A Z E R T Y U I O P ¨¨ £
        Q S D F G H J K L M % µ
        > W X C V B N ? . / §
        """,
        altgr="é ~~  \" #  ' {  ( [  - |  è ``  _ \\  ç ^  à @  ) ]  = }  e €  q @  m µ  < |",
    ),
    "es": _layout(
        """
        º 1 2 3 4 5 6 7 8 9 0 ' ¡
        q w e r t y u i o p `` +
        a s d f g h j k l ñ ´´ ç
        < z x c v b n m , . -
        """,
        """
        ª ! " · $ % & / ( ) = ? ¿
        Q W E R T Y U I O P ^^ *
        A S D F G H J K L Ñ ¨¨ Ç
        > Z X C V B N M ; : _
        """,
        altgr="º \\  1 |  2 @  3 #  4 ~~  5 €  7 {  8 [  9 ]  0 }  ' \\  q @  e €  `` [  + ]  ´´ {  ç }  < |  m µ",
    ),
    "it": _layout(
        r"""
        \ 1 2 3 4 5 6 7 8 9 0 ' ì
        q w e r t y u i o p è +
        a s d f g h j k l ò à ù
        < z x c v b n m , . -
        """,
        """
        | ! " £ $ % & / ( ) = ? ^
        Q W E R T Y U I O P é *
        A S D F G H J K L ç ° §
        > Z X C V B N M ; : _
        """,
        altgr="2 ²  3 ³  7 {  8 [  9 ]  0 }  ' `  ì ~  q @  e €  è [  + ]  ò @  à #  m µ",
        shift_altgr="è {  + }",
    ),
    "ch": _layout(
        """
        § 1 2 3 4 5 6 7 8 9 0 ' ^^
        q w e r t z u i o p ü ¨¨
        a s d f g h j k l ö ä $
        < y x c v b n m , . -
        """,
        """
        ° + " * ç % & / ( ) = ? ``
        Q W E R T Z U I O P è !
        A S D F G H J K L é à £
        > Y X C V B N M ; : _
        """,
        altgr="1 |  2 @  3 #  7 |  9 ]  0 }  ' ´´  ^^ ~~  q @  e €  ü [  ¨¨ ]  ä {  $ }  < \\  m µ",
    ),
    "ch(fr)": _layout(
        """
        § 1 2 3 4 5 6 7 8 9 0 ' ^^
        q w e r t z u i o p è ¨¨
        a s d f g h j k l é à $
        < y x c v b n m , . -
        """,
        """
        ° + " * ç % & / ( ) = ? ``
        Q W E R T Z U I O P ü !
        A S D F G H J K L ö ä £
        > Y X C V B N M ; : _
        """,
        altgr="1 |  2 @  3 #  7 |  9 ]  0 }  ' ´´  ^^ ~~  q @  e €  è [  ¨¨ ]  à {  $ }  < \\  m µ",
    ),
    "be": _layout(
        """
        ² & é " ' ( § è ! ç à ) -
        a z e r t y u i o p ^^ $
        q s d f g h j k l m ù µ
        < w x c v b n , ; : =
        """,
        """
        ³ 1 2 3 4 5 6 7 8 9 0 ° _
        A Z E R T Y U I O P ¨¨ *
        Q S D F G H J K L M % £
        > W X C V B N ? . / +
        """,
        altgr="& |  é @  \" #  ' {  ( [  § ^  è {  ! [  ç {  à }  ) \\  a @  e €  ^^ [  $ ]  ù ´´  µ ``  < \\  = ~~",
    ),
}
