"""Storage that went back in time opens a larger epoch that names what was lost."""

import json
import shutil
from pathlib import Path

import pytest

from edge_agent.api.errors import StoreError
from edge_agent.store.connection import FILE_NAME
from edge_agent.store.head_file import FILE_NAME as HEAD
from edge_agent.store.writer import Writer
from edge_agent.testing import NOON
from tests.conftest import SOURCE, seeded_bytes
from tests.unit.lane.sales import FRESH
from tests.unit.store.journals import append, change, read_events, verify, write_events


def copy_database(data_dir: Path) -> Path:
    copy = data_dir / "backup.db"
    shutil.copy(data_dir / FILE_NAME, copy)
    return copy


def test_restored_copy_opens_an_epoch(tmp_path: Path) -> None:
    """Numbers used before with other content are not used again."""
    write_events(tmp_path, 5)
    backup = copy_database(tmp_path)
    lost = write_events(tmp_path, 4)[-1]
    shutil.copy(backup, tmp_path / FILE_NAME)
    after = write_events(tmp_path, 2)
    opened = json.loads(after[5].body)
    assert opened["type"] == "lane.epoch.opened"
    assert opened["noticed_by"] == "head_file"
    assert opened["predecessor"] == lost.place.model_dump()
    assert opened["journal_head"] == after[4].place.model_dump()
    assert after[5].epoch > lost.epoch
    assert [record.sequence for record in after] == [1, 2, 3, 4, 5, 1, 2, 3]
    assert verify(tmp_path).problems == ()


def test_restored_copy_alarms(tmp_path: Path) -> None:
    write_events(tmp_path, 5)
    backup = copy_database(tmp_path)
    write_events(tmp_path, 1)
    shutil.copy(backup, tmp_path / FILE_NAME)
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON)
    assert "went back in time" in writer.committer.alarm
    writer.close()


def test_lost_database_opens_an_epoch(tmp_path: Path) -> None:
    """Also under a clock that is years behind."""
    lost = write_events(tmp_path, 5)[-1]
    (tmp_path / FILE_NAME).unlink()
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON.replace(year=1999))
    writer.submit(append).result(5)
    writer.close()
    first = read_events(tmp_path)[0]
    assert first.epoch > lost.epoch
    assert json.loads(first.body)["predecessor"] == lost.place.model_dump()
    assert verify(tmp_path).problems == ()


def test_forked_journal_opens_an_epoch(tmp_path: Path) -> None:
    """The place of the newest head is taken by another event."""
    write_events(tmp_path, 3)
    backup = copy_database(tmp_path)
    lost = write_events(tmp_path, 2)[-1]
    head = (tmp_path / HEAD).read_bytes()
    shutil.copy(backup, tmp_path / FILE_NAME)
    (tmp_path / HEAD).unlink()
    writer = Writer(tmp_path, SOURCE, bytes)
    writer.start(NOON)
    for _ in range(4):
        writer.submit(append).result(5)
    writer.close()
    (tmp_path / HEAD).write_bytes(head)
    after = write_events(tmp_path, 1)
    assert json.loads(after[-2].body)["predecessor"] == lost.place.model_dump()


def test_missing_epoch_row_opens_an_epoch(tmp_path: Path) -> None:
    before = write_events(tmp_path, 3)[-1]
    change(tmp_path, "DELETE FROM epoch")
    after = write_events(tmp_path, 1)
    assert json.loads(after[3].body)["noticed_by"] == "epoch_table"
    assert after[3].epoch > before.epoch


def test_older_head_says_nothing(tmp_path: Path) -> None:
    """A power cut may take the newest head, never the newest commit."""
    write_events(tmp_path, 3)
    head = (tmp_path / HEAD).read_bytes()
    write_events(tmp_path, 3)
    (tmp_path / HEAD).write_bytes(head)
    assert [record.sequence for record in write_events(tmp_path, 1)] == list(range(1, 8))


def test_pruned_head_says_nothing(tmp_path: Path) -> None:
    write_events(tmp_path, 3)
    head = (tmp_path / HEAD).read_bytes()
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON)
    for _ in range(5):
        writer.submit(append).result(5)
    writer.submit(lambda tx: tx.retention.mark(1.0, 0.0)).result(5)
    writer.submit(lambda tx: tx.snapshots.save(6, FRESH)).result(5)
    assert writer.submit(lambda tx: tx.retention.prune(6, 1.0, 100, 1)).result(5) == 6
    writer.close()
    (tmp_path / HEAD).write_bytes(head)
    assert [record.sequence for record in write_events(tmp_path, 1)] == [7, 8, 9]


def test_epoch_is_opened_once(tmp_path: Path) -> None:
    write_events(tmp_path, 3)
    backup = copy_database(tmp_path)
    write_events(tmp_path, 3)
    shutil.copy(backup, tmp_path / FILE_NAME)
    opened = write_events(tmp_path, 1)
    assert len({record.epoch for record in write_events(tmp_path, 1)}) == 2
    assert len(opened) == 5


def test_other_lanes_database_is_refused(tmp_path: Path) -> None:
    write_events(tmp_path, 1)
    other = Writer(tmp_path, "/stores/1/lanes/2", seeded_bytes)
    with pytest.raises(StoreError, match="/stores/1/lanes/1, but the configuration says"):
        other.start(NOON)


def test_wal_with_a_flipped_byte(tmp_path: Path) -> None:
    """Acknowledged commits that a recovery drops are named, and their numbers not used again."""
    writer = Writer(tmp_path, SOURCE, seeded_bytes)
    writer.start(NOON)
    for _ in range(3):
        writer.submit(append).result(5)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    first_size = (tmp_path / f"{FILE_NAME}-wal").stat().st_size
    for _ in range(6):
        lost = writer.submit(append).result(5)
    for name in (FILE_NAME, f"{FILE_NAME}-wal", HEAD):
        shutil.copy(tmp_path / name, crashed / name)
    writer.close()
    wal = crashed / f"{FILE_NAME}-wal"
    data = bytearray(wal.read_bytes())
    data[first_size + 100] ^= 1
    wal.write_bytes(data)
    after = write_events(crashed, 1)
    assert [record.sequence for record in after] == [1, 2, 3, 1, 2]
    assert json.loads(after[3].body)["predecessor"] == lost.place.model_dump()
    assert after[3].epoch > lost.epoch
