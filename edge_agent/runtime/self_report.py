"""The agent's own mishaps, for the journal."""

from edge_agent.api.events import ClockJumped, ServiceFailed
from edge_agent.runtime.pipeline.pipeline import Pipeline
from edge_agent.runtime.supervisor import ServiceStatus


class SelfReport:
    """Each report is a unit of work of its own."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def service_failed(self, service: ServiceStatus) -> None:
        """Journal that a service of the agent ended and is started again."""
        await self._pipeline.execute(
            lambda _, unit: unit.publish(
                ServiceFailed(
                    occurred_at=unit.now,
                    service=service.name,
                    detail=service.detail,
                    restarts=service.restarts,
                )
            )
        )

    async def clock_jumped(self, seconds: float) -> None:
        """Journal that the clock of the lane PC was set."""
        await self._pipeline.execute(
            lambda _, unit: unit.publish(ClockJumped(occurred_at=unit.now, seconds=seconds))
        )
