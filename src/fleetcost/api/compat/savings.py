"""Savings in the field's shapes: requests, volumes, disks, pods without traffic, nodes by cluster."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fleetcost.api.advice import mebibytes, millicores
from fleetcost.api.compat.numbers import rate, rounded
from fleetcost.query.inventory import HeldNode, HeldVolume
from fleetcost.query.spare import LocalDisk, QuietPod
from fleetcost.query.usage import ContainerUse, ResourceUse
from fleetcost.savings.opportunity import ClusterTime
from fleetcost.savings.packing import PodSize
from fleetcost.savings.pools import NodePool, as_asked
from fleetcost.savings.recommend import MIB, SizingRule, bare_sizes, charged_less
from fleetcost.savings.volumes import needed_bytes

Json = dict[str, Any]
_NANOS = 10**9
_GIB = 1 << 30
LOW_DISK = 0.2
"""A node's own disk is low where less than this part of it was ever used."""


def money(nanos: int) -> float:
    """Write an amount as the field does."""
    return rounded(nanos / _NANOS)


def request_row(use: ContainerUse, rule: SizingRule, time: ClusterTime) -> Json | None:
    """Return what a container should ask for; None where nothing was measured."""
    cores, size = bare_sizes(use, rule)
    if cores is None or size is None:
        return None
    saved = [_monthly(one, new, use, time.of(use)) for one, new in ((use.cpu, cores), (use.ram, size))]
    return {
        "clusterID": use.cluster,
        "namespace": use.namespace,
        "controllerKind": use.controller_kind,
        "controllerName": use.controller,
        "containerName": use.container,
        "recommendedRequest": _written(cores, size),
        "monthlySavings": {"cpu": saved[0], "memory": saved[1], "total": rounded(sum(saved))},
        "latestKnownRequest": _written(use.cpu.asked, use.ram.asked),
        "currentEfficiency": _efficiency(use),
        "normalizedRecommendedRequest": _normalized(cores, size),
        "normalizedLatestKnownRequest": _normalized(use.cpu.asked, use.ram.asked),
        "normalizedAverageUsage": _normalized(_mean(use.cpu, use), _mean(use.ram, use)),
        "normalizedMaxUsage": _normalized(use.cpu.peak or 0.0, use.ram.peak or 0.0),
    }


def _written(cores: float, size: float) -> Json:
    return {"cpu": millicores(cores), "memory": mebibytes(size)}


def _normalized(cores: float, size: float) -> Json:
    return {"cpuInMilliCores": rounded(cores * 1000), "memoryInMiB": rounded(size / MIB)}


def _mean(resource: ResourceUse, use: ContainerUse) -> float:
    return rate(resource.used_hours, use.priced_hours)


def _monthly(resource: ResourceUse, new: float, use: ContainerUse, time: ClusterTime) -> float:
    """Return what a resource costs less per month; negative where it would cost more."""
    less = charged_less(resource, new, use.priced_hours)
    return money(time.monthly(less) if less > 0 else -time.monthly(-less))


def _efficiency(use: ContainerUse) -> Json:
    """Return use over request, and both weighted by cost; 0 where nothing is asked for."""
    parts = [
        (_mean(one, use) / one.asked if one.asked else 0.0, one.cost_nanos) for one in (use.cpu, use.ram)
    ]  # fmt: skip
    weight = sum(cost for _, cost in parts)
    total = sum(part * cost for part, cost in parts) / weight if weight else 0.0
    return {"cpu": rounded(parts[0][0]), "memory": rounded(parts[1][0]), "total": rounded(total)}


def volume_row(one: HeldVolume, time: ClusterTime, headroom: float) -> Json | None:
    """Return what size a volume should have; None where its use was not measured."""
    if one.used_bytes_max is None or one.capacity_bytes <= 0:
        return None
    needed = needed_bytes(one.used_bytes_max, headroom)
    cost = time.monthly(one.cost_nanos)
    new = cost * needed // one.capacity_bytes
    return _about(one) | {
        "maxUsageBytes": one.used_bytes_max,
        "averageUsageBytes": one.capacity_bytes * rate(one.used_byte_hours, one.byte_hours),
        "recommendedCapacityBytes": needed,
        "recommendedCostMonthly": money(new),
        "currentCapacityBytes": one.capacity_bytes,
        "currentCostMonthly": money(cost),
        "savingsMonthly": money(cost - new),
    }


def unclaimed_row(one: HeldVolume, time: ClusterTime) -> Json:
    """Return a volume that no pod mounts, and what it costs."""
    saved = money(time.monthly(one.cost_nanos))
    return _about(one) | {"capacityBytes": one.capacity_bytes, "monthlySavings": saved, "providerID": one.provider_id}


def _about(one: HeldVolume) -> Json:
    return {
        "volumeName": one.volume,
        "claimName": one.claim_name,
        "claimNamespace": one.claim_namespace,
        "clusterId": one.cluster,
        "storageClass": one.storage_class,
    }


def disk_row(one: LocalDisk, time: ClusterTime, headroom: float) -> Json | None:
    """Return a node's own disk of which little was ever used; None for others."""
    if one.used_bytes_max is None or one.used_bytes_max >= LOW_DISK * one.capacity_bytes:
        return None
    needed = needed_bytes(one.used_bytes_max, headroom)
    cost = time.monthly(one.cost_nanos)
    return {
        "clusterId": one.cluster,
        "name": one.name,
        "maxUsageBytes": one.used_bytes_max,
        "currentCapacityBytes": one.capacity_bytes,
        "recommendedCapacityBytes": needed,
        "currentCostMonthly": money(cost),
        "monthlySavings": money(cost - cost * min(needed, one.capacity_bytes) // one.capacity_bytes),
    }


def pod_row(one: QuietPod, time: ClusterTime) -> Json:
    """Return a pod without traffic, and what it costs."""
    hours = one.seconds / 3600
    return {
        "pod": one.pod,
        "namespace": one.namespace,
        "node": one.node,
        "clusterId": one.cluster,
        "clusterName": one.cluster,
        "owners": [{"name": one.controller, "kind": one.controller_kind}] if one.controller else [],
        "ingressBytesPerSecond": rounded(one.received_bytes / max(one.seconds, 1)),
        "egressBytesPerSecond": rounded(one.sent_bytes / max(one.seconds, 1)),
        "allocation": _amounts(one.core_hours, one.byte_hours, hours),
        "requests": _amounts(one.core_request_hours, one.byte_request_hours, hours),
        "usage": _amounts(one.core_usage_hours, one.byte_usage_hours, hours),
        "monthlySavings": money(time.monthly(one.cost_nanos)),
    }


def _amounts(core_hours: float, byte_hours: float, hours: float) -> Json:
    return {"cpuCores": rounded(rate(core_hours, hours)), "ramBytes": rounded(rate(byte_hours, hours))}


def cluster_sizing(pools: Sequence[NodePool], time: ClusterTime, target: float, fewest: int) -> Json:
    """
    Return what a cluster's pools could be, of the machines they are made of now.

    Args:
        pools: of the cluster
        time: of the cluster
        target: part of a node that may be asked for
        fewest: nodes of all pools
    """
    wanted = [_counted(pool, target) for pool in pools]
    short = max(fewest - sum(wanted), 0)
    counts = [count + (short if place == 0 else 0) for place, count in enumerate(wanted)]
    rows = [_pool_row(pool, min(count, len(pool.nodes)), time) for pool, count in zip(pools, counts, strict=True)]
    now = money(sum(time.monthly(one.cost_nanos) for pool in pools for one in pool.nodes))
    then = rounded(sum(row["totalMonthlyCost"] for row in rows))
    nodes = sum(row["count"] for row in rows)
    asked = [as_asked(load) for pool in pools for load in pool.loads]
    cores, ram = (sum(one[place] for one in asked) for place in (0, 1))
    sizing = {
        "strategy": "keep machine types",
        "pools": rows,
        "nodeCount": nodes,
        "monthlySavings": rounded(now - then),
        "totalMonthlyCost": then,
        "requiredVCPUs": rounded(cores / _NANOS),
        "requiredRAMGB": rounded(ram / _GIB),
        "totalVCPUs": rounded(sum(row["totalVCPUs"] for row in rows)),
        "totalRAMGB": rounded(sum(row["totalRAMGB"] for row in rows)),
    }
    sizing["utilizationVCPUs"] = rounded(rate(sizing["requiredVCPUs"], sizing["totalVCPUs"]))
    sizing["utilizationRAMGB"] = rounded(rate(sizing["requiredRAMGB"], sizing["totalRAMGB"]))
    return {
        "recommendations": {"single" if len(rows) == 1 else "multi": sizing},
        "parameters": _parameters(pools, asked, target, fewest),
        "currentClusterInfo": _current(pools, now),
    }


def _counted(pool: NodePool, target: float) -> int:
    room = pool.room
    kept = PodSize(int(room.cores_nanos * target), int(room.ram_bytes * target), room.gpus_nanos, room.pods)
    return pool.fewest(pool.resized(kept).needed(as_asked).nodes)


def _pool_row(pool: NodePool, count: int, time: ClusterTime) -> Json:
    kept: Sequence[HeldNode] = pool.nodes[len(pool.nodes) - count :]
    first = pool.nodes[0]
    cores, ram = pool.room.cores_nanos / _NANOS, pool.room.ram_bytes / _GIB
    hourly = sum(one.cost_nanos for one in kept) / _NANOS / max(sum(one.seconds for one in kept) / 3600, 1e-9)
    return {
        "type": {
            "provider": first.provider, "name": first.node_type or pool.name, "region": first.region,
            "vCPUs": rounded(cores), "RAMGB": rounded(ram), "hourlyPrice": rounded(hourly),
        },
        "count": count,
        "totalMonthlyCost": money(sum(time.monthly(one.cost_nanos) for one in kept)),
        "totalVCPUs": rounded(cores * count),
        "totalRAMGB": rounded(ram * count),
    }  # fmt: skip


def _parameters(pools: Sequence[NodePool], asked: Sequence[PodSize], target: float, fewest: int) -> Json:
    pods: dict[tuple[str, str], list[PodSize]] = defaultdict(list)
    for pool in pools:
        for load in pool.loads:
            pods[load.namespace, load.pod].append(as_asked(load))
    cores = [sum(one.cores_nanos for one in those) / _NANOS for those in pods.values()]
    ram = [sum(one.ram_bytes for one in those) / _GIB for those in pods.values()]
    cluster = pools[0].cluster
    return {
        "clusterId": cluster,
        "clusterName": cluster,
        "minNodeCount": fewest,
        "targetUtilization": target,
        "staticVCPUs": rounded(sum(one.cores_nanos for one in asked) / _NANOS),
        "staticRAMGB": rounded(sum(one.ram_bytes for one in asked) / _GIB),
        "maxPodVCPUs": rounded(max(cores, default=0.0)),
        "maxPodRAMGB": rounded(max(ram, default=0.0)),
        "nonDaemonSetPodCount": len(pods),
    }


def _current(pools: Sequence[NodePool], monthly: float) -> Json:
    rooms: Mapping[str, PodSize] = {pool.nodes[0].node_type or pool.name: pool.room for pool in pools}
    counts = Counter(one.node_type or pool.name for pool in pools for one in pool.nodes)
    nodes = [
        {
            "name": name, "count": count,
            "vCPUs": rounded(rooms[name].cores_nanos / _NANOS) if name in rooms else 0.0,
            "RAMGB": rounded(rooms[name].ram_bytes / _GIB) if name in rooms else 0.0,
        }
        for name, count in sorted(counts.items())
    ]  # fmt: skip
    return {
        "monthlyRate": monthly,
        "nodes": nodes,
        "totalCounts": {
            "totalNodeCount": sum(counts.values()),
            "totalVCPUs": rounded(sum(pool.room.cores_nanos * len(pool.nodes) for pool in pools) / _NANOS),
            "totalRAMGB": rounded(sum(pool.room.ram_bytes * len(pool.nodes) for pool in pools) / _GIB),
        },
    }


def headline(rows: Iterable[float]) -> float:
    """Return the sum of what is saved; what should grow takes nothing off it."""
    return rounded(sum(max(one, 0.0) for one in rows))
