"""Rows of an answer as the native API writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.query.measures import CARRIED, EXACT_CLOUD
from fleetcost.query.question import Question
from fleetcost.query.rows import AllocationRow, AssetRow, CloudCostRow

Json = dict[str, Any]

ALLOCATION_TOTALS = (
    *(name for name in ALLOCATION.sums if name not in ALLOCATION.adjustments),
    *CARRIED,
    "estimated_cost",
    "total_cost",
)
ASSET_TOTALS = (*ASSET.sums, "estimated_cost", "total_cost")
CLOUD_TOTALS = (*EXACT_CLOUD, "total_cost")
"""What a native answer adds up over all its rows: every figure that adds up."""

HIDDEN = frozenset(
    {"names", "grouped", "details", "volumes", "load_balancers", "shared", "proportions", "common_labels",
     "common_annotations", "name_", "name", *ALLOCATION.adjustments}
)  # fmt: skip
"""What rows have for the compatible routes alone: here a cost has its adjustment inside."""


@dataclass(frozen=True, slots=True)
class RowColumns:
    """
    The figures of a row.

    Attributes:
        allocations, assets, cloud_costs: names by kind, in the order of a row
        efficiencies, show_back: those of allocations that follow from others
    """

    allocations: tuple[str, ...]
    assets: tuple[str, ...]
    efficiencies: tuple[str, ...]
    show_back: tuple[str, ...]
    cloud_costs: tuple[str, ...]


_EFFICIENCIES = ("cpu_efficiency", "ram_efficiency", "gpu_efficiency", "total_efficiency")
_SHOW_BACK = ("direct_cost", "idle_cost")
"""With `shared_cost` they are a row's total."""

ROW_COLUMNS = RowColumns(
    allocations=(
        *(name for name in AllocationRow.__struct_fields__ if name not in HIDDEN),
        *_EFFICIENCIES,
        *_SHOW_BACK,
        "estimated_cost",
        "total_cost",
    ),
    assets=(
        *(name for name in AssetRow.__struct_fields__ if name not in HIDDEN),
        "asset_name",
        "estimated_cost",
        "total_cost",
    ),
    efficiencies=_EFFICIENCIES,
    show_back=_SHOW_BACK,
    cloud_costs=(*(name for name in CloudCostRow.__struct_fields__ if name not in HIDDEN), "kubernetes_percent"),
)


def row_document(row: AllocationRow | AssetRow, question: Question) -> Json:
    """Return a row: its name, one value per dimension under `key`, its figures."""
    facts: Json = msgspec.to_builtins(row)
    for name in HIDDEN:
        facts.pop(name, None)
    if isinstance(row, AllocationRow):
        facts |= efficiencies(row) | {name: getattr(row, name) for name in _SHOW_BACK}
    else:
        facts["asset_name"] = row.name_
    return (
        {"name": row.name, "key": _key(row, question)}
        | facts
        | {
            "estimated_cost": row.estimated_cost,
            "total_cost": row.total_cost,
        }
    )


def efficiencies(row: AllocationRow) -> Json:
    """Return how much of what was requested is used; the total counts GPUs too, unlike the field's."""
    found: Json = {name: getattr(row, name) for name in _EFFICIENCIES}
    return found | {"total_efficiency": row.whole_efficiency}


def cloud_cost_document(row: CloudCostRow, question: Question) -> Json:
    """Return a row of cloud costs: its name, one value per dimension under `key`, its figures."""
    facts: Json = msgspec.to_builtins(row)
    facts.pop("names")
    share = row.kubernetes_percent(question.metric)
    return {"name": row.name, "key": _key(row, question)} | facts | {"kubernetes_percent": share}


def _key(row: AllocationRow | AssetRow | CloudCostRow, question: Question) -> Json:
    if isinstance(row, AllocationRow) and not row.grouped:
        return {"cluster": row.cluster} if row.cluster else {}
    return {str(dimension): name for dimension, name in zip(question.dimensions, row.names, strict=True)}
