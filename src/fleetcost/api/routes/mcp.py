"""`POST /mcp`: the Model Context Protocol, on the API's port, for its callers, through its gate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from fleetcost.api.caller import Caller
from fleetcost.api.context import Context
from fleetcost.api.gate import Gate, Ticket
from fleetcost.api.mcp.catalogue import INSTRUCTIONS, RESOURCES, TOOLS
from fleetcost.api.mcp.protocol import (
    INVALID_PARAMS,
    LEGACY,
    METHOD_NOT_FOUND,
    MODERN,
    RESOURCE_NOT_FOUND,
    SERVER,
    SUPPORTED,
    Json,
    Message,
    ProtocolError,
    failure,
    identity_of,
    parse_body,
    parse_message,
)
from fleetcost.api.mcp.tool import Arguments, Ask, Tool
from fleetcost.api.parameters import read_parameters
from fleetcost.api.problem import CrossSiteError, problem_of, respond
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.routing import body_in_time, identify
from fleetcost.api.services import Services
from fleetcost.api.words import Scope
from fleetcost.errors import FleetcostError
from fleetcost.ops import log
from fleetcost.ops.cross_site import foreign

PATH = "/mcp"

FRESH_MS = 60_000
"""How long a client may keep what it was given of tools and resources."""

_BY_PATH = {one.path: one for one in EVERY if one.method == "GET"}
_log = log.get("api")


async def mcp(request: Request) -> Response:
    """Answer one message of a client; there are no sessions and no streams."""
    services: Services = request.app.state.services
    try:
        if reason := foreign("POST", request.headers.get):
            raise CrossSiteError(f"{request.method} {PATH}: {reason}")
        caller = identify(request, services)
        caller.check(PATH, Scope.READ, whole_fleet=False)
        if request.method != "POST":
            return Response(status_code=405, headers={"allow": "POST"})
        body = await body_in_time(request)
    except FleetcostError as error:
        return respond(error, native=True)
    return await _answered(request, services, caller, body)


async def _answered(request: Request, services: Services, caller: Caller, body: bytes) -> Response:
    identity = None
    try:
        sent = parse_body(body)
        identity = identity_of(sent)
        message = parse_message(sent, request.headers)
        if message.identity is None:
            return Response(status_code=202)
        return _json(message.result(await _result(message, request, services, caller)))
    except ProtocolError as error:
        # In the older era a method that is not there is an answer like any other.
        older = error.code == METHOD_NOT_FOUND and request.headers.get("mcp-protocol-version") not in MODERN
        return _json(failure(identity, error), 200 if older else error.status)
    except FleetcostError as error:
        return respond(error, native=True)


async def _result(message: Message, request: Request, services: Services, caller: Caller) -> Json:
    if message.method in {"tools/call", "resources/read"}:
        gate: Gate = request.app.state.gate
        work = _work(message, services, caller)
        found: Json = await gate.run(request.receive, work)
        return found
    return _described(message)


def _described(message: Message) -> Json:
    """Answer what depends on nobody: who this is, and what it can do."""
    fresh: Json = {"ttlMs": FRESH_MS, "cacheScope": "public"} if message.modern else {}
    able: Json = {"tools": {}, "resources": {}}
    match message.method, message.modern:
        case "server/discover", True:
            return {"supportedVersions": list(SUPPORTED), "capabilities": able, "instructions": INSTRUCTIONS, **fresh}
        case "initialize", False:
            asked = message.params.get("protocolVersion")
            version = asked if asked in LEGACY else LEGACY[0]
            return {
                "protocolVersion": version,
                "capabilities": able,
                "serverInfo": SERVER,
                "instructions": INSTRUCTIONS,
            }
        case "ping", False:
            return {}
        case "tools/list", _:
            return {"tools": [tool.document() for tool in TOOLS.values()], **fresh}
        case "resources/list", _:
            return {"resources": [one.document() for one in RESOURCES.values()], **fresh}
        case "resources/templates/list", _:
            return {"resourceTemplates": [], **fresh}
    raise ProtocolError(METHOD_NOT_FOUND, f"there is no method {message.method!r} here", status=404)


def _work(message: Message, services: Services, caller: Caller) -> Callable[[Ticket], Json]:
    """
    Return what is to be done in the gate.

    Raises:
        ProtocolError: there is no such tool or resource.
    """
    params = message.params
    if message.method == "resources/read":
        resource = RESOURCES.get(str(params.get("uri")))
        if resource is None:
            raise ProtocolError(
                RESOURCE_NOT_FOUND, f"there is no resource {params.get('uri')!r}: {', '.join(RESOURCES)}"
            )
        return lambda ticket: _read(resource.uri, resource.read(Arguments({}), asker(services, caller, ticket)))
    tool = TOOLS.get(str(params.get("name")))
    if tool is None:
        raise ProtocolError(INVALID_PARAMS, f"there is no tool {params.get('name')!r}: {', '.join(TOOLS)}")
    return lambda ticket: _called(tool, params.get("arguments") or {}, asker(services, caller, ticket), caller)


def asker(services: Services, caller: Caller, ticket: Ticket) -> Ask:
    """
    Return what asks the API's own routes for a caller: with its rights, its filter and its parameters' rules.

    Args:
        services: what the server is made of
        caller: who asks
        ticket: the place in the gate that all of its questions share
    """
    now = services.clock()

    def ask(path: str, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - a document of any route
        place, operation = _operation(path)
        operation.check(caller)
        read = read_parameters(QueryParams(dict(parameters)), operation.parameters)
        asked = (operation.path, operation.family, read.chosen, place)
        made = operation.bound(services)(Context(*asked, services.tables(), caller, ticket, now))
        return msgspec.json.decode(msgspec.json.encode(getattr(made, "document", made)))

    return ask


def _operation(path: str) -> tuple[dict[str, str], Any]:
    if path in _BY_PATH:
        return {}, _BY_PATH[path]
    start, _, last = path.rpartition("/")
    found = next(one for one in _BY_PATH if one.startswith(f"{start}/{{") and one.count("/") == path.count("/"))
    return {found[len(start) + 2 : -1]: last}, _BY_PATH[found]


def _called(tool: Tool, sent: object, ask: Ask, caller: Caller) -> Json:
    """Call a tool; what is wrong with a call is said to the model, which can mend it."""
    try:
        found = tool.call(tool.read(sent), ask)
    except Exception as error:  # noqa: BLE001 - the one place where a call's errors end
        problem = problem_of(error)
        return {"content": [{"type": "text", "text": problem.detail or problem.title}], "isError": True}
    text = json.dumps(found, separators=(",", ":"))
    arguments = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()[:16]
    _log.info("called", tool=tool.name, token=caller.name, arguments=arguments, characters=len(text))
    return {"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": False}


def _read(uri: str, found: Json) -> Json:
    text = json.dumps(found, separators=(",", ":"))
    return {"contents": [{"uri": uri, "mimeType": "application/json", "text": text}]}


def _json(document: Json, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(document), status, headers, "application/json")
