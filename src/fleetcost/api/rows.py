"""Rows of an answer as the native API writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from fleetcost.query.measures import EXACT_CLOUD
from fleetcost.query.question import Question
from fleetcost.query.rows import AllocationRow, AssetRow, CloudCostRow

Json = dict[str, Any]

ALLOCATION_TOTALS = (
    "cpu_core_hours", "cpu_core_request_hours", "cpu_core_usage_hours", "cpu_cost", "cpu_cost_adjustment",
    "ram_byte_hours", "ram_byte_request_hours", "ram_byte_usage_hours", "ram_cost", "ram_cost_adjustment",
    "gpu_hours", "gpu_request_hours", "gpu_usage_hours", "gpu_cost", "gpu_cost_adjustment",
    "pv_byte_hours", "pv_cost", "pv_cost_adjustment", "network_cost", "network_cost_adjustment",
    "load_balancer_cost", "load_balancer_cost_adjustment", "shared_cost", "external_cost", "total_cost",
)  # fmt: skip
ASSET_TOTALS = ("cpu_core_hours", "ram_byte_hours", "gpu_hours", "byte_hours", "cpu_cost", "ram_cost", "gpu_cost",
                "cost", "adjustment", "total_cost")  # fmt: skip

_HIDDEN = frozenset(
    {"names", "grouped", "details", "volumes", "load_balancers", "shared", "proportions", "common_labels",
     "common_annotations", "name_", "name"}
)  # fmt: skip


CLOUD_TOTALS = (*EXACT_CLOUD, "total_cost")


@dataclass(frozen=True, slots=True)
class RowColumns:
    """
    The figures of a row.

    Attributes:
        allocations, assets, cloud_costs: names by kind, in the order of a row
        efficiencies: those of allocations that follow from others
    """

    allocations: tuple[str, ...]
    assets: tuple[str, ...]
    efficiencies: tuple[str, ...]
    cloud_costs: tuple[str, ...]


_EFFICIENCIES = ("cpu_efficiency", "ram_efficiency", "gpu_efficiency", "total_efficiency")
ROW_COLUMNS = RowColumns(
    allocations=(
        *(name for name in AllocationRow.__struct_fields__ if name not in _HIDDEN),
        *_EFFICIENCIES,
        "total_cost",
    ),
    assets=(*(name for name in AssetRow.__struct_fields__ if name not in _HIDDEN), "asset_name", "total_cost"),
    efficiencies=_EFFICIENCIES,
    cloud_costs=(*(name for name in CloudCostRow.__struct_fields__ if name not in _HIDDEN), "kubernetes_percent"),
)


def row_document(row: AllocationRow | AssetRow, question: Question) -> Json:
    """Return a row: its name, one value per dimension under `key`, its figures."""
    facts: Json = msgspec.to_builtins(row)
    for name in ("names", "grouped", "details", "volumes", "load_balancers", "shared", "proportions"):
        facts.pop(name, None)
    if isinstance(row, AllocationRow):
        facts.pop("common_labels")
        facts.pop("common_annotations")
        facts |= {name: getattr(row, name) for name in _EFFICIENCIES}
    else:
        facts["asset_name"] = row.name_
    return {"name": row.name, "key": _key(row, question)} | facts | {"name": row.name, "total_cost": row.total_cost}


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
