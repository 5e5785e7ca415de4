"""
Fleets as plain data, and the way from data to an aggregator that answers.

A fleet is a list of windows; each has a cluster, allocations and assets as mappings of column to value. The sets go
through a bucket and the ingest loop, as an agent's would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.allocation import Allocation, AllocationKind, LoadBalancerShare, VolumeShare
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.cloud_cost import CLOUD_COSTS, BillState, Category, ChargeRule, CloudCost
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Window
from fleetcost.rates.table import RateTable
from fleetcost.sets.cloud.cloud_set import BillProvenance, CloudSet, from_cloud_costs
from fleetcost.sets.cloud.publish import publish as publish_bill
from fleetcost.sets.cost_set import Provenance, from_allocations, from_assets
from fleetcost.sets.publish import publish
from fleetcost.tables.database import Database, EngineLimits, open_database

GIB = 1 << 30
Facts = Mapping[str, Any]


def time(text: str) -> datetime:
    """Read `2024-01-01` or `2024-01-01T06:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> Window:
    """Return a whole day."""
    return Window(time(text), time(text) + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class ClusterWindow:
    """What one cluster's agent would have published for one window."""

    cluster: str
    window: Window
    allocations: Sequence[Facts]
    assets: Sequence[Facts]
    currency: str = "USD"
    final: bool = True
    coverage_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """What one integration's bill says of one day; `rows` are mappings of column to value, `cost` is all five costs."""

    integration: str
    window: Window
    rows: Sequence[Facts]
    state: BillState = BillState.FINAL


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is in the bucket, what time it is, and the exchange rates that are known."""

    name: str
    now: datetime
    windows: Sequence[ClusterWindow]
    bills: Sequence[Bill] = ()
    rates: RateTable | None = None


@dataclass(frozen=True, slots=True)
class Ingested:
    """A fleet in the tables."""

    fleet: Fleet = field(repr=False)
    database: Database = field(repr=False)
    ingestor: Ingestor = field(repr=False)


def ingested(fleet: Fleet, folder: Path) -> Ingested:
    """Publish a fleet into a bucket in memory and ingest it into an empty database."""
    bucket = MemoryBucket()
    fill(bucket, fleet)
    database = open_database(folder / "fleetcost.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), fleet.now)
    ingestor = Ingestor(bucket, database, Retention(hourly=None, daily=None), lambda: fleet.now)
    done = ingestor.pass_once()
    assert done.bad == 0
    return Ingested(fleet, database, ingestor)


def fill(bucket: Bucket, fleet: Fleet) -> None:
    """Publish a fleet into a bucket."""
    for one in fleet.windows:
        for cost_set in _sets(one):
            publish(bucket, cost_set)
    for bill in fleet.bills:
        publish_bill(bucket, _bill(bill))


def _sets(one: ClusterWindow) -> Iterable[Any]:
    coverage = one.window.minutes if one.coverage_minutes is None else one.coverage_minutes
    provenance = Provenance(
        cluster_uid=f"uid of {one.cluster}",
        currency=one.currency,
        coverage_minutes=coverage,
        final=one.final,
        source="a test",
        built_at=one.window.end,
    )
    resolution = one.window.resolution
    assert resolution is not None
    allocations = [_row(Allocation, facts, one.window) for facts in one.allocations]
    assets = [_asset(facts, one.window) for facts in one.assets]
    cluster = ClusterId(one.cluster)
    yield from_allocations(SetKey(cluster, SetKind.ALLOCATIONS, resolution, one.window), allocations, provenance)
    yield from_assets(SetKey(cluster, SetKind.ASSETS, resolution, one.window), assets, provenance)


def _bill(bill: Bill) -> CloudSet:
    rows = [_row(CloudCost, _costs(facts), bill.window) for facts in bill.rows]
    reported = BillProvenance(
        state=bill.state, bill_rows=len(rows), source="a test", source_digest="0" * 64, built_at=bill.window.end
    )
    return from_cloud_costs(CloudSetKey(IntegrationId(bill.integration), bill.window), rows, reported)


def _costs(facts: Facts) -> Facts:
    known = {"currency": "USD"} | dict.fromkeys(CLOUD_COSTS, facts.get("cost", 0)) | dict(facts)
    known.pop("cost", None)
    return known


def _asset(facts: Facts, window: Window) -> Asset:
    made = _row(Asset, facts, window)
    if made.type is AssetType.NODE and "cost" not in facts:
        return _row(Asset, {**facts, "cost": made.cpu_cost + made.ram_cost + made.gpu_cost}, window)
    return made


def _row(kind: Any, facts: Facts, window: Window) -> Any:
    hints = {field.name: str(field.type) for field in fields(kind)}
    known = {"start": window.start, "end": window.end} | {
        name: _value(name, value, hints[name]) for name, value in facts.items()
    }
    return kind(**known)


def _value(name: str, value: Any, hint: str) -> Any:
    made = _MAKERS.get(name)
    if made is not None:
        return made(value)
    return money(value) if "Decimal" in hint and value is not None else value


def _shares(kind: Any, *exact: str) -> Any:
    return lambda parts: tuple(kind(**{**part, **{name: money(part[name]) for name in exact}}) for part in parts)


def money(value: float | str | Decimal) -> Decimal:
    """Return an amount with nine places."""
    return Decimal(str(value)).quantize(Decimal("1e-9"))


_MAKERS = {
    "start": time,
    "end": time,
    "kind": AllocationKind,
    "type": AssetType,
    "services": tuple,
    "category": Category,
    "rule": ChargeRule,
    "volumes": _shares(VolumeShare, "cost"),
    "load_balancers": _shares(LoadBalancerShare, "cost", "hours"),
}
