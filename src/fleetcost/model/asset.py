"""The rows of an asset set: what one node, disk or load balancer cost inside one window."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fleetcost.model.allocation import (
    BYTE_HOURS,
    CORE_HOURS,
    ESTIMATED_HOURS,
    GPU_HOURS,
    Labels,
    estimate_of,
    no_labels,
)
from fleetcost.model.amount import ZERO
from fleetcost.model.columns import (
    ADJUSTMENT,
    COST,
    FLAG,
    FRACTION,
    LABELS,
    MEASURE,
    PART,
    PEAK,
    TEXT,
    TIME,
    Holds,
    table_of,
)


class AssetType(enum.StrEnum):
    """What an asset is; the value is the field's spelling in JSON."""

    NODE = "Node"
    DISK = "Disk"
    LOAD_BALANCER = "LoadBalancer"
    CLUSTER_MANAGEMENT = "ClusterManagement"
    NETWORK = "Network"
    CLOUD = "Cloud"
    SHARED = "Shared"

    @property
    def category(self) -> str:
        """The field's category of this type."""
        return _CATEGORIES[self]


_CATEGORIES = {
    AssetType.NODE: "Compute",
    AssetType.DISK: "Storage",
    AssetType.LOAD_BALANCER: "Network",
    AssetType.CLUSTER_MANAGEMENT: "Management",
    AssetType.NETWORK: "Network",
    AssetType.CLOUD: "Other",
    AssetType.SHARED: "Shared",
}


class PriceSource(enum.StrEnum):
    """Where a price came from; every priced row says so."""

    METRIC = "metric"
    PRICE_BOOK = "price book"
    CUSTOM = "custom"
    BILL = "bill"
    NONE = "none"
    FOREIGN = "foreign set"


_OF_CPU, _OF_RAM = ("cpu_cost",), ("ram_cost",)
_SYSTEM, _USER, _OTHER = "used by the system", "used by people's programs", "used otherwise; idle is the rest"
_OVERHEAD = "not allocatable"
_TYPES = ", ".join(f"`{kind}`" for kind in AssetType)
_SOURCES = ", ".join(f"`{source}`" for source in PriceSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """
    One asset's size and cost inside one window; its fields are the columns of asset sets.

    `cost` is what the set charges for it, after discounts; for a node it is exactly `cpu_cost + ram_cost + gpu_cost`,
    which are after discounts too. `discount` is kept so that list prices can be shown. A figure that was not measured
    is None, never zero.
    """

    type: Annotated[AssetType, Holds(TEXT, f"what it is: {_TYPES}")]
    name: Annotated[str, Holds(TEXT, "its name")]
    provider_id: Annotated[str, Holds(TEXT, "its id at its cloud provider")] = ""
    provider: Annotated[str, Holds(TEXT, "its cloud provider")] = ""
    account: Annotated[str, Holds(TEXT, "the account it is billed to")] = ""
    project: Annotated[str, Holds(TEXT, "the project it belongs to")] = ""
    service: Annotated[str, Holds(TEXT, "the provider's name of the product")] = "Kubernetes"
    region: Annotated[str, Holds(TEXT, "where it is")] = ""
    labels: Annotated[Labels, Holds(LABELS, "of the node")] = field(default_factory=no_labels)
    start: Annotated[datetime, Holds(TIME, "when it began to exist inside the window")]
    end: Annotated[datetime, Holds(TIME, "when it last existed inside the window")]
    cost: Annotated[Decimal, Holds(COST, "after discounts; for a node exactly the sum of its three resources")] = ZERO
    adjustment: Annotated[Decimal, Holds(ADJUSTMENT, "billed minus computed")] = ZERO
    estimated_hours: Annotated[Decimal, Holds(MEASURE, ESTIMATED_HOURS, "hours", since=2)] = ZERO
    cost_estimated: Annotated[Decimal, estimate_of("cost")] = ZERO
    credit: Annotated[Decimal, Holds(PART, "the credit of a cloud asset; in no total")] = ZERO
    node_type: Annotated[str, Holds(TEXT, "a node's machine type")] = ""
    pool: Annotated[str, Holds(TEXT, "a node's pool")] = ""
    preemptible: Annotated[float | None, Holds(FRACTION, "1 for spot, 0 for on-demand", weight=("cost",))] = None
    discount: Annotated[
        float | None, Holds(FRACTION, "the discount that was taken off CPU and RAM", weight=("cpu_cost", "ram_cost"))
    ] = None
    cpu_core_hours: Annotated[Decimal, Holds(MEASURE, "a node's CPU × time", CORE_HOURS)] = ZERO
    ram_byte_hours: Annotated[int, Holds(MEASURE, "a node's RAM × time", BYTE_HOURS)] = 0
    gpu_hours: Annotated[Decimal, Holds(MEASURE, "a node's GPUs × time", GPU_HOURS)] = ZERO
    cpu_cost: Annotated[Decimal, Holds(PART, "of a node's CPU, after discounts")] = ZERO
    ram_cost: Annotated[Decimal, Holds(PART, "of a node's RAM, after discounts")] = ZERO
    gpu_cost: Annotated[Decimal, Holds(PART, "of a node's GPUs, after discounts")] = ZERO
    cpu_cost_estimated: Annotated[Decimal, estimate_of("cpu_cost")] = ZERO
    ram_cost_estimated: Annotated[Decimal, estimate_of("ram_cost")] = ZERO
    gpu_cost_estimated: Annotated[Decimal, estimate_of("gpu_cost")] = ZERO
    cpu_system_fraction: Annotated[float | None, Holds(FRACTION, f"of its CPU, {_SYSTEM}", weight=_OF_CPU)] = None
    cpu_user_fraction: Annotated[float | None, Holds(FRACTION, f"of its CPU, {_USER}", weight=_OF_CPU)] = None
    cpu_other_fraction: Annotated[float | None, Holds(FRACTION, f"of its CPU, {_OTHER}", weight=_OF_CPU)] = None
    ram_system_fraction: Annotated[float | None, Holds(FRACTION, f"of its RAM, {_SYSTEM}", weight=_OF_RAM)] = None
    ram_user_fraction: Annotated[float | None, Holds(FRACTION, f"of its RAM, {_USER}", weight=_OF_RAM)] = None
    cpu_overhead_fraction: Annotated[float | None, Holds(FRACTION, f"of its CPU, {_OVERHEAD}", weight=_OF_CPU)] = None
    ram_overhead_fraction: Annotated[float | None, Holds(FRACTION, f"of its RAM, {_OVERHEAD}", weight=_OF_RAM)] = None
    byte_hours: Annotated[int, Holds(MEASURE, "a disk's capacity × time", BYTE_HOURS)] = 0
    byte_usage_hours: Annotated[
        int | None, Holds(MEASURE, "a disk's use × time; null where not measured", BYTE_HOURS)
    ] = None
    byte_usage_max: Annotated[float | None, Holds(PEAK, "its highest use; null where not measured", "bytes")] = None
    storage_class: Annotated[str, Holds(TEXT, "a disk's class")] = ""
    volume_name: Annotated[str, Holds(TEXT, "the persistent volume")] = ""
    claim_name: Annotated[str, Holds(TEXT, "the claim that holds the volume")] = ""
    claim_namespace: Annotated[str, Holds(TEXT, "the claim's namespace")] = ""
    local: Annotated[bool, Holds(FLAG, "a node's own disk, not a persistent volume")] = False
    private: Annotated[bool, Holds(FLAG, "a load balancer that is only reached from inside")] = False
    ip: Annotated[str, Holds(TEXT, "a load balancer's address")] = ""
    price_source: Annotated[PriceSource, Holds(TEXT, f"where its price came from: {_SOURCES}")] = PriceSource.METRIC

    @property
    def total_cost(self) -> Decimal:
        """Cost and adjustment."""
        return self.cost + self.adjustment


ASSET = table_of(Asset, keys=("type", "name", "provider_id", "claim_namespace", "claim_name"))
"""The columns of asset sets."""
