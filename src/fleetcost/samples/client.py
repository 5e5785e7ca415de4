"""A source that asks a Prometheus-compatible HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics and their kin."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import httpx
import msgspec
import stamina

from fleetcost.errors import SourceError
from fleetcost.model.window import Window
from fleetcost.ops.secret import Secret
from fleetcost.samples.promql import Instant, render
from fleetcost.samples.query import Matcher, Op, Query
from fleetcost.samples.source import Row

TIMEOUT_SECONDS = 120.0
ATTEMPTS = 5
_BUSY = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    How the source knows who asks.

    Attributes:
        headers: sent with every query, such as `X-Scope-OrgID` of a Mimir tenant
        bearer: a token
        user, password: basic authentication
        tls: certificates, both ours and those we trust; None trusts what the system does
    """

    headers: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    bearer: Secret | None = None
    user: str = ""
    password: Secret | None = None
    tls: ssl.SSLContext | None = None


class PrometheusSource:
    """
    Asks a Prometheus-compatible API.

    Args:
        url: its base address, such as `http://prometheus:9090` or `https://mimir/prometheus`
        cluster_label: only series with this label are read; empty reads all
        cluster_id: the value that label must have
        access: credentials and certificates
        timeout_seconds: for one answer
        attempts: how often a query is tried where the server is busy or out of reach
        transport: for tests, in place of the network
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
        self._http = httpx.Client(
            headers=_headers(access),
            auth=(access.user, access.password.reveal() if access.password else "") if access.user else None,
            verify=access.tls if access.tls is not None else True,
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            transport=transport,
        )

    @property
    def name(self) -> str:
        """The address, and the cluster if there is more than one behind it."""
        return self._url + "".join(f" {m.label}={m.value}" for m in self._extra)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """
        Answer one query for one window.

        Raises:
            SourceError: no answer, or an answer that is an error, after every attempt.
        """
        instant = render(query, window, resolution_seconds, self._extra)
        answer = self._ask(query, instant)
        if answer.isPartial:
            raise SourceError(
                f"{self._about(query)}: the answer is partial because some of its storage is unavailable; "
                "the window is built once all of it answers"
            )
        return [Row(sample.metric, float(sample.value[1])) for sample in answer.data.result]

    def _ask(self, query: Query, instant: Instant) -> _Answer:
        form = {
            "query": instant.text,
            "time": f"{instant.time_ms / 1000:.3f}",
            "timeout": f"{int(self._timeout_seconds)}s",
        }
        for attempt in stamina.retry_context(_BusyError, attempts=self._attempts, wait_initial=0.2, wait_max=10.0):
            with attempt:
                return self._post(query, form)
        raise AssertionError("a retry ends with an answer or an error")

    def _post(self, query: Query, form: dict[str, str]) -> _Answer:
        try:
            response = self._http.post(f"{self._url}/api/v1/query", data=form)
        except httpx.TransportError as error:
            raise _BusyError(
                f"{self._about(query)}: {type(error).__name__}: {error}; is the address right and reachable from here?"
            ) from error
        if response.status_code in _BUSY:
            raise _BusyError(f"{self._about(query)}: status {response.status_code}: {_said(response)}")
        if not response.is_success:
            raise SourceError(
                f"{self._about(query)}: status {response.status_code}: {_said(response)}{_cure(response)}"
            )
        try:
            return msgspec.json.decode(response.content, type=_Answer)
        except msgspec.DecodeError as error:
            raise SourceError(
                f"{self._about(query)}: the answer is not that of a Prometheus API ({error}); the address must be the "
                "base in front of /api/v1/query"
            ) from error

    def _about(self, query: Query) -> str:
        return f"query {query.name!r} on {self._url}/api/v1/query"


class _BusyError(SourceError):
    """Worth another attempt."""


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


class _Refusal(msgspec.Struct):
    error: str = ""
    message: str = ""


def _headers(access: Access) -> dict[str, str]:
    headers = {name: value.reveal() for name, value in access.headers.items()}
    if access.bearer is not None:
        headers["Authorization"] = f"Bearer {access.bearer.reveal()}"
    return headers


def _said(response: httpx.Response) -> str:
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except msgspec.DecodeError:
        return response.text[:200].strip() or response.reason_phrase
    return refusal.error or refusal.message or response.reason_phrase


def _cure(response: httpx.Response) -> str:
    return _CURES.get(response.status_code, "")


_CURES = {
    401: "; give a bearer token, a user and password, or the header the server asks for (Mimir: X-Scope-OrgID)",
    403: "; these credentials may not query",
    404: "; the address must be the base in front of /api/v1/query",
}
