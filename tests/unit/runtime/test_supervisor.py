"""Services are kept running, stopped in order, and one's fault is nobody else's."""

import asyncio
from collections.abc import Callable

import pytest

from edge_agent.api.errors import StoreError
from edge_agent.runtime.pipeline.changes import Change, ChangeSignals, Signal
from edge_agent.runtime.supervisor import ServiceState, ServiceStatus, Supervisor
from tests.waiting import until


def supervised(told: list[ServiceStatus] | None = None) -> Supervisor:
    async def tell(status: ServiceStatus) -> None:
        if told is not None:
            told.append(status)

    return Supervisor(tell, first_pause_s=0.001)


def by_returning() -> None:
    return


def by_cancelling() -> None:
    raise asyncio.CancelledError


def by_raising() -> None:
    raise RuntimeError("first time")


def by_exiting() -> None:
    raise SystemExit(3)


def by_cancelling_itself() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


def by_generator_exit() -> None:
    raise GeneratorExit


def by_group() -> None:
    raise BaseExceptionGroup("several", [KeyboardInterrupt()])


def by_interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("ends", "detail"),
    [
        (by_cancelling_itself, "CancelledError"),
        (by_generator_exit, "GeneratorExit"),
        (by_group, "BaseExceptionGroup: several (1 sub-exception)"),
        (by_interrupt, "KeyboardInterrupt"),
        (by_raising, "RuntimeError: first time"),
        (by_exiting, "SystemExit: 3"),
        (by_cancelling, "CancelledError"),
        (by_returning, "ended by itself"),
    ],
)
async def test_ended_service_is_started_again(ends: Callable[[], None], detail: str) -> None:
    """However it ends: it is shown, told to the journal, and started again."""
    told: list[ServiceStatus] = []
    supervisor = supervised(told)
    starts: list[int] = []

    async def flaky() -> None:
        starts.append(1)
        if len(starts) == 1:
            ends()
            await asyncio.sleep(0)
            return
        await asyncio.Event().wait()

    supervisor.start("flaky", flaky)
    await until(lambda: len(starts) == 2)
    status = supervisor.statuses()["flaky"]
    assert (status.state, status.restarts, status.detail) == (ServiceState.RUNNING, 1, detail)
    assert [(one.state, one.detail) for one in told] == [(ServiceState.RESTARTING, detail)]
    await supervisor.stop(1)


async def test_service_that_may_end() -> None:
    """It is shown as ended, and nobody is told of a fault."""
    told: list[ServiceStatus] = []
    supervisor = supervised(told)

    async def once() -> None:
        return

    supervisor.start("once", once, may_end=True)
    await until(lambda: supervisor.statuses()["once"].state is ServiceState.ENDED)
    assert told == []
    await supervisor.stop(1)


async def test_task_cancelled_from_outside_is_shown() -> None:
    supervisor = supervised()

    async def serve() -> None:
        await asyncio.Event().wait()

    supervisor.start("serve", serve)
    (task,) = [task for task in asyncio.all_tasks() if task.get_name() == "serve"]
    await asyncio.sleep(0)
    task.cancel()
    await until(lambda: supervisor.statuses()["serve"].state is ServiceState.ENDED)
    assert not supervisor.statuses()["serve"].may_end
    await supervisor.stop(1)


async def test_journal_that_fails_stops_no_service() -> None:
    async def tell(_: ServiceStatus) -> None:
        raise StoreError("disk is full")

    supervisor = Supervisor(tell, first_pause_s=0.001)
    starts: list[int] = []

    async def flaky() -> None:
        starts.append(1)
        if len(starts) < 4:
            by_raising()
        await asyncio.Event().wait()

    supervisor.start("flaky", flaky)
    await until(lambda: len(starts) == 4)
    await supervisor.stop(1)


async def test_crash_loop_is_told_seldom() -> None:
    """Of the 1st, 2nd, 4th, 8th, ... end."""
    told: list[ServiceStatus] = []
    supervisor = supervised(told)
    starts: list[int] = []

    async def flaky() -> None:
        starts.append(1)
        if len(starts) <= 9:
            by_raising()
        await asyncio.Event().wait()

    supervisor.start("flaky", flaky)
    await until(lambda: len(starts) == 10)
    assert [status.restarts for status in told] == [1, 2, 4, 8]
    await supervisor.stop(1)


async def test_services_stop_last_first_each_after_the_other() -> None:
    supervisor = Supervisor()
    stopped: list[str] = []

    async def serve(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            stopped.append(name)

    supervisor.start("devices", lambda: serve("devices"))
    supervisor.start("effects", lambda: serve("effects"))
    await asyncio.sleep(0)
    await supervisor.stop(5)
    assert stopped == ["effects", "devices"]


async def test_a_waiter_hears_of_commits_it_has_not_seen() -> None:
    commits = Signal()
    seen = commits.count
    commits.notify()
    await asyncio.wait_for(commits.wait_past(seen), 1)
    waiting = asyncio.create_task(commits.wait_past(commits.count))
    await asyncio.sleep(0)
    assert not waiting.done()
    commits.notify()
    await asyncio.wait_for(waiting, 1)
    await commits.wait_past(commits.count, timeout_s=0.01)


async def test_a_commit_wakes_only_those_whose_rows_it_touched() -> None:
    commits = ChangeSignals(asyncio.get_running_loop())
    jobs, timers = commits.jobs.count, commits.timers.count
    await asyncio.to_thread(commits.notify_from_thread, [Change.EVENTS, Change.JOBS])
    await asyncio.wait_for(commits.jobs.wait_past(jobs), 1)
    assert (commits.jobs.count, commits.timers.count) == (jobs + 1, timers)
