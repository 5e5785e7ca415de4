"""Errors to clients: problem documents (RFC 9457) for the native API, the field's envelope for compatible routes."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fleetcost.errors import (
    CallerError,
    ConditionFailedError,
    FleetcostError,
    MonthClosedError,
    MonthNotReadyError,
    NotKeptError,
    ObjectMissingError,
    QuestionEndedError,
    QuestionError,
    StoreError,
    StoreRefusedError,
    TooMuchError,
    TryAgainError,
)
from fleetcost.ops import log

_log = log.get("api")


class StartingError(TryAgainError):
    """The first ingest pass is running and there is nothing to answer with yet."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"the first ingest is running: {done} of {total or '?'} objects; ask again in a moment")
        self.done = done
        self.total = total


class BusyError(TryAgainError):
    """Every place of the engine is taken and enough questions are waiting already."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} questions are waiting already; ask again in a moment")


class TooSlowError(TryAgainError):
    """A question's time is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the question took longer than {seconds:g} s, waiting included; ask for a shorter window or fewer groups, "
            "or raise the setting query_timeout_seconds"
        )


class ClientLeftError(TryAgainError):
    """Nobody waits for the answer any more."""


class UnknownTokenError(CallerError):
    """There is no token, or not one of ours."""


class ForbiddenError(CallerError):
    """The token does not allow this."""


class MisdirectedError(CallerError):
    """The request names a host this server is not known by."""


class CrossSiteError(CallerError):
    """A page of another site may have made a browser send this."""


class MediaTypeError(CallerError):
    """The request's body is not what is read here."""


class SlowBodyError(CallerError):
    """The request's body did not arrive in time."""


class RequestTooLargeError(CallerError):
    """The request is larger than this server reads."""


class ReadOnlyError(CallerError):
    """What was to be changed cannot be changed here."""


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
        parameter, value, accepted: of a query parameter that cannot be used
        read: the same as value, by its older name
        code: what is wrong with it, for programs: a word of `QuestionCode`
        position: the character of the value at which reading ended, from 1
        suggestion: the accepted word that was probably meant
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
    code: str | None = None
    value: str | None = None
    position: int | None = None
    suggestion: str | None = None


class Envelope(msgspec.Struct, frozen=True):
    """The field's error envelope."""

    code: int
    status: str
    message: str
    data: None = None


def problem_of(error: Exception) -> Problem:
    """Describe an error to a client; what is not ours is logged whole and reported as an internal error."""
    request_id = _request_id()
    if isinstance(error, QuestionError):
        return Problem(
            "question", "bad question", 400, str(error), request_id, error.parameter, error.read, error.accepted,
            code=error.code, value=error.read, position=error.position, suggestion=error.suggestion,
        )  # fmt: skip
    if isinstance(error, StartingError):
        return Problem("starting", "starting", 503, str(error), request_id, progress=Progress(error.done, error.total))
    for kind, name, title, status in _KNOWN:
        if isinstance(error, kind):
            return Problem(name, title, status, str(error), request_id)
    known = isinstance(error, FleetcostError)
    # As text: a renderer of exceptions may show the values of variables, and a token may be one of them.
    trace = "".join(traceback.format_exception(error))
    _log.error("request failed", request_id=request_id, error=repr(error), trace=trace)
    detail = str(error) if known else f"an error inside the server; its log has it under {request_id}"
    return Problem("internal", "internal error", 500, detail, request_id)


_KNOWN: tuple[tuple[type[Exception], str, str, int], ...] = (
    (ObjectMissingError, "not-found", "not found", 404),
    (UnknownTokenError, "unauthenticated", "not authenticated", 401),
    (ForbiddenError, "forbidden", "not allowed", 403),
    (CrossSiteError, "cross-site", "not from here", 403),
    (MediaTypeError, "media-type", "not of this media type", 415),
    (MisdirectedError, "misdirected", "not known by this name", 421),
    (SlowBodyError, "slow-body", "not whole in time", 408),
    (RequestTooLargeError, "too-large", "too large", 413),
    (ReadOnlyError, "read-only", "read only", 409),
    (MonthClosedError, "month-closed", "closed already", 409),
    (MonthNotReadyError, "month-not-ready", "not ready", 409),
    (NotKeptError, "not-kept", "not kept", 409),
    (ConditionFailedError, "changed", "changed meanwhile", 409),
    (CallerError, "request", "bad request", 400),
    (BusyError, "busy", "busy", 503),
    (TooSlowError, "too-slow", "took too long", 504),
    (QuestionEndedError, "too-slow", "took too long", 504),
    (ClientLeftError, "client-left", "nobody waits", 499),
    (TooMuchError, "too-much", "needs too much memory", 503),
    (StoreError, "bucket", "the bucket does not answer", 503),
    (StoreRefusedError, "bucket-refused", "the bucket refused", 502),
    (TryAgainError, "try-again", "not available now", 503),
)
"""What each error is to a client; the first kind that fits counts."""

_RETRY_SECONDS = {"busy": "1", "starting": "2", "try-again": "5", "bucket": "5"}


def respond(error: Exception, *, native: bool) -> Response:
    """
    Answer an error in the shape the route's clients know.

    Args:
        error: what happened
        native: as a problem document; else in the field's envelope
    """
    problem = problem_of(error)
    headers = {"cache-control": "no-store"}
    if problem.type in _RETRY_SECONDS:
        headers["retry-after"] = _RETRY_SECONDS[problem.type]
    if isinstance(error, UnknownTokenError):
        # A browser asks for a password by itself; any user name goes with a token.
        headers["www-authenticate"] = 'Basic realm="fleetcost, any user name and a token", Bearer realm="fleetcost"'
    return _written(problem, headers, native=native)


async def respond_unrouted(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses, such as a method a route does not have."""
    status, title = getattr(error, "status_code", 500), str(getattr(error, "detail", "error"))
    detail = f"{request.method} {request.url.path}: {title}"
    problem = Problem("about:blank", title.lower(), status, detail, _request_id())
    return _written(problem, getattr(error, "headers", None) or {}, native=is_native(request.url.path))


def _written(problem: Problem, headers: Mapping[str, str], *, native: bool) -> Response:
    if native:
        return Response(msgspec.json.encode(problem), problem.status, headers, "application/problem+json")
    envelope = Envelope(problem.status, "error", problem.detail)
    return Response(msgspec.json.encode(envelope), problem.status, headers, "application/json")


def _request_id() -> str:
    return uuid.uuid4().hex[:12]


def is_native(path: str) -> bool:
    """Tell whether a path speaks in problem documents: all but those of the products we are compatible with."""
    return path.split("/")[1] not in {"model", "mcd", "allocation", "assets", "clusterInfo", "clusterInfoMap"}
