"""Errors to clients: problem documents (RFC 9457) for the native API, the field's envelope for compatible routes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fleetcost.errors import CallerError, FleetcostError, ObjectMissingError, QuestionError, TryAgainError
from fleetcost.ops import log

_log = log.get("api")


class StartingError(TryAgainError):
    """The first ingest pass is running and there is nothing to answer with yet."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"the first ingest is running: {done} of {total or '?'} objects; ask again in a moment")
        self.done = done
        self.total = total


class Progress(msgspec.Struct, frozen=True):
    """How far the first ingest is."""

    done: int
    total: int


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    A problem document.

    Attributes:
        type: stable name of the problem, `about:blank` where there is none
        title: the problem in a word or two
        status: the HTTP status
        detail: what was tried, read and expected, and the cure
        request_id: names the line in the server's log
        parameter, read, accepted: of a query parameter that cannot be used
        progress: of the first ingest
    """

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    parameter: str | None = None
    read: str | None = None
    accepted: str | None = None
    progress: Progress | None = None


class Envelope(msgspec.Struct, frozen=True):
    """The field's error envelope."""

    code: int
    status: str
    message: str
    data: None = None


def problem_of(error: Exception) -> Problem:
    """Describe an error to a client; what is not ours is logged whole and told as an internal error."""
    request_id = _request_id()
    if isinstance(error, QuestionError):
        return Problem(
            "question", "bad question", 400, str(error), request_id, error.parameter, error.read, error.accepted
        )
    if isinstance(error, StartingError):
        return Problem("starting", "starting", 503, str(error), request_id, progress=Progress(error.done, error.total))
    if isinstance(error, ObjectMissingError):
        return Problem("not-found", "not found", 404, str(error), request_id)
    if isinstance(error, CallerError):
        return Problem("request", "bad request", 400, str(error), request_id)
    if isinstance(error, TryAgainError):
        return Problem("try-again", "not available now", 503, str(error), request_id)
    known = isinstance(error, FleetcostError)
    _log.error("request failed", request_id=request_id, error=repr(error), exc_info=error)
    detail = str(error) if known else f"an error inside the server; its log has it under {request_id}"
    return Problem("internal", "internal error", 500, detail, request_id)


async def respond_unrouted(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses, such as a method a route does not have."""
    status = getattr(error, "status_code", 500)
    detail = f"{request.method} {request.url.path}: {getattr(error, 'detail', error)}"
    problem = Problem("about:blank", str(getattr(error, "detail", "error")).lower(), status, detail, _request_id())
    return _written(request, problem, getattr(error, "headers", None))


def respond(request: Request, error: Exception) -> Response:
    """Answer an error in the shape the route's clients know."""
    return _written(request, problem_of(error), None)


def _written(request: Request, problem: Problem, headers: Mapping[str, str] | None) -> Response:
    if request.url.path.split("/")[1] == "api":
        return Response(msgspec.json.encode(problem), problem.status, headers, "application/problem+json")
    envelope = Envelope(problem.status, "error", problem.detail)
    return Response(msgspec.json.encode(envelope), problem.status, headers, "application/json")


def _request_id() -> str:
    return uuid.uuid4().hex[:12]
