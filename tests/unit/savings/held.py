"""Made inventories: what a fleet holds, each thing with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from builders import GIB, at
from fleetcost.query.inventory import (
    BusyHour,
    ContainerLoad,
    FleetInventory,
    HeldNode,
    HeldVolume,
    HeldWorkload,
    NodeRoom,
)
from fleetcost.savings.opportunity import ClusterTime

DAYS = 14
START, END = at(), at(day=DAYS)
NANOS = 10**9
WHOLE = ClusterTime(DAYS * 1440, END)
"""Every minute of a fortnight."""

TIMES = {"c1": WHOLE}


def nanos(amount: float) -> int:
    """Return an amount in billionths."""
    return round(amount * NANOS)


def volume(**facts: Any) -> HeldVolume:
    """Return a mounted volume of 100 GiB that costs 10 in the fortnight and was measured all the time."""
    known: dict[str, Any] = {
        "cluster": "c1", "currency": "USD", "volume": "pv-1", "provider_id": "vol-1", "claim_namespace": "shop",
        "claim_name": "data", "storage_class": "standard", "cost_nanos": nanos(10), "capacity_bytes": 100 * GIB,
        "used_bytes_max": 90.0 * GIB, "measured_days": DAYS, "first": START, "last": END, "spare_until": None,
        "mounted_until": END, "used_byte_hours": None, "byte_hours": 0.0,
    }  # fmt: skip
    return HeldVolume(**known | facts)


def workload(**facts: Any) -> HeldWorkload:
    """Return a workload that is busy on the network and was measured all the time."""
    known: dict[str, Any] = {
        "cluster": "c1", "currency": "USD", "namespace": "shop", "controller_kind": "deployment", "controller": "web",
        "cpu_nanos": nanos(4), "ram_nanos": nanos(2), "gpu_nanos": 0, "pod_windows": DAYS, "seconds": DAYS * 86400,
        "quiet_windows": 0, "network_bytes": 10**9, "burst_cores": 0.5, "unmeasured": 0, "days": DAYS, "first": START,
        "last": END, "gpu_asked_nanos": 0, "gpu_used_nanos": None, "gpu_used_max": None, "gpu_unmeasured": 0,
        "gpu_model": "",
    }  # fmt: skip
    return HeldWorkload(**known | facts)


def held_node(name: str = "n1", **facts: Any) -> HeldNode:
    """Return a node that was there all the time at 0.096 an hour."""
    known: dict[str, Any] = {
        "cluster": "c1", "currency": "USD", "pool": "general", "node_type": "m5.large", "provider": "aws",
        "region": "eu", "spot": False, "cost_nanos": nanos(0.096 * 24 * DAYS), "seconds": DAYS * 86400,
        "first": START, "last": END,
    }  # fmt: skip
    return HeldNode(name=name, **known | facts)


def busy(pods: dict[str, list[tuple[float, float]]], **facts: Any) -> BusyHour:
    """Return an hour of nodes of 1.93 cores and 7 GiB, each with a daemonset of 0.2/0.3 and pods by cores and GiB."""
    rooms, loads = [], []
    number = 0
    for name, asked in pods.items():
        rooms.append(NodeRoom("c1", name, nanos(1.93), 7 * GIB, 0, ""))
        loads.append(ContainerLoad("c1", name, "kube-system", "daemonset", "agent", f"agent-{name}", "agent", 3600,
                                   nanos(0.2), round(0.3 * GIB), 0))  # fmt: skip
        for cores, gib in asked:
            number += 1
            loads.append(ContainerLoad("c1", name, "shop", "deployment", "web", f"web-{number}", "app", 3600,
                                       nanos(cores), round(gib * GIB), 0))  # fmt: skip
    known: dict[str, Any] = {
        "starts": {"c1": START}, "node_counts": {"c1": (len(pods), len(pods))}, "rooms": tuple(rooms),
        "loads": tuple(loads),
    }  # fmt: skip
    return BusyHour(**known | facts)


NO_HOURS = BusyHour({}, {}, (), ())


def inventory(**facts: Any) -> FleetInventory:
    """Return an inventory of nothing but what is given."""
    known: dict[str, Any] = {
        "volumes": (), "workloads": (), "nodes": (), "busy": NO_HOURS, "orphans": (), "commitments": (),
        "billed": {},
    }  # fmt: skip
    return FleetInventory(**known | facts)
