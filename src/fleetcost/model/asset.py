"""The rows of an asset set: what one node, disk or load balancer cost inside one window."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fleetcost.model.allocation import Labels, no_labels
from fleetcost.model.amount import ZERO


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """
    One asset's size and cost inside one window.

    `cost` is what the set charges for it, after discounts; for a node it is exactly `cpu_cost + ram_cost + gpu_cost`,
    which are after discounts too. `discount` is kept so that list prices can be shown. A figure that was not measured
    is None, never zero.

    Attributes:
        start, end: when it existed inside the window
        cost, adjustment: in the set's currency; total is their sum
        preemptible: 1 for spot, 0 for on-demand
        cpu_core_hours, ram_byte_hours, gpu_hours: a node's capacity × time
        *_system_fraction, *_user_fraction, *_other_fraction: how a node's capacity was used; idle is the rest
        *_overhead_fraction: capacity that is not allocatable
        byte_hours: a disk's capacity × time
        byte_usage_hours: a disk's use × time
        local: a node's own disk, not a persistent volume
        price_source: where the price came from
    """

    type: AssetType
    name: str
    provider_id: str = ""
    provider: str = ""
    account: str = ""
    project: str = ""
    service: str = "Kubernetes"
    region: str = ""
    labels: Labels = field(default_factory=no_labels)
    start: datetime
    end: datetime
    cost: Decimal = ZERO
    adjustment: Decimal = ZERO
    credit: Decimal = ZERO
    node_type: str = ""
    pool: str = ""
    preemptible: float | None = None
    discount: float | None = None
    cpu_core_hours: Decimal = ZERO
    ram_byte_hours: int = 0
    gpu_hours: Decimal = ZERO
    cpu_cost: Decimal = ZERO
    ram_cost: Decimal = ZERO
    gpu_cost: Decimal = ZERO
    cpu_system_fraction: float | None = None
    cpu_user_fraction: float | None = None
    cpu_other_fraction: float | None = None
    ram_system_fraction: float | None = None
    ram_user_fraction: float | None = None
    cpu_overhead_fraction: float | None = None
    ram_overhead_fraction: float | None = None
    byte_hours: int = 0
    byte_usage_hours: int | None = None
    byte_usage_max: float | None = None
    storage_class: str = ""
    volume_name: str = ""
    claim_name: str = ""
    claim_namespace: str = ""
    local: bool = False
    private: bool = False
    ip: str = ""
    price_source: PriceSource = PriceSource.METRIC

    @property
    def total_cost(self) -> Decimal:
        """Cost and adjustment."""
        return self.cost + self.adjustment
