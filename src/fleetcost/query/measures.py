"""The amounts of an answer, by kind: what is added up, in the order of the columns."""

from __future__ import annotations

from fleetcost.model.cloud_cost import CLOUD_COSTS

EXACT_ALLOCATION = (
    "cpu_core_hours", "cpu_core_request_hours", "cpu_core_usage_hours", "cpu_cost", "cpu_cost_adjustment",
    "ram_byte_hours", "ram_byte_request_hours", "ram_byte_usage_hours", "ram_cost", "ram_cost_adjustment",
    "gpu_hours", "gpu_request_hours", "gpu_usage_hours", "gpu_cost", "gpu_cost_adjustment",
    "pv_byte_hours", "pv_cost", "pv_cost_adjustment",
    "network_transfer_bytes", "network_receive_bytes",
    "network_zone_cost", "network_region_cost", "network_internet_cost", "network_cost", "network_cost_adjustment",
    "load_balancer_cost", "load_balancer_cost_adjustment", "external_cost",
)  # fmt: skip
"""Columns of the allocation tables that add up exactly; uses may be null where they were not measured."""

ALLOCATION_COSTS = (
    "cpu_cost", "cpu_cost_adjustment", "ram_cost", "ram_cost_adjustment", "gpu_cost", "gpu_cost_adjustment",
    "pv_cost", "pv_cost_adjustment", "network_cost", "network_cost_adjustment",
    "load_balancer_cost", "load_balancer_cost_adjustment", "external_cost",
)  # fmt: skip
"""The measures that are a row's cost before anything is shared."""

ADJUSTED = frozenset(name for name in (*ALLOCATION_COSTS, "adjustment") if name.endswith("adjustment"))
"""The measures that a bill adds."""

CARRIED = ("cpu_cost_idle", "ram_cost_idle", "gpu_cost_idle", "shared_cost")
"""What a row carries of other costs; the first three are inside its resources' costs."""

IDLE_MEASURES = ("cpu_cost", "ram_cost", "gpu_cost")
"""Columns of the idle tables."""

EXACT_ASSET = (
    "cost", "adjustment", "credit", "cpu_core_hours", "ram_byte_hours", "gpu_hours", "cpu_cost", "ram_cost", "gpu_cost",
    "byte_hours", "byte_usage_hours",
)  # fmt: skip
"""Columns of the asset tables that add up exactly."""

EXACT_CLOUD = (*CLOUD_COSTS, *(f"kubernetes_{name}" for name in CLOUD_COSTS))
"""What adds up of cloud costs: the five costs of all rows, and of those that are a cluster's."""

WEIGHTED_ASSET = {
    "preemptible": "cost",
    "discount": "cpu_cost + ram_cost",
    "cpu_system_fraction": "cpu_cost",
    "cpu_user_fraction": "cpu_cost",
    "cpu_other_fraction": "cpu_cost",
    "ram_system_fraction": "ram_cost",
    "ram_user_fraction": "ram_cost",
    "cpu_overhead_fraction": "cpu_cost",
    "ram_overhead_fraction": "ram_cost",
}
"""Fractions of the asset tables, each with what weights it in a mean."""
