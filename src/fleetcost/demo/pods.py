"""Which pods of a simulated cluster run when, and where: a function of the clock alone, so every run agrees."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from fleetcost.demo.fleet import HOUR_SECONDS, Cluster, Pool, Workload
from fleetcost.demo.life import as_deployed, changes, is_there, pieces, rests, turns

BOOT_SECONDS = 300
"""Nodes that come for a run are there this long before its first pod and after its last."""

STAGGER_SECONDS = 67
"""A CronJob's pods start one after the other, this far apart."""


@dataclass(frozen=True, slots=True)
class DemoNode:
    """One node; `present` says when it is there."""

    name: str
    provider_id: str
    pool: Pool


@dataclass(frozen=True, slots=True)
class DemoPod:
    """
    One pod.

    Attributes:
        owner: what Prometheus calls its owner: a ReplicaSet, a Job, or the controller itself
        slot: which of the workload's replicas it is; a StatefulSet's slot keeps its name and volume
        start, end: Unix seconds of its life
    """

    name: str
    uid: str
    workload: Workload
    node: DemoNode
    owner_kind: str
    owner: str
    slot: int
    start: float
    end: float


def nodes(cluster: Cluster) -> tuple[DemoNode, ...]:
    """Return the nodes of a cluster."""
    found = []
    for pool in cluster.pools:
        for number in range(pool.count):
            name = f"{pool.name}-{number}"
            found.append(DemoNode(name, _provider_id(cluster, name), pool))
    return tuple(found)


def pods(cluster: Cluster, low: float, high: float) -> Iterator[DemoPod]:
    """Iterate the pods that live at some time in `[low, high]`."""
    every = nodes(cluster)
    for number, workload in enumerate(cluster.workloads):
        fitting = _hosts(every, workload)
        hosts = [node for node in every if not node.pool.follows] if workload.kind == "DaemonSet" else fitting
        replicas = len(hosts) if workload.kind == "DaemonSet" else workload.replicas
        for slot in range(replicas):
            turned = hosts[number % len(hosts) :] + hosts[: number % len(hosts)]
            own = hosts[slot : slot + 1] if workload.kind == "DaemonSet" else turned
            yield from _lives(cluster, workload, own, slot, (low, high))


def present(cluster: Cluster, node: DemoNode, low: float, high: float) -> Iterator[tuple[float, float]]:
    """Iterate the times in `[low, high]` in which a node is there: always, or around the runs it came for."""
    if not node.pool.follows:
        yield from turns(node.pool, low, high)
        return
    workload = next(work for work in cluster.workloads if work.name == node.pool.follows)
    late = STAGGER_SECONDS * workload.replicas
    for run in _lives(cluster, workload, [node], 0, (low - late, high + BOOT_SECONDS)):
        last = run.end + STAGGER_SECONDS * workload.replicas
        yield max(low, run.start - BOOT_SECONDS), min(high, last + BOOT_SECONDS)


def _hosts(every: tuple[DemoNode, ...], workload: Workload) -> list[DemoNode]:
    if workload.pool:
        return [node for node in every if node.pool.name == workload.pool]
    staying = [node for node in every if not node.pool.follows]
    return [node for node in staying if not node.pool.gpus] or staying


def _lives(
    cluster: Cluster, workload: Workload, hosts: list[DemoNode], slot: int, span: tuple[float, float]
) -> Iterator[DemoPod]:
    """
    Iterate the lives of one replica: rollouts of a controller, runs of a CronJob.

    A controller's pod is replaced when it is deployed otherwise, when its node is swapped, and where weekends begin and
    end for it. Replicas are spread over those of the hosts that are there.
    """
    weekly = [] if workload.kind == "CronJob" else changes(cluster, workload)
    period = (workload.every_hours or workload.lifetime_hours) * HOUR_SECONDS
    shift = _spread(f"{cluster.id}/{workload.namespace}/{workload.name}/{slot}", period)
    if workload.kind == "CronJob":
        shift = _spread(f"{cluster.id}/{workload.namespace}/{workload.name}", period // 2) + STAGGER_SECONDS * slot
    first = int((span[0] - shift) // period)
    for life in range(first - 1, int((span[1] - shift) // period) + 1):
        start = shift + life * period
        end = start + workload.lifetime_hours * HOUR_SECONDS - (0 if workload.every_hours else 20)
        for number, (begun, over) in enumerate(pieces(weekly, start, end)):
            there = [host for host in hosts if is_there(host.pool, begun)]
            if there and begun < span[1] and over > span[0] and not rests(workload, slot, begun):
                name = f"{life}.{number}" if number else f"{life}"
                yield _pod(cluster, as_deployed(workload, begun), there[slot % len(there)], slot, name, (begun, over))


def _pod(
    cluster: Cluster, workload: Workload, node: DemoNode, slot: int, life: str, span: tuple[float, float]
) -> DemoPod:
    token = f"{cluster.id}/{workload.namespace}/{workload.name}/{slot}/{life}"
    if workload.kind == "Deployment":
        owner_kind, owner = "ReplicaSet", f"{workload.name}-{_hash(f'{workload.name}/{life}', 9)}"
        name = f"{owner}-{_hash(token, 5)}"
    elif workload.kind == "CronJob":
        owner_kind, owner = "Job", f"{workload.name}-{int(span[0] // 60):08d}"
        name = f"{owner}-{_hash(token, 5)}"
    else:
        owner_kind, owner = workload.kind, workload.name
        name = f"{owner}-{slot}" if workload.kind == "StatefulSet" else f"{owner}-{_hash(token, 5)}"
    uid = _hash(token, 32)
    return DemoPod(name, uid, workload, node, owner_kind, owner, slot, span[0], span[1])


def _provider_id(cluster: Cluster, node: str) -> str:
    code = _hash(f"{cluster.id}/{node}", 12)
    return {
        "aws": f"aws:///{cluster.region}a/i-{code}",
        "gcp": f"gce://demo-project/{cluster.region}-a/gke-{node}-{code[:4]}",
        "azure": f"azure:///subscriptions/{code}/resourceGroups/demo/virtualMachines/{node}",
    }.get(cluster.provider, node)


def volume_id(cluster: Cluster, volume: str) -> str:
    """Return a disk as its provider names it: two clusters have volumes of the same name, and disks of their own."""
    return f"vol-{_hash(f'{cluster.id}/{volume}', 17)}"


def _spread(token: str, width: int) -> int:
    return int(_hash(token, 8), 16) % max(width, 1) // 60 * 60


def _hash(token: str, length: int) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:length]
