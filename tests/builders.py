"""Small builders of what the tests of several rooms need: times, rows, sets, a tiny cluster's samples, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket, BucketReader
from fleetcost.errors import SourceError
from fleetcost.ingest.passes import Pass
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.allocation import Allocation, AllocationKind
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.samples.source import RawSeries
from fleetcost.sets.cost_set import CostSet, Provenance, from_allocations, from_assets
from fleetcost.sets.publish import publish
from fleetcost.tables.database import Database, EngineLimits, open_database

GIB = 1 << 30
DAY = datetime(2026, 1, 10, tzinfo=UTC)
"""The day on which everything happens, a Saturday."""


def at(hour: float = 0, day: int = 0) -> datetime:
    """Return a time of the day, or of a day near it."""
    return DAY + timedelta(days=day, hours=hour)


def hour(number: int, day: int = 0) -> Window:
    """Return an hour of the day."""
    return Window(at(number, day), at(number + 1, day))


def day(number: int = 0) -> Window:
    """Return the day, or one near it."""
    return Window(at(day=number), at(day=number + 1))


def key(window: Window | None = None, kind: SetKind = SetKind.ALLOCATIONS, cluster: str = "c1") -> SetKey:
    """Return the key of a set; the resolution is the window's own."""
    chosen = window or hour(0)
    resolution = chosen.resolution
    assert resolution is not None
    return SetKey(ClusterId(cluster), kind, resolution, chosen)


def money(text: float | str) -> Decimal:
    """Return an amount with nine places."""
    return Decimal(str(text)).quantize(Decimal("1e-9"))


def allocation(window: Window | None = None, **facts: Any) -> Allocation:
    """Return a container's row; amounts may be given as plain numbers."""
    chosen = window or hour(0)
    known: dict[str, Any] = {
        "start": chosen.start, "end": chosen.end, "node": "n1", "provider_id": "i-1", "namespace": "shop",
        "controller_kind": "deployment", "controller": "web", "pod": "web-1", "pod_uid": "u1", "container": "app",
    }  # fmt: skip
    return Allocation(**known | _exact(Allocation, facts))


def unmounted(window: Window | None = None, **facts: Any) -> Allocation:
    """Return a row of storage that no pod used."""
    chosen = window or hour(0)
    known: dict[str, Any] = {
        "kind": AllocationKind.UNMOUNTED, "start": chosen.start, "end": chosen.end,
        "namespace": "__unmounted__", "pod": "__unmounted__", "container": "__unmounted__",
    }  # fmt: skip
    return Allocation(**known | _exact(Allocation, facts))


def node(window: Window | None = None, **facts: Any) -> Asset:
    """Return a node; its cost is the sum of its parts."""
    chosen = window or hour(0)
    exact = _exact(Asset, facts)
    parts = sum((exact.get(name, Decimal(0)) for name in ("cpu_cost", "ram_cost", "gpu_cost")), Decimal(0))
    known: dict[str, Any] = {
        "type": AssetType.NODE, "name": "n1", "provider_id": "i-1", "start": chosen.start, "end": chosen.end,
        "cost": parts,
    }  # fmt: skip
    return Asset(**known | exact)


def disk(window: Window | None = None, **facts: Any) -> Asset:
    """Return a volume."""
    chosen = window or hour(0)
    known: dict[str, Any] = {
        "type": AssetType.DISK, "name": "pv-1", "volume_name": "pv-1", "provider_id": "vol-1",
        "start": chosen.start, "end": chosen.end,
    }  # fmt: skip
    return Asset(**known | _exact(Asset, facts))


def provenance(**facts: Any) -> Provenance:
    """Return what a builder knows beside the rows."""
    known: dict[str, Any] = {
        "cluster_uid": "uid-1", "currency": "USD", "coverage_minutes": 60.0, "final": True, "source": "a test",
        "built_at": at(2),
    }  # fmt: skip
    return Provenance(**known | facts)


def allocation_set(
    rows: Iterable[Allocation] | None = None, window: Window | None = None, cluster: str = "c1", **facts: Any
) -> CostSet:
    """Return an allocation set; every minute of its window was observed unless said otherwise."""
    chosen = window or hour(0)
    members = [allocation(chosen, cpu_cost=1)] if rows is None else list(rows)
    return from_allocations(key(chosen, SetKind.ALLOCATIONS, cluster), members, _full(chosen, facts))


def asset_set(
    rows: Iterable[Asset] | None = None, window: Window | None = None, cluster: str = "c1", **facts: Any
) -> CostSet:
    """Return an asset set; every minute of its window was observed unless said otherwise."""
    chosen = window or hour(0)
    members = [node(chosen, cpu_cost=2)] if rows is None else list(rows)
    return from_assets(key(chosen, SetKind.ASSETS, cluster), members, _full(chosen, facts))


def pair(window: Window | None = None, cluster: str = "c1", **facts: Any) -> tuple[CostSet, CostSet]:
    """Return both sets of a cluster-window, with a cost of 1 of 2."""
    return allocation_set(None, window, cluster, **facts), asset_set(None, window, cluster, **facts)


def bucket_of(*sets: CostSet) -> MemoryBucket:
    """Return a bucket that holds these sets."""
    bucket = MemoryBucket()
    put(bucket, *sets)
    return bucket


def put(bucket: Bucket, *sets: CostSet) -> None:
    """Put sets into a bucket whatever is there."""
    for cost_set in sets:
        publish(bucket, cost_set, force=True)


def _full(window: Window, facts: dict[str, Any]) -> Provenance:
    return provenance(**{"coverage_minutes": window.minutes, "built_at": window.end + timedelta(minutes=5)} | facts)


def _exact(kind: type[Allocation | Asset], facts: dict[str, Any]) -> dict[str, Any]:
    """Turn plain numbers into amounts where the field is one."""
    hints = {name: str(hint) for name, hint in kind.__annotations__.items()}
    return {
        name: money(value) if "Decimal" in hints[name] and isinstance(value, int | float) else value
        for name, value in facts.items()
    }


@dataclass(slots=True)
class TinyCluster:
    """
    The samples of one node and one pod, one a minute; `MemorySource` asks it.

    Attributes:
        born: when the samples begin; the first tells of the minute after it
        now: when they end for the moment; moving it is the test's clock
        cores: the pod's request, which is also its use
        dark: times of which no sample tells
        down: every question fails
        asked: how often something was asked
    """

    born: datetime
    now: datetime
    cores: float = 1.0
    dark: Sequence[Window] = ()
    down: bool = False
    asked: int = field(default=0)

    def clock(self) -> datetime:
        """Give the time of this cluster."""
        return self.now

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return the series of a metric."""
        self.asked += 1
        if self.down:
            raise SourceError("the source is down")
        labels, value = self._metrics().get(metric, ({}, None))
        if value is None:
            return []
        low, high = max(start_epoch, self.born.timestamp()), min(end_epoch, self.now.timestamp())
        times = np.arange(low - low % 60 + 60, high + 0.5, 60, dtype=np.float64)
        for gap in self.dark:
            times = times[(times <= gap.start_epoch) | (times > gap.end_epoch)]
        return [RawSeries(labels, times, np.full(len(times), value))]

    def _metrics(self) -> dict[str, tuple[dict[str, str], float | None]]:
        pod = {"namespace": "shop", "pod": "web-1", "uid": "u1"}
        container = pod | {"container": "app", "node": "n1"}
        machine = {"node": "n1", "instance": "n1", "provider_id": "i-1"}
        return {
            "kube_pod_container_status_running": (container, 1.0),
            "container_cpu_allocation": (container, self.cores),
            "container_memory_allocation_bytes": (container, float(GIB)),
            "node_cpu_hourly_cost": (machine, 0.5),
            "node_ram_hourly_cost": (machine, 0.25),
            "node_total_hourly_cost": (machine, 4.0),
            "kube_pod_labels": (pod | {"label_team": "web"}, 1.0),
            "kube_node_status_capacity": (machine | {"resource": "cpu", "unit": "core"}, 4.0),
        }


HOURLY, DAILY = Resolution.HOUR, Resolution.DAY


def open_tables(folder: Path) -> Database:
    """Open an empty database in a folder."""
    return open_database(folder / "test.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), DAY)


FOREVER = Retention(hourly=None, daily=None)


def ingest(bucket: BucketReader, database: Database, now: datetime | None = None) -> Pass:
    """Do one pass, keeping everything."""
    return Ingestor(bucket, database, FOREVER, lambda: now or at(72)).pass_once()
