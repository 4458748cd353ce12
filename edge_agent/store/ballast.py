"""Room on the disk that is kept for the start of the agent.

SQLite opens files beside the database, for which a full disk has no room. The ballast is a file
that is given up for them, and filled again with what room is left.
"""

import contextlib
import errno
import os
from pathlib import Path

FILE_NAME = "ballast"
SIZE = 4 * 1024 * 1024
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Ballast:
    """The ballast of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    def fill(self) -> None:
        """Take up to ``SIZE`` bytes of the disk, as much as there is."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            size = SIZE
            while size >= 4096:
                try:
                    os.posix_fallocate(descriptor, 0, size)
                except OSError as error:
                    if error.errno not in _NO_ROOM:
                        return
                    size //= 2
                else:
                    return
        finally:
            os.close(descriptor)

    def release(self) -> bool:
        """Give the room up; False where there was none."""
        with contextlib.suppress(FileNotFoundError):
            held = self._path.stat().st_blocks > 0
            self._path.unlink()
            return held
        return False
