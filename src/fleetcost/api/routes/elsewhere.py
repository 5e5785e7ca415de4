"""
Asking another installation through this server, at `/contexts/{id}/{path}`.

What is passed on is what this server itself answers without changing anything: a page that makes a browser follow a
link must not be able to use the credentials kept here for an order over there.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from fleetcost.api.elsewhere.ask import ANSWER_SECONDS, Heard, ask, is_document
from fleetcost.api.operation import Operation
from fleetcost.api.problem import respond
from fleetcost.api.routes.contexts import OPERATIONS as CONTEXTS
from fleetcost.api.routes.contexts import known_contexts
from fleetcost.api.routing import Route, identify
from fleetcost.api.services import KeptContexts, Services
from fleetcost.errors import CallerError, ObjectMissingError, TryAgainError

_HEALTH = "/healthz"


def elsewhere_route(operations: Sequence[Operation]) -> Route:
    """
    Return `GET /contexts/{id}/{path}`: what another installation answers.

    Args:
        operations: this server's; of them those that change nothing are passed on
    """
    readable = [compile_path(one.path)[0] for one in operations if not one.changes]

    def check(path: str) -> str:
        if ".." in path or not (path == _HEALTH or any(one.match(path) for one in readable)):
            raise CallerError(f"{path}: only paths of the APIs that change nothing are passed on")
        return path

    async def route(request: Request) -> Response:
        services: Services = request.app.state.services
        try:
            CONTEXTS[0].check(identify(request, services))
            chosen, path = str(request.path_params["id"]), f"/{request.path_params['path']}"
            query = f"?{request.url.query}" if request.url.query else ""
            heard = await run_in_threadpool(_ask, services.kept_contexts(), chosen, check(path), query)
        except Exception as error:  # noqa: BLE001 - the one place where a request's errors end
            return respond(error, native=True)
        return Response(heard.body, heard.status, {"cache-control": "no-store"}, heard.media_type)

    return route


def _ask(kept: KeptContexts, chosen: str, path: str, query: str) -> Heard:
    entry = next((one for one in known_contexts(kept) if one.id == chosen), None)
    if entry is None:
        raise ObjectMissingError(f"there is no context {chosen!r}")
    heard = ask(entry.address, quote(path) + query, kept.book.authorization(entry), ANSWER_SECONDS)
    if not is_document(heard.media_type):
        raise TryAgainError(f"{entry.address}{path}: status {heard.status} and no document of an API")
    # Its 401 is not ours: the person's browser must not ask for credentials of this server's.
    return Heard(502, heard.media_type, heard.body) if heard.status == 401 else heard  # noqa: PLR2004 - as said
