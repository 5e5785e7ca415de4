"""The agent's port against neighbours: who may order, from where, by which name, how long and how much."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.agent.bounded import LARGEST_HEAD
from fleetcost.agent.guard import LOCAL, Guard
from fleetcost.agent.health import Handlers, Health, serve_health
from fleetcost.errors import TryAgainError

TOKEN = "a-token-for-repairs"
ORDER = "/model/etl/allocation/repair?window=1d&force=true"


class Port:
    """A port, and what was ordered at it."""

    def __init__(self, guard: Guard, seconds: float = 10.0) -> None:
        self.ordered: list[str] = []
        handlers = Handlers(lambda: Health("ok", "c1", 1, None, ""), self._order, lambda: ["a job"])
        self._serving = serve_health("0.0.0.0", 0, handlers, guard, seconds)
        self._open: list[socket.socket] = []
        self.number = 0

    def _order(self, window: str, force: bool, dry_run: bool, cluster: str) -> str:  # noqa: FBT001 - the door's own order
        if window == "full":
            raise TryAgainError("too many")
        self.ordered.append(f"{window} {force} {dry_run} {cluster}")
        return "the job"

    def __enter__(self) -> Self:
        self.number = self._serving.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for one in self._open:
            one.close()
        self._serving.__exit__(*error)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, source: str = "127.0.0.1") -> Any:
        """Ask from an address of this machine; return status and document."""
        connection = http.client.HTTPConnection("127.0.0.1", self.number, timeout=10, source_address=(source, 0))
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body) if answer.headers["content-type"] == "application/json" else body

    def opened(self, *sent: bytes) -> list[socket.socket]:
        """Open a connection for each text and send it."""
        made = []
        for text in sent:
            made.append(socket.create_connection(("127.0.0.1", self.number), timeout=10))
            made[-1].sendall(text)
        self._open += made
        return made


@pytest.fixture
def local() -> Iterator[Port]:
    """A port without a token, open to the network."""
    with Port(LOCAL) as opened:
        yield opened


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Port]:
    """A port whose orders want a token."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    with Port(Guard(file)) as opened:
        yield opened


NEIGHBOUR = "127.0.0.2"
"""An address that is not where this machine's own requests come from."""

ELSEWHERE = [
    {"origin": "http://evil.example"}, {"origin": "null"},
    {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"}, {"host": "evil.example:9003", "origin": "http://evil.example:9003"},
]  # fmt: skip


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_no_page_orders_anything(local: Port, guarded: Port, headers: dict[str, str]) -> None:
    """A page of another site, also one whose name leads here, orders nothing, with the token or without."""
    for method in ("GET", "POST"):
        assert local.ask(method, ORDER, headers)[0] in {403, 421}
        assert guarded.ask(method, ORDER, headers)[0] == 401
    assert local.ordered == guarded.ordered == []


def test_a_link_orders_nothing(local: Port) -> None:
    """A GET as a picture or a link sends it is refused with how to order instead; scripts send any key."""
    status, answer = local.ask("GET", ORDER)
    assert (status, "send it as POST" in answer["message"], local.ordered) == (403, True, [])
    assert local.ask("GET", ORDER, {"x-api-key": "any"})[0] == 200
    assert local.ask("POST", ORDER)[0] == 200
    assert local.ordered == ["1d True False "] * 2


def test_neighbours_order_nothing_without_a_token(local: Port) -> None:
    """From the network nobody orders or reads what was repaired; health and metrics are for probes."""
    for path in (ORDER, "/etl/status", "/model/etl/status"):
        status, answer = local.ask("POST" if "repair" in path else "GET", path, {"x-api-key": "any"}, NEIGHBOUR)
        assert (status, "repair_token_file" in answer["message"]) == (403, True)
    assert local.ask("GET", "/healthz", {"host": "10.0.0.1:9003"}, NEIGHBOUR)[0] == 200
    assert local.ask("GET", "/metrics", {"host": "agent.costs.svc:9003"}, NEIGHBOUR)[0] == 200
    assert local.ordered == []


def test_a_token_orders_from_anywhere(guarded: Port, tmp_path: Path) -> None:
    """With a token set it decides alone, here and from the network, and a new one counts at once."""
    for source in ("127.0.0.1", NEIGHBOUR):
        for headers in ({}, {"x-api-key": "wrong"}, {"authorization": "Basic OmEtdG9rZW4tZm9yLXJlcGFpcnM="}):
            assert guarded.ask("POST", ORDER, headers, source)[0] == 401
        assert guarded.ask("POST", ORDER, {"authorization": f"Bearer {TOKEN}"}, source)[0] == 200
        assert guarded.ask("GET", ORDER, {"x-api-key": TOKEN}, source)[0] == 200
        assert guarded.ask("GET", "/etl/status", {"x-api-key": TOKEN}, source)[1]["data"] == ["a job"]
    assert len(guarded.ordered) == 4
    (tmp_path / "token").write_text("another")
    assert guarded.ask("POST", ORDER, {"x-api-key": TOKEN})[0] == 401
    (tmp_path / "token").write_text("")
    assert guarded.ask("POST", ORDER, {"x-api-key": ""})[0] == 401
    (tmp_path / "token").unlink()
    assert guarded.ask("POST", ORDER, {"x-api-key": TOKEN})[0] == 503


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9003", "", "localhost.evil.example"])
def test_this_machine_s_browser_is_led_nowhere(local: Port, host: str) -> None:
    """A page whose name was made to lead to this machine reads nothing at all."""
    for path in ("/healthz", "/metrics", "/etl/status"):
        assert local.ask("GET", path, {"host": host})[0] == 421


def test_a_full_queue_is_to_be_asked_again(local: Port) -> None:
    """Where too many repairs wait the status is 503, and nothing is taken."""
    assert local.ask("POST", ORDER.replace("1d", "full"))[0] == 503


HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize("sent", [b"GET /" + b"x" * LARGEST_HEAD, HALF + (b"a: " + b"x" * 1000 + b"\r\n") * 20])
def test_a_head_has_a_size(local: Port, sent: bytes) -> None:
    """A head beyond the limit ends the connection: cut off it would say something else."""
    (connection,) = local.opened(sent)
    with contextlib.suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    assert local.ask("GET", "/healthz", {"x": "y" * (LARGEST_HEAD // 2)})[0] == 200


@given(
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["127.0.0.1", "::1", "127.0.0.6", "10.0.0.1", "::ffff:127.0.0.1", ""]),
    st.sampled_from(["localhost", "127.0.0.1:9003", "[::1]:9003", "evil.example", "10.0.0.1", ""]),
    st.none() | st.sampled_from(["http://localhost", "http://evil.example", "null"]),
    st.none() | st.sampled_from(["same-origin", "none", "cross-site"]),
)
def test_without_a_token_orders_are_this_machine_s(
    method: str, peer: str, host: str, origin: str | None, site: str | None
) -> None:
    """Whatever a page can send: an order passes only from this machine, by one of its names, from no other page."""
    headers = {"host": host, "origin": origin, "sec-fetch-site": site}
    if LOCAL.orders(method, headers.get, peer) is None:
        assert peer in {"127.0.0.1", "::1"}
        assert host in {"localhost", "127.0.0.1:9003", "[::1]:9003"}
        assert site in {None, "same-origin", "none"}
        assert site is not None or origin in {None, "http://localhost"}
        assert method == "POST" or site == "same-origin"
