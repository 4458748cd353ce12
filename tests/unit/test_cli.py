"""The command as people call it."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pytest_mock import MockerFixture
from typer.core import TyperGroup as Group
from typer.main import get_command

from edge_agent import __version__
from edge_agent.api.events import CATALOGUE
from edge_agent.api.lane import LaneState
from edge_agent.cli import app, main
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from simulator.documents.aamva import Card
from simulator.documents.holder import holder_born
from tests.conftest import SOURCE, seeded_bytes
from tests.recorded import restore_recorded

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


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def edge_agent(*arguments: str, stdin: bytes = b"") -> Ended:
    """Calls the command as ``edge-agent`` does, in this process."""
    told, complained = io.StringIO(), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    with pytest.MonkeyPatch.context() as process:
        process.setattr(sys, "argv", ["edge-agent", *arguments])
        process.setattr(sys, "stdin", given)
        process.setattr(sys, "stdout", told)
        process.setattr(sys, "stderr", complained)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        else:
            code = 0
    return Ended(code, told.getvalue(), complained.getvalue())


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(folder=tmp_path))
    return str(path)


COMMANDS = {
    "run", "tui", "health", "events", "version", "check", "demo", "rig", "simulate", "record",
    "decode", "devices", "price-book", "recalls", "people", "plugins", "journal", "lane",
}  # fmt: skip


def test_help_names_every_command() -> None:
    command = get_command(app)
    assert isinstance(command, Group)
    assert set(command.commands) == COMMANDS
    shown = edge_agent("--help").stdout
    assert set(re.findall(r"^[│ ] ?([a-z-]+)  ", shown, re.MULTILINE)) - {"--help"} == COMMANDS


def test_command_is_a_program() -> None:
    """The one test that starts it; all others call it in this process."""
    ended = subprocess.run(
        [sys.executable, "-m", "edge_agent", "version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ended.stdout == f"{__version__}\n"


def test_demo_without_a_terminal_is_headless(mocker: MockerFixture) -> None:
    async def played(*_: object) -> dict[str, object]:
        return {"chain_ok": True, "pending": 0}

    headless = mocker.patch("simulator.demo.demo_headless", side_effect=played)
    ended = edge_agent("demo", "--sales", "2")
    assert (ended.returncode, headless.call_args.args[0]) == (0, 2)
    assert "playing the headless demo" in ended.stderr


@pytest.fixture
def recorded(config: str) -> str:
    """The configuration of a lane whose agent died in the middle of a sale."""
    data_dir = Path(config).parent / "data"
    data_dir.mkdir()
    restore_recorded("schema_003_mid_sale", data_dir)
    writer = Writer(data_dir, SOURCE, seeded_bytes)
    writer.start(NOON)
    writer.close()
    return config


def test_lane_is_shown_as_it_was(recorded: str) -> None:
    """What support is asked every day: what did the cashier see?"""
    now = edge_agent("lane", "show", "--config", recorded)
    assert now.returncode == 0, now.stderr
    assert "selling, signed on: Anna (1001)" in now.stdout
    assert "HELD by age-verification: Check ID: the customer must be 18 or older." in now.stdout
    assert "total 2.97 EUR, 3 pieces" in now.stdout
    paid = edge_agent("lane", "show", "--at", "20", "--config", recorded)
    assert "pos.payment.completed" in paid.stdout
    before = edge_agent("lane", "show", "--at", "19", "--config", recorded)
    assert "sale 1, customer 5001" in before.stdout
    assert "VOID" in before.stdout
    state = json.loads(edge_agent("lane", "show", "--json", "--config", recorded).stdout)
    assert LaneState.model_validate(state).last_sale_number == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--at", "999"), "no event 999 in epoch"),
        (("--at", "3", "--epoch", "7"), "no event 3 in epoch 7"),
        (("--epoch", "7"), "give both"),
    ],
)
def test_moment_that_never_was(recorded: str, arguments: tuple[str, ...], says: str) -> None:
    ended = edge_agent("lane", "show", *arguments, "--config", recorded)
    assert (ended.returncode, says in ended.stderr) == (1, True), ended


@pytest.mark.parametrize("at", ["0", "-1", str(2**63), "x"])
def test_sequence_that_cannot_be(recorded: str, at: str) -> None:
    ended = edge_agent("lane", "show", "--at", at, "--config", recorded)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "schema 0, this agent reads"), (b"junk" * 500, "is not a database")],
)
def test_file_that_is_no_lane(config: str, content: bytes, says: str) -> None:
    data_dir = Path(config).parent / "data"
    data_dir.mkdir()
    (data_dir / "lane.db").write_bytes(content)
    ended = edge_agent("lane", "show", "--config", config)
    assert (ended.returncode, says in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)


def test_database_of_another_schema(config: str) -> None:
    """One that waits for its upgrade is not read half, one of a newer agent not at all."""
    data_dir = Path(config).parent / "data"
    data_dir.mkdir()
    restore_recorded("schema_003_mid_sale", data_dir)
    assert "Start the agent once" in edge_agent("lane", "show", "--config", config).stderr
    with sqlite3.connect(data_dir / "lane.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "Install the newer agent" in edge_agent("lane", "show", "--config", config).stderr


def test_damaged_moment_is_doubted(recorded: str) -> None:
    """And what stands in a damaged row does not act on the terminal."""
    with sqlite3.connect(Path(recorded).parent / "data" / "lane.db") as connection:
        connection.execute("UPDATE outbox SET type = 'x\x1b[31m' WHERE position = 38")
    connection.close()
    shown = edge_agent("lane", "show", "--config", recorded)
    assert "damaged at position 38" in shown.stderr
    assert "\x1b" not in shown.stdout


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
    assert verified.stdout == "ok: 1 of 1 events verified, 0 under a signature\n"


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


def decode(payload: bytes, *options: str) -> Ended:
    ended = edge_agent("decode", *options, stdin=payload)
    assert ended.returncode == 0, ended.stderr
    return ended


class TestDecode:
    CARD = Card(10).payload(holder_born(date(2008, 11, 22), date(2026, 11, 21)))

    def test_one_payload_on_standard_input(self) -> None:
        told = json.loads(decode(b"4006381333931\n").stdout)
        assert (told["kind"], told["gtin"], told["read_as"]) == ("item", "04006381333931", "ean-13")

    def test_a_document_tells_its_verdict_and_no_more(self) -> None:
        options = ("--min-age", "18", "--on", "2026-11-21")
        told = json.loads(decode(self.CARD, *options).stdout)
        assert told == {
            "kind": "identity_document",
            "standard": "aamva",
            "version": 10,
            "jurisdiction": "VA",
            "document_class": "driving_licence",
            "verdict": "fail",
            "reasons": ["under_age"],
            "expired": False,
        }

    def test_a_specimen_may_be_revealed(self) -> None:
        told = json.loads(decode(self.CARD, "--reveal", "--on", "2026-11-22").stdout)
        assert (told["date_of_birth"], told["expiry_date"]) == ("2008-11-22", "2032-11-21")
        assert told["verdict"] is None

    def test_lines_are_answered_in_order_and_bad_ones_too(self) -> None:
        lines = [
            {"data_base64": b64encode(b"04252614").decode(), "symbology": "]E0"},
            {"data_base64": b64encode(self.CARD).decode(), "symbology": "]L2"},
            {"data_base64": "?"},
            {"data": "4006381333931"},
            {"data_base64": b64encode(b"EMP1001").decode(), "symbology": None},
        ]
        given = "\n".join([*map(json.dumps, lines), "", "{", ""]).encode()
        told = [json.loads(line) for line in decode(given, "--jsonl").stdout.splitlines()]
        kinds = [answer["kind"] for answer in told]
        assert kinds == ["item", "identity_document", "unknown", "unknown", "employee", "unknown"]
        assert told[0]["gtin"] == "00042100005264"
        assert told[2]["message"] == 'line 3: "data_base64" is not base64'
        assert told[5]["reason"] == "bad_line"

    @pytest.mark.parametrize(
        "line",
        [
            '{"data_base64": "", "symbology": "\\ud800AB"}',
            '{"data_base64": "", "x": ' + "9" * 5000 + "}",
            '{"data_base64": "", "symbology": "EAN"}',
            "[" * 100_000,
            "\xff",
        ],
        ids=["surrogate", "long number", "no identifier", "deep", "no UTF-8"],
    )
    def test_no_line_ends_the_run(self, line: str) -> None:
        given = line.encode("latin-1") + b'\n{"data_base64": "NDAwNjM4MTMzMzkzMQ=="}\n'
        told = [json.loads(line) for line in decode(given, "--jsonl").stdout.splitlines()]
        assert [answer["kind"] for answer in told] == ["unknown", "item"]

    def test_the_rules_of_a_lane_are_its_configuration(self, config: str) -> None:
        with Path(config).open("a") as file:
            file.write('[scans]\ncountry = "SE"\ngift_card = "GC[0-9]+"\n')
        told = json.loads(decode(b"2388060112344", "--config", config).stdout)
        assert told["kind"] == "variable_measure_item"
        assert (told["gtin"], told["weight"]) == ("02388060100006", "1.234")
        assert json.loads(decode(b"GC1", "--config", config).stdout) == {"kind": "gift_card"}


def test_recalls_are_imported(config: str, tmp_path: Path) -> None:
    file = tmp_path / "recalls.csv"
    file.write_text("gtin,batch,reason\n4006381333931,B7,glass\n")
    done = edge_agent("recalls", "import", str(file), "--config", config)
    assert done.stdout == "1 recalls are in force.\n"
    tail = edge_agent("journal", "tail", "--config", config).stdout
    assert json.loads(tail)["type"] == "lane.recalls.imported"


def test_a_configuration_is_checked_without_starting_anything(config: str) -> None:
    ok = edge_agent("check", "--config", config)
    assert (ok.returncode, ok.stdout) == (0, "ok: lane 1/1, 0 devices\n")
    with Path(config).open("a") as file:
        file.write('[[devices]]\nname = "till"\ndriver = "usb-printer"\nvendr = "04b8"\n')
        file.write('[[devices]]\nname = "eye"\ndriver = "laser"\n')
        file.write("[plugins.no-such-plugin]\nenabled = true\n")
    wrong = edge_agent("check", "--config", config)
    assert wrong.returncode == 1
    told = [line.removeprefix(f"{config}: ") for line in wrong.stdout.splitlines()]
    assert told[:3] == [
        "device till: vendor: this key is missing",
        "device till: product: this key is missing",
        "device till: vendr: there is no such key",
    ]
    assert told[3].startswith("device eye: ")
    assert told[4] == "plugin no-such-plugin: Plugin no-such-plugin is not installed."
    assert not (Path(config).parent / "data").exists()


def test_what_could_not_work_together_or_be_reached_is_found_before(
    config: str, tmp_path: Path
) -> None:
    port = tmp_path / "port"
    port.symlink_to("/dev/ttyS9")
    text = Path(config).read_text()
    Path(config).write_text(
        text.replace('/s"', f'/{"x" * 120}"')
        + '[[devices]]\nname = "a"\ndriver = "serial-scanner"\nport = "/dev/ttyS9"\n'
        + f'[[devices]]\nname = "b"\ndriver = "serial-scanner"\nport = "{port}"\n'
        + '[[devices]]\nname = "c"\ndriver = "network-printer"\nhost = "localhost"\n'
        + '[[devices]]\nname = "d"\ndriver = "network-printer"\nhost = "127.0.0.1"\n'
        + '[kafka]\nbootstrap_servers = "k:1"\nclient = {foo = "bar"}\n'
    )
    wrong = edge_agent("check", "--config", config).stdout
    assert "devices a and b are at the same place" in wrong
    assert "devices c and d are at the same place" in wrong
    assert "is too long; a socket's path may have 107 bytes" in wrong
    assert "kafka.client: " in wrong
    assert "'foo'" in wrong


def test_the_terminal_ui_wants_a_terminal(tmp_path: Path) -> None:
    ended = edge_agent("tui", "--socket", str(tmp_path / "no.sock"))
    assert (ended.returncode, "needs a terminal" in ended.stderr) == (1, True)


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    kept = tmp_path / "scans.jsonl"
    kept.write_text("kept")
    device = tmp_path / "device"
    os.mkfifo(device)
    again = edge_agent("record", str(device), str(kept), "--seconds", "0.2")
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert kept.read_text() == "kept"
