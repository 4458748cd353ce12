"""Our keyboard layouts against xkeyboard-config's, as libxkbcommon compiles them.

``xkb_layouts.json`` is what libxkbcommon 1.5 makes of xkb-data 2.35 for the model pc105: layout ->
key code of ``linux/input-event-codes.h`` -> character with nothing, Shift, AltGr, both.
"""

import json
from pathlib import Path

import pytest
from evdev import ecodes

from drivers.scanner.layouts import LAYOUTS

XKB = json.loads(Path(__file__).with_name("xkb_layouts.json").read_text())
DEAD = {
    "dead_circumflex": "^^",
    "dead_acute": "´´",
    "dead_grave": "``",
    "dead_diaeresis": "¨¨",
    "dead_tilde": "~~",
    "dead_cedilla": "¸¸",
}
# What Windows' layouts have in these places (CLDR keyboards, windows/*), and so what scanners type.
WINDOWS = {
    ("fr", ecodes.KEY_2, 2): "~~",
    ("fr", ecodes.KEY_7, 2): "``",
    ("es", ecodes.KEY_4, 2): "~~",
    ("es", ecodes.KEY_5, 2): "€",
    ("be", ecodes.KEY_4, 2): "{",
    ("be", ecodes.KEY_5, 2): "[",
}
LEVELS = ((False, False), (True, False), (False, True), (True, True))


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("level", range(4))
def test_every_character_stands_where_xkb_or_windows_has_it(name: str, level: int) -> None:
    shift, altgr = LEVELS[level]
    wrong = {}
    for key, characters in XKB[name].items():
        ours = LAYOUTS[name].character(int(key), shift=shift, altgr=altgr)
        theirs = WINDOWS.get((name, int(key), level), characters[level])
        if ours != DEAD.get(theirs, theirs) and (ours or level < 2):
            wrong[key] = (ours, theirs)
    assert wrong == {}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_printable_ascii_character_can_be_typed(name: str) -> None:
    layout = LAYOUTS[name]
    typed = {
        character[0]
        for level in (layout.plain, layout.shift, layout.altgr, layout.shift_altgr)
        for character in level.values()
    }
    # On Windows' Italian keyboard these two are typed with Alt and their number.
    missing = {chr(code) for code in range(33, 127)} - typed
    assert missing <= ({"`", "~"} if name == "it" else set())
