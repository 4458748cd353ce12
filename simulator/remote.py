"""The simulated hardware over HTTP, for tests in other languages and for scripts."""

import asyncio
import io
import socket
from contextlib import nullcontext
from typing import Any, Literal

import uvicorn
from fastapi import Body, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from simulator.bench import Bench, NotPossible, NotThere

_LOOPBACK = "127.0.0.1"


def build_app(bench: Bench) -> FastAPI:
    """``GET /devices`` lists what there is; ``/docs`` what can be done with it."""
    app = FastAPI(title="Simulated lane hardware")

    @app.exception_handler(NotPossible)
    async def explain(_: Request, error: NotPossible) -> JSONResponse:
        status = 404 if isinstance(error, NotThere) else 409
        return JSONResponse({"detail": str(error)}, status_code=status)

    @app.get("/devices")
    async def devices() -> list[dict[str, Any]]:
        """Every device, with a printer's faults."""
        return bench.describe()

    @app.post("/devices/{name}/cable/{state}", status_code=204)
    async def cable(name: str, state: Literal["in", "out"]) -> None:
        """Plugs a device in, or pulls its cable."""
        await (bench.plug if state == "in" else bench.unplug)(name)

    @app.post("/devices/{name}/power/{state}", status_code=204)
    async def power(name: str, state: Literal["on", "off"]) -> None:
        """A printer's power."""
        await bench.power(name, state == "on")

    @app.post("/devices/{name}/drawer/{state}", status_code=204)
    async def drawer(name: str, state: Literal["open", "closed"]) -> None:
        """Opens the drawer with the key, or pushes it in."""
        bench.drawer(name, state == "open")

    @app.put("/devices/{name}/faults/{fault}", status_code=204)
    async def fault(
        name: str, fault: str, value: bool | float | int | None = Body(default=None)
    ) -> None:
        """Breaks or mends a device: ``true``, ``false``, or a number."""
        bench.fault(name, fault, value)

    @app.post("/devices/{name}/scan")
    async def scan(name: str, request: Request) -> dict[str, str]:
        """Scans the bytes of the body; answers what the scanner beeped."""
        return {"answer": await bench.scan(name, await request.body())}

    @app.get("/devices/{name}/paper")
    async def paper(name: str) -> PlainTextResponse:
        """The last receipt as text."""
        return PlainTextResponse(bench.receipt_text(name))

    @app.get("/devices/{name}/paper.png")
    async def picture(name: str) -> Response:
        """The last receipt as a picture."""
        png = io.BytesIO()
        bench.receipt_picture(name).save(png, "PNG")
        return Response(png.getvalue(), media_type="image/png")

    return app


class _Server(uvicorn.Server):
    """A server that leaves signals to the program."""

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]
        return nullcontext()


class RemoteBench:
    """Serves a bench on loopback; use as an asynchronous context manager."""

    def __init__(self, bench: Bench, port: int = 0) -> None:
        self._port = port
        config = uvicorn.Config(
            build_app(bench),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None
        self.url = ""
        """Its address, once it listens."""

    async def __aenter__(self) -> "RemoteBench":
        try:
            listener = socket.create_server((_LOOPBACK, self._port))
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"port {self._port}") from error
        self.url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        self._serving = asyncio.create_task(self._server.serve([listener]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
