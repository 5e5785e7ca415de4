"""
Clusters with a known history: what ran when and used what, the series a server would hold, and what it must cost.

Times of pods are arbitrary seconds; every target is scraped once a minute at its own offset, as servers do.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fleetcost.model.window import Window
from fleetcost.samples.memory import STALE
from fleetcost.samples.source import RawSeries

GIB = 2.0**30
SCRAPE_SECONDS = 60
CPU_PRICE, RAM_PRICE, DISK_PRICE = 0.04, 0.005, 0.0001
CORES, NODE_GIB = 16.0, 64.0
NODES = ("node-0", "node-1", "node-2")
"""Names of every cluster's nodes: other clusters use the same ones."""

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class TruePod:
    """A pod as it really was; it used the same all its life."""

    cluster: str
    name: str
    uid: str
    namespace: str
    node: str
    start: float
    end: float
    cores_asked: float
    cores_used: float
    bytes_asked: float
    bytes_used: float
    restarts_at: float | None

    @property
    def hourly_cost(self) -> float:
        """What it costs an hour: max(request, usage) times the price."""
        cpu, ram = max(self.cores_asked, self.cores_used), max(self.bytes_asked, self.bytes_used)
        return cpu * CPU_PRICE + ram / GIB * RAM_PRICE

    def hours_in(self, window: Window) -> float:
        """How long it ran inside a window."""
        return max(0.0, min(self.end, window.end_epoch) - max(self.start, window.start_epoch)) / 3600

    def edges_in(self, window: Window) -> int:
        """How many of its start, end and restart lie inside a window or just before it, each known to a scrape only."""
        times = (self.start, self.end, self.restarts_at or self.start)
        return sum(window.start_epoch - SCRAPE_SECONDS < time < window.end_epoch for time in times)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The true history of several clusters between two times."""

    start: float
    end: float
    clusters: tuple[str, ...]
    pods: tuple[TruePod, ...]

    def series(self) -> dict[str, list[RawSeries]]:
        """Return all series, as if all clusters wrote to one server."""
        found: dict[str, list[RawSeries]] = defaultdict(list)
        for metric, series in self._series():
            found[metric].append(series)
        return found

    def _series(self) -> Iterator[tuple[str, RawSeries]]:
        for cluster in self.clusters:
            for node in NODES:
                yield from self._node(cluster, node)
        for pod in self.pods:
            yield from self._pod(pod)

    def _node(self, cluster: str, node: str) -> Iterator[tuple[str, RawSeries]]:
        offset = _offset(cluster)
        labels = {"node": node, "cluster_id": cluster, "job": "kube-state-metrics"}
        sizes = (("cpu", CORES), ("memory", NODE_GIB * GIB))
        for resource, amount in sizes:
            for metric in ("kube_node_status_capacity", "kube_node_status_allocatable"):
                yield metric, self._flat(labels | {"resource": resource}, amount, offset)
        prices = {"node": node, "cluster_id": cluster, "provider_id": f"aws:///z/i-{node}", "job": "exporter"}
        yield "node_cpu_hourly_cost", self._flat(prices, CPU_PRICE, offset)
        yield "node_ram_hourly_cost", self._flat(prices, RAM_PRICE, offset)
        yield "node_total_hourly_cost", self._flat(prices, CPU_PRICE * CORES + RAM_PRICE * NODE_GIB, offset)

    def _pod(self, pod: TruePod) -> Iterator[tuple[str, RawSeries]]:
        state = _offset(pod.cluster)
        labels = {"namespace": pod.namespace, "pod": pod.name, "uid": pod.uid, "cluster_id": pod.cluster}
        container = labels | {"container": "main", "job": "kube-state-metrics"}
        placed = container | {"node": pod.node}
        span = (pod.start, pod.end)
        yield "kube_pod_container_status_running", self._flat(container, 1.0, state, *span)
        for resource, amount in (("cpu", pod.cores_asked), ("memory", pod.bytes_asked)):
            if amount:
                asked = placed | {"resource": resource}
                yield "kube_pod_container_resource_requests", self._flat(asked, amount, state, *span)
        yield "kube_pod_info", self._flat(labels | {"node": pod.node, "pod_ip": "10.1.0.1"}, 1.0, state, *span)
        yield "kube_pod_labels", self._flat(labels | {"label_app": pod.name[:3]}, 1.0, state, *span)
        owner = labels | {"owner_kind": "DaemonSet", "owner_name": pod.name[:3], "owner_is_controller": "true"}
        yield "kube_pod_owner", self._flat(owner, 1.0, state, *span)
        used = {key: value for key, value in labels.items() if key != "uid"} | {"container": "main", "job": "kubelet"}
        offset = _offset(pod.node)
        for run, (low, high) in enumerate(_lives(pod)):
            of_run = used | {"id": f"/kubepods/{pod.uid}/{run}", "instance": pod.node}
            yield "container_memory_working_set_bytes", self._flat(of_run, pod.bytes_used, offset, low, high)
            counter = self._flat(of_run, 0.0, offset, low, high)
            grown = np.where(np.isnan(counter.values), counter.values, (counter.times - low) * pod.cores_used)
            yield "container_cpu_usage_seconds_total", RawSeries(counter.labels, counter.times, grown)

    def _flat(
        self, labels: Labels, value: float, offset: float, low: float | None = None, high: float | None = None
    ) -> RawSeries:
        low, high = max(self.start, low or self.start), min(self.end, high or self.end)
        first = low + (offset - low) % SCRAPE_SECONDS
        times = np.arange(first, high, SCRAPE_SECONDS, dtype=np.float64)
        values = np.full(len(times), value)
        if len(times) and high < self.end:
            times, values = np.append(times, times[-1] + SCRAPE_SECONDS), np.append(values, STALE)
        return RawSeries(labels, times, values)


def timeline(start: float, hours: int, clusters: Sequence[str], pods_each: int, seed: int = 1) -> Timeline:
    """
    Make up a history.

    Args:
        start: Unix time at which the interesting hours begin; samples begin an hour before
        hours: how many
        clusters: their names
        pods_each: pods of a cluster, of which one in four is short
        seed: another one makes another history
    """
    generator = random.Random(seed)
    end = start + hours * 3600
    pods = [_pod_of(generator, cluster, i, start, end) for cluster in clusters for i in range(pods_each)]
    return Timeline(start - 3600, end + 600, tuple(clusters), tuple(pods))


def _pod_of(generator: random.Random, cluster: str, number: int, start: float, end: float) -> TruePod:
    born = start - 3000 + generator.random() * (end - start + 2000)
    lives = 200 + generator.random() * 900 if number % 4 == 0 else 3000 + generator.random() * 20000
    died = born + lives
    cores = generator.choice([0.0, 0.25, 0.5, 1.0])
    asked = generator.choice([0.0, 0.5, 1.0]) * GIB
    return TruePod(
        cluster=cluster,
        name=f"app-{number % 7}" if number % 5 == 0 else f"app-{number}",
        uid=f"{cluster}-{number}",
        namespace=f"team-{number % 3}",
        node=f"node-{number % 3}",
        start=round(born, 3),
        end=round(died, 3),
        cores_asked=cores,
        cores_used=generator.choice([0.1, 0.4, 0.9]),
        bytes_asked=asked,
        bytes_used=generator.choice([0.25, 0.75]) * GIB,
        restarts_at=round(born + lives / 2, 3) if number % 3 == 0 and number % 5 else None,
    )


def _lives(pod: TruePod) -> list[tuple[float, float]]:
    if pod.restarts_at is None:
        return [(pod.start, pod.end)]
    return [(pod.start, pod.restarts_at), (pod.restarts_at, pod.end)]


def _offset(name: str) -> float:
    return random.Random(name).random() * SCRAPE_SECONDS
