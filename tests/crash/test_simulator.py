"""A short run of the crash simulator, and proof that it sees what it is there to see."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from edge_agent.runtime.jobs.service import JobService
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.store.committer import Committer
from edge_agent.store.head_file import HeadFile
from edge_agent.store.job_table import JobTable
from edge_agent.store.jobs import Job
from edge_agent.store.outbox import Cursor, Outbox
from edge_agent.store.retention import Retention
from sync.envelope import Message
from sync.forwarder import CURSOR, Forwarder
from tests.crash.schedule import draw
from tests.crash.simulator import Simulator, be_quiet

LIVES = 10
SHORT_RUN = range(30)
MOST_SEEDS = 250
Broken = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    be_quiet()
    started = Simulator(tmp_path_factory.mktemp("crash"))
    yield started
    started.close()


def test_short_run_keeps_every_promise(simulator: Simulator) -> None:
    reports = [simulator.run(draw(seed, LIVES)) for seed in SHORT_RUN]
    assert [report.violation for report in reports if report.violation] == []
    assert sum(report.crashes for report in reports) > len(SHORT_RUN) * LIVES * 0.7


def test_seed_replays_exactly(simulator: Simulator) -> None:
    first, again = (simulator.run(draw(5, LIVES)) for _ in range(2))
    assert first == again


def cursor_runs_ahead(broken: pytest.MonkeyPatch) -> None:
    """The cursor is committed before the broker has acknowledged."""
    publish = Forwarder._publish

    async def early(self: Forwarder, messages: Sequence[Message]) -> Any:
        position = self._acknowledged.position + len(messages)
        await self._journal.delivered(CURSOR, Cursor(position))
        return await publish(self, messages)

    broken.setattr(Forwarder, "_publish", early)


def rolled_back_world_is_kept(broken: pytest.MonkeyPatch) -> None:
    """What a failed commit undid in the file goes on in memory."""
    broken.setattr(Pipeline, "_rolled_back", lambda self: None)


def effect_before_its_start(broken: pytest.MonkeyPatch) -> None:
    """A receipt is printed before the commit that says so."""

    async def nothing(self: JobService, job: Job) -> None:
        return

    broken.setattr(JobService, "start", nothing)


def prunes_the_undelivered(broken: pytest.MonkeyPatch) -> None:
    prune = Retention.prune

    def greedy(self: Retention, delivered: int, running_s: float, most: int, fewest: int) -> int:
        return prune(self, 10**9, running_s, most, fewest)

    broken.setattr(Retention, "prune", greedy)


def head_file_is_not_read(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(HeadFile, "read", lambda self: None)


def doubt_is_taken_for_undone(broken: pytest.MonkeyPatch) -> None:
    """Every failed commit counts as undone, also one that reached the disk."""
    monkey = "edge_agent.store.committer._is_certainly_undone"
    broken.setattr(monkey, lambda error: True)


def pieces_are_not_undone(broken: pytest.MonkeyPatch) -> None:
    """A batch is acknowledged although its commit failed."""
    commit = Committer.commit

    def deaf(self: Committer, batch: Sequence[Any]) -> None:
        commit(self, [*batch])
        for _, future in batch:
            if future.exception() is not None and "Nothing was taken" in str(future.exception()):
                future._exception = None

    broken.setattr(Committer, "commit", deaf)


def interrupted_outputs_are_repeated(broken: pytest.MonkeyPatch) -> None:
    """What was under way at a crash is simply done again."""
    start = JobTable.start

    def still_pending(self: JobTable, job: Job) -> None:
        start(self, job)
        self.set_status(job.id, job.status, "", 0)

    broken.setattr(JobTable, "start", still_pending)


def skips_one_event(broken: pytest.MonkeyPatch) -> None:
    """The forwarder loses an event now and then."""
    after = Outbox.after

    def careless(self: Outbox, position: int, limit: int) -> Any:
        records = after(self, position, limit)
        return [record for record in records if record.position % 23]

    broken.setattr(Outbox, "after", careless)


@pytest.mark.parametrize(
    "breaks",
    [
        cursor_runs_ahead,
        rolled_back_world_is_kept,
        effect_before_its_start,
        prunes_the_undelivered,
        head_file_is_not_read,
        doubt_is_taken_for_undone,
        pieces_are_not_undone,
        interrupted_outputs_are_repeated,
        skips_one_event,
    ],
)
def test_broken_agent_is_caught(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, breaks: Broken
) -> None:
    breaks(monkeypatch)
    for seed in range(MOST_SEEDS):
        report = simulator.run(draw(seed, LIVES))
        if report.violation:
            return
    pytest.fail(f"{breaks.__name__} was not seen")
