"""
Fleets to measure the aggregator with: daily sets of many clusters, written by the real writer, the same every time.

    python bench/aggregator_fleet.py --size quick|F-99|F-max [--to DIR]

A cluster has nodes, daemon sets on each, deployments with several pods, stateful sets with volumes, and jobs whose pods
are new every day. Deployments roll out every few days, which renames their pods. Labels differ by the tool that set
them: charts, operators, meshes, teams.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from aggregator_columns import CPU_PRICE, DISK_PRICE, GIB, RAM_PRICE, asset_columns, defaults, measures
from aggregator_workloads import Workload, labels_of, pod_name, text_hash

from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.cost_set import CostSet, Provenance, from_table
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.sets.schema import SCHEMAS

LAST_DAY = datetime(2026, 9, 30, tzinfo=UTC)
"""The newest complete day of every fleet."""

TEAMS = ("payments", "search", "growth", "platform", "data", "mobile", "identity", "logistics")
DAEMONS = ("kube-proxy", "cni-node", "node-exporter", "log-agent", "csi-node", "guard", "dns-cache", "mesh-cni")
ROLES = ("gateway", "worker", "cache", "sync", "report", "core")
REGIONS = ("eu-central-1", "us-east-1", "ap-south-1")


@dataclass(frozen=True, slots=True)
class Size:
    """
    How large a fleet is.

    Attributes:
        clusters, days: how many
        containers: of each cluster and day, on average
    """

    name: str
    clusters: int
    containers: int
    days: int


SIZES = {
    "tiny": Size("tiny", 3, 60, 3),
    "quick": Size("quick", 33, 1000, 10),
    "F-99": Size("F-99", 33, 1000, 91),
    "F-max": Size("F-max", 67, 900, 91),
}


class Cluster:
    """One cluster of the fleet; gives its sets of a day."""

    def __init__(self, number: int, containers: int) -> None:
        self.random = random.Random(number)
        self.cluster = ClusterId(f"{('prod', 'stage', 'dev')[number % 3]}-{REGIONS[number % 7 % 3]}-{number:03}")
        self.nodes = [f"ip-10-{number}-{n // 250}-{n % 250}.internal" for n in range(max(2, containers // 30))]
        self.workloads = list(self._workloads(containers))
        self._pool: dict[str, list[Any]] = {name: [] for name in STATIC}
        self._places: dict[tuple[int, int, int], np.ndarray] = {}
        self._cores: list[float] = []
        self._gib: list[float] = []
        self._volume: list[int] = []
        self._gpus: list[int] = []

    def _workloads(self, containers: int) -> Iterator[Workload]:
        draw = self.random
        namespaces = [f"{team}-{part}" for team in TEAMS for part in ("api", "jobs", "web")]
        left = containers
        for daemon in DAEMONS[: max(1, min(len(DAEMONS), containers // 60))]:
            where = "kube-system" if draw.random() < 0.6 else "observability"
            yield Workload(
                where, "daemonset", daemon, (daemon,), len(self.nodes),
                cores=0.1, gib=0.2, volume_gib=0, gpus=0, rollout_days=45, flavour="daemon", team="platform",
            )  # fmt: skip
            left -= len(self.nodes)
        number = 0
        while left > 0:
            namespace = draw.choice(namespaces)
            kind = draw.choices(("deployment", "statefulset", "job", ""), (70, 12, 15, 3))[0]
            name = f"{namespace.split('-')[0]}-{draw.choice(ROLES)}-{number}"
            sidecar = ("istio-proxy",) if draw.random() < 0.3 else ()
            pods = 1 if kind in {"job", ""} else draw.choice((1, 2, 2, 3, 3, 5, 8))
            made = Workload(
                namespace, kind, name, ("app", *sidecar), pods,
                cores=draw.choice((0.05, 0.1, 0.25, 0.5, 1.0, 2.0)), gib=draw.choice((0.1, 0.25, 0.5, 1, 2, 4)),
                volume_gib=draw.choice((10, 50, 200)) if kind == "statefulset" else 0,
                gpus=1 if draw.random() < 0.01 else 0,
                rollout_days=draw.choice((2, 3, 5, 7, 14, 30)),
                flavour=draw.choice(("chart", "plain", "team", "mesh")), team=namespace.split("-")[0],
            )  # fmt: skip
            number += 1
            left -= pods * len(made.containers)
            yield made

    def rows(self, day: int) -> np.ndarray:
        """Return the places in the pool of what runs on a day."""
        places = []
        for number, workload in enumerate(self.workloads):
            generation = day if workload.kind == "job" else (day + number) // workload.rollout_days
            for pod in range(workload.pods):
                found = self._places.get((number, generation, pod))
                if found is None:
                    found = self._places[number, generation, pod] = self._grow(number, workload, generation, pod)
                places.append(found)
        return np.concatenate(places)

    def _grow(self, number: int, workload: Workload, generation: int, pod: int) -> np.ndarray:
        first = len(self._cores)
        node = self.nodes[pod if workload.kind == "daemonset" else self.random.randrange(len(self.nodes))]
        template = text_hash(self.cluster, number, generation)
        name, controller = pod_name(workload, generation, pod, template)
        labels = labels_of(workload, name, template, generation)
        scraped = [("prometheus_io_port", "8080"), ("prometheus_io_scrape", "true")] if number % 3 == 0 else []
        namespace_labels = [("kubernetes_io_metadata_name", workload.namespace), ("team", workload.team)]
        uid = text_hash(self.cluster, name, length=32)
        volume = f"pvc-{text_hash(self.cluster, number, pod, length=20)}"
        for container in workload.containers:
            share = volume if workload.volume_gib and container == "app" else ""
            row = ("workload", node, f"aws:///{text_hash(node, length=17)}", workload.namespace, workload.kind,
                   controller, name, uid, container, [workload.name] if number % 2 else [], labels, scraped,
                   namespace_labels, [], share)  # fmt: skip
            for column, value in zip(STATIC, row, strict=True):
                self._pool[column].append(value)
            side = container != "app" and workload.kind != "daemonset"
            self._cores.append(0.1 if side else workload.cores)
            self._gib.append(0.1 if side else workload.gib)
            self._volume.append(workload.volume_gib if share else 0)
            self._gpus.append(0 if side else workload.gpus)
        return np.arange(first, len(self._cores))

    def sets(self, days: int, last: datetime) -> Iterator[CostSet]:
        """Iterate all daily sets, oldest first."""
        chosen = [self.rows(day) for day in range(days)]
        windows = [Resolution.DAY.window_of(last - timedelta(days=days - 1 - day)) for day in range(days)]
        yield from self.made(zip(windows, chosen, strict=True))

    def made(self, chosen: Iterable[tuple[Window, np.ndarray]]) -> Iterator[CostSet]:
        """Iterate the sets of windows, each with the places of its rows in the pool."""
        schema = SCHEMAS[SetKind.ALLOCATIONS]
        kinds = {name: schema.field(name).type for name in STATIC[:-1]}
        pool = pa.table({name: pa.array(self._pool[name], kind) for name, kind in kinds.items()})
        facts = {name: np.array(getattr(self, f"_{name}")) for name in ("cores", "gib", "volume", "gpus")}
        for window, places in chosen:
            yield self.allocations(window, pool, places, facts)
            yield self.assets(window)

    def allocations(self, window: Window, pool: pa.Table, places: np.ndarray, facts: dict[str, np.ndarray]) -> CostSet:
        """Return the allocations of a window."""
        draw = np.random.default_rng([window.start_epoch, len(places)])
        table = pool.take(pa.array(places))
        columns = measures({name: values[places] for name, values in facts.items()}, window.hours, draw)
        starts = pa.array(np.full(len(places), window.start_epoch * 1_000_000)).cast(pa.timestamp("us", tz="UTC"))
        ends = pa.array(np.full(len(places), window.end_epoch * 1_000_000)).cast(pa.timestamp("us", tz="UTC"))
        columns |= {"start": starts, "end": ends, "volumes": self._shares(places, columns)}
        columns |= {name: table[name] for name in table.column_names}
        return self._set(SetKind.ALLOCATIONS, window, defaults(len(places)) | columns)

    def _shares(self, places: np.ndarray, columns: dict[str, pa.Array]) -> pa.Array:
        names = [self._pool["share"][place] for place in places]
        sizes, costs = columns["pv_byte_hours"].to_pylist(), columns["pv_cost"].to_pylist()
        values = [
            [{"volume": name, "provider_id": name, "byte_hours": size, "cost": cost}] if name else []
            for name, size, cost in zip(names, sizes, costs, strict=True)
        ]
        return pa.array(values, SCHEMAS[SetKind.ALLOCATIONS].field("volumes").type)

    def assets(self, window: Window) -> CostSet:
        """Return the assets of a window."""
        rows = []
        base = {"provider": "AWS", "account": "1234567890", "service": "Kubernetes", "region": "eu-central-1",
                "start": window.start, "end": window.end, "price_source": "metric"}  # fmt: skip
        hours = window.hours
        for node in self.nodes:
            cpu, ram = 16 * hours * CPU_PRICE, 64 * hours * RAM_PRICE
            labels = [("kubernetes_io_arch", "amd64"), ("node_kubernetes_io_instance_type", "m6i.4xlarge")]
            rows.append(base | {
                "type": "Node", "name": node, "provider_id": f"aws:///{text_hash(node, length=17)}", "labels": labels,
                "node_type": "m6i.4xlarge", "pool": "default", "preemptible": 0.0, "discount": 0.0,
                "cpu_core_hours": 16 * hours, "ram_byte_hours": int(64 * GIB * hours), "cpu_cost": cpu, "ram_cost": ram,
                "cpu_system_fraction": 0.05, "cpu_user_fraction": 0.4, "ram_user_fraction": 0.6,
                "cpu_overhead_fraction": 0.02, "ram_overhead_fraction": 0.05,
            })  # fmt: skip
            rows.append(base | {"type": "Disk", "name": node, "local": True, "byte_hours": int(100 * GIB * hours),
                                "cost": 100 * hours * DISK_PRICE})  # fmt: skip
        for number, workload in enumerate(self.workloads):
            for pod in range(workload.pods if workload.volume_gib else 0):
                name = f"pvc-{text_hash(self.cluster, number, pod, length=20)}"
                rows.append(base | {
                    "type": "Disk", "name": name, "provider_id": name, "volume_name": name, "storage_class": "gp3",
                    "claim_name": f"data-{workload.name}-{pod}", "claim_namespace": workload.namespace,
                    "byte_hours": int(workload.volume_gib * GIB * hours),
                    "cost": workload.volume_gib * hours * DISK_PRICE,
                })  # fmt: skip
        rows.append(base | {"type": "ClusterManagement", "name": "control-plane", "cost": 0.1 * hours})
        return self._set(SetKind.ASSETS, window, asset_columns(rows))

    def _set(self, kind: SetKind, window: Window, columns: dict[str, Any]) -> CostSet:
        schema = SCHEMAS[kind]
        table = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
        provenance = Provenance(
            cluster_uid=text_hash(self.cluster, length=32), currency="USD", coverage_minutes=window.minutes, final=True,
            source="prometheus", built_at=window.end + timedelta(minutes=5),
        )  # fmt: skip
        resolution = window.resolution
        assert resolution is not None
        return from_table(SetKey(self.cluster, kind, resolution, window), table, provenance)


STATIC = ("kind", "node", "provider_id", "namespace", "controller_kind", "controller", "pod", "pod_uid",
          "container", "services", "labels", "annotations", "namespace_labels", "namespace_annotations",
          "share")  # fmt: skip


def write_cluster(job: tuple[int, Size, Path]) -> int:
    """Write all sets of one cluster; return the bytes."""
    number, size, folder = job
    written = 0
    for cost_set in Cluster(number, size.containers).sets(size.days, LAST_DAY):
        file = folder / set_path(cost_set.header.key)
        file.parent.mkdir(parents=True, exist_ok=True)
        content = to_bytes(cost_set)
        file.write_bytes(content)
        written += len(content)
    return written


def write_hour(size: Size, folder: Path, window: Window) -> list[Path]:
    """Write the sets of one hour of the first cluster; return the files."""
    cluster = Cluster(0, size.containers)
    files = []
    for cost_set in cluster.made([(window, cluster.rows(size.days))]):
        files.append(folder / set_path(cost_set.header.key))
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        files[-1].write_bytes(to_bytes(cost_set))
    return files


def build(size: Size, folder: Path, processes: int = 2) -> int:
    """Write a fleet below a folder unless it is there; return its bytes."""
    mark = folder / "built"
    if mark.exists():
        return int(mark.read_text())
    with ProcessPoolExecutor(processes) as pool:
        written = sum(pool.map(write_cluster, [(number, size, folder) for number in range(size.clusters)]))
    mark.write_text(str(written))
    return written


def main() -> None:
    """Parse arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--days", type=int, help="instead of the size's")
    parser.add_argument("--to", type=Path, help="default .cache/bench/<size>")
    asked = parser.parse_args()
    size = SIZES[asked.size]
    size = replace(size, days=asked.days or size.days)
    folder = asked.to or Path(__file__).parents[1] / ".cache" / "bench" / f"{size.name}-{size.days}"
    began = time.monotonic()
    written = build(size, folder)
    print(f"{size.name}: {size.clusters} clusters, {size.days} days, {written / 1e6:,.0f} MB in {folder}, "
          f"{time.monotonic() - began:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
