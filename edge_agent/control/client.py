"""Talks to a running agent over its control socket."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from edge_agent.api.commands import LaneCommand
from edge_agent.api.errors import ControlError
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
    Problem,
    ServiceMessage,
)

T = TypeVar("T")


class ControlClient:
    """One client per program; use it as an asynchronous context manager.

    Every call raises ``ControlError``: with the HTTP status and the agent's own words where it
    refused, with status 0 where no agent answers.
    """

    def __init__(self, socket: Path, timeout_s: float = 10.0) -> None:
        self._socket = socket
        self._http = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(socket)),
            base_url="http://lane",
            timeout=timeout_s,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def lane(self) -> LaneMessage:
        """The lane as of the last commit."""
        return await self._ask(LaneMessage, "GET", "/lane")

    async def command(self, command: LaneCommand) -> LaneMessage:
        """Asks the lane for something; the lane after it."""
        body = command.model_dump(mode="json")
        return await self._ask(LaneMessage, "POST", f"/lane/{command.name}", json=body)

    async def plugins(self) -> list[PluginMessage]:
        """Every plugin."""
        return await self._ask(list[PluginMessage], "GET", "/plugins/")

    async def plugin(self, plugin_id: str) -> PluginMessage:
        """One plugin."""
        return await self._ask(PluginMessage, "GET", f"/plugins/{plugin_id}")

    async def change_plugin(self, plugin_id: str, change: PluginChange) -> PluginMessage:
        """Changes a plugin from the next event on."""
        body = change.model_dump(exclude_none=True)
        return await self._ask(PluginMessage, "PUT", f"/plugins/{plugin_id}", json=body)

    async def register_plugin(self, plugin_id: str) -> PluginMessage:
        """Registers a discovered plugin."""
        return await self._ask(PluginMessage, "POST", f"/plugins/{plugin_id}")

    async def unregister_plugin(self, plugin_id: str) -> PluginMessage:
        """Unregisters a plugin."""
        return await self._ask(PluginMessage, "DELETE", f"/plugins/{plugin_id}")

    async def devices(self) -> list[DeviceMessage]:
        """Every configured device."""
        return await self._ask(list[DeviceMessage], "GET", "/devices")

    async def outbox(self) -> OutboxMessage:
        """Progress of the delivery."""
        return await self._ask(OutboxMessage, "GET", "/outbox")

    async def jobs(self) -> list[JobMessage]:
        """Outputs that a person should know of."""
        return await self._ask(list[JobMessage], "GET", "/jobs")

    async def resolve_job(self, job_id: int, decision: Literal["repeat", "dismiss"]) -> None:
        """Decides about a receipt."""
        await self._request("POST", f"/jobs/{job_id}/{decision}")

    async def print_again(self, edition: Literal["copy", "gift"]) -> None:
        """Prints the last receipt once more."""
        await self._request("POST", f"/receipts/last/{edition}")

    async def service(self, service_id: str) -> ServiceMessage:
        """One service."""
        return await self._ask(ServiceMessage, "GET", f"/services/status/{service_id}")

    async def health(self) -> HealthMessage:
        """Report the health."""
        return await self._ask(HealthMessage, "GET", "/health")

    async def import_price_book(self, text: str) -> ImportMessage:
        """Replaces the price book by a CSV."""
        return await self._ask(ImportMessage, "PUT", "/price-book", content=text.encode())

    async def import_people(self, text: str) -> ImportMessage:
        """Replaces the people by a CSV."""
        return await self._ask(ImportMessage, "PUT", "/people", content=text.encode())

    async def import_recalls(self, text: str) -> ImportMessage:
        """Replaces the recalled goods by a CSV."""
        return await self._ask(ImportMessage, "PUT", "/recalls", content=text.encode())

    async def events(self, after: int | None = None) -> AsyncIterator[EventMessage]:
        """Events as they are committed, behind position ``after`` or from now on."""
        params = {} if after is None else {"after": after}
        try:
            async with self._http.stream("GET", "/events", params=params, timeout=None) as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        yield EventMessage.model_validate_json(line.removeprefix("data: "))
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    async def _ask(self, kind: type[T], method: str, path: str, **request: Any) -> T:
        response = await self._request(method, path, **request)
        try:
            return TypeAdapter(kind).validate_json(response.content)
        except ValidationError as error:
            raise ControlError(
                f"The agent's answer to {path} was not understood: {error}"
            ) from error

    async def _request(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.is_success:
            return response
        try:
            problem = Problem.model_validate(response.json())
        except (json.JSONDecodeError, ValidationError):
            message = f"{path} was refused with {response.status_code}."
            raise ControlError(message, response.status_code) from None
        raise ControlError(problem.detail, response.status_code, problem.code, problem.fields)

    def _unreachable(self, error: httpx.HTTPError) -> ControlError:
        return ControlError(
            f"No agent answers at {self._socket} ({type(error).__name__}). "
            "Is edge-agent running, and may you use its socket?"
        )
