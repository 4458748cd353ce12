"""Keeps the services of the agent running, and says how each is doing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from edge_agent.runtime.backoff import backoff_s

log = structlog.get_logger()
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0


class ServiceState(StrEnum):
    """Whether a service runs, waits to be started again after a fault, or ended by itself."""

    RUNNING = "running"
    RESTARTING = "restarting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service of the agent."""

    name: str
    state: ServiceState
    restarts: int
    detail: str


class Supervisor:
    """Runs services side by side; one that fails is started again, the others never notice."""

    def __init__(self) -> None:
        self._statuses: dict[str, ServiceStatus] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        """Starts a service; it is started again whenever it raises."""
        self._statuses[name] = ServiceStatus(name, ServiceState.RUNNING, 0, "")
        self._tasks.append(asyncio.create_task(self._keep_running(name, service), name=name))

    def statuses(self) -> dict[str, ServiceStatus]:
        """Name -> status."""
        return dict(self._statuses)

    async def stop(self, deadline_s: float) -> None:
        """Stops the services one after the other, the last started first.

        Args:
            deadline_s: how long all of them together may take; who is late is left behind.
        """
        deadline = asyncio.get_running_loop().time() + deadline_s
        for task in reversed(self._tasks):
            task.cancel()
            remaining = max(deadline - asyncio.get_running_loop().time(), 0.1)
            _, hanging = await asyncio.wait([task], timeout=remaining)
            if hanging:
                log.error("service did not stop", service=task.get_name())

    async def _keep_running(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        restarts = in_a_row = 0
        while True:
            began = loop.time()
            try:
                await service()
            # Whatever a service raises, the lane goes on and the fault is shown.
            except Exception as error:
                log.exception("service failed", service=name)
                restarts += 1
                in_a_row = 0 if loop.time() - began > HEALTHY_AFTER_S else in_a_row + 1
                detail = f"{type(error).__name__}: {error}"
                self._statuses[name] = ServiceStatus(
                    name, ServiceState.RESTARTING, restarts, detail
                )
                await asyncio.sleep(backoff_s(in_a_row, FIRST_PAUSE_S, LONGEST_PAUSE_S))
                self._statuses[name] = ServiceStatus(name, ServiceState.RUNNING, restarts, detail)
            else:
                self._statuses[name] = ServiceStatus(
                    name, ServiceState.ENDED, restarts, "ended by itself"
                )
                return
