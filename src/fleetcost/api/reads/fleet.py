"""The clusters of the fleet: who reports, where they run, what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.tables.ledger import Entry, EntryState
from fleetcost.tables.view import View

LOOKED_BACK = timedelta(days=30)
"""How far back a cluster's place and cost are looked for."""

INACTIVE_AFTER = timedelta(days=2)
"""A cluster whose newest data ended longer ago does not report any more."""

_NOWHERE = ("", "", "", "", "", 0, "", 0.0)


@dataclass(frozen=True, slots=True)
class Member:
    """
    One cluster.

    Attributes:
        provider, account, project, region: of its nodes, empty where they differ or nobody said
        provider_id: of one of its nodes
        nodes: nodes of the newest day with any
        price_source: behind most of the cost of the newest day
        cost: of its assets over the last 30 days
        first, last: start of its first and end of its last window with data
        agent_version, source, currency: of the newest set
    """

    cluster: str
    provider: str = ""
    account: str = ""
    project: str = ""
    region: str = ""
    provider_id: str = ""
    nodes: int = 0
    price_source: str = ""
    cost: float = 0.0
    first: datetime | None = None
    last: datetime | None = None
    agent_version: str = ""
    source: str = ""
    currency: str = ""

    def reports(self, now: datetime) -> bool:
        """Whether its newest data is recent."""
        return self.last is not None and now - self.last < INACTIVE_AFTER


def members(snapshot: View, entries: Iterable[Entry], now: datetime) -> tuple[Member, ...]:
    """
    Return every cluster of the ledger, sorted, whether it reports or not.

    Args:
        snapshot: the view
        entries: of the ledger, those at least that say when each cluster was seen first and last
        now: the clock's reading
    """
    dialect = dialect_of(snapshot)
    places = {row[0]: row[1:] for row in snapshot.rows(_places(dialect, now), dialect.bound)}
    by_cluster: dict[str, list[Entry]] = {}
    for entry in entries:
        by_cluster.setdefault(entry.key.cluster, []).append(entry)
    return tuple(_member(cluster, own, places.get(cluster)) for cluster, own in sorted(by_cluster.items()))


def _member(cluster: str, own: list[Entry], place: tuple[object, ...] | None) -> Member:
    covered = [entry for entry in own if entry.state is EntryState.INGESTED and entry.coverage_minutes > 0]
    if not covered:
        return Member(cluster)
    newest = max(covered, key=lambda entry: (entry.key.window.end, entry.ingested_at))
    provider, account, project, region, provider_id, nodes, price_source, cost = place or _NOWHERE
    return Member(
        cluster=cluster,
        provider=str(provider),
        account=str(account),
        project=str(project),
        region=str(region),
        provider_id=str(provider_id),
        nodes=int(str(nodes)),
        price_source=str(price_source),
        cost=float(str(cost)),
        first=min(entry.key.window.start for entry in covered),
        last=seen_until(newest),
        agent_version=newest.agent_version,
        source=newest.source,
        currency=newest.currency,
    )


def seen_until(entry: Entry) -> datetime:
    """Return the end of a window, or when its set was built if the window was not over then."""
    if entry.final or entry.built_at is None:
        return entry.key.window.end
    return min(entry.key.window.end, entry.built_at)


def _places(dialect: Dialect, now: datetime) -> str:
    agreed = ", ".join(
        f"coalesce({dialect.agreed(name)}, '') AS {name}" for name in ("provider", "account", "project", "region")
    )
    since = dialect.time(now - LOOKED_BACK)
    return (
        f"SELECT cluster, {agreed}, min(provider_id) AS provider_id, "  # noqa: S608 - a time and names of columns
        "count(DISTINCT name) FILTER (WHERE window_start = newest) AS nodes, any_value(priced.source) AS price_source, "
        "any_value(whole.cost) AS cost\n"
        "FROM (SELECT *, max(window_start) OVER (PARTITION BY cluster) AS newest FROM asset_1d\n"
        f"  WHERE window_start >= {since} AND type = 'Node')\n"
        "JOIN (SELECT cluster, sum(cost + adjustment)::DOUBLE AS cost FROM asset_1d "
        f"WHERE window_start >= {since} GROUP BY cluster) AS whole USING (cluster)\n"
        f"JOIN (SELECT cluster, {dialect.latest('price_source', 'cost', 'price_source')} AS source\n"
        "  FROM (SELECT *, max(window_start) OVER (PARTITION BY cluster) AS newest\n"
        "    FROM (SELECT cluster, window_start, price_source, sum(cost) AS cost FROM asset_1d "
        f"WHERE window_start >= {since} GROUP BY cluster, window_start, price_source))\n"
        "  WHERE window_start = newest\n"
        "  GROUP BY cluster) AS priced USING (cluster)\nGROUP BY cluster"
    )
