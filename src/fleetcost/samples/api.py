"""The HTTP API of Prometheus and its kin: requests, attempts, and what answers and refusals mean."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import httpx
import msgspec
import stamina

from fleetcost.errors import SourceError
from fleetcost.ops.tls import Tls
from fleetcost.samples.access import Access, authentication
from fleetcost.samples.dialect import says_partial
from fleetcost.samples.promql import Instant
from fleetcost.samples.source import Row, largest_of

LONGEST_WAIT_SECONDS = 10.0
AT_ONCE = 8
"""Requests under way at once to one server, whoever asks."""

_BUSY = frozenset({429, 500, 502, 503, 504})
_TOO_LARGE = re.compile(
    r"too many samples|too many (unique )?time ?series|max(imum)? number of (series|samples|chunks)|"
    r"(series|sample|chunk|bytes)[- ]?(limit|quota)|cannot select more than|limit.{0,40}exceeded|exceed.{0,40}limit|"
    r"timed out in (expression|query)|query timed out|deadline exceeded|response (size )?too large|body too large",
    re.IGNORECASE,
)
"""What servers say to a query that is too large for their limits; every kin has its own words."""

Reply = TypeVar("Reply")


class QueryTooLargeError(SourceError):
    """The server's limits are too small for the query as a whole."""


class _BusyError(SourceError):
    """Worth another attempt, after the time the server asks for, if any."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Response:
    """
    An answer.

    Attributes:
        rows: what was found
        missing: why it is partial, in the server's words; empty where it is whole
    """

    rows: list[Row]
    missing: tuple[str, ...] = ()


class Api:
    """
    One server; any number of threads may ask.

    Args:
        url: its base address
        access: credentials and certificates
        timeout_seconds: for one answer
        attempts: how often a request is sent where the server is busy or out of reach
        transport: in place of the network
        at_once: requests under way at the same time
    """

    def __init__(
        self,
        url: str,
        access: Access,
        timeout_seconds: float,
        attempts: int,
        transport: httpx.BaseTransport | None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._http = httpx.Client(
            auth=authentication(access),
            verify=(access.tls or Tls()).context(),
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            transport=transport,
        )

    @property
    def address(self) -> str:
        """The address without credentials."""
        return str(httpx.URL(self._url).copy_with(username=None, password=None)).rstrip("/")

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def rows(self, about: str, instant: Instant, parameters: Mapping[str, str], *, accept_partial: bool) -> Response:
        """
        Evaluate a text at a time.

        Args:
            about: the query's name, for messages
            instant: text and time
            parameters: what is sent besides
            accept_partial: take an answer that lacks some of the data

        Raises:
            TooLargeError: it exceeds a limit of the server.
            SourceError: no answer, or one that is no answer, or lacks some of the data.
        """
        at = f"{instant.time_ms / 1000:.3f}"
        form = {"query": instant.text, "timeout": f"{int(self._timeout_seconds)}s", **parameters}
        reply: _Answer | _PointsAnswer
        if instant.step_seconds:
            form |= {"start": f"{instant.from_ms / 1000:.3f}", "end": at, "step": str(instant.step_seconds)}
            reply = self._retrying(about, "/api/v1/query_range", form, _PointsAnswer, post=True)
        else:
            reply = self._retrying(about, "/api/v1/query", form | {"time": at}, _Answer, post=True)
        missing = tuple(warning for warning in reply.warnings if says_partial(warning))
        if reply.isPartial and not missing:
            missing = ("the server marks its answer as partial",)
        if missing and not accept_partial:
            raise SourceError(
                f"{self._about(about)}: the answer is partial because some of the storage behind it did not answer "
                f"({'; '.join(missing)}); the window is built once all of it does, or set accept_partial to build it "
                "as partial"
            )
        return Response([sample.row() for sample in reply.data.result], missing)

    def label_values(self, about: str, label: str, wanted: str, start_epoch: int, end_epoch: int) -> list[str]:
        """Return the values a label has in the series of a selector."""
        form = {"match[]": wanted, "start": str(start_epoch), "end": str(end_epoch)}
        return self._retrying(about, f"/api/v1/label/{label}/values", form, _Names, post=False).data

    def _retrying(self, about: str, path: str, form: Mapping[str, str], kind: type[Reply], *, post: bool) -> Reply:
        for attempt in stamina.retry_context(
            _wait, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=LONGEST_WAIT_SECONDS
        ):
            with attempt:
                return self._once(about, path, form, kind, post=post)
        raise AssertionError("a retry ends with an answer or an error")

    def _once(self, about: str, path: str, form: Mapping[str, str], kind: type[Reply], *, post: bool) -> Reply:
        try:
            with self._places:
                if post:
                    response = self._http.post(self._url + path, data=form)
                else:
                    response = self._http.get(self._url + path, params=form)
        except httpx.TransportError as error:
            raise _BusyError(
                f"{self._about(about)}: {type(error).__name__}: {error}; is the address right and reachable from here?"
            ) from error
        if not response.is_success:
            raise self._refused(about, response)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as error:
            raise SourceError(
                f"{self._about(about)}: the answer is not that of a Prometheus API ({error}); the address must be the "
                "base in front of /api/v1/query"
            ) from error

    def _refused(self, about: str, response: httpx.Response) -> SourceError:
        status, said = response.status_code, _said(response)
        text = f"{self._about(about)}: status {status}: {said}"
        if status != httpx.codes.TOO_MANY_REQUESTS and _TOO_LARGE.search(said):
            return QueryTooLargeError(text)
        if status in _BUSY:
            return _BusyError(text, _wait_asked(response))
        return SourceError(text + _HINTS.get(status, ""))

    def _about(self, about: str) -> str:
        return f"query {about!r} on {self.address}"


def _wait(error: Exception) -> bool | timedelta:
    if not isinstance(error, _BusyError):
        return False
    return True if error.wait_seconds is None else timedelta(seconds=error.wait_seconds)


class _Sample(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]

    def row(self) -> Row:
        return Row(self.metric, float(self.value[1]))


class _Points(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[float, str]]

    def row(self) -> Row:
        points = tuple((time, float(value)) for time, value in self.values)
        return Row(self.metric, largest_of(points), points)


class _Data(msgspec.Struct):
    resultType: Literal["vector"]  # noqa: N815 - the API's spelling
    result: list[_Sample]


class _PointsData(msgspec.Struct):
    resultType: Literal["matrix"]  # noqa: N815 - the API's spelling
    result: list[_Points]


class _Reply(msgspec.Struct, kw_only=True):
    status: Literal["success"]
    isPartial: bool = False  # noqa: N815 - the API's spelling
    warnings: list[str] = []


class _Answer(_Reply):
    data: _Data


class _PointsAnswer(_Reply):
    data: _PointsData


class _Names(msgspec.Struct):
    status: Literal["success"]
    data: list[str]


class _Refusal(msgspec.Struct):
    error: str = ""
    message: str = ""


def _said(response: httpx.Response) -> str:
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except msgspec.DecodeError:
        return response.text[:200].strip() or response.reason_phrase
    return refusal.error or refusal.message or response.reason_phrase


def _wait_asked(response: httpx.Response) -> float | None:
    """Return the seconds of a Retry-After header; its other form, a date, is left to our own patience."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_SECONDS) if text.isdigit() else None


_HINTS = {
    401: "; give a bearer token, a user and password, or the header the server asks for (Mimir: X-Scope-OrgID)",
    403: "; these credentials may not query; Amazon's service wants signed requests (prometheus_sigv4_region)",
    404: "; the address must be the base in front of /api/v1/query",
}
