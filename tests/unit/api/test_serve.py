"""The server on a real port: addresses as people write them, limits, stopping."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.fleetcost import get_bytes
from servers.process import free_port, running

pytestmark = pytest.mark.real


def raw(port: int, head: bytes) -> tuple[int, bytes]:
    """Send bytes and return the status and the body of the answer; 0 where the server hung up without one."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(head)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            return 0, b""
    top, _, body = received.partition(b"\r\n\r\n")
    return int(top.split()[1]), body


def request(target: bytes, *headers: bytes) -> bytes:
    """Return a request that ends its connection."""
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Connection: close", *headers, b"", b""])


def command(folder: Path, port: int, *extra: str) -> list[str]:
    """Return the command of an aggregator over an empty bucket."""
    store = folder / "federated-store.yaml"
    (folder / "bucket").mkdir(exist_ok=True)
    store.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder / 'bucket'}\n")
    return [
        sys.executable, "-m", "fleetcost", "aggregator", "run", "--storage-config", str(store),
        "--data-dir", str(folder / "data"), "--port", str(port), *extra,
    ]  # fmt: skip


def answers(port: int) -> bool:
    """Tell whether the first pass is done."""
    try:
        orchestrator = json.loads(get_bytes(f"http://127.0.0.1:{port}", "/model/debug/orchestrator"))
    except OSError:
        return False
    return bool(orchestrator["data"]["passes"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """An aggregator over an empty bucket."""
    folder, port = tmp_path_factory.mktemp("serve"), free_port()
    with running(
        command(folder, port),
        environment=dict(os.environ),
        log=folder / "log",
        ready=lambda: answers(port),
        patience=60,
    ) as process:
        yield port, process


@pytest.mark.parametrize(
    "target",
    [
        b'/model/allocation?window=1d&filter=cluster:"x"',
        b'/model/allocation?window=1d&filter=cluster:"x"%2Bnamespace:"y"',
        b'/model/allocation?window=1d&filter=namespace<~:"a"|label[app]~:"b"',
        b"/model/allocation?window=1d&filter=cluster:%22x%22",
    ],
)
def test_quotation_marks_may_be_written(server: tuple[int, subprocess.Popen[bytes]], target: bytes) -> None:
    """Addresses with quotation marks, as people type them for curl, are answered."""
    status, body = raw(server[0], request(target))
    assert status == 200
    assert json.loads(body)["code"] == 200


@pytest.mark.parametrize(
    "head",
    [
        request(b"/healthz?" + b"x" * 70_000),
        request(b"/healthz", b"X-Long: " + b"x" * 70_000),
        request(b"/healthz", *(b"X-%d: y" % number for number in range(9000))),
        b"GET /healthz HTTP/1.1\r\n" + b"X-A: b\r\n" * 20_000,
        b"nonsense\r\n\r\n",
    ],
    ids=["address", "header", "headers", "endless headers", "nonsense"],
)
def test_heads_have_a_limit(server: tuple[int, subprocess.Popen[bytes]], head: bytes) -> None:
    """A request whose address and headers are larger than 64 KiB, or that is none, is refused or hung up on."""
    status, _ = raw(server[0], head)
    assert status in {0, 400}
    assert raw(server[0], request(b"/healthz"))[0] == 200


def test_many_requests_on_one_connection(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """The limit is for one request, not for all that come over a connection."""
    once = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Pad: " + b"x" * 8000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server[0]), timeout=20) as connection:
        for _ in range(20):
            connection.sendall(once + b"\r\n")
            received = b""
            while b'"status":"ok"' not in received:
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200")


def test_the_server_does_not_say_what_it_is(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    """Answers name no server software."""
    with socket.create_connection(("127.0.0.1", server[0]), timeout=20) as connection:
        connection.sendall(request(b"/healthz"))
        head = connection.recv(65536).split(b"\r\n\r\n")[0].lower()
    assert b"server:" not in head


def test_costs_are_not_served_to_a_network_by_accident(tmp_path: Path) -> None:
    """Listening on every address without tokens ends with the reason and the cure."""
    done = subprocess.run(
        command(tmp_path, 0, "--bind", "0.0.0.0"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "--serve-without-authentication" in done.stderr


def test_the_server_ends_when_asked(tmp_path: Path) -> None:
    """A termination signal closes the database and ends the process without an error."""
    port = free_port()
    with running(
        command(tmp_path, port), environment=dict(os.environ), log=tmp_path / "log", ready=lambda: answers(port)
    ) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not (tmp_path / "data" / "fleetcost.duckdb.wal").exists()
