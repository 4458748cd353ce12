"""The HTTP interface of the agent; a refusal is an ``application/problem+json`` with its reason."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Body, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from edge_agent import __version__
from edge_agent.api.commands import COMMANDS, LaneCommand
from edge_agent.api.errors import (
    Conflict,
    ControlError,
    EdgeAgentError,
    ImportRefused,
    InvalidSettings,
    NotFound,
    PluginUnavailable,
    StoreError,
    StoreUncertain,
)
from edge_agent.api.values import Refused
from edge_agent.control.bounds import BoundedBodies, Bounds, bounded_protocol
from edge_agent.control.event_stream import Readers, server_sent_events
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
from edge_agent.control.problems import problem
from edge_agent.control.services import Services

_STATUS: tuple[tuple[type[EdgeAgentError], int, str], ...] = (
    (NotFound, 404, "not_known"),
    (Conflict, 409, "not_now"),
    (InvalidSettings, 422, "invalid_settings"),
    (ImportRefused, 422, "import_refused"),
    (PluginUnavailable, 409, "plugin_unavailable"),
    (StoreUncertain, 503, "uncertain"),
    (StoreError, 503, "store"),
)
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused, with the reason",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}
_CSV_BODY = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
_EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": EventMessage.model_json_schema()}}}
}
_LONGEST_PATH = 107
_Position = Annotated[int, Field(ge=0, le=2**63 - 1)]


def build_app(services: Services, stopping: asyncio.Event, bounds: Bounds | None = None) -> FastAPI:
    """The application that serves ``services``.

    Args:
        stopping: set when streams have to end, so that the server can.
    """
    bounds = bounds or Bounds()
    app = FastAPI(title="Lane edge agent", version=__version__, responses=_PROBLEMS)
    app.add_middleware(BoundedBodies, bounds=bounds)
    _explain_errors(app)
    _serve_lane(app, services, stopping, bounds)
    _serve_plugins(app, services)
    _serve_machine(app, services)
    return app


def _serve_lane(app: FastAPI, services: Services, stopping: asyncio.Event, bounds: Bounds) -> None:
    readers = Readers(bounds.streams)

    @app.get("/lane", tags=["lane"])
    async def lane() -> LaneMessage:
        """The lane: who is signed on, the sale, holds and prompts."""
        return await services.lane()

    for command_type in COMMANDS:
        app.post(
            f"/lane/{command_type.name}",
            tags=["lane"],
            summary=command_type.__name__,
            description=command_type.__doc__,
            response_model=LaneMessage,
        )(_handler_of(command_type, services))

    @app.get("/events", tags=["lane"], response_class=StreamingResponse, responses=_EVENT_STREAM)
    async def events(
        after: _Position | None = None,
        last_event_id: Annotated[_Position | None, Header()] = None,
    ) -> StreamingResponse:
        """Events as they are committed (server-sent events), from ``after`` on if given.

        Positions belong to one database: where a new or restored one has not come as far as
        ``after``, all of its events follow.
        """
        start = last_event_id if last_event_id is not None else after
        position = await services.position_behind(start)
        stream = readers.counted(server_sent_events(services, position, stopping))
        return StreamingResponse(stream, media_type="text/event-stream")


def _handler_of(
    command_type: type[LaneCommand], services: Services
) -> Callable[..., Awaitable[LaneMessage | JSONResponse]]:
    async def handle(command: LaneCommand) -> LaneMessage | JSONResponse:
        outcome = await services.command(command)
        if isinstance(outcome, Refused):
            return problem(409, "Refused by the lane", outcome.message, outcome.code)
        return outcome

    default: object = Body(default_factory=command_type) if not _required(command_type) else Body()
    handle.__annotations__["command"] = Annotated[command_type, default]
    return handle


def _required(command_type: type[LaneCommand]) -> bool:
    return any(field.is_required() for field in command_type.model_fields.values())


def _serve_plugins(app: FastAPI, services: Services) -> None:
    @app.get("/plugins/", tags=["plugins"])
    async def plugins() -> list[PluginMessage]:
        """Every plugin this lane knows."""
        return services.plugins()

    @app.get("/plugins/{plugin_id}", tags=["plugins"])
    async def plugin(plugin_id: str) -> PluginMessage:
        """One plugin with its settings and their schema."""
        return services.plugin(plugin_id)

    @app.put("/plugins/{plugin_id}", tags=["plugins"])
    async def change_plugin(plugin_id: str, change: PluginChange) -> PluginMessage:
        """Turns a plugin on or off or changes its settings, from the next event on."""
        return await services.change_plugin(plugin_id, change)

    @app.post("/plugins/{plugin_id}", tags=["plugins"])
    async def register_plugin(
        plugin_id: str, change: Annotated[PluginChange, Body(default_factory=PluginChange)]
    ) -> PluginMessage:
        """Registers a discovered plugin."""
        return await services.register_plugin(plugin_id, change)

    @app.delete("/plugins/{plugin_id}", tags=["plugins"])
    async def unregister_plugin(plugin_id: str) -> PluginMessage:
        """Unregisters a plugin; its settings and state are kept."""
        return await services.unregister_plugin(plugin_id)

    @app.get("/plugins/{plugin_id}/records", tags=["plugins"])
    async def records(plugin_id: str) -> dict[str, dict[str, Any]]:
        """The plugin's own table."""
        return await services.plugin_records(plugin_id)


def _serve_machine(app: FastAPI, services: Services) -> None:
    # A file as large as the bound takes ten times its size while it is read.
    one_import = asyncio.Lock()

    @app.get("/devices", tags=["machine"])
    async def devices() -> list[DeviceMessage]:
        """Every configured device and what is known of it."""
        return services.devices()

    @app.get("/outbox", tags=["machine"])
    async def outbox() -> OutboxMessage:
        """Progress of the delivery to Kafka."""
        return await services.outbox()

    @app.get("/jobs", tags=["machine"])
    async def jobs() -> list[JobMessage]:
        """Outputs that wait, failed, or may have happened."""
        return await services.jobs()

    @app.post("/jobs/{job_id}/{decision}", tags=["machine"], status_code=204)
    async def resolve_job(job_id: _Position, decision: Literal["repeat", "dismiss"]) -> None:
        """Prints a receipt again as a copy, or lets it be."""
        await services.resolve_job(job_id, decision)

    @app.post("/receipts/last/{edition}", tags=["machine"], status_code=204)
    async def print_again(edition: Literal["copy", "gift"]) -> None:
        """Prints the last sale's receipt once more: marked COPY, or without prices as a gift."""
        await services.print_again(edition)

    @app.get("/services/status/{service_id}", tags=["machine"])
    async def service(service_id: str) -> ServiceMessage:
        """One service: a task of the agent, a device or a plugin, by its name."""
        return services.service(service_id)

    @app.get("/health", tags=["machine"])
    async def health() -> HealthMessage:
        """Report the health, and what is wrong."""
        return await services.health()

    @app.put("/price-book", tags=["machine"], openapi_extra=_CSV_BODY)
    async def price_book(request: Request) -> ImportMessage:
        """Replaces the price book by the CSV in the body."""
        async with one_import:
            return await services.import_price_book(await _text(request))

    @app.put("/people", tags=["machine"], openapi_extra=_CSV_BODY)
    async def people(request: Request) -> ImportMessage:
        """Replaces the people who may sign on by the CSV in the body."""
        async with one_import:
            return await services.import_people(await _text(request))

    @app.put("/recalls", tags=["machine"], openapi_extra=_CSV_BODY)
    async def recalls(request: Request) -> ImportMessage:
        """Replaces the recalled goods by the CSV in the body."""
        async with one_import:
            return await services.import_recalls(await _text(request))


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ImportRefused(f"The file is not UTF-8 text (byte {error.start}).") from None
    except ClientDisconnect:
        raise ImportRefused("The file did not arrive whole; nothing was imported.") from None


def _explain_errors(app: FastAPI) -> None:
    @app.exception_handler(EdgeAgentError)
    async def explain(_: Request, error: EdgeAgentError) -> JSONResponse:
        for error_type, status, code in _STATUS:
            if isinstance(error, error_type):
                fields = error.fields if isinstance(error, InvalidSettings) else {}
                return problem(status, "Not done", str(error), code, fields)
        return problem(500, "The agent failed", str(error), "agent")

    @app.exception_handler(Exception)
    async def explain_fault(request: Request, error: Exception) -> JSONResponse:
        detail = f"{request.url.path} failed in the agent ({type(error).__name__}). See its log."
        return problem(500, "The agent failed", detail, "agent")

    @app.exception_handler(HTTPException)
    async def explain_path(request: Request, error: HTTPException) -> JSONResponse:
        detail = f"{request.method} {request.url.path}: {error.detail}. See /openapi.json."
        code = "body_too_large" if error.status_code == 413 else "no_such_request"
        return problem(error.status_code, "Not understood", detail, code)

    @app.exception_handler(RequestValidationError)
    async def explain_body(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = dict(_field_problem(problem) for problem in error.errors())
        listed = "; ".join(f"{name}: {reason}" for name, reason in fields.items())
        return problem(422, "Not understood", listed, "invalid_request", fields)


def _field_problem(problem: dict[str, Any]) -> tuple[str, str]:
    """Name of the field and what is wrong with it."""
    if problem["type"] == "json_invalid":
        return "body", f"is not JSON, at character {problem['loc'][-1]}"
    if problem["type"] == "model_attributes_type":
        return "body", "must be a JSON object, sent with content-type application/json"
    return ".".join(str(part) for part in problem["loc"][1:]) or "body", str(problem["msg"])


class ControlServer:
    """Serves the control socket until cancelled."""

    def __init__(self, services: Services, socket: Path, bounds: Bounds | None = None) -> None:
        self._stopping = asyncio.Event()
        self._bounds = bounds or Bounds()
        self._app = build_app(services, self._stopping, self._bounds)
        self._socket = socket

    async def run(self) -> None:
        """Listens; the socket is for its owner and group only."""
        listener = _listen(self._socket)
        ours = self._socket.stat().st_ino
        server = _Server(
            uvicorn.Config(
                self._app,
                http=bounded_protocol(self._bounds),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self._stopping.set()
            server.should_exit = True
            await serving
            raise
        finally:
            # Somebody may have put another one there.
            with contextlib.suppress(FileNotFoundError):
                if self._socket.stat().st_ino == ours:
                    self._socket.unlink()


class _Server(uvicorn.Server):
    """A server that leaves signals to the agent."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]
        return nullcontext()


def check_socket_path(path: Path) -> None:
    """Raises ``ControlError`` for a path that can never be the control socket's."""
    if len(os.fsencode(path)) > _LONGEST_PATH:
        raise ControlError(
            f"agent.socket: {path} is too long; a socket's path may have {_LONGEST_PATH} bytes."
        )
    if path.exists() and not path.is_socket():
        raise ControlError(f"agent.socket: {path} is there and is no socket; name another path.")


def free_socket(path: Path) -> None:
    """Removes the socket of an agent that is gone.

    Raises:
        ControlError: somebody answers there, it is no socket, or its path is too long.
    """
    check_socket_path(path)
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise ControlError(f"agent.socket: {path} cannot be used: {error.strerror}.") from error
    raise ControlError(f"agent.socket: another agent answers at {path}; stop it first.")


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    free_socket(path)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise ControlError(
            f"The control socket {path} cannot be opened: {error}. "
            "Its folder must be one that the agent may write to."
        ) from error
    path.chmod(0o660)
    return listener
