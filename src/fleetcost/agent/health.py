"""
The agent's small HTTP server: health, metrics, and repair.

```
GET       /healthz                                     the agent's account of itself
GET       /metrics                                     own metrics
GET|POST  /etl/{asset,allocation}/repair?window=…      order a repair; also below /model; of one of many: &cluster=…
GET       /etl/status                                  repairs and how far they are
```
"""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from fleetcost.errors import CallerError, SettingsError
from fleetcost.ops import metrics

_REPAIRS = {"/etl/asset/repair": "Repairing Asset ETL", "/etl/allocation/repair": "Repairing Allocation ETL"}
_TRUE = {"1", "t", "true", "yes"}


class Health(msgspec.Struct, frozen=True):
    """
    The agent's account of itself.

    Attributes:
        status: `starting`, `ok`, or `failing` after a failed round
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


@dataclass(frozen=True, slots=True)
class Doors:
    """
    What the server opens to.

    Attributes:
        health: the agent's account of itself, ready to be encoded
        repair: orders a repair of `window` with `force` and `dry_run` for `cluster`, empty for the only one; returns
            its job, ready to be encoded
        jobs: every repair that is remembered, ready to be encoded
    """

    health: Callable[[], Any]
    repair: Callable[[str, bool, bool, str], Any]
    jobs: Callable[[], Any]


@contextmanager
def serve_health(bind: str, port: int, doors: Doors) -> Iterator[int]:
    """
    Serve in a thread while the block runs; yields the port.

    Raises:
        SettingsError: the port is taken.
    """
    try:
        server = ThreadingHTTPServer((bind, port), _handler(doors))
    except OSError as error:
        raise SettingsError(f"listen on {bind}:{port}: {error.strerror}; choose another with --port") from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _handler(doors: Doors) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._route()

        def do_POST(self) -> None:
            self._route()

        def log_message(self, *_: object) -> None:
            """Keep quiet: probes are not news."""

        def _route(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            path = parts.path.removeprefix("/model")
            parameters = dict(urllib.parse.parse_qsl(parts.query))
            plain: dict[str, Callable[[], None]] = {
                "/healthz": lambda: self._answer(200, "application/json", msgspec.json.encode(doors.health())),
                "/metrics": lambda: self._answer(200, metrics.CONTENT_TYPE, metrics.page()),
                "/etl/status": lambda: self._envelope(200, doors.jobs()),
            }
            if path in _REPAIRS:
                self._repair(_REPAIRS[path], parameters)
            elif path in plain:
                plain[path]()
            else:
                self._answer(404, "text/plain", f"not found: {' '.join([*plain, *_REPAIRS])}\n".encode())

        def _repair(self, said: str, parameters: dict[str, str]) -> None:
            force, dry_run = (parameters.get(name, "").lower() in _TRUE for name in ("force", "dryRun"))
            try:
                job = doors.repair(parameters.get("window", ""), force, dry_run, parameters.get("cluster", ""))
            except CallerError as error:
                self._envelope(400, None, message=str(error))
                return
            self._envelope(200, said, job=job)

        def _envelope(self, code: int, data: object, **more: object) -> None:
            body = {"code": code, "status": "success" if code == 200 else "error", "data": data} | more  # noqa: PLR2004
            self._answer(code, "application/json", msgspec.json.encode(body))

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
