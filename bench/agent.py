"""
One hour of a large cluster: the CPU it takes the agent to start, read and build it, beside what it takes Prometheus.

    python bench/agent.py [--nodes 1000] [--pods 30000] [--short 2] [--rounds 1] [--against TREE …]

Each hour is read and built by a process of its own (`agent_hour.py`), so that CPU, user's and system's, and peak memory
are its own. Prometheus' CPU is what the server says it took in that time: the same requests, so it is the yardstick.
`--against` names other checkouts; the trees take turns, and of the rounds the cheapest counts, since work beside makes
CPU dearer, never cheaper. `--short` percent of the pods start or end inside the hour. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from fleetcost.samples.memory import STALE  # noqa: E402
from fleetcost.samples.source import Floats, RawSeries  # noqa: E402
from servers.metric_stores import prometheus  # noqa: E402

START = 1_790_000_000 // 3600 * 3600
STEP_SECONDS = 60
GIB = 2.0**30
TIMES = np.arange(START - 420, START + 3660, STEP_SECONDS, dtype=np.float64)
KINDS = 50
"""So many different amounts are used; the rest of the series are alike."""

STEPS = ("start", "read", "build", "server")

Metrics = dict[str, list[RawSeries]]
Measured = dict[str, Any]


def main() -> None:
    """Fill a server, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=30000)
    parser.add_argument("--short", type=float, default=2.0, help="percent of the pods that start or end in the hour")
    parser.add_argument("--rounds", type=int, default=1, help="how often each tree builds the hour")
    parser.add_argument("--against", type=Path, action="append", default=[], help="another checkout to run beside")
    parser.add_argument("--prometheus", default="prometheus")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, prometheus(Path(folder), given.prometheus) as server:
        metrics = _metrics(given.nodes, given.pods, given.short)
        series = sum(len(of_name) for of_name in metrics.values())
        server.write(metrics)
        metrics.clear()
        trees = [ROOT, *given.against]
        rounds = [[_hour(server.url, tree) for tree in trees] for _ in range(given.rounds)]
    print(f"{given.nodes:,} nodes, {given.pods:,} pods, {series:,} series scraped every minute, one hour; CPU seconds")
    own, *others = (_cheapest(of_tree) for of_tree in zip(*rounds, strict=True))
    _report("this tree", own)
    for tree, took in zip(given.against, others, strict=True):
        _report(tree.name, took)
        _compare(own, took)


def _hour(url: str, tree: Path) -> Measured:
    """Build the hour with one tree; return what it took, Prometheus' CPU included."""
    before = _server_cpu(url)
    command = [sys.executable, str(ROOT / "bench" / "agent_hour.py"), url, str(START), str(STEP_SECONDS)]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return {**json.loads(done.stdout), "server_cpu": _server_cpu(url) - before}


def _server_cpu(url: str) -> float:
    """Return the seconds of CPU that Prometheus says it has taken so far."""
    said = httpx.get(f"{url}/metrics").text
    return next(float(line.split()[1]) for line in said.splitlines() if line.startswith("process_cpu_seconds_total "))


def _cheapest(rounds: Sequence[Measured]) -> Measured:
    """Return the least of each figure; the digest must be that of every round."""
    if len({one["digest"] for one in rounds}) != 1:
        raise RuntimeError("one tree built different rows of the same hour")
    return {name: min(one[name] for one in rounds) for name in rounds[0]}


def _report(name: str, took: Measured) -> None:
    """Print one tree's figures."""
    print(
        f"{name}: start {took['start_cpu']:.2f}, read {took['read_cpu']:.2f}, build {took['build_cpu']:.2f}; "
        f"Prometheus {took['server_cpu']:.2f}; read and build / Prometheus {_hour_cpu(took) / took['server_cpu']:.2f}"
    )
    print(
        f"  wall {took['wall']:.1f} s, peak {took['peak_mib']:.0f} MiB, {took['allocations']:,} allocations, "
        f"{took['assets']:,} assets, digest {took['digest']}"
    )


def _compare(own: Measured, other: Measured) -> None:
    """Print how much more or less this tree takes than another one."""
    steps = ", ".join(f"{one} {own[f'{one}_cpu'] / other[f'{one}_cpu'] - 1:+.0%}" for one in STEPS)
    print(f"  this tree beside it: {steps}; read and build {_hour_cpu(own) / _hour_cpu(other) - 1:+.0%}")


def _hour_cpu(took: Measured) -> float:
    """Return the CPU of reading and building."""
    return float(took["read_cpu"] + took["build_cpu"])


def _metrics(nodes: int, pods: int, short_percent: float) -> Metrics:
    """Make a cluster up: pods of one or two containers, a tenth of them with a volume."""
    metrics: Metrics = defaultdict(list)
    every_hour = _Pool(TIMES)
    early, late = _Pool(TIMES[: len(TIMES) // 2], ended=True), _Pool(TIMES[len(TIMES) // 2 :])

    def add(metric: str, pool: _Pool, values: Floats, labels: dict[str, str]) -> None:
        metrics[metric].append(RawSeries(labels, pool.times, values))

    for i in range(nodes):
        for metric, labels in _node_series(i):
            pool = every_hour.counters if metric.endswith("_total") else every_hour.sizes
            add(metric, every_hour, pool[i % KINDS], labels)
    for i in range(pods):
        pool = every_hour
        if i % 100 < short_percent:
            pool = early if i % 2 else late
        for metric, labels in _pod_series(i, nodes):
            add(metric, pool, pool.ones, labels)
        for metric, labels in _container_series(i, nodes):
            is_size = "memory" in labels.get("resource", metric)
            values = pool.counters if metric.endswith("_total") else pool.sizes if is_size else pool.amounts
            add(metric, pool, values[i % KINDS], labels)
    return metrics


class _Pool:
    """The arrays that series share: times, and a few different values at them."""

    def __init__(self, times: Floats, *, ended: bool = False) -> None:
        self.times = times
        self.ones = self._made(np.ones(len(times)), ended=ended)
        kinds = range(1, KINDS + 1)
        self.amounts = [self._made(np.full(len(times), 0.05 * kind), ended=ended) for kind in kinds]
        self.sizes = [self._made(np.full(len(times), 2.0**26 * kind), ended=ended) for kind in kinds]
        self.counters = [self._made((times - times[0]) * 0.02 * kind, ended=ended) for kind in kinds]

    def _made(self, values: Floats, *, ended: bool) -> Floats:
        if ended:
            values[-1] = STALE
        return values


def _node_series(i: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Iterate the metrics of a node."""
    node = {"node": f"node-{i}"}
    for metric in ("kube_node_status_capacity", "kube_node_status_allocatable"):
        for resource in ("cpu", "memory"):
            yield metric, node | {"resource": resource}
    yield "kube_node_info", node | {"provider_id": f"aws:///z/i-{i}", "internal_ip": f"10.{i >> 8}.{i & 255}.1"}
    yield "kube_node_labels", node | {"label_topology_kubernetes_io_zone": "z", "label_kubernetes_io_os": "linux"}
    for mode in ("idle", "user", "system", "iowait"):
        yield "node_cpu_seconds_total", {"instance": f"node-{i}", "mode": mode, "cpu": "0"}


def _identity(i: int) -> dict[str, str]:
    """Return a pod's labels."""
    return {"namespace": f"team-{i % 120}", "pod": f"service-{i // 10}-5d4f8c7b9d-{i:05d}", "uid": f"7c9e6679-{i:08d}"}


def _pod_series(i: int, nodes: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Iterate the metrics of a pod whose value is one."""
    pod = _identity(i)
    replicaset = f"service-{i // 10}-5d4f8c7b9d"
    yield "kube_pod_info", pod | {"node": f"node-{i % nodes}", "pod_ip": f"10.200.{i >> 8 & 255}.{i & 255}"}
    yield "kube_pod_owner", pod | {"owner_kind": "ReplicaSet", "owner_name": replicaset, "owner_is_controller": "true"}
    yield (
        "kube_pod_labels",
        pod
        | {
            "label_app_kubernetes_io_name": f"service-{i // 10}",
            "label_app_kubernetes_io_component": "backend",
            "label_app_kubernetes_io_part_of": f"product-{i % 40}",
            "label_team": f"team-{i % 120}",
            "label_pod_template_hash": "5d4f8c7b9d",
        },
    )
    if i % 10 == 0:
        owner = {"namespace": pod["namespace"], "replicaset": replicaset}
        yield "kube_replicaset_owner", owner | {"owner_kind": "Deployment", "owner_name": f"service-{i // 10}"}
        yield "kube_persistentvolume_capacity_bytes", {"persistentvolume": f"pv-{i}"}
        claim = {"namespace": pod["namespace"], "persistentvolumeclaim": f"data-{i}"}
        yield "kube_persistentvolumeclaim_info", claim | {"volumename": f"pv-{i}", "storageclass": "standard"}
        yield "kube_pod_spec_volumes_persistentvolumeclaims_info", pod | claim
    for container in ("app", "proxy")[: 1 + (i % 3 == 0)]:
        yield "kube_pod_container_status_running", pod | {"container": container}


def _container_series(i: int, nodes: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Iterate the metrics of a pod's containers that have amounts."""
    pod = _identity(i)
    named = {key: value for key, value in pod.items() if key != "uid"} | {"node": f"node-{i % nodes}"}
    for container in ("app", "proxy")[: 1 + (i % 3 == 0)]:
        placed = pod | {"container": container, "node": f"node-{i % nodes}"}
        for asked in ("cpu", "memory"):
            yield "kube_pod_container_resource_requests", placed | {"resource": asked}
        group = named | {
            "container": container,
            "id": f"/kubepods/burstable/{pod['uid']}/{container}",
            "job": "kubelet",
        }
        yield "container_cpu_usage_seconds_total", group
        yield "container_memory_working_set_bytes", group
        yield "kube_pod_container_status_restarts_total", placed
        yield "container_oom_events_total", group
        yield "container_pressure_cpu_waiting_seconds_total", group
        yield "container_pressure_memory_stalled_seconds_total", group
        if i % 2:
            yield "container_cpu_cfs_periods_total", group
            yield "container_cpu_cfs_throttled_periods_total", group
    for metric in ("receive", "transmit"):
        yield f"container_network_{metric}_bytes_total", named | {"interface": "eth0", "id": f"/kubepods/{pod['uid']}"}


if __name__ == "__main__":
    main()
