"""A source that asks a Prometheus-compatible HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics and their kin."""

from __future__ import annotations

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import httpx

from fleetcost.errors import SourceError
from fleetcost.model.window import Window
from fleetcost.samples.access import Access
from fleetcost.samples.api import AT_ONCE, Api, QueryTooLargeError
from fleetcost.samples.dialect import UNDILUTED, Level, ServerKind, SourceDialect
from fleetcost.samples.edges import EDGED, Presence, seen_times
from fleetcost.samples.narrowing import Render
from fleetcost.samples.pieces import PIECED, whole
from fleetcost.samples.points import POINTED, pointed
from fleetcost.samples.promql import Lookback, Matchers, render, selector
from fleetcost.samples.queries import OBSERVED
from fleetcost.samples.query import Matcher, Op, Query
from fleetcost.samples.source import PartialRows, Row

TIMEOUT_SECONDS = 120.0
ATTEMPTS = 5

SHARD_LABEL = "namespace"
MOST_SHARDS = 64
_FINER = 4
"""A query that is too large is asked in this many times more parts."""

_REMEMBERED_LEVELS = 256


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
        dialect: which kind of server it is, and what of its answers is taken
        at_once: requests under way at the same time, those for other clusters included
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
        dialect: SourceDialect | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._api = Api(url, access or Access(), timeout_seconds, attempts, transport, at_once)
        self._clock = clock
        self._dialect = dialect or SourceDialect()
        self._narrow(cluster_label, cluster_id)

    def of_cluster(self, cluster_label: str, cluster_id: str) -> PrometheusSource:
        """Return the same source, read for one cluster; its connections and its limit are shared."""
        one = copy.copy(self)
        one._narrow(cluster_label, cluster_id)  # noqa: SLF001 - its own kind
        return one

    def _narrow(self, cluster_label: str, cluster_id: str) -> None:
        """Begin to read one cluster: the one place where its condition is added to every query."""
        self._extra = (Matcher(cluster_label, Op.EQUAL, cluster_id),) if cluster_label else ()
        self._shards: dict[str, int] = {}
        self._presence = Presence()
        self._levels: OrderedDict[Window, Level] = OrderedDict()
        self._levels_lock = threading.Lock()

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
        return self._at(query, window, resolution_seconds, self._level(window, resolution_seconds))

    def _at(self, query: Query, window: Window, resolution_seconds: int, level: Level) -> Sequence[Row]:
        """Answer from samples that are no coarser than a level; times can be no finer than they are."""
        missing: set[str] = set()
        look = Lookback(window, max(resolution_seconds, level.seconds), coarse=level.seconds > 0)

        def ask(query: Query, rendered: Render) -> list[Row]:
            return self._ask(query, window, rendered, level, missing)

        if query.over in EDGED:
            rows = seen_times(query, look, int(self._clock().timestamp()), ask, self._presence)
        elif query.over in PIECED:
            rows = whole(query, look, ask)
        elif query.over in POINTED:
            rows = pointed(query, look, ask)
        else:
            rows = ask(query, lambda extra: render(query, look, extra))
        return PartialRows(rows, sorted(missing)) if missing else rows

    def _level(self, window: Window, resolution_seconds: int) -> Level:
        """Return how coarse a window's samples are: the finest of which there are any."""
        if self._dialect.level is not None:
            return self._dialect.level
        if self._dialect.kind is not ServerKind.THANOS or self._clock() - window.end < UNDILUTED:
            return Level.RAW
        with self._levels_lock:
            if window not in self._levels:
                held = (level for level in Level if self._at(OBSERVED, window, resolution_seconds, level))
                self._levels[window] = next(held, Level.RAW)
                if len(self._levels) > _REMEMBERED_LEVELS:
                    self._levels.popitem(last=False)
            return self._levels[window]

    def _ask(self, query: Query, window: Window, rendered: Render, level: Level, missing: set[str]) -> list[Row]:
        shards = self._shards.get(query.name, 1)
        while True:
            try:
                return [
                    row
                    for conditions in self._parts(query, window, shards)
                    for row in self._rows(query, rendered, conditions, level, missing)
                ]
            except QueryTooLargeError as error:
                if SHARD_LABEL not in query.by or shards >= MOST_SHARDS:
                    raise SourceError(
                        f"{error}; it cannot be asked in smaller parts: raise the server's limit on samples or series"
                    ) from error
                shards *= _FINER
                self._shards[query.name] = shards

    def _rows(self, query: Query, rendered: Render, conditions: Matchers, level: Level, missing: set[str]) -> list[Row]:
        response = self._api.rows(
            query.name,
            rendered(conditions),
            self._dialect.parameters(level),
            accept_partial=self._dialect.accept_partial,
        )
        missing.update(response.missing)
        return response.rows

    def _parts(self, query: Query, window: Window, shards: int) -> Iterator[Matchers]:
        """Iterate conditions that together leave every row."""
        if shards == 1:
            yield self._extra
            return
        names = self._namespaces(query, window)
        for part in (names[i::shards] for i in range(min(shards, len(names)))):
            yield (*self._extra, Matcher(SHARD_LABEL, Op.REGEX, "|".join(re.escape(name) for name in part)))

    def _namespaces(self, query: Query, window: Window) -> list[str]:
        """Return the namespaces of the query's metric; an absent one is an empty name."""
        wanted = selector(query.metric, query.matchers + self._extra)
        start = window.start_epoch - int(window.seconds)
        return ["", *sorted(self._api.label_values(query.name, SHARD_LABEL, wanted, start, window.end_epoch))]
