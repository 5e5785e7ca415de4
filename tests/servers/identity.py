"""
Token services on loopback: AWS STS, EC2 and container credentials, Microsoft's token endpoint, Google's metadata.

Each answers in the shape of the real one and keeps what it was asked.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One request.

    Attributes:
        method: such as `POST`
        path: without the query
        fields: of the query and of a form in the body
        headers: names in lower case
    """

    method: str
    path: str
    fields: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back."""

    status: int
    kind: str
    body: str


@dataclass(slots=True)
class TokenService:
    """
    A running service.

    Attributes:
        port: on loopback
        answer: decides what each request gets
        asked: every request so far
    """

    port: int
    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)


@contextlib.contextmanager
def token_service(answer: Callable[[Asked], Answer], context: ssl.SSLContext | None = None) -> Iterator[TokenService]:
    """Serve for the length of the block, over TLS where a context is given."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            asked = _asked(self.command, self.path, dict(self.headers), self.rfile.read(length).decode())
            service.asked.append(asked)
            given = service.answer(asked)
            self.send_response(given.status)
            self.send_header("content-type", given.kind)
            self.send_header("content-length", str(len(given.body.encode())))
            self.end_headers()
            self.wfile.write(given.body.encode())

        do_GET = do_POST = do_PUT = reply  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Keep quiet about clients that hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service = TokenService(server.server_address[1], answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def as_json(value: object, status: int = 200) -> Answer:
    """Answer with JSON."""
    return Answer(status, "application/json", json.dumps(value))


def assumed_role(access_key: str, secret_key: str, token: str, expiration: str) -> Answer:
    """Answer as STS does when a role was assumed."""
    return Answer(
        200,
        "text/xml",
        '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        "<AssumeRoleWithWebIdentityResult><Credentials>"
        f"<AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>{secret_key}</SecretAccessKey>"
        f"<SessionToken>{token}</SessionToken><Expiration>{expiration}</Expiration>"
        "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
    )


def refused_role() -> Answer:
    """Answer as STS does when the role does not trust the token."""
    return Answer(
        403,
        "text/xml",
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
        "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>",
    )


def _asked(method: str, target: str, headers: dict[str, str], body: str) -> Asked:
    parts = urllib.parse.urlsplit(target)
    pairs = urllib.parse.parse_qsl(parts.query) + urllib.parse.parse_qsl(body)
    return Asked(method, parts.path, dict(pairs), {name.lower(): value for name, value in headers.items()})
