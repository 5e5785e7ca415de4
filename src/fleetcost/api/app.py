"""The application: routes, headers, the web app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fleetcost.api.headers import SecurityHeaders
from fleetcost.api.problem import respond_unrouted
from fleetcost.api.routes import model, native
from fleetcost.api.routes.web import asset, page
from fleetcost.ops import metrics
from fleetcost.ui.files import WebApp

if TYPE_CHECKING:
    from fleetcost.api.services import Services


def create_app(services: Services, web: WebApp) -> Starlette:
    """
    Build the application.

    Args:
        services: what the routes are given
        web: the built web app
    """
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", own_metrics),
            Route("/model/allocation", model.allocation),
            Route("/model/assets", model.assets),
            Route("/model/debug/orchestrator", model.debug_orchestrator),
            Route("/api/v1/allocations", native.allocations),
            Route("/api/v1/assets", native.assets),
            Route("/api/v1/clusters", native.clusters),
            Route("/assets/{name:path}", asset),
            Route("/{path:path}", page),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)],
        exception_handlers={HTTPException: respond_unrouted},
    )
    app.state.services = services
    app.state.web = web
    return app


async def healthz(_request: Request) -> Response:
    """`GET /healthz`: the process answers; readiness to answer questions is told by the questions themselves."""
    return Response(b'{"status":"ok"}', media_type="application/json")


async def own_metrics(_request: Request) -> Response:
    """`GET /metrics`: own metrics, in Prometheus' text format."""
    return Response(metrics.page(), media_type=metrics.CONTENT_TYPE)
