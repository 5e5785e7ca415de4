"""A source that asks a Prometheus-compatible HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics and their kin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

import httpx
import msgspec
import stamina

from fleetcost.errors import SourceError
from fleetcost.model.window import Window
from fleetcost.samples.access import Access, Credentials
from fleetcost.samples.promql import render, selector
from fleetcost.samples.query import Matcher, Op, Query
from fleetcost.samples.source import Row

TIMEOUT_SECONDS = 120.0
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 10.0

SHARD_LABEL = "namespace"
MOST_SHARDS = 64

_BUSY = frozenset({429, 500, 502, 503, 504})
_TOO_LARGE = re.compile(
    r"too many samples|too many (unique )?time ?series|max(imum)? number of (series|samples|chunks)|"
    r"(series|sample|chunk|bytes)[- ]?(limit|quota)|cannot select more than|limit.{0,40}exceeded|exceed.{0,40}limit|"
    r"timed out in (expression|query)|query timed out|deadline exceeded|response (size )?too large|body too large",
    re.IGNORECASE,
)
"""What servers say to a query that is too large for their limits; every kin has its own words."""

Reply = TypeVar("Reply")


class PrometheusSource:
    """
    Asks a Prometheus-compatible API.

    A query that is too large for the server's limits is asked again in parts, a few namespaces each, and in as many
    parts from then on.

    Args:
        url: its base address, such as `http://prometheus:9090` or `https://mimir/prometheus`
        cluster_label: only series with this label are read; empty reads all
        cluster_id: the value that label must have
        access: credentials and certificates
        timeout_seconds: for one answer
        attempts: how often a query is tried where the server is busy or out of reach
        transport: in place of the network
    """

    def __init__(
        self,
        url: str,
        cluster_label: str = "",
        cluster_id: str = "",
        *,
        access: Access | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        attempts: int = ATTEMPTS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        access = access or Access()
        self._url = url.rstrip("/")
        self._extra = (Matcher(cluster_label, Op.EQUAL, cluster_id),) if cluster_label else ()
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._shards: dict[str, int] = {}
        self._http = httpx.Client(
            auth=Credentials(access),
            verify=access.tls.context() if access.tls is not None else True,
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            transport=transport,
        )

    @property
    def name(self) -> str:
        """The address, without credentials, and the cluster if there is more than one behind it."""
        url = httpx.URL(self._url).copy_with(username=None, password=None)
        return str(url).rstrip("/") + "".join(f" {m.label}={m.value}" for m in self._extra)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """
        Answer one query for one window.

        Raises:
            SourceError: no answer, or an answer that is an error, after every attempt.
        """
        shards = self._shards.get(query.name, 1)
        while True:
            try:
                return self._in_shards(query, window, resolution_seconds, shards)
            except _TooLargeError as error:
                if SHARD_LABEL not in query.by or shards >= MOST_SHARDS:
                    raise SourceError(
                        f"{error}; it cannot be asked in smaller parts: raise the server's limit on samples or series"
                    ) from error
                shards *= 4
                self._shards[query.name] = shards

    def _in_shards(self, query: Query, window: Window, resolution_seconds: int, shards: int) -> list[Row]:
        if shards == 1:
            return self._ask(query, window, resolution_seconds, self._extra)
        names = self._namespaces(query, window)
        parts = [part for part in (names[i::shards] for i in range(shards)) if part]
        rows: list[Row] = []
        for part in parts:
            pattern = "|".join(re.escape(name) for name in part)
            rows += self._ask(
                query, window, resolution_seconds, (*self._extra, Matcher(SHARD_LABEL, Op.REGEX, pattern))
            )
        return rows

    def _namespaces(self, query: Query, window: Window) -> list[str]:
        """Return the namespaces of the query's metric; an absent one is an empty name."""
        form = {
            "match[]": selector(query.metric, query.matchers + self._extra),
            "start": str(window.start_epoch - int(window.seconds)),
            "end": str(window.end_epoch),
        }
        reply = self._retrying(query, f"/api/v1/label/{SHARD_LABEL}/values", form, _Names, post=False)
        return ["", *sorted(reply.data)]

    def _ask(self, query: Query, window: Window, resolution_seconds: int, extra: tuple[Matcher, ...]) -> list[Row]:
        instant = render(query, window, resolution_seconds, extra)
        form = {
            "query": instant.text,
            "time": f"{instant.time_ms / 1000:.3f}",
            "timeout": f"{int(self._timeout_seconds)}s",
        }
        reply = self._retrying(query, "/api/v1/query", form, _Answer, post=True)
        if reply.isPartial or any(_is_partial(warning) for warning in reply.warnings):
            raise SourceError(
                f"{self._about(query)}: the answer is partial because some of the storage behind it did not answer "
                f"{reply.warnings or ''}; the window is built once all of it does"
            )
        return [Row(sample.metric, float(sample.value[1])) for sample in reply.data.result]

    def _retrying(self, query: Query, path: str, form: Mapping[str, str], kind: type[Reply], *, post: bool) -> Reply:
        for attempt in stamina.retry_context(
            _wait, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=LONGEST_WAIT_SECONDS
        ):
            with attempt:
                return self._once(query, path, form, kind, post=post)
        raise AssertionError("a retry ends with an answer or an error")

    def _once(self, query: Query, path: str, form: Mapping[str, str], kind: type[Reply], *, post: bool) -> Reply:
        try:
            if post:
                response = self._http.post(self._url + path, data=form)
            else:
                response = self._http.get(self._url + path, params=form)
        except httpx.TransportError as error:
            raise _BusyError(
                f"{self._about(query)}: {type(error).__name__}: {error}; is the address right and reachable from here?"
            ) from error
        if not response.is_success:
            raise self._refused(query, response)
        try:
            return msgspec.json.decode(response.content, type=kind)
        except msgspec.DecodeError as error:
            raise SourceError(
                f"{self._about(query)}: the answer is not that of a Prometheus API ({error}); the address must be the "
                "base in front of /api/v1/query"
            ) from error

    def _refused(self, query: Query, response: httpx.Response) -> SourceError:
        status, said = response.status_code, _said(response)
        text = f"{self._about(query)}: status {status}: {said}"
        if status != httpx.codes.TOO_MANY_REQUESTS and _TOO_LARGE.search(said):
            return _TooLargeError(text)
        if status in _BUSY:
            return _BusyError(text, _wait_asked(response))
        return SourceError(text + _CURES.get(status, ""))

    def _about(self, query: Query) -> str:
        return f"query {query.name!r} on {self.name}"


class _TooLargeError(SourceError):
    """The server's limits are too small for the query as a whole."""


class _BusyError(SourceError):
    """Worth another attempt, after the time the server asks for, if any."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


def _wait(error: Exception) -> bool | timedelta:
    if not isinstance(error, _BusyError):
        return False
    return True if error.wait_seconds is None else timedelta(seconds=error.wait_seconds)


class _Sample(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Data(msgspec.Struct):
    resultType: Literal["vector"]  # noqa: N815 - the API's spelling
    result: list[_Sample]


class _Answer(msgspec.Struct):
    status: Literal["success"]
    data: _Data
    isPartial: bool = False  # noqa: N815 - the API's spelling
    warnings: list[str] = []


class _Names(msgspec.Struct):
    status: Literal["success"]
    data: list[str]


class _Refusal(msgspec.Struct):
    error: str = ""
    message: str = ""


def _is_partial(warning: str) -> bool:
    """Tell whether a warning says that data is missing; others are about the query's style."""
    return not warning.startswith("PromQL")


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


_CURES = {
    401: "; give a bearer token, a user and password, or the header the server asks for (Mimir: X-Scope-OrgID)",
    403: "; these credentials may not query",
    404: "; the address must be the base in front of /api/v1/query",
}
