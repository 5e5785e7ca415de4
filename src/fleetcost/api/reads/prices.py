"""What each cluster is priced with: the rates its assets were charged at, where they come from, what has none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import Any

from fleetcost.model.asset import AssetType, PriceSource
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.query.filters import Filter
from fleetcost.query.question import Frame, Question, Step
from fleetcost.query.sql.source import FromClause
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

BYTES_PER_GIB = 2**30

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

_SIZED = {
    "cpu_core_hour": ("cpu_core_hours", "cpu_cost", f"type = '{AssetType.NODE}'"),
    "ram_gib_hour": ("ram_byte_hours", "ram_cost", f"type = '{AssetType.NODE}'"),
    "gpu_hour": ("gpu_hours", "gpu_cost", f"type = '{AssetType.NODE}'"),
    "pv_gib_hour": ("byte_hours", "cost", f"type = '{AssetType.DISK}' AND NOT local"),
}
"""Each rate: its size, its cost, and the assets that have it."""

_OF_BYTES = frozenset({"ram_gib_hour", "pv_gib_hour"})


@dataclass(frozen=True, slots=True)
class Rates:
    """Cost per hour and core, GiB, GPU and GiB of a persistent volume; None where nothing was charged for it."""

    cpu_core_hour: float | None = None
    ram_gib_hour: float | None = None
    gpu_hour: float | None = None
    pv_gib_hour: float | None = None


@dataclass(frozen=True, slots=True)
class ClusterPrices:
    """
    What one cluster is priced with.

    Attributes:
        source: behind most of the cost of its newest window
        effective_from: start of the first window since when that is so
        overridden: some prices were set by hand
        unpriced_count: nodes, disks and load balancers that exist and cost nothing
        unpriced_cost_at_risk: what those would cost at the fleet's median rates; None where those are not known
        rates: after discounts, before any bill
    """

    cluster: str
    source: PriceSource
    currency: str
    effective_from: datetime | None = None
    overridden: bool = False
    unpriced_count: int = 0
    unpriced_cost_at_risk: float | None = 0.0
    rates: Rates = Rates()


@dataclass(frozen=True, slots=True)
class _Found:
    """One cluster's record: its prices so far, the sizes of what has no price, whether one of them has no size."""

    prices: ClusterPrices
    unpriced: tuple[float, ...]
    sizeless: bool


def prices(snapshot: View, frame: Frame, scope: Filter | None, clusters: Iterable[str]) -> tuple[ClusterPrices, ...]:
    """
    Return what clusters are priced with, sorted; those without assets in the frame have the source `none`.

    Args:
        snapshot: the view
        frame: whose assets count
        scope: which of them
        clusters: which are asked about
    """
    asked = Question(kind=SetKind.ASSETS, frame=frame, step=Step.ALL, dimensions=(), filter=scope)
    dialect = dialect_of(snapshot)
    sources = {row[0]: row[1:] for row in snapshot.rows(_sources(asked, dialect), dialect.bound)}
    found = {row[0]: _found(row, sources[row[0]]) for row in snapshot.rows(_rates(asked, dialect), dialect.bound)}
    usual = _medians(one.prices for one in found.values())
    return tuple(
        _judged(found[cluster], usual) if cluster in found else ClusterPrices(cluster, PriceSource.NONE, "")
        for cluster in sorted(clusters)
    )


def _found(row: Sequence[Any], since: Sequence[Any]) -> _Found:
    cluster, currency, overridden, count, sizeless = row[:5]
    rates, unpriced = row[5 : 5 + len(_SIZED)], row[5 + len(_SIZED) :]
    source, effective_from = since
    return _Found(
        prices=ClusterPrices(
            cluster=cluster,
            source=PriceSource(source),
            currency=currency,
            effective_from=aware(effective_from),
            overridden=overridden,
            unpriced_count=count,
            rates=Rates(**dict(zip(_SIZED, rates, strict=True))),
        ),
        unpriced=tuple(unpriced),
        sizeless=sizeless,
    )


def _medians(known: Iterable[ClusterPrices]) -> dict[tuple[str, str], float]:
    """Return the middle of the clusters' rates, by currency and rate."""
    rates: dict[tuple[str, str], list[float]] = {}
    for one in known:
        for name in _SIZED:
            if (rate := getattr(one.rates, name)) is not None:
                rates.setdefault((one.currency, name), []).append(rate)
    return {name: median(values) for name, values in rates.items()}


def _judged(found: _Found, usual: dict[tuple[str, str], float]) -> ClusterPrices:
    risk: float | None = None if found.sizeless else 0.0
    for name, size in zip(_SIZED, found.unpriced, strict=True):
        rate = usual.get((found.prices.currency, name))
        if size:
            risk = None if rate is None or risk is None else risk + size * rate
    return replace(found.prices, unpriced_cost_at_risk=risk)


def _rates(asked: Question, dialect: Dialect) -> str:
    """Return a statement: cluster, currency, overridden, count without price, one of no size, rates, sizes."""
    source = FromClause(asked, dialect)
    rates = [f"{_ratio(name)} AS {name}" for name in _SIZED]
    sizes = [f"{_size(name, f'{cost} <= 0 AND {of}')} AS unpriced_{name}" for name, (_, cost, of) in _SIZED.items()]
    balancer = f"type = '{AssetType.LOAD_BALANCER}' AND cost <= 0"
    unpriced = " OR ".join(f"({of} AND {size} > 0 AND {cost} <= 0)" for size, cost, of in _SIZED.values())
    whole, newest = "coalesce(discount, 0) < 1", dialect.latest("currency", "window_start")
    return (
        f"WITH assets AS (SELECT * FROM {source.assets()} WHERE {source.passes()})\n"  # noqa: S608 - quoted
        f"SELECT cluster, currency, bool_or(price_source = '{PriceSource.CUSTOM}'), "
        f"count(DISTINCT concat(type, '/', name)) FILTER (WHERE {whole} AND ({unpriced} OR ({balancer}))), "
        f"bool_or({balancer}), {', '.join([*rates, *sizes])}\n"
        f"FROM assets JOIN (SELECT cluster, {newest} AS currency FROM assets GROUP BY cluster) "
        "AS newest USING (cluster, currency)\nGROUP BY cluster, currency"
    )


def _ratio(name: str) -> str:
    _, cost, of = _SIZED[name]
    charged = f"{cost} > 0 AND {of}"
    return f"(sum({cost}) FILTER (WHERE {charged}))::DOUBLE / {_size(name, charged, none='NULL')}"


def _size(name: str, condition: str, none: str = "0") -> str:
    size, _, _ = _SIZED[name]
    total = f"coalesce((sum({size}) FILTER (WHERE {condition}))::DOUBLE, {none})"
    whole = f"nullif({total}, 0)" if none == "NULL" else total
    return f"({whole} / {BYTES_PER_GIB})" if name in _OF_BYTES else whole


def _sources(asked: Question, dialect: Dialect) -> str:
    """Return a statement: cluster, the source behind most cost of its newest window in the frame, since when."""
    ever = replace(asked, frame=replace(asked.frame, window=Window(_BEGINNING, asked.frame.window.end)))
    source, frame = FromClause(ever, dialect), FromClause(asked, dialect).in_frame()
    return (
        "WITH windows AS (\n"  # noqa: S608 - quoted
        f"  SELECT cluster, window_start, {dialect.latest('price_source', 'cost', 'price_source')} AS source\n"
        "  FROM (SELECT cluster, window_start, price_source, sum(cost) AS cost\n"
        f"    FROM {source.assets()} WHERE {source.passes()} GROUP BY cluster, window_start, price_source)\n"
        "  GROUP BY cluster, window_start\n),\n"
        f"newest AS (SELECT cluster, {dialect.latest('source', 'window_start')} AS now FROM windows "
        f"WHERE {frame} GROUP BY cluster),\n"
        "changed AS (SELECT cluster, max(window_start) AS before FROM windows JOIN newest USING (cluster) "
        "WHERE source <> now GROUP BY cluster)\n"
        "SELECT cluster, now, min(window_start) FROM windows JOIN newest USING (cluster) LEFT JOIN changed "
        "USING (cluster)\nWHERE before IS NULL OR window_start > before GROUP BY cluster, now"
    )
