"""From a request to a handler and back: who asks, what is asked, the gate, the answer's bytes, errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fleetcost.api.access import presented
from fleetcost.api.answers import Kept, packed
from fleetcost.api.caller import EVERYBODY, Caller
from fleetcost.api.compat.warning import doubted
from fleetcost.api.context import Context
from fleetcost.api.gate import Gate, Ticket
from fleetcost.api.operation import DocumentReply, Operation, Reply
from fleetcost.api.parameters import ReadParameters, read_parameters
from fleetcost.api.problem import (
    CrossSiteError,
    ForbiddenError,
    MediaTypeError,
    RequestTooLargeError,
    SlowBodyError,
    UnknownTokenError,
    respond,
)
from fleetcost.api.services import Services
from fleetcost.api.together import Together
from fleetcost.api.words import Family
from fleetcost.ops import log
from fleetcost.ops.cross_site import foreign

Route = Callable[[Request], Awaitable[Response]]

LARGEST_BODY = 64 << 10
"""Bytes of a request's body that are read."""

BODY_SECONDS = 10.0
"""How long a request's body may take to arrive."""

JSON = "application/json"

LEFT_OUT = "x-fleetcost-left-out"
"""Names the parameters of a request that changed nothing in its answer."""

_log = log.get("api")


def route_of(operation: Operation) -> Route:
    """Turn an operation into a route of the web framework."""

    async def route(request: Request) -> Response:
        try:
            return await _answered(operation, request)
        except Exception as error:  # noqa: BLE001 - the one place where a request's errors end
            _note_refusal(request, error)
            return respond(error, native=operation.family is Family.NATIVE)

    return route


async def _answered(operation: Operation, request: Request) -> Response:
    caller = identify(request, request.app.state.services)
    _check_change(operation, request)
    operation.check(caller)
    read = read_parameters(request.query_params, operation.parameters, lenient=operation.lenient)
    response = await _given(operation, request, caller, read)
    if read.left_out:
        response.headers[LEFT_OUT] = read.header
    return response


async def _given(operation: Operation, request: Request, caller: Caller, read: ReadParameters) -> Response:
    """Answer a request whose parameters are read: what is kept, or what the handler makes."""
    services: Services = request.app.state.services
    gate: Gate = request.app.state.gate
    together: Together = request.app.state.together
    parameters = read.chosen
    places = {name: str(value) for name, value in request.path_params.items()}
    body = await body_in_time(request) if operation.takes is not None else b""
    # The state of the tables is read before the snapshot is opened: what is kept under it is never older.
    key = (_key(operation, parameters, places, caller, services), read.doubts)
    if operation.cached and (kept := services.answers.get(key)):
        return _sent(kept, request)

    def work(ticket: Ticket) -> Kept | Reply:
        asked = (operation.path, operation.family, parameters, places)
        context = Context(*asked, services.tables(), caller, ticket, services.clock(), body)
        made = operation.bound(services)(context)
        if isinstance(made, Reply):
            return made
        headed = made if isinstance(made, DocumentReply) else DocumentReply(made)
        kept = packed(msgspec.json.encode(doubted(headed.document, read.doubts)), JSON, headed.headers)
        if operation.cached:
            services.answers.put(key, kept)
        return kept

    # A file is sent as it is written, to one; every other answer may be sent to all who wait for it.
    if operation.cached and parameters.get("format", "json") == "json":
        made = await together.ask(key, request.receive, work)
    else:
        made = await gate.run(request.receive, work)
    if operation.changes:
        _log.info("changed", **_facts(request), token=caller.name)
    return _replied(made) if isinstance(made, Reply) else _sent(made, request)


def _check_change(operation: Operation, request: Request) -> None:
    """
    Check that what changes something comes from this server's own page or from a program, as JSON.

    Raises:
        CrossSiteError: a page of another site may have made a browser send it.
        MediaTypeError: a body of another type, which pages of other sites may send without the browser asking first.
    """
    if operation.changes and (reason := foreign(request.method, request.headers.get)):
        raise CrossSiteError(f"{request.method} {request.url.path}: {reason}")
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if operation.takes is not None and sent != JSON:
        raise MediaTypeError(
            f"{request.method} {request.url.path}: the body is read as {JSON}, sent was {sent or 'none'}"
        )


def _note_refusal(request: Request, error: Exception) -> None:
    """Log who was refused, not what was sent: a token that was mistyped is almost one."""
    if isinstance(error, ForbiddenError | CrossSiteError):
        _log.warning("refused", **_facts(request), reason=str(error))


def _facts(request: Request) -> dict[str, str]:
    return {
        "method": request.method,
        "path": request.url.path,
        "client": request.client.host if request.client else "",
    }


def identify(request: Request, services: Services) -> Caller:
    """
    Tell who asks.

    Raises:
        UnknownTokenError: there are tokens, and the request carries none of them.
    """
    if services.tokens is None:
        return EVERYBODY
    try:
        return services.tokens.identify(request.headers)
    except UnknownTokenError as error:
        # Without any token a browser has only not been asked for one yet.
        if presented(request.headers):
            _log.warning("refused", **_facts(request), reason=str(error))
        raise


def _key(
    operation: Operation, parameters: dict[str, str], places: dict[str, str], caller: Caller, services: Services
) -> Hashable:
    status = services.status()
    minute = int(services.clock().timestamp()) // 60
    return (
        operation.path,
        tuple(sorted(parameters.items())),
        tuple(sorted(places.items())),
        (caller.narrowed, *caller.filters.items()),
        (status.passes, status.done, status.last_pass_at, minute),
        services.registry.version if services.registry else 0,
        services.money.book.version,
    )


async def body_in_time(request: Request) -> bytes:
    """
    Read a request's body.

    Raises:
        SlowBodyError: it does not arrive in time.
        RequestTooLargeError: it is larger than any that is read.
    """
    try:
        return await asyncio.wait_for(_body(request), BODY_SECONDS)
    except TimeoutError:
        raise SlowBodyError(
            f"the body of {request.method} {request.url.path}: not whole within {BODY_SECONDS:g} s"
        ) from None


async def _body(request: Request) -> bytes:
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            raise RequestTooLargeError(f"the body of {request.method} {request.url.path}: at most {LARGEST_BODY} bytes")
        parts.append(part)
    return b"".join(parts)


def _sent(kept: Kept, request: Request) -> Response:
    headers = {"etag": kept.etag, "cache-control": "private, no-cache", "vary": "accept-encoding", **kept.headers}
    if request.headers.get("if-none-match") == kept.etag:
        return Response(status_code=304, headers=headers)
    if kept.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(kept.compressed, 200, headers | {"content-encoding": "gzip"}, kept.media_type)
    return Response(kept.body, 200, headers, kept.media_type)


def _replied(reply: Reply) -> Response:
    headers = {"cache-control": "no-store", **reply.headers}
    if reply.chunks is not None:
        return StreamingResponse(reply.chunks, reply.status, headers, reply.media_type)
    return Response(reply.body, reply.status, headers, reply.media_type)
