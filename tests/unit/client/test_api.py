"""The client of our own API: tokens, redirects, proxies, private authorities, and what is said where nobody answers."""

from __future__ import annotations

import argparse
import importlib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from fleetcost.cli.main import ABOUT
from fleetcost.client.api import ApiClient
from fleetcost.errors import CallerError, NoAnswerError, SettingsError
from fleetcost.ops.secret import Secret
from fleetcost.ops.tls import Tls

Seen = list[tuple[str, str]]
TOKEN = Secret("hidden")


@contextmanager
def server(
    status: int = 200, body: bytes = b"{}", location: Callable[[], str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, Seen]]:
    """A server that answers everything alike, with its address and what was asked: path and authorization."""
    seen: Seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers.get("authorization", "")))
            self.send_response(status)
            if location:
                self.send_header("location", location())
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        made.socket = tls.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{made.server_address[1]}", seen
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine is set to does not matter here."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def ask(url: str, token: Secret | None = TOKEN, tls: Tls | None = None) -> bytes:
    """Ask for one document."""
    with ApiClient(url, token, tls) as client:
        return client.get("/api/v1/allocations", {"window": "7d", "filter": 'a:"b&c"'})


def test_the_token_is_sent_and_parameters_are_escaped() -> None:
    """A token goes as a bearer; whatever a filter holds stays one parameter; an address may have a prefix."""
    with server() as (address, seen):
        assert ask(f"{address}/costs/") == b"{}"
    assert seen == [("/costs/api/v1/allocations?window=7d&filter=a%3A%22b%26c%22", "Bearer hidden")]


def test_a_redirect_does_not_take_the_token_to_another_server() -> None:
    """Another server learns what was asked, never who asked."""
    with server() as (other, heard), server(302, location=lambda: f"{other}/x") as (address, seen):
        ask(address)
    assert (seen[0][1], heard[0][1]) == ("Bearer hidden", "")


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual variables lead through a proxy, and past it."""
    with server(body=b"by proxy") as (proxy, seen), server(body=b"direct") as (address, _):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert ask("http://costs.example:9090") == b"by proxy"
        assert seen[0][0].startswith("http://costs.example:9090/api/v1/allocations")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert ask(address) == b"direct"


def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    """A certificate of a private authority is accepted with its file and refused without."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with server(tls=context) as (address, _):
        assert ask(address, tls=Tls(ca_file=tmp_path / "ca.pem")) == b"{}"
        with pytest.raises(NoAnswerError, match="certificate verify failed"):
            ask(address)
    with pytest.raises(SettingsError, match=r"absent\.pem"):
        ask(address, tls=Tls(ca_file=tmp_path / "absent.pem"))


@pytest.mark.parametrize(
    ("status", "body", "account", "cure"),
    [
        (401, b'{"title": "Unauthorized", "detail": "a token is needed"}', "Unauthorized: a token is", "--token-file"),
        (403, b"<html>", "HTTP 403", "--token-file"),
        (400, b'{"title": "Bad question", "detail": "window"}', "Bad question: window", "mend"),
        (400, b'{"code": 400, "message": "bad window"}', "bad window", "mend"),
        (502, b"<html>", "not an answer of an aggregator", "--url"),
        (500, b"[" * 5000, "not an answer of an aggregator", "--url"),
        (500, b"\xff", "not an answer of an aggregator", "--url"),
    ],
)
def test_refusals_say_what_is_the_case_and_what_to_do(status: int, body: bytes, account: str, cure: str) -> None:
    """An answer that is none is distinguished from a refusal of ours, and no message shows the token."""
    with server(status, body) as (address, _), pytest.raises(NoAnswerError) as refused:
        ask(address)
    assert account in refused.value.account
    assert cure in refused.value.cure
    assert refused.value.status == status
    assert "hidden" not in str(refused.value)


def test_nobody_there() -> None:
    """A port without a server is an error that can be tried again."""
    with pytest.raises(NoAnswerError, match="does not answer") as refused:
        ask("http://127.0.0.1:9")
    assert refused.value.status == 0


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    """An address stands in the list of processes; what it holds is not printed a second time."""
    with pytest.raises(CallerError, match="--token-file") as refused:
        ask("http://ann:hidden@127.0.0.1:9")
    assert "hidden" not in str(refused.value)


def test_every_command_that_asks_an_aggregator_can_send_a_token() -> None:
    """Whoever has `--url` has `--token-file` and `--ca-file`: no command stands before a protected server in vain."""
    asking = 0
    for command in ABOUT:
        parser = argparse.ArgumentParser()
        importlib.import_module(f"fleetcost.cli.{command}").add_parser(parser.add_subparsers(), ABOUT[command])
        for one in parsers(parser):
            flags = set(one._option_string_actions)
            asking += "--url" in flags
            assert "--url" not in flags or {"--token-file", "--ca-file"} <= flags, one.prog
    assert asking >= 4


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)
