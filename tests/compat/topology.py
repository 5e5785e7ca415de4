"""The references' worked example E12: two clusters, three namespaces, every number the cost of one day."""

from __future__ import annotations

from typing import Any

from compat.fleets import ClusterWindow, Fleet, day, time

DAY = "2024-01-01"


def container(namespace: str, pod: str, name: str, node: str, **costs: float) -> dict[str, Any]:
    """Return a container that costs 1 of everything, unless said otherwise."""
    parts = dict.fromkeys(("cpu", "ram", "gpu", "pv", "network", "load_balancer"), 1.0) | costs
    return {
        "namespace": namespace,
        "pod": pod,
        "container": name,
        "node": node,
        "provider_id": f"i-{node}",
        "controller_kind": "deployment" if namespace != "ns3" else "statefulset",
        "controller": pod.removeprefix("pod-"),
        "labels": {"team": "blue" if namespace == "ns1" else "green", "app_kubernetes_io_name": f"app-{namespace}"},
        **{f"{part}_cost": cost for part, cost in parts.items()},
    }


def node(name: str, cpu: float, ram: float, gpu: float) -> dict[str, Any]:
    """Return a node by what it costs."""
    return {
        "type": "Node",
        "name": name,
        "provider_id": f"i-{name}",
        "provider": "AWS",
        "account": "acct",
        "cpu_cost": cpu,
        "ram_cost": ram,
        "gpu_cost": gpu,
    }


C1 = (
    container("ns1", "pod1", "container1", "n1", ram=11.0),
    container("ns1", "pod-abc", "container2", "n1"),
    container("ns1", "pod-def", "container3", "n1"),
    container("ns2", "pod-ghi", "container4", "n1"),
    container("ns2", "pod-ghi", "container5", "n1"),
    container("ns2", "pod-jkl", "container6", "n1"),
)
C2 = (
    container("ns2", "pod-mno", "container4", "n2"),
    container("ns2", "pod-mno", "container5", "n2"),
    container("ns2", "pod-pqr", "container6", "n2"),
    container("ns3", "pod-stu", "container7", "n3"),
    container("ns3", "pod-vwx", "container8", "n3"),
    container("ns3", "pod-vwx", "container9", "n3"),
)

TOPOLOGY = Fleet(
    name="topology",
    now=time("2024-01-03"),
    windows=(
        ClusterWindow("c1", day(DAY), C1, (node("n1", 11.0, 31.0, 6.0),)),
        ClusterWindow("c2", day(DAY), C2, (node("n2", 5.5, 5.5, 3.0), node("n3", 5.5, 5.5, 3.0))),
    ),
)
