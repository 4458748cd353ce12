"""Texts from outside fit into events and cannot act on a terminal."""

import pytest

from edge_agent.api.events import PluginFaulted, parse_event
from edge_agent.api.text import LONGEST_TEXT, first_acting, visible
from edge_agent.testing import NOON


def fault(detail: str) -> PluginFaulted:
    return PluginFaulted(
        occurred_at=NOON, plugin="p", event_type="t", detail=detail, quarantined=False
    )


def test_long_text_is_cut_with_a_mark() -> None:
    cut = fault("x" * 3_000_000).detail
    assert (len(cut), cut.endswith(" [cut]")) == (LONGEST_TEXT, True)


def test_text_that_is_no_unicode_is_written() -> None:
    """A lone surrogate, as in a file name or in bytes that were read as text."""
    event = fault("cannot open \udcff")
    assert parse_event(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Milk 1 l", "Milk 1 l"),
        ("Milk\x1b[2J", "Milk\ufffd[2J"),
        ("a\x07b\x9bc\x7f", "a\ufffdb\ufffdc\ufffd"),
        ("two\nlines", "two\nlines"),
        ("\u202etxt.exe", "\ufffdtxt.exe"),
        ("\u0646\u0645\u06cc\u200c\u062f", "\u0646\u0645\u06cc\u200c\u062f"),
    ],
)  # fmt: skip
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_first_acting_is_named() -> None:
    assert first_acting("Milk") is None
    assert first_acting("a\x1bb") == "U+001B"
    assert first_acting("a\nb") == "U+000A"
    assert first_acting("\u202ea") == "RIGHT-TO-LEFT OVERRIDE"
