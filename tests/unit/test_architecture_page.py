"""The page on the architecture says what is so."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.snapshots.house_picture import PAGE, drawn

STEP = re.compile(r"^\d+\. `([\w.]+):([\w.]+)`", re.MULTILINE)


def test_picture_is_that_of_the_imports() -> None:
    """`make picture` draws it anew."""
    assert drawn() in PAGE.read_text("utf-8")


@pytest.mark.parametrize(("module", "name"), STEP.findall(PAGE.read_text("utf-8")))
def test_step_is_a_function(module: str, name: str) -> None:
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_every_decision_is_listed() -> None:
    folder = Path(PAGE).parent / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    records = [path.name for path in sorted(folder.glob("[0-9]*.md"))]
    assert records
    assert [name for name in records if f"({name})" not in listed] == []
