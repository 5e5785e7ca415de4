"""What every request is checked for, and security headers on every response."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fleetcost.api.problem import MisdirectedError, is_native, respond
from fleetcost.ops.cross_site import host_of

HEADERS = {
    # Charts set style attributes; scripts, styles, fonts and requests come from this server alone.
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to what the application sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and mark the response."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, marked)


class KnownHosts:
    """
    Refuses requests for a host this server is not known by.

    Without tokens a page of another site could read all costs through a visitor's browser: its name is made to lead to
    this server's address, and the browser takes both for one site. Its requests still carry that name.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            sent = Headers(scope=scope).getlist("host")
            if len(sent) != 1 or host_of(sent[0]) not in self._hosts:
                error = MisdirectedError(
                    f"this server is not known as {', '.join(sent) or 'nobody'}: without tokens it answers as "
                    f"{', '.join(sorted(self._hosts))}; name others with --allowed-hosts, or give a tokens_file"
                )
                await respond(error, native=is_native(Request(scope).url.path))(scope, receive, send)
                return
        await self._app(scope, receive, send)
