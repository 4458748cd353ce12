"""One agent per data directory."""

import fcntl
import os
from pathlib import Path

from edge_agent.api.errors import StoreLocked


class DirectoryLock:
    """An advisory lock on a data directory that the kernel drops when its process ends."""

    def __init__(self, data_dir: Path) -> None:
        """Takes the lock; raises ``StoreLocked`` where another process has it."""
        self._descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise StoreLocked(
                f"Another edge-agent is using {data_dir}. Stop it first, or give this one "
                "another data_dir."
            ) from None

    def release(self) -> None:
        """Gives the lock back."""
        os.close(self._descriptor)
