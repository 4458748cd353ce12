"""From keys to characters: every layout, and the three ways around it."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from evdev import ecodes
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.keystrokes import (
    EventDecoder,
    EventsLost,
    KeyEvent,
    KeystrokeDecoder,
)
from drivers.scanner.layouts import LAYOUTS
from simulator.keyboard_scanner import as_bytes, keystrokes

XKB = json.loads(Path(__file__).with_name("xkb_layouts.json").read_text())
SHIFT, ALTGR, CTRL, ALT = (
    ecodes.KEY_LEFTSHIFT,
    ecodes.KEY_RIGHTALT,
    ecodes.KEY_LEFTCTRL,
    ecodes.KEY_LEFTALT,
)
ENTER = ecodes.KEY_ENTER
STALE_S = 0.5


def chord(*keys: int) -> list[KeyEvent]:
    """Presses keys one after the other and lets them go in reverse."""
    down = [KeyEvent(0, ecodes.EV_KEY, key, 1) for key in keys]
    up = [KeyEvent(0, ecodes.EV_KEY, key, 0) for key in reversed(keys)]
    return [*down, KeyEvent(0, ecodes.EV_SYN, ecodes.SYN_REPORT, 0), *up]


def typed(layout: str, *events: Iterable[KeyEvent]) -> str:
    decoder = KeystrokeDecoder(LAYOUTS[layout], STALE_S)
    return "".join(str(item) for chunk in events for item in decoder.feed(chunk))


def keys_for(layout: str, character: str) -> list[KeyEvent]:
    """How XKB has a character typed."""
    modifiers = ((), (SHIFT,), (ALTGR,), (SHIFT, ALTGR))
    for level in range(4):
        for key, characters in XKB[layout].items():
            if characters[level] == character:
                return chord(*modifiers[level], int(key))
    raise AssertionError(f"{layout} has no {character}")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_digits_letters_and_signs_of_codes_are_read_in_every_layout(layout: str) -> None:
    text = "0123456789ABCXYZabcxyz-._/+:;(),%*"
    events = [event for character in text for event in keys_for(layout, character)]
    assert typed(layout, events) == text


def test_with_the_wrong_layout_y_and_z_change_places() -> None:
    events = [event for character in "XYZ-1" for event in keys_for("de", character)]
    assert typed("de", events) == "XYZ-1"
    assert typed("us", events) == "XZY/1"


@given(st.text(st.characters(codec="latin-1").filter(lambda c: c not in "\n\x80")))
def test_what_has_no_key_is_typed_with_alt_and_its_number(text: str) -> None:
    codable = "".join(c for c in text if c.isascii() or ord(c) >= 0xA0)
    events = EventDecoder().feed(as_bytes(list(keystrokes(codable))))
    assert typed("us", events) == codable


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("key", "control"),
    [
        (ecodes.KEY_RIGHTBRACE, "\x1d"),
        (ecodes.KEY_LEFTBRACE, "\x1b"),
        (ecodes.KEY_D, "\x04"),
        (ecodes.KEY_6, "\x1e"),
        (ecodes.KEY_J, "\n"),
    ],
)
def test_ctrl_sequences_give_control_characters_by_place_or_letter(
    layout: str, key: int, control: str
) -> None:
    assert typed(layout, chord(CTRL, key)) == control


@pytest.mark.parametrize("separator", ["\x1d", "\x1e", "\x04"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_group_record_and_end_separators_survive_alt_and_number(
    layout: str, separator: str
) -> None:
    digits = [event for d in f"0{ord(separator):03}" for event in chord(_keypad(d))]
    events = [
        KeyEvent(0, ecodes.EV_KEY, ALT, 1),
        *digits,
        KeyEvent(0, ecodes.EV_KEY, ALT, 0),
    ]
    assert typed(layout, events) == separator


def _keypad(digit: str) -> int:
    return int(getattr(ecodes, f"KEY_KP{digit}"))


@pytest.mark.parametrize(
    ("layout", "keys", "text"),
    [
        ("de", [(ecodes.KEY_EQUAL,), (ecodes.KEY_E,)], "é"),
        ("de", [(ecodes.KEY_GRAVE,), (ecodes.KEY_SPACE,)], "^"),
        ("fr", [(ecodes.KEY_LEFTBRACE,), (ecodes.KEY_Q,)], "â"),
        ("fr", [(ALTGR, ecodes.KEY_2), (ecodes.KEY_SPACE,)], "~"),
        ("es", [(ecodes.KEY_APOSTROPHE,), (ecodes.KEY_1,)], "´1"),
        ("ch", [(SHIFT, ecodes.KEY_EQUAL), (SHIFT, ecodes.KEY_E)], "È"),
        ("be", [(ecodes.KEY_LEFTBRACE,), (ecodes.KEY_LEFTBRACE,), (ecodes.KEY_SPACE,)], "^^"),
    ],
)
def test_dead_keys_and_what_follows_are_one_character_where_there_is_one(
    layout: str, keys: list[tuple[int, ...]], text: str
) -> None:
    assert typed(layout, *(chord(*each) for each in keys)) == text


def test_ctrl_and_alt_together_are_altgr() -> None:
    assert typed("de", chord(CTRL, ALT, ecodes.KEY_Q)) == "@"


def test_alt_and_a_number_without_leading_zero_is_of_the_old_code_page() -> None:
    events = [KeyEvent(0, ecodes.EV_KEY, ALT, 1)]
    events += [event for d in "130" for event in chord(_keypad(d))]
    events.append(KeyEvent(0, ecodes.EV_KEY, ALT, 0))
    assert typed("us", events) == "é"


def test_keypad_digits_enter_and_signs_are_themselves() -> None:
    keys = (_keypad("4"), ecodes.KEY_KPDOT, _keypad("2"), ecodes.KEY_KPENTER)
    assert typed("us", *(chord(key) for key in keys)) == "4.2\r"


def test_caps_lock_changes_letters_alone() -> None:
    keys = (ecodes.KEY_CAPSLOCK, ecodes.KEY_A, ecodes.KEY_1, ecodes.KEY_CAPSLOCK, ecodes.KEY_A)
    assert typed("us", *(chord(key) for key in keys)) == "A1a"


def test_a_key_that_the_kernel_repeats_counts_once() -> None:
    held = [KeyEvent(0, ecodes.EV_KEY, ecodes.KEY_A, value) for value in (1, 2, 2, 2, 0)]
    assert typed("us", held) == "a"


def test_a_shift_whose_release_was_lost_does_not_spoil_the_next_scan() -> None:
    decoder = KeystrokeDecoder(LAYOUTS["us"], STALE_S)
    decoder.feed([KeyEvent(1.0, ecodes.EV_KEY, SHIFT, 1)])
    later = [event._replace(at=1.0 + 2 * STALE_S) for event in chord(ecodes.KEY_1)]
    assert decoder.feed(later) == ["1"]


def test_a_shift_is_held_through_a_pause_that_does_not_end_the_scan() -> None:
    decoder = KeystrokeDecoder(LAYOUTS["us"], STALE_S)
    decoder.feed([KeyEvent(1.0, ecodes.EV_KEY, SHIFT, 1)])
    later = [event._replace(at=1.0 + 0.9 * STALE_S) for event in chord(ecodes.KEY_1)]
    assert decoder.feed(later) == ["!"]


def test_lost_events_are_said_and_what_comes_before_the_next_report_is_not_believed() -> None:
    decoder = KeystrokeDecoder(LAYOUTS["us"], STALE_S)
    decoder.feed([KeyEvent(0, ecodes.EV_KEY, SHIFT, 1)])
    overflow = [
        KeyEvent(0, ecodes.EV_SYN, ecodes.SYN_DROPPED, 0),
        *chord(ecodes.KEY_A)[:1],
        KeyEvent(0, ecodes.EV_SYN, ecodes.SYN_REPORT, 0),
        *chord(ecodes.KEY_B),
    ]
    assert decoder.feed(overflow) == [EventsLost(), "b"]


@given(st.lists(st.binary(min_size=1, max_size=100)))
def test_no_stream_of_bytes_is_too_strange(pieces: list[bytes]) -> None:
    events, decoder = EventDecoder(), KeystrokeDecoder(LAYOUTS["de"], STALE_S)
    total = 0
    for piece in pieces:
        given = events.feed(piece)
        decoder.feed(given)
        total += len(given)
    assert total == sum(map(len, pieces)) // 24
