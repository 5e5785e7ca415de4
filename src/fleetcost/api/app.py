"""The application: routes, headers, limits, the web app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fleetcost import __version__
from fleetcost.api import openapi, reference
from fleetcost.api.access import Tokens
from fleetcost.api.gate import Gate
from fleetcost.api.headers import KnownHosts, SecurityHeaders
from fleetcost.api.problem import UnknownTokenError, respond, respond_unrouted
from fleetcost.api.routes.assets import ASSETS_OF_OPENCOST, assets_or_page
from fleetcost.api.routes.elsewhere import elsewhere_route
from fleetcost.api.routes.mcp import PATH as MCP
from fleetcost.api.routes.mcp import mcp
from fleetcost.api.routes.operations import EVERY, OPERATIONS
from fleetcost.api.routes.web import asset, page
from fleetcost.api.routing import identify, route_of
from fleetcost.api.together import Together
from fleetcost.errors import CallerError
from fleetcost.ops import metrics
from fleetcost.ui.files import WebApp

if TYPE_CHECKING:
    from fleetcost.api.services import Services


def create_app(services: Services, web: WebApp) -> Starlette:
    """
    Build the application.

    Args:
        services: what the server is made of; a route is handed the part it needs
        web: the built web app
    """
    guards = [Middleware(SecurityHeaders)]
    if services.hosts is not None:
        guards.append(Middleware(KnownHosts, hosts=services.hosts))
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", own_metrics),
            *(Route(one.path, route_of(one), methods=[one.method]) for one in OPERATIONS),
            Route(MCP, mcp, methods=["POST", "GET", "DELETE"]),
            Route("/assets", assets_or_page(ASSETS_OF_OPENCOST)),
            Route("/contexts/{id}/{path:path}", elsewhere_route(EVERY)),
            Route("/openapi.json", openapi_document),
            Route("/docs", docs),
            Route("/docs/style.css", docs_style),
            Route("/assets/{name:path}", asset),
            Route("/{path:path}", page),
        ],
        middleware=[*guards, Middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)],
        exception_handlers={HTTPException: respond_unrouted},
    )
    app.state.services = services
    app.state.web = web
    app.state.gate = Gate(services.limits.running, services.limits.waiting, services.limits.seconds)
    app.state.together = Together(app.state.gate)
    app.state.openapi = msgspec.json.encode(openapi.document(EVERY))
    app.state.docs = reference.page(EVERY).encode()
    return app


async def healthz(request: Request) -> Response:
    """
    `GET /healthz`: the process answers; whether questions can be answered, their answers say.

    It is 500 while the database is broken, which the ingest loop heals by itself within seconds, and while nothing is
    learned of the agents.
    """
    services: Services = request.app.state.services
    broken = services.database.broken or (services.registry.broken if services.registry else "")
    facts = {"status": "broken", "reason": broken} if broken else {"status": "ok"}
    content = msgspec.json.encode(facts | {"version": __version__})
    return Response(content, 500 if broken else 200, media_type="application/json")


async def own_metrics(request: Request) -> Response:
    """
    `GET /metrics`: own metrics, in Prometheus' text format; they hold no costs.

    Where there are tokens, metrics that name clusters are shown only to one that sees the whole fleet.
    """
    tokens = request.app.state.services.tokens
    content = metrics.page() if tokens is None or _sees_the_fleet(tokens, request) else metrics.nameless_page()
    return Response(content, media_type=metrics.CONTENT_TYPE)


def _sees_the_fleet(tokens: Tokens, request: Request) -> bool:
    try:
        return not tokens.identify(request.headers).narrowed
    except UnknownTokenError:
        return False


async def openapi_document(request: Request) -> Response:
    """`GET /openapi.json`: every route for programs."""
    return _kept(request, request.app.state.openapi, "application/json")


async def docs(request: Request) -> Response:
    """`GET /docs`: every route for people."""
    return _kept(request, request.app.state.docs, "text/html")


async def docs_style(request: Request) -> Response:
    """`GET /docs/style.css`: how the page looks; a file of its own, because the policy allows no style in the page."""
    return _kept(request, reference.STYLE.encode(), "text/css")


def _kept(request: Request, content: bytes, media_type: str) -> Response:
    try:
        identify(request, request.app.state.services)
    except CallerError as error:
        return respond(error, native=True)
    return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})
