"""The head kept beside the database: read back whole, or not at all."""

from pathlib import Path

import pytest

from edge_agent.store.chain import Head
from edge_agent.store.head_file import FILE_NAME, HeadFile

SOURCE = "/stores/1/lanes/1"


def head(sequence: int) -> Head:
    return Head(sequence, SOURCE, 7, sequence, bytes([sequence]) * 32)


def written(folder: Path, count: int) -> Path:
    file = HeadFile(folder, SOURCE)
    for sequence in range(1, count + 1):
        file.write(head(sequence))
    file.close()
    return folder / FILE_NAME


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_newest_is_read(tmp_path: Path, count: int) -> None:
    written(tmp_path, count)
    assert HeadFile(tmp_path, SOURCE).read() == head(count)


def test_same_head_is_not_written_again(tmp_path: Path) -> None:
    path = written(tmp_path, 3)
    file = HeadFile(tmp_path, SOURCE)
    assert file.read() == head(3)
    before = path.read_bytes()
    file.write(head(3))
    assert path.read_bytes() == before
    file.write(head(4))
    file.close()
    assert HeadFile(tmp_path, SOURCE).read() == head(4)


def test_no_file_is_no_head(tmp_path: Path) -> None:
    assert HeadFile(tmp_path, SOURCE).read() is None


def test_other_lanes_file_is_no_head(tmp_path: Path) -> None:
    written(tmp_path, 3)
    assert HeadFile(tmp_path, "/stores/1/lanes/2").read() is None


@pytest.mark.parametrize("at", range(512, 512 + 384, 7))
def test_torn_write_leaves_the_one_before(tmp_path: Path, at: int) -> None:
    """Whichever byte is damaged: one of the two newest heads, never another."""
    path = written(tmp_path, 6)
    data = bytearray(path.read_bytes())
    data[at] ^= 0x41
    path.write_bytes(data)
    assert HeadFile(tmp_path, SOURCE).read() in (head(6), head(5))


def test_goes_on_after_reopening(tmp_path: Path) -> None:
    """The slot that is written next is the older one."""
    written(tmp_path, 5)
    again = HeadFile(tmp_path, SOURCE)
    again.read()
    again.write(head(6))
    again.close()
    assert HeadFile(tmp_path, SOURCE).read() == head(6)


def test_is_private(tmp_path: Path) -> None:
    assert written(tmp_path, 1).stat().st_mode & 0o077 == 0


def test_failing_disk_stops_nothing(tmp_path: Path) -> None:
    """The database has the head; the file is only an older witness."""
    file = HeadFile(tmp_path / "nowhere", SOURCE)
    file.write(head(1))
    file.write(head(2))
    file.close()


def test_reserved_epoch_is_kept(tmp_path: Path) -> None:
    """Also where nothing was ever committed in it; the head stays the one before."""
    file = HeadFile(tmp_path, SOURCE)
    file.write(head(3))
    file.reserve(12)
    file.close()
    again = HeadFile(tmp_path, SOURCE)
    assert again.read() == head(3)
    assert again.largest_epoch == 12


def test_reservation_without_a_head(tmp_path: Path) -> None:
    file = HeadFile(tmp_path, SOURCE)
    file.reserve(12)
    file.close()
    again = HeadFile(tmp_path, SOURCE)
    assert (again.read(), again.largest_epoch) == (None, 12)
