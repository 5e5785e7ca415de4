"""
The metric samples of a simulated cluster, invented minute by minute; what reads them cannot tell.

Metrics are those of kube-state-metrics, cAdvisor and OpenCost's exporter under their own names and labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from fleetcost.demo.fleet import DAY_SECONDS, GIB, Cluster, Pool, Workload
from fleetcost.demo.life import is_away, price_factor
from fleetcost.demo.mishaps import MISHAPS, Mishap
from fleetcost.demo.pods import DemoNode, DemoPod, nodes, pods, present, volume_id
from fleetcost.model.allocation import Labels
from fleetcost.samples.source import Floats, RawSeries

SCRAPE_SECONDS = 60
STORAGE_PRICE = 0.04 / 730
"""Price of a GiB-hour of every volume."""

_Value = Callable[[Floats], Floats]


class SimulatedCluster:
    """
    Gives one cluster's series; a function of the clock alone.

    Args:
        cluster: what to simulate
        born: Unix seconds before which there are no samples
        now: gives the Unix seconds after which there are none yet
    """

    def __init__(self, cluster: Cluster, born: float, now: Callable[[], float]) -> None:
        self._cluster = cluster
        self._born = born
        self._now = now
        self._nodes = nodes(cluster)
        self._metrics: dict[str, Callable[[float, float], Iterator[RawSeries]]] = {
            "kube_pod_container_status_running": lambda low, high: self._per_pod(low, high, lambda _pod: _constant(1)),
            "kube_pod_container_resource_requests": self._requests,
            "container_cpu_allocation": lambda low, high: self._per_pod(low, high, _cpu_allocated, node=True),
            "container_memory_allocation_bytes": lambda low, high: self._per_pod(low, high, _ram_allocated, node=True),
            "container_cpu_usage_seconds_total": lambda low, high: self._per_pod(low, high, _cpu_seconds),
            "container_memory_working_set_bytes": lambda low, high: self._per_pod(low, high, _ram_used),
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE": self._gpu_active,
            "node_total_hourly_cost": lambda low, high: self._priced(low, high, node_price),
            "node_cpu_hourly_cost": lambda low, high: self._priced(low, high, lambda pool: pool.cpu_price),
            "node_ram_hourly_cost": lambda low, high: self._priced(low, high, lambda pool: pool.ram_price),
            "node_gpu_hourly_cost": lambda low, high: self._priced(low, high, lambda pool: pool.gpu_price),
            "node_gpu_count": lambda low, high: self._per_node(low, high, lambda n: _constant(n.pool.gpus)),
            "kubecost_node_is_spot": lambda low, high: self._per_node(low, high, lambda n: _constant(n.pool.spot)),
            "kube_node_status_capacity": lambda low, high: self._capacity(low, high, 1.0),
            "kube_node_status_allocatable": lambda low, high: self._capacity(low, high, 0.96),
            "kube_node_labels": self._node_labels,
            "kube_pod_labels": self._pod_labels,
            "kube_namespace_labels": self._namespace_labels,
            "kube_namespace_created": self._namespaces_created,
            "kube_pod_owner": self._pod_owners,
            "kube_replicaset_owner": self._replicaset_owners,
            "kube_job_owner": self._job_owners,
            "kube_persistentvolume_capacity_bytes": self._volumes,
            "pv_hourly_cost": self._volume_prices,
            "kube_persistentvolume_info": self._volume_info,
            "kube_persistentvolumeclaim_info": self._claims,
            "kubelet_volume_stats_used_bytes": self._claims_used,
            "kube_pod_spec_volumes_persistentvolumeclaims_info": self._mounts,
        }
        for metric, mishap in MISHAPS.items():
            self._metrics[metric] = partial(self._mishaps, mishap)

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return the series of a metric with samples in this time."""
        low, high = max(start_epoch, self._born), min(end_epoch, self._now())
        make = self._metrics.get(metric)
        found = [] if make is None or low >= high else list(make(low, high))
        return list(self._seen(found)) if self._cluster.outage else found

    def _seen(self, found: Sequence[RawSeries]) -> Iterator[RawSeries]:
        """Leave out the samples that a Prometheus which was away has not taken."""
        for one in found:
            seen = ~is_away(one.times)
            if seen.any():
                yield RawSeries(one.labels, one.times[seen], one.values[seen])

    def _per_pod(
        self, low: float, high: float, value: Callable[[DemoPod], _Value], *, node: bool = False
    ) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            labels = _container(pod) | ({"node": pod.node.name} if node else {})
            yield _series(labels, max(low, pod.start), min(high, pod.end), value(pod))

    def _mishaps(self, mishap: Mishap, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            for labels, since, value in mishap(pod):
                if max(low, since) < min(high, pod.end):
                    yield _series(_container(pod) | labels, max(low, since), min(high, pod.end), value)

    def _requests(self, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            work = pod.workload
            amounts = [("cpu", "core", work.cpu_request), ("memory", "byte", work.ram_request_gib * GIB)]
            if work.gpus:
                amounts.append(("nvidia_com_gpu", "integer", work.gpus))
            for resource, unit, amount in amounts:
                labels = _container(pod) | {"node": pod.node.name, "resource": resource, "unit": unit}
                yield _series(labels, max(low, pod.start), min(high, pod.end), _constant(amount))

    def _gpu_active(self, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            if pod.workload.gpus:
                mean = pod.workload.cpu_use if pod.workload.gpu_use is None else pod.workload.gpu_use
                active = _swinging(pod, mean)
                yield _series(_container(pod), max(low, pod.start), min(high, pod.end), active)

    def _present(self, low: float, high: float) -> Iterator[tuple[DemoNode, float, float]]:
        for node in self._nodes:
            for start, end in present(self._cluster, node, low, high):
                yield node, start, end

    def _priced(self, low: float, high: float, price: Callable[[Pool], float]) -> Iterator[RawSeries]:
        return self._per_node(low, high, lambda node: _changing(node.pool, price(node.pool)))

    def _per_node(self, low: float, high: float, value: Callable[[DemoNode], _Value]) -> Iterator[RawSeries]:
        for node, start, end in self._present(low, high):
            labels = {
                "node": node.name,
                "instance": node.name,
                "provider_id": node.provider_id,
                "instance_type": node.pool.node_type,
                "region": self._cluster.region,
            }
            yield _series(labels, start, end, value(node))

    def _capacity(self, low: float, high: float, share: float) -> Iterator[RawSeries]:
        for node, start, end in self._present(low, high):
            amounts = [
                ("cpu", "core", node.pool.cpu_cores * share),
                ("memory", "byte", node.pool.ram_gib * GIB * share),
                ("nvidia_com_gpu", "integer", node.pool.gpus),
            ]
            for resource, unit, amount in amounts:
                labels = {"node": node.name, "resource": resource, "unit": unit}
                yield _series(labels, start, end, _constant(amount))

    def _node_labels(self, low: float, high: float) -> Iterator[RawSeries]:
        for node, start, end in self._present(low, high):
            labels = {
                "node": node.name,
                "label_node_kubernetes_io_instance_type": node.pool.node_type,
                "label_topology_kubernetes_io_region": self._cluster.region,
                "label_topology_kubernetes_io_zone": f"{self._cluster.region}a",
                "label_eks_amazonaws_com_nodegroup": node.pool.name if self._cluster.provider == "aws" else "",
                "label_cloud_google_com_gke_nodepool": node.pool.name if self._cluster.provider == "gcp" else "",
                "label_kubernetes_azure_com_agentpool": node.pool.name if self._cluster.provider == "azure" else "",
            }
            yield _series({k: v for k, v in labels.items() if v}, start, end, _constant(1))

    def _pod_labels(self, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            labels = _pod(pod) | {
                "label_app": pod.workload.name,
                "label_app_kubernetes_io_name": pod.workload.name,
                "label_team": pod.workload.team,
            }
            yield _series(labels, max(low, pod.start), min(high, pod.end), _constant(1))

    def _namespace_labels(self, low: float, high: float) -> Iterator[RawSeries]:
        for namespace in sorted({work.namespace for work in self._cluster.workloads}):
            labels = {"namespace": namespace, "label_kubernetes_io_metadata_name": namespace}
            yield _series(labels, low, high, _constant(1))

    def _namespaces_created(self, low: float, high: float) -> Iterator[RawSeries]:
        created = 1_700_000_000 + sum(self._cluster.id.encode())
        yield _series({"namespace": "kube-system"}, low, high, _constant(created))

    def _pod_owners(self, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            labels = _pod(pod) | {"owner_kind": pod.owner_kind, "owner_name": pod.owner, "owner_is_controller": "true"}
            yield _series(labels, max(low, pod.start), min(high, pod.end), _constant(1))

    def _replicaset_owners(self, low: float, high: float) -> Iterator[RawSeries]:
        return self._owners(low, high, "ReplicaSet", "replicaset", "Deployment")

    def _job_owners(self, low: float, high: float) -> Iterator[RawSeries]:
        return self._owners(low, high, "Job", "job_name", "CronJob")

    def _owners(self, low: float, high: float, kind: str, label: str, above: str) -> Iterator[RawSeries]:
        seen: set[tuple[str, str]] = set()
        for pod in pods(self._cluster, low, high):
            if pod.owner_kind == kind and (pod.workload.namespace, pod.owner) not in seen:
                seen.add((pod.workload.namespace, pod.owner))
                labels = {
                    "namespace": pod.workload.namespace,
                    label: pod.owner,
                    "owner_kind": above,
                    "owner_name": pod.workload.name,
                }
                yield _series(labels, max(low, pod.start), min(high, pod.end), _constant(1))

    def disks(self) -> Iterator[tuple[str, Workload | None, int, int]]:
        """Iterate volume name, its workload and slot (none for the forgotten one), and its GiB."""
        for work in self._cluster.workloads:
            for slot in range(work.replicas if work.volume_gib else 0):
                yield f"pv-{work.namespace}-{work.name}-{slot}", work, slot, work.volume_gib
        if self._cluster.unmounted_gib:
            yield "pv-forgotten", None, 0, self._cluster.unmounted_gib

    def _volumes(self, low: float, high: float) -> Iterator[RawSeries]:
        for name, _, _, gib in self.disks():
            yield _series({"persistentvolume": name}, low, high, _constant(gib * GIB))

    def _volume_prices(self, low: float, high: float) -> Iterator[RawSeries]:
        for name, _, _, _ in self.disks():
            labels = {"persistentvolume": name, "volumename": name, "provider_id": volume_id(self._cluster, name)}
            yield _series(labels, low, high, _constant(STORAGE_PRICE))

    def _volume_info(self, low: float, high: float) -> Iterator[RawSeries]:
        for name, _, _, _ in self.disks():
            labels = {
                "persistentvolume": name,
                "storageclass": "standard",
                "csi_volume_handle": volume_id(self._cluster, name),
            }
            yield _series(labels, low, high, _constant(1))

    def _claims(self, low: float, high: float) -> Iterator[RawSeries]:
        for name, work, slot, _ in self.disks():
            if work:
                labels = _claim(work, slot) | {"storageclass": "standard", "volumename": name}
                yield _series(labels, low, high, _constant(1))

    def _claims_used(self, low: float, high: float) -> Iterator[RawSeries]:
        for _, work, slot, gib in self.disks():
            if work:
                yield _series(_claim(work, slot), low, high, _constant(gib * GIB * work.ram_use))

    def _mounts(self, low: float, high: float) -> Iterator[RawSeries]:
        for pod in pods(self._cluster, low, high):
            if pod.workload.volume_gib:
                labels = _pod(pod) | _claim(pod.workload, pod.slot)
                yield _series(labels, max(low, pod.start), min(high, pod.end), _constant(1))


def _series(labels: Labels, low: float, high: float, value: _Value) -> RawSeries:
    first = math.ceil(low / SCRAPE_SECONDS) * SCRAPE_SECONDS
    times = np.arange(first, high + 0.5, SCRAPE_SECONDS, dtype=np.float64)
    return RawSeries(labels, times, value(times))


def _pod(pod: DemoPod) -> dict[str, str]:
    return {"namespace": pod.workload.namespace, "pod": pod.name, "uid": pod.uid}


def _container(pod: DemoPod) -> dict[str, str]:
    return _pod(pod) | {"container": pod.workload.name}


def _claim(work: Workload, slot: int) -> dict[str, str]:
    return {"namespace": work.namespace, "persistentvolumeclaim": f"data-{work.name}-{slot}"}


def node_price(pool: Pool) -> float:
    """Return what a node costs an hour, while prices have not risen."""
    return pool.cpu_price * pool.cpu_cores + pool.ram_price * pool.ram_gib + pool.gpu_price * pool.gpus


def _changing(pool: Pool, price: float) -> _Value:
    return lambda times: (
        np.array([price * price_factor(pool, time) for time in times]) if pool.rise else _constant(price)(times)
    )


def _constant(value: float) -> _Value:
    return lambda times: np.full(len(times), float(value))


def _phase(pod: DemoPod) -> float:
    return int(pod.uid[:6], 16) % DAY_SECONDS


def _swinging(pod: DemoPod, mean: float) -> _Value:
    turn = 2 * math.pi / DAY_SECONDS
    phase, swing = _phase(pod), pod.workload.swing
    return lambda times: mean * (1 + swing * np.sin(turn * (times - phase)))


def _cpu_used(pod: DemoPod) -> _Value:
    return _swinging(pod, pod.workload.cpu_request * pod.workload.cpu_use)


def _cpu_allocated(pod: DemoPod) -> _Value:
    used = _cpu_used(pod)
    return lambda times: np.maximum(used(times), pod.workload.cpu_request)


def _cpu_seconds(pod: DemoPod) -> _Value:
    """Return the counter: the integral of the use since the pod's start, in closed form."""
    mean, swing = pod.workload.cpu_request * pod.workload.cpu_use, pod.workload.swing
    turn, phase = 2 * math.pi / DAY_SECONDS, _phase(pod)

    def integral(times: Floats) -> Floats:
        return np.asarray(mean * (times - swing / turn * np.cos(turn * (times - phase))))

    return lambda times: integral(times) - integral(np.array([pod.start]))


def _ram_used(pod: DemoPod) -> _Value:
    mean = pod.workload.ram_request_gib * GIB * pod.workload.ram_use
    turn, phase = 2 * math.pi / DAY_SECONDS, _phase(pod)
    return lambda times: mean * (1 + 0.08 * np.sin(turn * (times - phase)))


def _ram_allocated(pod: DemoPod) -> _Value:
    used = _ram_used(pod)
    return lambda times: np.maximum(used(times), pod.workload.ram_request_gib * GIB)
