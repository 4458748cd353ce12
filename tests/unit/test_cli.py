"""The command as people call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.api.events import CATALOGUE

CONFIG = """\
[lane]
store = "1"
lane = "1"
currency = "EUR"
[agent]
data_dir = "{folder}/data"
socket = "{folder}/s"
"""
PRICES = "gtin,description,unit_price,tax_rate,restriction\n4006381333931,Pen,1.29,19,\n"


def edge_agent(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "edge_agent", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    return str(path)


def test_help_names_every_command() -> None:
    shown = edge_agent("--help").stdout
    for command in ("run", "demo", "tui", "simulate", "rig", "price-book", "plugins", "journal"):
        assert command in shown


def test_events_lists_the_catalogue_and_its_schema() -> None:
    listed = edge_agent("events").stdout
    assert all(name in listed for name in CATALOGUE)
    schema = json.loads(edge_agent("events", "--json-schema").stdout)
    assert set(schema["discriminator"]["mapping"]) == set(CATALOGUE)


def test_an_error_is_one_line_without_a_traceback(tmp_path: Path) -> None:
    result = edge_agent("run", "--config", str(tmp_path / "none.toml"))
    assert result.returncode == 1
    assert result.stderr.startswith("edge-agent: ")
    assert "no such file" in result.stderr
    assert "Traceback" not in result.stderr


def test_no_agent_is_said(tmp_path: Path) -> None:
    result = edge_agent("health", "--socket", str(tmp_path / "none"))
    assert (result.returncode, "No agent answers" in result.stderr) == (1, True)


def test_import_tail_and_verify_without_an_agent(tmp_path: Path, config: str) -> None:
    nothing = edge_agent("journal", "verify", "--config", config)
    assert "no lane database" in nothing.stderr
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES)
    imported = edge_agent("price-book", "import", str(prices), "--config", config)
    assert imported.stdout == "The price book now has 1 items.\n", imported.stderr
    (line,) = edge_agent("journal", "tail", "--config", config).stdout.splitlines()
    assert json.loads(line)["type"] == "lane.price_book.imported"
    verified = edge_agent("journal", "verify", "--config", config)
    assert verified.stdout == "ok: 1 events in an unbroken chain\n"


def test_a_wrong_price_book_changes_nothing(tmp_path: Path, config: str) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text(PRICES + "1,x,1,1,\n")
    refused = edge_agent("price-book", "import", str(prices), "--config", config)
    assert refused.returncode == 1
    assert "line 3: gtin '1' has a wrong length or check digit" in refused.stderr
    prices.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in edge_agent(
        "price-book", "import", str(prices), "--config", config
    ).stderr  # fmt: skip
