"""How a node's CPU and RAM were used: by the system, by users, otherwise; the rest is idle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from fleetcost.costing.machines import Machines
from fleetcost.model.allocation import Allocation
from fleetcost.model.asset import Asset
from fleetcost.model.records import NodeMode

SYSTEM_NAMESPACE = "kube-system"


def with_breakdown(
    nodes: Iterable[Asset], modes: Iterable[NodeMode], rows: Iterable[Allocation], machines: Machines
) -> list[Asset]:
    """
    Return node assets with their breakdown.

    CPU comes from the modes the node itself counts; RAM is the working set of the containers on it, those of
    `kube-system` being the system's. What was not measured stays None.

    Args:
        nodes: the assets
        modes: CPU seconds by node and mode
        rows: the allocations, which say how much RAM containers used
        machines: which node an address is
    """
    seconds = _seconds(modes, machines)
    ram = _ram_used(rows)
    return [_broken_down(node, seconds.get(node.name, {}), ram.get(node.name)) for node in nodes]


def _broken_down(node: Asset, seconds: Mapping[str, float], ram: tuple[int, int] | None) -> Asset:
    total = sum(seconds.values())
    if total > 0:
        system, user, idle = (seconds.get(mode, 0.0) / total for mode in ("system", "user", "idle"))
        other = min(max(1 - system - user - idle, 0.0), 1.0)
        node = replace(node, cpu_system_fraction=system, cpu_user_fraction=user, cpu_other_fraction=other)
    if ram is not None and node.ram_byte_hours > 0:
        system = min(ram[0] / node.ram_byte_hours, 1.0)
        user = min(ram[1] / node.ram_byte_hours, 1.0 - system)
        node = replace(node, ram_system_fraction=system, ram_user_fraction=user)
    return node


def _seconds(modes: Iterable[NodeMode], machines: Machines) -> Mapping[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for record in sorted(modes, key=lambda m: (m.node, m.mode, m.seconds)):
        if record.seconds >= 0:
            found[machines.name(record.node)][record.mode] = record.seconds
    return found


def _ram_used(rows: Iterable[Allocation]) -> Mapping[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row.node and row.ram_byte_usage_hours is not None:
            system, user = found.get(row.node, (0, 0))
            if row.namespace == SYSTEM_NAMESPACE:
                system += row.ram_byte_usage_hours
            else:
                user += row.ram_byte_usage_hours
            found[row.node] = (system, user)
    return found
