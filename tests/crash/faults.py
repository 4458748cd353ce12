"""Where a schedule breaks in: every SQL statement, every callback and every effect is a point."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

DiskFault = Literal["full", "io_error_undone", "io_error_done"]
_CODES: Mapping[DiskFault, int] = {
    "full": sqlite3.SQLITE_FULL,
    "io_error_undone": sqlite3.SQLITE_IOERR,
    "io_error_done": sqlite3.SQLITE_IOERR,
}
_WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")


class Crash(BaseException):
    """The process ends here: whoever catches it, nothing more happens in this life."""


@dataclass
class Faults:
    """What breaks in one life of the agent.

    Attributes:
        crash_at: the number of the point at which the process ends; None: it does not.
        crash_on: how the names of the points that are counted for that begin.
        disk: the number of a writing statement -> what becomes of it.
        reads: the numbers of reading statements that fail, which undoes the whole transaction.
        on_crash: called before anything else happens to the files.
        on_prune: called before events are deleted.
        counts: what did happen.
    """

    crash_at: int | None
    crash_on: str
    disk: Mapping[int, DiskFault]
    on_crash: Callable[[], None]
    on_prune: Callable[[], None]
    counts: Counter[str] = field(default_factory=Counter)
    reads: frozenset[int] = frozenset()
    points: int = 0
    read: int = 0
    writes: int = 0
    wrote: bool = False
    crashed: bool = False

    def point(self, name: str) -> None:
        """A moment at which the process may end; behind its end every moment is one."""
        self.check()
        if not name.startswith(self.crash_on):
            return
        self.points += 1
        if self.points == self.crash_at:
            self.counts[f"crash {name}"] += 1
            self.on_crash()
            self.crashed = True
            raise Crash(name)

    def check(self) -> None:
        """Go no further once the process has ended."""
        if self.crashed:
            raise Crash


class Statements:
    """Shows each SQL statement to the faults of the life that runs now."""

    def __init__(self) -> None:
        self._faults: Faults | None = None
        self._failing: tuple[DiskFault, str] | None = None
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def close(self) -> None:
        """Take no further part."""
        event.remove(Engine, "before_cursor_execute", self._before)
        event.remove(Engine, "after_cursor_execute", self._after)

    def under(self, faults: Faults | None) -> None:
        """From here on these faults happen; None: none do."""
        self._faults = faults

    def _before(self, *arguments: Any) -> None:
        statement: str = arguments[2]
        faults = self._faults
        if faults is None:
            return
        faults.point(f"before {_verb(statement)}")
        if statement.startswith("DELETE FROM outbox"):
            faults.on_prune()
        if statement.startswith("BEGIN"):
            faults.wrote = False
        if statement.startswith("SELECT"):
            faults.read += 1
            if faults.read in faults.reads:
                faults.counts["disk io_error at read"] += 1
                # SQLite undoes a transaction whose pages it cannot read, and says so by the error.
                arguments[1].connection.rollback()
                raise _error("io_error_undone", statement)
        # A commit that has nothing to write needs no room and no disk.
        if not statement.startswith(_WRITES) or (statement == "COMMIT" and not faults.wrote):
            return
        faults.wrote = True
        faults.writes += 1
        fault = faults.disk.get(faults.writes)
        if fault is None:
            return
        commits = statement.startswith("COMMIT")
        if fault == "io_error_done" and commits:
            self._failing = (fault, statement)
            return
        faults.counts[f"disk {fault}" + (" at commit" if commits else "")] += 1
        raise _error(fault, statement)

    def _after(self, *arguments: Any) -> None:
        if self._failing is not None:
            (fault, statement), self._failing = self._failing, None
            if self._faults is not None:
                self._faults.counts[f"disk {fault} at commit"] += 1
            raise _error(fault, statement)
        if self._faults is not None:
            self._faults.point(f"after {_verb(arguments[2])}")


def _verb(statement: str) -> str:
    return statement.split(None, 1)[0].upper()


def _error(fault: DiskFault, statement: str) -> OperationalError:
    cause = sqlite3.OperationalError(f"simulated: {fault}")
    cause.sqlite_errorcode = _CODES[fault]
    return OperationalError(statement, None, cause)
