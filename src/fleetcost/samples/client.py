"""A source that asks a Prometheus-compatible HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics and their kin."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import httpx

from fleetcost.errors import SourceError
from fleetcost.model.window import Window
from fleetcost.samples.access import Access
from fleetcost.samples.api import Api, TooLargeError
from fleetcost.samples.edges import EDGED, Render, sightings
from fleetcost.samples.promql import render, selector
from fleetcost.samples.query import Matcher, Op, Query
from fleetcost.samples.source import Row

TIMEOUT_SECONDS = 120.0
ATTEMPTS = 5

SHARD_LABEL = "namespace"
MOST_SHARDS = 64
_FINER = 4
"""A query that is too large is asked in this many times more parts."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


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
        clock: tells which windows are not over yet
        transport: in place of the network
    """

    def __init__(  # noqa: PLR0913 - a client has this many knobs
        self,
        url: str,
        cluster_label: str = "",
        cluster_id: str = "",
        *,
        access: Access | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        attempts: int = ATTEMPTS,
        clock: Callable[[], datetime] = utc_now,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._api = Api(url, access or Access(), timeout_seconds, attempts, transport)
        self._extra = (Matcher(cluster_label, Op.EQUAL, cluster_id),) if cluster_label else ()
        self._clock = clock
        self._shards: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The address, without credentials, and the cluster if there is more than one behind it."""
        return self._api.address + "".join(f" {m.label}={m.value}" for m in self._extra)

    def close(self) -> None:
        """Close its connections."""
        self._api.close()

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """
        Answer one query for one window.

        Raises:
            SourceError: no answer, or an answer that is an error, after every attempt.
        """

        def ask(query: Query, rendered: Render) -> list[Row]:
            return self._ask(query, window, rendered)

        if query.over in EDGED:
            return sightings(query, window, resolution_seconds, int(self._clock().timestamp()), ask)
        return ask(query, lambda extra: render(query, window, resolution_seconds, extra))

    def _ask(self, query: Query, window: Window, rendered: Render) -> list[Row]:
        shards = self._shards.get(query.name, 1)
        while True:
            try:
                return self._in_shards(query, window, rendered, shards)
            except TooLargeError as error:
                if SHARD_LABEL not in query.by or shards >= MOST_SHARDS:
                    raise SourceError(
                        f"{error}; it cannot be asked in smaller parts: raise the server's limit on samples or series"
                    ) from error
                shards *= _FINER
                self._shards[query.name] = shards

    def _in_shards(self, query: Query, window: Window, rendered: Render, shards: int) -> list[Row]:
        if shards == 1:
            return self._api.rows(query.name, rendered(self._extra))
        names = self._namespaces(query, window)
        rows: list[Row] = []
        for part in (names[i::shards] for i in range(min(shards, len(names)))):
            condition = Matcher(SHARD_LABEL, Op.REGEX, "|".join(re.escape(name) for name in part))
            rows += self._api.rows(query.name, rendered((*self._extra, condition)))
        return rows

    def _namespaces(self, query: Query, window: Window) -> list[str]:
        """Return the namespaces of the query's metric; an absent one is an empty name."""
        wanted = selector(query.metric, query.matchers + self._extra)
        start = window.start_epoch - int(window.seconds)
        return ["", *sorted(self._api.label_values(query.name, SHARD_LABEL, wanted, start, window.end_epoch))]
