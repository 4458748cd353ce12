"""Services are kept running, stopped in order, and one's fault is nobody else's."""

import asyncio

from edge_agent.runtime.commits import Change, Commits, Signal
from edge_agent.runtime.supervisor import ServiceState, Supervisor


async def test_a_failing_service_is_started_again_and_shown() -> None:
    supervisor = Supervisor()
    starts: list[int] = []
    up = asyncio.Event()

    async def flaky() -> None:
        starts.append(1)
        if len(starts) == 1:
            raise RuntimeError("first time")
        up.set()
        await asyncio.Event().wait()

    supervisor.start("flaky", flaky)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert supervisor.statuses()["flaky"].state is ServiceState.RESTARTING
    await asyncio.wait_for(up.wait(), 5)
    status = supervisor.statuses()["flaky"]
    assert (status.state, status.restarts) == (ServiceState.RUNNING, 1)
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
    commits = Commits(asyncio.get_running_loop())
    jobs, timers = commits.jobs.count, commits.timers.count
    await asyncio.to_thread(commits.notify_from_thread, [Change.EVENTS, Change.JOBS])
    await asyncio.wait_for(commits.jobs.wait_past(jobs), 1)
    assert (commits.jobs.count, commits.timers.count) == (jobs + 1, timers)
