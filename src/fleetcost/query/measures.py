"""The amounts of an answer, by kind, in the order of the columns: those of the tables in `model`, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.model.columns import ADJUSTMENT, COST, ESTIMATE, FRACTION, MEASURE, PART

ADJUSTED = frozenset({*ALLOCATION.adjustments, *ASSET.adjustments})
"""The measures that a bill adds."""

COSTS_WITH = {name.removesuffix("_adjustment"): name for name in ALLOCATION.adjustments}
"""The costs of allocations that bills adjust, each with its adjustment."""

PARTS_WITH = dict.fromkeys(ALLOCATION.of(PART), ("network_cost", "network_cost_adjustment")) | {
    f"{cost}_estimated": (cost, adjustment) for cost, adjustment in COSTS_WITH.items()
}
"""The parts of a cost, each with the cost it is inside and that cost's adjustment."""

CARRIED = ("cpu_cost_idle", "ram_cost_idle", "gpu_cost_idle", "shared_cost")
"""What a row carries of other costs; the first three are inside its resources' costs."""

ESTIMATES = {
    "allocation": ALLOCATION.of(ESTIMATE),
    "asset": ASSET.of(ESTIMATE),
    "idle": ("cpu_cost_estimated", "ram_cost_estimated", "gpu_cost_estimated"),
    "tenancy": ("disks_estimated", "management_estimated"),
}
"""By table, the estimated parts of costs; each has the cost's own name and `_estimated`."""

_CHARGED = {"cpu": "cpu_cost", "ram": "ram_cost", "gpu": "gpu_cost", "pv": "pv_cost", "network": "network_cost"}

AMOUNTS_WITH = {
    "allocation": {
        name: _CHARGED[name.partition("_")[0]]
        for name in ALLOCATION.of(MEASURE, PART)
        if name.partition("_")[0] in _CHARGED
    },
    "asset": {
        name: f"{name.partition('_')[0]}_cost" if name.startswith(("cpu", "ram", "gpu")) else "cost"
        for name in ASSET.of(MEASURE)
        if name != "estimated_hours"
    },
}
"""By table, the amounts that go on where the source was silent, each with the cost that is charged for it."""

ADJUSTMENTS_WITH = {
    "allocation": {adjustment: cost for cost, adjustment in COSTS_WITH.items()},
    "asset": {"adjustment": "cost"},
    "tenancy": {"disks_adjustment": "disks", "management_adjustment": "management"},
}
"""By table, what bills add, each with the cost that it is added to."""

IDLE_MEASURES = ("cpu_cost", "ram_cost", "gpu_cost")
"""Columns of the idle tables."""

KUBERNETES_COSTS = tuple(f"kubernetes_{name}" for name in CLOUD_COSTS)
"""The five costs of the rows that are a cluster's."""

EXACT_CLOUD = (*CLOUD_COSTS, *KUBERNETES_COSTS)
"""What adds up of cloud costs: the five costs of all rows, and of those that are a cluster's."""

COUNTS = ALLOCATION.counts | ASSET.counts
"""Measures that are whole numbers."""

UNMEASURED = ALLOCATION.nullable | ASSET.nullable
"""Measures that a row may be without."""

WEIGHTED_ASSET = {name: " + ".join(ASSET.by_name[name].holds.weight) for name in ASSET.of(FRACTION)}
"""Fractions of the asset tables, each with what weights it in a mean."""

MONEY = frozenset(
    {
        *ALLOCATION.of(COST, PART, ADJUSTMENT, ESTIMATE),
        *ASSET.of(COST, PART, ADJUSTMENT, ESTIMATE),
        *CARRIED,
        *EXACT_CLOUD,
        "estimated_cost",
        "total_cost",
    }
)
"""The measures that are in a currency."""

EXCHANGED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "idle": (*IDLE_MEASURES, *ESTIMATES["idle"]),
        "tenancy": (
            "disks", "disks_adjustment", "disks_estimated",
            "management", "management_adjustment", "management_estimated",
        ),
    }
)  # fmt: skip
"""By table of derived amounts, its columns that are in a currency."""
