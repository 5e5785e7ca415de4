"""A small HTTP server that nobody can hold up: so many connections, each so long, heads of a limited size."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from socket import SHUT_RDWR, socket
from typing import Any, cast

from fleetcost.ops import log

MOST_CONNECTIONS = 32
"""More are closed at once; probes and one Prometheus need a few."""

CONNECTION_SECONDS = 10.0
"""How long a connection may last from its first byte to its last; each carries one request."""

LARGEST_HEAD = 16 << 10
"""Bytes of a request's first line and headers."""

_log = log.get("agent")


class BoundedServer(ThreadingHTTPServer):
    """
    A thread per connection, and both are limited.

    Args:
        bind, port: where it listens
        handler: answers a request
        seconds: how long a connection may last
    """

    daemon_threads = True

    def __init__(
        self, bind: str, port: int, handler: type[BoundedHandler], seconds: float = CONNECTION_SECONDS
    ) -> None:
        self._seconds = seconds
        self._since: dict[socket, float] = {}
        self._lock = threading.Lock()
        super().__init__((bind, port), handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401 - the library's form
        """Take a connection, unless there are too many."""
        del client_address
        with self._lock:
            if len(self._since) >= MOST_CONNECTIONS:
                return False
            self._since[request] = time.monotonic()
            return True

    def service_actions(self) -> None:
        """End connections whose time is over; the library calls this about twice a second."""
        over = time.monotonic() - self._seconds
        with self._lock:
            late = [one for one, since in self._since.items() if since < over]
        for one in late:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the library's form
        """Close a connection and give its place to another."""
        with self._lock:
            self._since.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the library's form
        """Log what is ours; clients that leave are not news."""
        del request
        error = sys.exception()
        if not isinstance(error, OSError):
            _log.error("request failed", client=str(client_address[0]), exc_info=error)


class BoundedHandler(BaseHTTPRequestHandler):
    """Reads a head of a limited size."""

    def setup(self) -> None:
        """Begin to count."""
        super().setup()
        # Of its methods the library calls these three only.
        self.rfile = cast("BufferedIOBase", _Head(self.rfile))

    def log_message(self, *_: object) -> None:
        """Keep quiet: probes are not news."""


class _Head:
    """Lines up to a limit; beyond it the connection ends, because a head that is cut says something else."""

    def __init__(self, lines: BufferedIOBase) -> None:
        self._lines = lines
        self._left = LARGEST_HEAD

    def readline(self, most: int = -1) -> bytes:
        line = self._lines.readline(self._left + 1 if most < 0 else min(most, self._left + 1))
        self._left -= len(line)
        if self._left < 0:
            raise ConnectionAbortedError(f"at most {LARGEST_HEAD} bytes of address and headers are read")
        return line

    def close(self) -> None:
        self._lines.close()

    @property
    def closed(self) -> bool:
        return self._lines.closed
