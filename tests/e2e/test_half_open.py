"""Connections that are opened and then say nothing, or too little: they end, and nobody else waits for them."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from fleetcost.agent.bounded import MOST_CONNECTIONS
from fleetcost.agent.guard import LOCAL
from fleetcost.api.serve import HEAD_SECONDS
from servers.process import free_port, running
from unit.agent.test_port import HALF, Port
from unit.api.test_serve import answers, command

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """An aggregator over an empty bucket."""
    folder, port = tmp_path_factory.mktemp("serve"), free_port()
    started = command(folder, port)
    with running(
        started, environment=dict(os.environ), log=folder / "log", ready=lambda: answers(port), patience=60
    ) as process:
        yield port, process


@pytest.fixture
def local() -> Iterator[Port]:
    """An agent's port without a token."""
    with Port(LOCAL) as opened:
        yield opened


def test_half_open_connections_are_closed(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """A head or a body that never ends is closed within seconds, in drops or not, and others are answered meanwhile."""
    port, _ = server
    host = b"Host: localhost\r\n"
    body = b"POST /api/v1/repairs HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
    heads = [b"", b"GET / HTTP/1.1\r\n" + host, b"GET /healthz HTTP/1.1\r\n" + host + b"\r\nGET /", body]
    with ExitStack() as stack:
        begun = time.monotonic()
        opened = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(40)]
        for number, one in enumerate(opened):
            one.sendall(heads[number % len(heads)])
        with suppress(OSError):
            while time.monotonic() - begun < HEAD_SECONDS + 10:
                opened[1].sendall(b"x")
                time.sleep(0.5)
        assert answers(port)
        for one in opened:
            with suppress(ConnectionError):
                while one.recv(65536):
                    pass
        assert time.monotonic() - begun < HEAD_SECONDS + 15


def test_half_open_connections_of_the_agent_end() -> None:
    """A head that never ends, and one that comes in drops, end when their time is over, and others are answered."""
    with Port(LOCAL, seconds=0.5) as port:
        silent, begun, dropping = port.opened(b"", HALF, HALF)
        assert soon(lambda: not _takes(dropping))
        assert silent.recv(1) == begun.recv(1) == b""
        assert port.ask("GET", "/healthz")[0] == 200


def test_so_many_connections_are_open(local: Port) -> None:
    """More connections than the most are closed at once; when they are gone others are answered."""
    held = local.opened(*[HALF] * MOST_CONNECTIONS)
    (beyond,) = local.opened(b"")
    assert beyond.recv(1) == b""
    for one in held:
        one.close()
    assert soon(lambda: _answers(local))


def soon(happens: Callable[[], bool]) -> bool:
    """Tell whether something happens within some seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.05)
    return False


def _takes(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"x")
    except OSError:
        return False
    return True


def _answers(port: Port) -> bool:
    try:
        return bool(port.ask("GET", "/healthz")[0] == 200)
    except (OSError, http.client.HTTPException):
        return False
