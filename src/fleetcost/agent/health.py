"""
The agent's small HTTP server: health, metrics, and repair.

```
GET       /healthz                                     the agent's account of itself
GET       /metrics                                     own metrics
POST      /etl/{asset,allocation}/repair?window=…      order a repair; also below /model; of one of many: &cluster=…
GET       /etl/status                                  repairs and how far they are
```

Scripts of the field order by GET; that takes a token in a header. Who may order and read is in `guard`.
"""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

import msgspec

from fleetcost.agent.bounded import CONNECTION_SECONDS, BoundedHandler, BoundedServer
from fleetcost.agent.guard import LOCAL, Denial, Guard
from fleetcost.errors import CallerError, SettingsError, TryAgainError
from fleetcost.ops import log, metrics

_REPAIRS = {"/etl/asset/repair": "Repairing Asset ETL", "/etl/allocation/repair": "Repairing Allocation ETL"}
_TRUE = {"1", "t", "true", "yes"}

_log = log.get("agent")


class Health(msgspec.Struct, frozen=True):
    """
    The agent's account of itself.

    Attributes:
        status: `waiting` for a source that has never answered, `starting`, `ok`, or `failing` after a failed round
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
class Handlers:
    """
    What answers at the port.

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
def serve_health(
    bind: str, port: int, handlers: Handlers, guard: Guard = LOCAL, seconds: float = CONNECTION_SECONDS
) -> Iterator[int]:
    """
    Serve in a thread while the block runs; yields the port.

    Args:
        bind: address it listens on
        port: its port, 0 for a free one
        handlers: what answers
        guard: who may order
        seconds: how long a connection may last

    Raises:
        SettingsError: the port is taken.
    """
    handler = type("Port", (_Port,), {"handlers": handlers, "guard": guard})
    try:
        server = BoundedServer(bind, port, handler, seconds)
    except OSError as error:
        raise SettingsError(f"listen on {bind}:{port}: {error.strerror}; choose another with --port") from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


class _Port(BoundedHandler):
    """Answers at the port; `serve_health` makes a class of it that knows handlers and guard."""

    handlers: ClassVar[Handlers]
    guard: ClassVar[Guard]

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        """Answer."""
        self._route()

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        """Answer."""
        self._route()

    def _route(self) -> None:
        path = urllib.parse.urlsplit(self.path).path.removeprefix("/model")
        header, peer, guard = self.headers.get, str(self.client_address[0]), self.guard
        if path in _REPAIRS:
            self._unless(guard.orders(self.command, header, peer), lambda: self._repair(_REPAIRS[path]))
        elif path == "/etl/status":
            self._unless(guard.reads(header, peer), lambda: self._envelope(200, self.handlers.jobs()))
        elif path == "/healthz":
            self._unless(guard.open_to(header, peer), self._health)
        elif path == "/metrics":
            self._unless(guard.open_to(header, peer), lambda: self._answer(200, metrics.CONTENT_TYPE, metrics.page()))
        else:
            known = " ".join(["/healthz", "/metrics", "/etl/status", *_REPAIRS])
            self._answer(404, "text/plain", f"not found: {known}\n".encode())

    def _unless(self, denied: Denial | None, answer: Callable[[], None]) -> None:
        if denied is None:
            answer()
            return
        _log.warning("refused", **self._facts(), reason=denied.reason)
        self._envelope(denied.status, None, message=denied.reason)

    def _health(self) -> None:
        self._answer(200, "application/json", msgspec.json.encode(self.handlers.health()))

    def _repair(self, said: str) -> None:
        parameters = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        force, dry_run = (parameters.get(name, "").lower() in _TRUE for name in ("force", "dryRun"))
        window, cluster = parameters.get("window", ""), parameters.get("cluster", "")
        try:
            job = self.handlers.repair(window, force, dry_run, cluster)
        except CallerError as error:
            self._envelope(400, None, message=str(error))
        except TryAgainError as error:
            self._envelope(503, None, message=str(error))
        else:
            _log.info("ordered", **self._facts(), window=window, force=force, dry_run=dry_run)
            self._envelope(200, said, job=job)

    def _facts(self) -> dict[str, str]:
        path = urllib.parse.urlsplit(self.path).path
        return {"method": self.command, "path": path, "client": str(self.client_address[0])}

    def _envelope(self, code: int, data: object, **more: object) -> None:
        status = "success" if code == HTTPStatus.OK else "error"
        body = {"code": int(code), "status": status, "data": data} | more
        self._answer(code, "application/json", msgspec.json.encode(body))

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
