"""Power cuts over a recorded run: what was acknowledged is there, wherever the power goes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from edge_agent.store.head_file import HeadFile
from edge_agent.store.outbox import all_records
from edge_agent.store.reader import Reader
from edge_agent.store.signing import signature_is_right
from edge_agent.store.verification import verify_journal
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.crash.write_log import NoCompiler, PowerCut, Record, build_shim, moments, record
from tests.crash.writing_lane import SOURCE

EVENTS = 150
CUTS = 150


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return build_shim(tmp_path_factory.mktemp("shim"))
    except NoCompiler as error:
        pytest.skip(f"the write log needs a C compiler: {error}")


def recorded(shim: Path, folder: Path, synchronous: str) -> list[Record]:
    data_dir = folder / f"lane-{synchronous}"
    data_dir.mkdir()
    return record(shim, data_dir, "tests.crash.writing_lane", str(EVENTS), synchronous)


def cuts(records: list[Record], folder: Path, seed: int) -> Iterator[tuple[Path, int]]:
    """Data directories as power cuts left them, each with how many events were acknowledged."""
    random = Random(seed)
    disk, at = PowerCut(), 0
    for number, moment in enumerate(moments(records, random, CUTS)):
        while at < moment:
            disk.play(records[at])
            at += 1
        left = folder / f"cut-{number}"
        left.mkdir()
        disk.cut(random, left)
        yield left, disk.acknowledged


def events_after(data_dir: Path) -> tuple[int, str, tuple[str, ...]]:
    """Start on what is left: how many events, the alarm, and what verification finds."""
    writer = Writer(data_dir, SOURCE, bytes)
    writer.start(NOON)
    alarm = writer.committer.alarm
    writer.close()
    seen = HeadFile(data_dir, SOURCE).read()
    reader = Reader(data_dir)
    found = reader.read_now(lambda db: verify_journal(db, seen, signature_is_right))
    events = reader.read_now(lambda db: len(list(all_records(db.outbox))))
    reader.close()
    return events, alarm, found.problems


def test_acknowledged_events_survive(shim: Path, tmp_path: Path) -> None:
    """And nobody is told of a loss that did not happen."""
    for data_dir, acknowledged in cuts(recorded(shim, tmp_path, "FULL"), tmp_path, seed=1):
        events, alarm, problems = events_after(data_dir)
        assert events >= acknowledged, data_dir
        assert (alarm, problems) == ("", ()), data_dir


def test_without_flushes_events_are_lost(shim: Path, tmp_path: Path) -> None:
    """The control: the same cuts see what ``synchronous=NORMAL`` loses."""
    losses = 0
    for data_dir, acknowledged in cuts(recorded(shim, tmp_path, "NORMAL"), tmp_path, seed=1):
        losses += events_after(data_dir)[0] < acknowledged
    assert losses > CUTS / 4
