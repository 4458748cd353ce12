"""The services behind the control server."""

from collections.abc import AsyncIterator
from typing import Any, Literal, Protocol

from edge_agent.api.commands import LaneCommand
from edge_agent.api.values import Refused
from edge_agent.control.messages import (
    DeviceMessage,
    EventMessage,
    HealthMessage,
    ImportMessage,
    JobMessage,
    LaneMessage,
    OutboxMessage,
    PluginChange,
    PluginMessage,
    ServiceMessage,
)


class Services(Protocol):
    """The agent as its control socket shows it.

    Every method may raise an ``EdgeAgentError``, which is answered as a problem.
    """

    async def lane(self) -> LaneMessage: ...

    async def command(self, command: LaneCommand) -> LaneMessage | Refused: ...

    def plugins(self) -> list[PluginMessage]: ...

    def plugin(self, plugin_id: str) -> PluginMessage: ...

    async def change_plugin(self, plugin_id: str, change: PluginChange) -> PluginMessage: ...

    async def register_plugin(self, plugin_id: str, change: PluginChange) -> PluginMessage: ...

    async def unregister_plugin(self, plugin_id: str) -> PluginMessage: ...

    async def plugin_records(self, plugin_id: str) -> dict[str, dict[str, Any]]: ...

    def devices(self) -> list[DeviceMessage]: ...

    async def outbox(self) -> OutboxMessage: ...

    async def jobs(self) -> list[JobMessage]: ...

    async def resolve_job(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None: ...

    async def print_again(self, edition: Literal["copy", "gift"]) -> None: ...

    def service(self, service_id: str) -> ServiceMessage: ...

    async def health(self) -> HealthMessage: ...

    async def position_behind(self, after: int | None) -> int:
        """The position behind which a reader of ``after`` begins; None: at the next event."""
        ...

    def events(self, after: int) -> AsyncIterator[EventMessage]: ...

    async def import_price_book(self, text: str) -> ImportMessage: ...

    async def import_people(self, text: str) -> ImportMessage: ...

    async def import_recalls(self, text: str) -> ImportMessage: ...
