"""A client that asks an application directly, byte for byte as a server would hand the request over."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from starlette.types import ASGIApp

PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class AsgiClient:
    """Asks an application that runs in an event loop of its own; use it as a context manager."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asgi", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(_ended(), self._loop).result(PATIENCE_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(
        self,
        target: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        leave_after: float | None = None,
    ) -> Answered:
        """
        Send a request and wait for its answer.

        Args:
            target: path and query, as they are on the wire
            method: of HTTP
            headers: names in any case
            body: of the request
            leave_after: seconds after which the client goes away
        """
        asked = self._asked(target, method, headers or {}, body, leave_after)
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(PATIENCE_SECONDS)

    async def _asked(
        self, target: str, method: str, headers: Mapping[str, str], body: bytes, leave_after: float | None
    ) -> Answered:
        path, _, query = target.partition("?")
        if body:
            headers = {"content-type": "application/json", **headers}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": urllib.parse.unquote(path), "raw_path": path.encode(), "query_string": query.encode(),
            "root_path": "", "server": ("127.0.0.1", 9090), "client": ("127.0.0.1", 1),
            "headers": [(name.lower().encode(), value.encode()) for name, value in {"host": "x", **headers}.items()],
        }  # fmt: skip
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        if leave_after is not None:
            asyncio.get_running_loop().call_later(leave_after, incoming.put_nowait, {"type": "http.disconnect"})
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, incoming.get, send)
        return _answered(sent)


async def _ended() -> None:
    """End what still runs, and what ending it begins, as a server does before its loop goes."""
    while running := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running)


def _answered(sent: list[dict[str, Any]]) -> Answered:
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    repeated: dict[str, list[str]] = {}
    for name, value in start["headers"]:
        repeated.setdefault(name.decode().lower(), []).append(value.decode())
    headers = {name: ", ".join(values) for name, values in repeated.items()}
    return Answered(start["status"], headers, body, repeated)
