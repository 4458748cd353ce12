"""Every character in a code page that the printer has."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from drivers.printer.code_pages import CodePages
from simulator.code_tables import EPSON, STAR, ZIJIANG
from simulator.escpos import EscPosReader
from simulator.escpos_items import Line
from simulator.paper import save_png

PROFILES = {
    "default": EPSON,
    "TM-T88V": EPSON,
    "TM-T20II": EPSON,
    "RP-F10-80mm": EPSON,
    "POS-5890": ZIJIANG,
    "SP2000": STAR,
}
LINE = "€ ß ł ω é"


def shown(profile: str, text: str) -> Line:
    """What a printer of the family prints, by its own manual's table."""
    (line,) = EscPosReader(PROFILES[profile]).feed(CodePages(profile).encode(text) + b"\n")
    assert isinstance(line, Line)
    return line


@pytest.mark.parametrize("profile", PROFILES)
def test_the_line_of_five_scripts_comes_out(profile: str, tmp_path: Path) -> None:
    line = shown(profile, LINE)
    assert line.text == LINE
    save_png([line], tmp_path / "line.png", 20)
    save_png([shown("default", LINE)], tmp_path / "same.png", 20)
    with Image.open(tmp_path / "line.png") as ours, Image.open(tmp_path / "same.png") as same:
        assert ImageChops.difference(ours, same).getbbox() is None


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "text",
    ["12,50 €", "Straße", "Zażółć gęślą jaźń", "Καλημέρα ώς", "Crème brûlée à 3 £", "Søren Ø"],
)
def test_names_of_many_countries_come_out(profile: str, text: str) -> None:
    assert shown(profile, text).text == text


def test_a_table_that_stands_twice_is_taken_where_all_printers_have_it() -> None:
    assert CodePages("POS-5890").encode("é") == b"\x1bt\x00\x82"


def test_the_euro_is_not_taken_from_where_old_printers_have_a_blank() -> None:
    assert CodePages("TM-T88III").encode("€") == b"\x1bt\x10\x80"


def test_letters_with_loose_accents_are_put_together() -> None:
    assert shown("default", "e\u0301").text == "é"


def test_what_no_table_has_is_spelt_or_marked() -> None:
    assert CodePages("ZJ-5870").encode("ωx").endswith(b"?x")
    assert CodePages("TM-T88III").encode("Łódź").endswith(b"L\xa2dz")
    assert shown("default", "№ 日").text == "№ ?"


@pytest.mark.parametrize("character", ["\x1b", "\n", "\x00", "\x10", "\u200b", "\u202e"])
def test_control_characters_become_blanks(character: str) -> None:
    assert shown("default", f"a{character}b").text == "a b"


def test_a_table_is_selected_once_for_a_run() -> None:
    assert CodePages("default").encode("Łódź Łódź").count(b"\x1bt") == 1


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S", "Zs"]), max_size=40))
def test_all_of_latin_1_comes_out(text: str) -> None:
    assert shown("default", text.replace("\u00a0", " ")).text == text.replace("\u00a0", " ")
