"""Keeps the services of the agent running, and says how each is doing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from edge_agent.api.text import described
from edge_agent.runtime.backoff import backoff_s

log = structlog.get_logger()
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0
Tell = Callable[["ServiceStatus"], Awaitable[None]]


class ServiceState(StrEnum):
    """A service runs, waits to be started again after a fault, or has done its work."""

    RUNNING = "running"
    RESTARTING = "restarting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service of the agent. ``may_end``: its end is no fault."""

    name: str
    state: ServiceState
    restarts: int
    detail: str
    may_end: bool = False


class Supervisor:
    """Runs services side by side; one that ends is started again, the others never notice."""

    def __init__(self, tell: Tell | None = None, first_pause_s: float = FIRST_PAUSE_S) -> None:
        """
        Args:
            tell: hears of a service that ended by a fault: of the first end, and then each time
                their number has doubled. What it raises is not the service's concern.
            first_pause_s: before a service is started again; doubled for each fault in a row.
        """
        self._tell = tell
        self._first_pause_s = first_pause_s
        self._statuses: dict[str, ServiceStatus] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(
        self, name: str, service: Callable[[], Awaitable[None]], *, may_end: bool = False
    ) -> None:
        """Start a service; it is started again whenever it ends, unless it may."""
        self._statuses[name] = ServiceStatus(name, ServiceState.RUNNING, 0, "", may_end)
        task = asyncio.create_task(self._keep_running(name, service, may_end), name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def statuses(self) -> dict[str, ServiceStatus]:
        """Name -> status."""
        return dict(self._statuses)

    async def stop(self, deadline_s: float) -> None:
        """Stop the services one after the other, the last started first.

        Args:
            deadline_s: how long all of them together may take; who is late is left behind.
        """
        self._stopping = True
        deadline = asyncio.get_running_loop().time() + deadline_s
        for task in reversed(self._tasks):
            task.cancel()
            remaining = max(deadline - asyncio.get_running_loop().time(), 0.1)
            _, hanging = await asyncio.wait([task], timeout=remaining)
            if hanging:
                log.error("service did not stop", service=task.get_name())

    async def _keep_running(
        self, name: str, service: Callable[[], Awaitable[None]], may_end: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        restarts = in_a_row = 0
        while True:
            began = loop.time()
            detail = await self._run_once(name, service)
            if not detail and may_end:
                self._statuses[name] = ServiceStatus(
                    name, ServiceState.ENDED, restarts, "has done its work", may_end
                )
                return
            detail = detail or "ended by itself"
            restarts += 1
            in_a_row = 0 if loop.time() - began > HEALTHY_AFTER_S else in_a_row + 1
            failed = ServiceStatus(name, ServiceState.RESTARTING, restarts, detail, may_end)
            self._statuses[name] = failed
            pause = asyncio.create_task(
                asyncio.sleep(backoff_s(in_a_row, self._first_pause_s, LONGEST_PAUSE_S))
            )
            if self._tell is not None and restarts & (restarts - 1) == 0:
                await self._tell_of(self._tell, failed)
            await pause
            self._statuses[name] = ServiceStatus(
                name, ServiceState.RUNNING, restarts, detail, may_end
            )

    async def _run_once(self, name: str, service: Callable[[], Awaitable[None]]) -> str:
        """The fault that ended a service; empty where it returned.

        It runs in a task of its own: one that cancels itself, or raises what ends tasks, ends that.
        """
        life = asyncio.ensure_future(_life_of(service))
        try:
            await asyncio.wait([life])
        finally:
            if not life.done():
                life.cancel()
                await asyncio.wait([life])
        if life.cancelled():
            log.error("service cancelled", service=name)
            return "CancelledError"
        error = life.exception() or life.result()
        if error is None:
            return ""
        detail = described(error)
        log.error("service failed", service=name, error=type(error).__name__, exc_info=error)
        return detail

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Show a service that somebody else than ``stop`` ended."""
        status = self._statuses[task.get_name()]
        if self._stopping or status.state is ServiceState.ENDED:
            return
        log.error("service ended", service=status.name)
        self._statuses[status.name] = ServiceStatus(
            status.name, ServiceState.ENDED, status.restarts, "cancelled from outside"
        )

    async def _tell_of(self, tell: Tell, failed: ServiceStatus) -> None:
        try:
            await tell(failed)
        # A journal that cannot be written stops no service; health says both.
        except Exception as error:
            log.warning(
                "service failure not recorded", service=failed.name, reason=described(error)
            )


async def _life_of(service: Callable[[], Awaitable[None]]) -> BaseException | None:
    """Run a service to its end; what would end the process or its loop is returned instead."""
    try:
        await service()
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        return error
    return None
