"""
One hour of a large cluster: what the agent takes to read and build it, beside what Prometheus takes for the answers.

    python bench/agent.py [--nodes 1000] [--pods 30000] [--short 2] [--prometheus PROGRAM]

The same requests are sent twice: by a client that throws the answers away, which is Prometheus's own time, and by the
agent. The agent runs as a process of its own, so that its peak memory is its own. `--short` percent of the pods start
or end inside the hour. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from urllib.parse import parse_qs

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from fleetcost.costing.build import build  # noqa: E402
from fleetcost.costing.prices import PriceBook  # noqa: E402
from fleetcost.model.window import Window  # noqa: E402
from fleetcost.samples.client import PrometheusSource  # noqa: E402
from fleetcost.samples.memory import STALE  # noqa: E402
from fleetcost.samples.read import CONCURRENCY, read  # noqa: E402
from fleetcost.samples.source import Floats, RawSeries  # noqa: E402
from servers.metric_stores import prometheus  # noqa: E402

START = 1_790_000_000 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
STEP_SECONDS = 60
GIB = 2.0**30
TIMES = np.arange(START - 420, START + 3660, STEP_SECONDS, dtype=np.float64)
KINDS = 50
"""So many different amounts are used; the rest of the series are alike."""

Metrics = dict[str, list[RawSeries]]


def main() -> None:
    """Fill a server, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=30000)
    parser.add_argument("--short", type=float, default=2.0, help="percent of the pods that start or end in the hour")
    parser.add_argument("--prometheus", default="prometheus")
    parser.add_argument("--agent", metavar="URL", help="be the agent's process")
    parser.add_argument("--slowest", type=int, default=0, help="also print this many of the slowest queries")
    given = parser.parse_args()
    if given.agent:
        print(json.dumps(_agent(given.agent)))
        return
    with tempfile.TemporaryDirectory() as folder, prometheus(Path(folder), given.prometheus) as server:
        metrics = _metrics(given.nodes, given.pods, given.short)
        series = sum(len(of_name) for of_name in metrics.values())
        server.write(metrics)
        metrics.clear()
        requests = _recorded(server.url)
        bare, sizes, slowest = _yardstick(requests)
        command = [sys.executable, __file__, "--agent", server.url]
        agent = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"{given.nodes:,} nodes, {given.pods:,} pods, {series:,} series scraped every minute, one hour")
    print(f"Prometheus alone, {len(requests)} requests, {CONCURRENCY} at once: {bare:.1f} s, {sizes / 2**20:.1f} MiB")
    print(f"agent: read {agent['read']:.1f} s, build {agent['build']:.1f} s, peak {agent['peak_mib']:.0f} MiB")
    print(f"agent / Prometheus alone: {(agent['read'] + agent['build']) / bare:.2f}")
    print(f"rows: {agent['allocations']:,} allocations, {agent['assets']:,} assets")
    for seconds, name in slowest[: given.slowest]:
        print(f"  {seconds:6.2f} s  {name}")


def _agent(url: str) -> dict[str, float]:
    """Read and build one hour; return times, rows and peak memory."""
    started = time.perf_counter()
    samples = read(PrometheusSource(url), HOUR, STEP_SECONDS)
    after_read = time.perf_counter()
    built = build(samples, PriceBook())
    return {
        "read": after_read - started,
        "build": time.perf_counter() - after_read,
        "allocations": len(built.allocations),
        "assets": len(built.assets),
        "peak_mib": getrusage(RUSAGE_SELF).ru_maxrss / 1024,
    }


class _Recording(httpx.BaseTransport):
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[httpx.Request] = []
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on."""
        self.sent.append(request)
        return self._real.handle_request(request)


def _recorded(url: str) -> list[httpx.Request]:
    """Return every request the agent sends for the hour; the server is warm afterwards."""
    transport = _Recording()
    read(PrometheusSource(url, transport=transport), HOUR, STEP_SECONDS)
    return transport.sent


def _yardstick(requests: list[httpx.Request]) -> tuple[float, int, list[tuple[float, str]]]:
    """Send every request again and throw the answers away; return seconds, bytes, and each one's seconds."""
    client = httpx.Client(timeout=600)

    def ask(request: httpx.Request) -> tuple[float, int, str]:
        size, began = 0, time.perf_counter()
        again = client.build_request(
            request.method,
            request.url,
            content=request.content,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        response = client.send(again, stream=True)
        response.raise_for_status()
        for part in response.iter_raw():
            size += len(part)
        response.close()
        return time.perf_counter() - began, size, parse_qs(request.content.decode()).get("query", ["?"])[0][:150]

    started = time.perf_counter()
    with ThreadPoolExecutor(CONCURRENCY) as executor:
        done = list(executor.map(ask, requests))
    seconds = time.perf_counter() - started
    client.close()
    return seconds, sum(size for _, size, _ in done), sorted(((took, name) for took, _, name in done), reverse=True)


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
    for metric in ("receive", "transmit"):
        yield f"container_network_{metric}_bytes_total", named | {"interface": "eth0", "id": f"/kubepods/{pod['uid']}"}


if __name__ == "__main__":
    main()
