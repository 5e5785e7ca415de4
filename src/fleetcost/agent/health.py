"""The agent's small HTTP server: `/healthz` and `/metrics`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from fleetcost.errors import SettingsError
from fleetcost.ops import metrics


class Health(msgspec.Struct, frozen=True):
    """
    The agent's account of itself.

    Attributes:
        status: `starting` before the first round, then `ok`, or `failing` after a failed one
        cluster: whose agent
        rounds: rounds finished
        last_round_at: when the last one ended
        last_error: of the last failed round
    """

    status: str
    cluster: str
    rounds: int
    last_round_at: str | None
    last_error: str


@contextmanager
def serve_health(bind: str, port: int, health: Callable[[], Health]) -> Iterator[int]:
    """
    Serve in a thread while the block runs; yields the port.

    Raises:
        SettingsError: the port is taken.
    """
    try:
        server = ThreadingHTTPServer((bind, port), _handler(health))
    except OSError as error:
        raise SettingsError(f"listen on {bind}:{port}: {error.strerror}; choose another with --port") from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _handler(health: Callable[[], Health]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/healthz":
                self._answer(200, "application/json", msgspec.json.encode(health()))
            elif path == "/metrics":
                self._answer(200, metrics.CONTENT_TYPE, metrics.page())
            else:
                self._answer(404, "text/plain", b"not found: this server has /healthz and /metrics\n")

        def log_message(self, *_: object) -> None:
            """Keep quiet: probes are not news."""

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
