"""A fleet of made-up numbers for properties: three clusters, three days, everything that can go wrong with sharing."""

from __future__ import annotations

import random
from typing import Any

from compat.fleets import ClusterWindow, Fleet, day, time

DAYS = ("2024-01-01", "2024-01-02", "2024-01-03")
NAMESPACES = ("alpha", "beta", "gamma", "platform")
TEAMS = ("red", "green", "")


def random_fleet(seed: int = 7) -> Fleet:
    """
    Return a fleet that is the same for the same seed.

    One cluster has a day without workloads, one node is over-committed and has negative idle, one workload costs
    nothing, one has an adjustment larger than its cost, one resource of one node is idle altogether.
    """
    chance = random.Random(seed)
    windows = []
    for cluster in ("c1", "c2", "c3"):
        for on in DAYS:
            empty = cluster == "c3" and on == DAYS[1]
            pods = [] if empty else [_pod(chance, cluster, number) for number in range(chance.randint(4, 9))]
            windows.append(ClusterWindow(cluster, day(on), [*pods, *_odd(cluster, on)], _assets(chance, cluster)))
    return Fleet("random", time("2024-01-05"), windows)


def _pod(chance: random.Random, cluster: str, number: int) -> dict[str, Any]:
    team = chance.choice(TEAMS)
    namespace = chance.choice(NAMESPACES)
    return {
        "namespace": namespace,
        "controller_kind": chance.choice(("deployment", "statefulset", "")),
        "controller": f"{namespace}-{number % 3}",
        "pod": f"{cluster}-pod-{number}",
        "container": "main",
        "node": f"n{chance.randint(1, 2)}",
        "labels": {"team": team} if team else {},
        "services": [f"svc-{number % 2}"] if number % 3 else [],
        "cpu_cost": _amount(chance),
        "ram_cost": _amount(chance),
        "pv_cost": _amount(chance) if number % 2 else 0,
        "network_cost": _amount(chance),
        "load_balancer_cost": _amount(chance) if number % 4 == 0 else 0,
        "external_cost": 0.5 if number == 1 else 0,
    }


def _odd(cluster: str, on: str) -> list[dict[str, Any]]:
    odd: list[dict[str, Any]] = [
        {"kind": "unmounted", "namespace": "__unmounted__", "pod": "__unmounted__", "container": "__unmounted__",
         "pv_cost": 0.333333333}
    ]  # fmt: skip
    if cluster == "c1":
        odd.append({"namespace": "alpha", "pod": "free", "container": "main", "node": "n1"})
        odd.append(
            {"namespace": "beta", "pod": "refunded", "container": "main", "node": "n1", "cpu_cost": 1,
             "cpu_cost_adjustment": -1.75}
        )  # fmt: skip
    return odd if on != DAYS[2] else odd[:2]


def _assets(chance: random.Random, cluster: str) -> list[dict[str, Any]]:
    assets: list[dict[str, Any]] = [
        {
            "type": "Node",
            "name": f"n{number}",
            "cpu_cost": 9 * number,
            "ram_cost": 7,
            "gpu_cost": 3 if number == 2 else 0,
        }
        for number in (1, 2)
    ]
    assets.append({"type": "Disk", "name": "n1", "cost": _amount(chance), "local": True})
    if cluster != "c2":
        assets.append({"type": "ClusterManagement", "name": cluster, "cost": 2.4})
    return assets


def _amount(chance: random.Random) -> float:
    return chance.randint(1, 5_000_000_000) / 1_000_000_000
