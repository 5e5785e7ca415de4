"""The web app: its files, and its one page under every path it knows."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fleetcost.api.problem import respond as respond_error
from fleetcost.errors import ObjectMissingError


async def asset(request: Request) -> Response:
    """`GET /assets/…`: a built file, named by its content and therefore kept for a year."""
    found = request.app.state.web.file(f"assets/{request.path_params['name']}")
    if found is None:
        return Response(b"not found\n", 404, media_type="text/plain")
    return Response(
        found.content, media_type=found.media_type, headers={"cache-control": "public, max-age=31536000, immutable"}
    )


async def page(request: Request) -> Response:
    """Every other path: the page, which knows its own routes; under `/model` and `/api` an unknown path is an error."""
    path = request.path_params["path"]
    if path.split("/")[0] in {"model", "api"}:
        return respond_error(request, ObjectMissingError(f"{request.url.path}: there is no such route"))
    found = request.app.state.web.file(path) if "." in path else None
    if found is not None:
        return Response(found.content, media_type=found.media_type, headers={"cache-control": "no-cache"})
    depth = path.count("/")
    index = request.app.state.web.index("../" * depth or "./")
    return Response(index, media_type="text/html", headers={"cache-control": "no-cache"})
