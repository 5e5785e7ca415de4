"""The web app: its files, and its one page under every path it knows."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fleetcost.api.problem import is_native, respond
from fleetcost.api.routing import identify
from fleetcost.errors import CallerError, ObjectMissingError

_API = frozenset({"model", "api", "allocation", "clusterInfo", "clusterInfoMap"})
"""First parts of paths under which nothing is a page."""


async def asset(request: Request) -> Response:
    """`GET /assets/…`: a built file, named by its content and therefore kept for a year."""
    found = request.app.state.web.file(f"assets/{request.path_params['name']}")
    if found is None:
        return Response(b"not found\n", 404, media_type="text/plain")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        # Compressed once, better than each answer could be: it is what a first visit waits for.
        return Response(found.packed, media_type=found.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


async def page(request: Request) -> Response:
    """Every other path: the page, which knows its own routes; below the APIs an unknown path is an error."""
    path = request.path_params.get("path", request.url.path.lstrip("/"))
    if path.split("/")[0] in _API:
        missing = ObjectMissingError(f"{request.url.path}: there is no such route")
        return respond(missing, native=is_native(request.url.path))
    try:
        # Where there are tokens, this is where a browser asks for one; it then sends it with every request.
        identify(request, request.app.state.services)
    except CallerError as error:
        return respond(error, native=True)
    found = request.app.state.web.file(path) if "." in path else None
    if found is not None:
        return Response(found.content, media_type=found.media_type, headers={"cache-control": "no-cache"})
    depth = path.count("/")
    index = request.app.state.web.index("../" * depth or "./")
    return Response(index, media_type="text/html", headers={"cache-control": "no-cache"})
