"""Whether the books close: what is allocated on a node against what the node costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from fleetcost.costing.notes import Notes
from fleetcost.model.allocation import Allocation
from fleetcost.model.amount import ZERO
from fleetcost.model.asset import Asset
from fleetcost.model.finding import FindingKind

_COSTS = ("cpu_cost", "ram_cost", "gpu_cost")
_AMOUNTS = ("cpu_core_hours", "ram_byte_hours", "gpu_hours")

_SLACK = Decimal("1.01")
"""Starts and ends are known to a step only, so a full node may be a little fuller than full."""


def check_nodes(nodes: Iterable[Asset], rows: Iterable[Allocation], notes: Notes) -> None:
    """Notice nodes on which more is allocated than they cost."""
    allocated = _by_node(rows, _COSTS)
    costs: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(_COSTS))
    for node in nodes:
        costs[node.name] = [cost + getattr(node, name) for cost, name in zip(costs[node.name], _COSTS, strict=True)]
    for node_name, of_node in costs.items():
        for name, cost, used in zip(_COSTS, of_node, allocated.get(node_name, ()), strict=False):
            if used > cost * _SLACK:
                notes.notice(FindingKind.CAPACITY_EXCEEDED, f"{node_name}: {name.removesuffix('_cost').upper()}")


def billed_by_pod(asset: Asset, rows: Iterable[Allocation]) -> Asset:
    """Return a node's asset as large as what its pods are charged for, because the cloud bills those and no machine."""
    own = [row for row in rows if (row.node, row.provider_id) == (asset.name, asset.provider_id)]
    costs = _by_node(own, _COSTS).get(asset.name, [ZERO] * 3)
    amounts = _by_node(own, _AMOUNTS).get(asset.name, [ZERO] * 3)
    return replace(
        asset,
        cost=sum(costs, ZERO),
        cpu_cost=costs[0],
        ram_cost=costs[1],
        gpu_cost=costs[2],
        cpu_core_hours=amounts[0],
        ram_byte_hours=int(amounts[1]),
        gpu_hours=amounts[2],
        cpu_overhead_fraction=None,
        ram_overhead_fraction=None,
    )


def _by_node(rows: Iterable[Allocation], names: tuple[str, ...]) -> Mapping[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(names))
    for row in rows:
        found[row.node] = [total + getattr(row, name) for total, name in zip(found[row.node], names, strict=True)]
    return found
