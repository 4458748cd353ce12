"""Runs a schedule: one life of the agent after the other, with a look of the oracle in between."""

import asyncio
import faulthandler
import gc
import logging
import os
import random as global_random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import URL, Engine, create_engine

from edge_agent.api.errors import StoreError
from edge_agent.api.events import parse_event
from edge_agent.api.lane import LaneState
from edge_agent.lane.evolve import fold
from edge_agent.runtime.imports import PeopleImport, PriceBookImport
from edge_agent.runtime.pipeline.restore import restore
from edge_agent.store import connection
from edge_agent.store.reader import Reader
from edge_agent.store.transaction import Transaction
from edge_agent.store.writer import Writer
from tests.crash.faults import Crash, Faults, Statements
from tests.crash.lane import BEGAN, FRESH, SOURCE, LaneUnderTest
from tests.crash.loop import SimulatedLoop
from tests.crash.models import Effects, Topic
from tests.crash.oracle import Oracle, Violation
from tests.crash.people import PEOPLE, People, Told, answers, price_book
from tests.crash.schedule import Life, Schedule, draw

FILES = ("lane.db", "lane.db-wal", "head")
SETTLE_S = 6.0
MEMORY = "/dev/shm"
MOST_OF_A_LIFE_S = 300.0


@dataclass
class Report:
    """What happened in one schedule."""

    seed: int
    violation: str = ""
    life: int = 0
    crashes: int = 0
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)


class Simulator:
    """Runs schedules in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._statements = Statements()
        vars(connection)["create_engine"] = _engine
        self._template = folder / "template"
        self._template.mkdir()
        _make_template(self._template)

    def close(self) -> None:
        """Take the hooks out."""
        self._statements.close()
        vars(connection)["create_engine"] = create_engine

    def run(self, schedule: Schedule) -> Report:
        """One schedule from a new lane on; the first violation ends it."""
        return _Run(self._folder, self._template, self._statements, schedule).run()

    def shrink(self, schedule: Schedule, budget: int = 120) -> Schedule:
        """The shortest schedule found that still violates a promise."""
        smallest, tried = schedule, 0
        improved = True
        while improved and tried < budget:
            improved = False
            for candidate in smallest.shorter():
                tried += 1
                if tried > budget:
                    break
                if self.run(candidate).violation:
                    smallest, improved = candidate, True
                    break
        return smallest


class _Run:
    def __init__(
        self, folder: Path, template: Path, statements: Statements, schedule: Schedule
    ) -> None:
        # One path for all runs: what was compiled for its engine serves them all.
        self._folder = folder / "run"
        self._folder.mkdir()
        self._statements = statements
        self._schedule = schedule
        self._report = Report(schedule.seed)
        self._topic, self._effects, self._told = Topic(), Effects(), Told()
        self._oracle = Oracle(SOURCE)
        self._age_s = 0.0
        self._now = self._folder / "lane"
        shutil.copytree(template, self._now)
        shutil.copytree(template, self._folder / "copy")

    def run(self) -> Report:
        report = self._report
        try:
            for number, life in enumerate(self._schedule.lives):
                report.life = number
                stopped_as = self._live(number, life)
                left = self._look_at()
                self._oracle.look(left, self._told, self._topic, self._effects)
                self._fold(left, stopped_as)
        except Violation as found:
            report.violation = str(found)
        # What the simulator itself cannot explain is a finding too.
        except Exception as error:
            report.violation = f"{type(error).__name__}: {error}"
        finally:
            self._statements.under(None)
            shutil.rmtree(self._folder, ignore_errors=True)
        report.events = len(self._oracle.known)
        report.counts.update(
            {f"scan {kind}": times for kind, times in answers(self._told.items).items()}
        )
        report.counts["effects"] += self._effects.done.total()
        report.counts["pruned"] += self._oracle.pruned
        report.counts["records"] += len(self._topic.records)
        return report

    def _fold(self, database: Path, stopped_as: LaneState | None) -> None:
        """The whole journal, the newest snapshot with its tail and the live lane are one."""
        reader = Reader(database.parent)
        try:
            restored = reader.read_now(lambda tables: restore(tables, FRESH)).state
        finally:
            reader.close()
        whole = fold(FRESH, (parse_event(row.text) for row in self._oracle.order))
        if whole != restored:
            raise Violation(f"the journal says {whole!r}, the snapshot and its tail {restored!r}")
        if stopped_as is not None and stopped_as != whole:
            raise Violation(f"the lane stopped as {stopped_as!r}, its journal says {whole!r}")

    def _live(self, number: int, life: Life) -> LaneState | None:
        """One life; the lane as it stopped, None where it did not stop in order."""
        left = self._folder / "left"
        if life.restores and number > 1:
            self._restore()
        elif number % 3 == 1:
            self._keep_a_copy()

        def keep_what_is_there() -> None:
            left.mkdir()
            _copy(self._now, left)

        faults = Faults(
            life.crash_at,
            life.crash_on,
            life.disk,
            keep_what_is_there,
            lambda: self._oracle.learn(self._now / "lane.db"),
            self._report.counts,
            life.reads,
        )
        random_before = global_random.getstate()
        global_random.seed(life.seed)
        loop = SimulatedLoop(global_random.Random(life.seed ^ 1), faults.check)
        asyncio.set_event_loop(loop)
        self._statements.under(faults)
        crashed = False
        stopped_as: LaneState | None = None
        try:
            stopped_as = loop.run_until_complete(
                _life(self._now, life, faults, self._topic, self._effects, self._told, self._age_s)
            )
        except Crash:
            crashed = True
        finally:
            self._age_s += loop.time() + 1.0
            loop.bury()
            self._statements.under(None)
            loop.close()
            asyncio.set_event_loop(None)
            global_random.setstate(random_before)
        if crashed:
            self._report.crashes += 1
        else:
            left.mkdir()
            _copy(self._now, left)
        shutil.rmtree(self._now, ignore_errors=True)
        left.rename(self._now)
        return stopped_as

    def _look_at(self) -> Path:
        """A copy: opening a database recovers it, and that is the agent's to do."""
        looked_at = self._folder / "looked-at"
        shutil.rmtree(looked_at, ignore_errors=True)
        looked_at.mkdir()
        _copy(self._now, looked_at)
        return looked_at / "lane.db"

    def _keep_a_copy(self) -> None:
        copy = self._folder / "copy"
        shutil.rmtree(copy)
        copy.mkdir()
        _copy(self._now, copy)
        (copy / "head").unlink(missing_ok=True)

    def _restore(self) -> None:
        self._report.counts["restored an older copy"] += 1
        for name in ("lane.db", "lane.db-wal"):
            (self._now / name).unlink(missing_ok=True)
        _copy(self._folder / "copy", self._now)
        self._oracle.forgive(self._told, self._look_at())
        self._told.plugin = None
        self._effects.restored += 1


async def _life(
    data_dir: Path,
    life: Life,
    faults: Faults,
    topic: Topic,
    effects: Effects,
    told: Told,
    age_s: float,
) -> LaneState | None:
    lane = LaneUnderTest(data_dir, life, faults, topic, effects, age_s)
    try:
        await lane.start()
        await _play(lane, life, told)
        await lane.stop()
    except StoreError:
        # An agent that cannot open or close its database ends, and systemd starts it again.
        faults.counts["ended by the disk"] += 1
        return None
    return lane.pipeline.state.lane


async def _play(lane: LaneUnderTest, life: Life, told: Told) -> None:
    people = People(lane, told)
    acts: list[asyncio.Task[None]] = []
    for step in life.steps:
        await asyncio.sleep(step.pause_s)
        act = asyncio.ensure_future(_act(people.pick(step.choice)))
        acts.append(act)
        if not step.overlaps:
            await asyncio.wait([act], timeout=MOST_OF_A_LIFE_S)
    await asyncio.sleep(SETTLE_S)
    await asyncio.gather(*acts)


async def _act(act: Callable[[], object]) -> None:
    await act()  # type: ignore[misc]


def _copy(source: Path, target: Path) -> None:
    for name in FILES:
        if (source / name).exists():
            shutil.copy(source / name, target / name)


def _make_template(data_dir: Path) -> None:
    """A lane with its price book and people, as IT hands it over."""
    prices = PriceBookImport.read(price_book(), "EUR")
    people = PeopleImport.read(PEOPLE)
    writer = Writer(data_dir, SOURCE, lambda size: bytes(range(size)))
    writer.start(BEGAN)

    def apply(tx: Transaction) -> None:
        for given in (prices, people):
            tx.append(given.apply(tx.master_data, BEGAN))

    writer.submit(apply).result(30)
    writer.close()


def _engine(url: URL, **options: Any) -> Engine:
    """The engine of a database, kept with what it has compiled; each life connects anew."""
    if url not in _engines:
        _engines[url] = create_engine(url, **options)
    return _engines[url]


_engines: dict[URL, Engine] = {}


def be_quiet() -> None:
    """What thousands of crashed agents say would hide what matters."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.unraisablehook = lambda _: None
    gc.freeze()


def run_seeds(task: tuple[int, int, int]) -> list[Report]:
    """Run the schedules of the seeds from the first to before the second, of so many lives."""
    first, end, lives = task
    be_quiet()
    # An interpreter that dies would end the whole run without a word of where.
    faulthandler.enable()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        simulator = Simulator(Path(folder))
        try:
            return [simulator.run(draw(seed, lives)) for seed in range(first, end)]
        finally:
            simulator.close()


def memory_folder() -> str | None:
    """A folder in memory where there is one: the simulator breaks commits, not disks."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None
