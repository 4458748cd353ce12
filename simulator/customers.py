"""A company's customer system: ``GET /customers/{id}`` answers tier and points as JSON."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PREFIX = "/customers/"


class CustomerSystem:
    """Listens on a loopback port of its own from ``start`` to ``stop``."""

    def __init__(self, customers: Mapping[str, Mapping[str, Any]]) -> None:
        self.customers = customers
        self.away = False
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """The address pattern that the customer-lookup plugin takes."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}{_PREFIX}{{customer_id}}"

    def start(self) -> None:
        """Begins to answer."""
        system = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = system.answer(self.path)
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Quiet: nobody reads this system's log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stops answering."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, path: str) -> tuple[int, Mapping[str, Any]]:
        """Status and body for a path."""
        if self.away:
            return 503, {"error": "down for maintenance"}
        customer = self.customers.get(path.removeprefix(_PREFIX))
        return (404, {"error": "unknown"}) if customer is None else (200, customer)
