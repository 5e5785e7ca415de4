"""
A real production trace as four clusters' metrics.

Real: the nodes and their sizes, the pods with their requests, GPU shares, starts and ends. Added here, because the
trace has none: prices, usage, namespaces, labels, owners, and which pod sits on which node (first fit).
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fleetcost.samples.source import RawSeries

CLUSTERS = ("cluster-0", "cluster-1", "cluster-2", "cluster-3")
START = datetime(2026, 1, 10, tzinfo=UTC)
HOURS = 4
SLICE_SECONDS = 12_600_000
"""Second of the trace that becomes `START`; its busiest four hours."""

SCRAPE_SECONDS = 60
MIB = 1 << 20
GIB = 1 << 30
CPU_PRICE, RAM_PRICE, GPU_PRICE = 0.0316, 0.0042, 0.75

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """A real node in one of the test's clusters."""

    cluster: str
    name: str
    cores: float
    ram_bytes: int
    gpus: int
    model: str

    @property
    def hourly_price(self) -> float:
        """What the test says it costs."""
        return self.cores * CPU_PRICE + self.ram_bytes / GIB * RAM_PRICE + self.gpus * GPU_PRICE


@dataclass(frozen=True, slots=True)
class Pod:
    """A real pod, cut to the slice; times are seconds after `START`."""

    node: Node
    name: str
    cores: float
    ram_bytes: int
    gpus: float
    namespace: str
    start: float
    end: float

    @property
    def used_share(self) -> float:
        """The part of its CPU request the test lets it use, a fixed function of its name."""
        return 0.2 + (zlib.crc32(self.name.encode()) % 100) / 100


@dataclass(slots=True)
class _Free:
    node: Node
    cores: float
    ram_bytes: float
    gpus: float
    pods: list[Pod] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    """Nodes and pods of every cluster."""

    nodes: tuple[Node, ...]
    pods: tuple[Pod, ...]

    def asset_cost(self, cluster: str, hours: float) -> float:
        """What the cluster's nodes cost, computed from sizes and prices alone."""
        return sum(node.hourly_price for node in self.nodes if node.cluster == cluster) * hours


def load(folder: Path) -> Trace:
    """Read the trace, cut the slice, deal its pods to four clusters in turn, and place them."""
    rows = _rows(folder / "nodes.csv")
    places = {cluster: _Places(cluster, rows[number :: len(CLUSTERS)]) for number, cluster in enumerate(CLUSTERS)}
    running = [row for row in _rows(folder / "pods.csv") if _in_slice(row)]
    running.sort(key=lambda row: (float(row["scheduled_time"]), row["name"]))
    for number, row in enumerate(running):
        places[CLUSTERS[number % len(CLUSTERS)]].put(row)
    slots = [slot for place in places.values() for slot in place.open]
    return Trace(tuple(slot.node for slot in slots), tuple(pod for slot in slots for pod in slot.pods))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open() as lines:
        return list(csv.DictReader(lines))


class _Places:
    """One cluster's nodes, taken from the trace's in order as its pods need them."""

    def __init__(self, cluster: str, rows: list[dict[str, str]]) -> None:
        self._cluster = cluster
        self._rows = iter(rows)
        self.open: list[_Free] = []

    def put(self, row: dict[str, str]) -> None:
        cores, ram = int(row["cpu_milli"]) / 1000, int(row["memory_mib"]) * MIB
        gpus = int(row["num_gpu"]) * int(row["gpu_milli"] or 0) / 1000
        slot = next((s for s in self.open if s.cores >= cores and s.ram_bytes >= ram and s.gpus >= gpus), None)
        while slot is None:
            found = self._next()
            slot = found if found.cores >= cores and found.ram_bytes >= ram and found.gpus >= gpus else None
        slot.cores -= cores
        slot.ram_bytes -= ram
        slot.gpus -= gpus
        start = max(0.0, float(row["scheduled_time"]) - SLICE_SECONDS)
        end = min(HOURS * 3600.0, float(row["deletion_time"]) - SLICE_SECONDS)
        slot.pods.append(Pod(slot.node, row["name"], cores, ram, gpus, row["qos"].lower(), start, end))

    def _next(self) -> _Free:
        row = next(self._rows)
        node = Node(
            self._cluster,
            row["sn"],
            int(row["cpu_milli"]) / 1000,
            int(row["memory_mib"]) * MIB,
            int(row["gpu"]),
            row["model"],
        )
        self.open.append(_Free(node, node.cores, node.ram_bytes, node.gpus))
        return self.open[-1]


def _in_slice(row: dict[str, str]) -> bool:
    if not row["scheduled_time"] or not row["deletion_time"]:
        return False
    return float(row["scheduled_time"]) < SLICE_SECONDS + HOURS * 3600 and float(row["deletion_time"]) > SLICE_SECONDS


def write_openmetrics(trace: Trace, file: Path) -> int:
    """Write every sample as OpenMetrics text, metric by metric; return how many."""
    series: dict[str, list[tuple[Labels, float, float, float, float]]] = defaultdict(list)
    for metric, labels, start, end, value, slope in _series(trace):
        series[metric].append((labels, start, end, value, slope))
    count = 0
    with file.open("w") as out:
        for metric in sorted(series):
            for labels, start, end, value, slope in series[metric]:
                text = ",".join(f'{name}="{v}"' for name, v in labels.items())
                first = -(-int(start) // SCRAPE_SECONDS) * SCRAPE_SECONDS
                for second in range(first, int(end) + 1, SCRAPE_SECONDS):
                    sample = value + slope * (second - start)
                    out.write(f"{metric}{{{text}}} {sample:.9g} {int(START.timestamp()) + second}\n")
                    count += 1
        out.write("# EOF\n")
    return count


def of_cluster(trace: Trace, cluster: str) -> Trace:
    """Return the part of a trace that is one cluster's."""
    return Trace(
        [node for node in trace.nodes if node.cluster == cluster],
        [pod for pod in trace.pods if pod.node.cluster == cluster],
    )


def raw_series(trace: Trace) -> dict[str, list[RawSeries]]:
    """Return every sample as series in memory, the same numbers as the text's."""
    made: dict[str, list[RawSeries]] = defaultdict(list)
    for metric, labels, start, end, value, slope in _series(trace):
        first = -(-int(start) // SCRAPE_SECONDS) * SCRAPE_SECONDS
        seconds = np.arange(first, int(end) + 1, SCRAPE_SECONDS, dtype=np.float64)
        values = np.array([float(f"{value + slope * (second - start):.9g}") for second in seconds])
        made[metric].append(RawSeries(labels, seconds + START.timestamp(), values))
    return made


def _series(trace: Trace) -> Iterator[tuple[str, Labels, float, float, float, float]]:
    """Iterate metric, labels, start, end, value and growth per second of every series."""
    whole = (0.0, HOURS * 3600.0)
    for node in trace.nodes:
        base = {"cluster_id": node.cluster, "node": node.name}
        priced = base | {
            "provider_id": f"test://{node.name}",
            "instance_type": f"{node.model or 'cpu'}-{node.cores:.0f}",
        }
        yield "node_cpu_hourly_cost", priced, *whole, CPU_PRICE, 0
        yield "node_ram_hourly_cost", priced, *whole, RAM_PRICE, 0
        yield "node_gpu_hourly_cost", priced, *whole, GPU_PRICE, 0
        yield "node_gpu_count", priced, *whole, node.gpus, 0
        yield "node_total_hourly_cost", priced, *whole, node.hourly_price, 0
        yield "kubecost_node_is_spot", priced, *whole, 0, 0
        for resource, unit, amount in (("cpu", "core", node.cores), ("memory", "byte", node.ram_bytes)):
            yield "kube_node_status_capacity", base | {"resource": resource, "unit": unit}, *whole, amount, 0
    for pod in trace.pods:
        yield from _pod_series(pod)


def _pod_series(pod: Pod) -> Iterator[tuple[str, Labels, float, float, float, float]]:
    life = (pod.start, pod.end)
    pod_labels = {"cluster_id": pod.node.cluster, "namespace": pod.namespace, "pod": pod.name, "uid": f"uid-{pod.name}"}
    container = pod_labels | {"container": "main"}
    placed = container | {"node": pod.node.name}
    yield "kube_pod_container_status_running", container, *life, 1, 0
    for resource, unit, amount in (("cpu", "core", pod.cores), ("memory", "byte", pod.ram_bytes)):
        yield "kube_pod_container_resource_requests", placed | {"resource": resource, "unit": unit}, *life, amount, 0
    if pod.gpus:
        yield "container_gpu_allocation", placed, *life, pod.gpus, 0
    yield "container_cpu_usage_seconds_total", container, *life, 0, pod.cores * pod.used_share
    yield "container_memory_working_set_bytes", container, *life, pod.ram_bytes * 0.6, 0
    team = f"team-{zlib.crc32(pod.name.encode()) % 3}"
    yield "kube_pod_labels", pod_labels | {"label_team": team}, *life, 1, 0
    owner = {"owner_kind": "Job", "owner_name": pod.name, "owner_is_controller": "true"}
    yield "kube_pod_owner", pod_labels | owner, *life, 1, 0
