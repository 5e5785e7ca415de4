"""Serving the application on a port, in this process: the database has one process, so the server has one too."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fleetcost.errors import SettingsError
from fleetcost.ops.cross_site import LOOPBACK, host_of

LARGEST_HEAD = 64 << 10
"""Bytes of a request's first line and headers."""

HEAD_SECONDS = 10.0
"""How long a connection has for the first line and headers of its next request."""


class BoundedProtocol(HttpToolsProtocol):
    """
    HTTP/1.1 whose request heads have limits of size and time; the parser itself would wait for one of any.

    This parser also takes quotation marks in addresses, which people write and `curl` sends as they are.
    """

    _head = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - the server has a narrower type than its base
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._await_nothing()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next head, unless it is there already."""
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self._await_head()

    def data_received(self, data: bytes) -> None:
        """Count what arrives before a request's head is complete."""
        if self.cycle is None or self.cycle.response_complete:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self.send_400_response(f"at most {LARGEST_HEAD} bytes of address and headers")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Count from the beginning at the next one."""
        self._head = 0
        self._await_nothing()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._await_nothing()
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _await_nothing(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def free_port(bind: str, port: int) -> int:
    """
    Check that a port can be listened on; port 0 chooses a free one.

    Raises:
        SettingsError: it is taken, or the address is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsError(f"listen on {bind}:{port}: {reason}; choose another with --port") from error
        return int(probe.getsockname()[1])


def check_exposure(bind: str, *, tokens: bool, without_authentication: bool) -> None:
    """
    Check that costs are not shown to a network without anybody having said so.

    Raises:
        SettingsError: the address is not loopback, and there are no tokens.
    """
    if bind in LOOPBACK or tokens or without_authentication:
        return
    raise SettingsError(
        f"listen on {bind}: everybody who reaches this address could read all costs; give a tokens_file, listen on "
        "127.0.0.1, or say --serve-without-authentication true where something in front of it asks who comes"
    )


def known_hosts(bind: str, allowed: str, *, tokens: bool) -> frozenset[str] | None:
    """
    Return the names a server answers to, None for every one.

    Args:
        bind: address it listens on
        allowed: further names, joined by commas
        tokens: every request must carry a token, which pages of other sites do not have
    """
    named = frozenset(host_of(name) for name in allowed.split(",") if name.strip())
    if tokens or (bind not in LOOPBACK and not named):
        return None
    return named | LOOPBACK | ({bind} if bind not in {"0.0.0.0", "::"} else frozenset())  # noqa: S104 - compared


def serve(app: Starlette, bind: str, port: int, on_start: Callable[[], None]) -> None:
    """
    Serve until the process is asked to stop.

    Args:
        app: the application
        bind: address to listen on
        port: a free port
        on_start: called when the server is about to listen
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> Any:  # noqa: ANN401 - the framework's form
        on_start()
        yield
        app.state.gate.close()

    app.router.lifespan_context = lifespan
    config = uvicorn.Config(
        app, host=bind, port=port, http=BoundedProtocol, ws="none", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    # The server ends its work at a signal and then raises the signal again; whoever called us cleans up after it.
    previous = signal.signal(signal.SIGTERM, _stopped)
    try:
        with suppress(KeyboardInterrupt, _StoppedError):
            uvicorn.Server(config).run()
    finally:
        signal.signal(signal.SIGTERM, previous)


class _StoppedError(BaseException):
    """The process was asked to stop."""


def _stopped(_signal: int, _frame: object) -> None:
    raise _StoppedError
