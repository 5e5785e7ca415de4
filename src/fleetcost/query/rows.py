"""The rows of an answer: one group of allocations or assets in one step."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fleetcost.model.amount import PLACES


class VolumeDetail(msgspec.Struct, frozen=True):
    """One volume's part in a row."""

    cluster: str
    volume: str
    provider_id: str
    byte_hours: float
    cost: float


class LoadBalancerDetail(msgspec.Struct, frozen=True):
    """One load balancer's part in a row."""

    cluster: str
    service: str
    ip: str
    private: bool
    hours: float
    cost: float


class SharedDetail(msgspec.Struct, frozen=True):
    """What a row carries of one source of shared cost, and what that source's cost is made of."""

    source: str
    total_cost: float
    cpu_cost: float
    ram_cost: float
    gpu_cost: float
    pv_cost: float
    network_cost: float
    load_balancer_cost: float
    external_cost: float


class Proportion(msgspec.Struct, frozen=True):
    """
    The part of the cost of one cluster's assets that a row stands for, or of one node's.

    Attributes:
        node: empty for a whole cluster
        cpu, …: row's cost over asset's cost, per resource
        node_resources: the three of a node together, weighted by what they cost
    """

    cluster: str
    node: str
    provider_id: str
    cpu: float
    gpu: float
    ram: float
    load_balancer: float
    volume: float
    node_resources: float


class Details(msgspec.Struct, frozen=True):
    """What only a single container's row has: it cannot be added up."""

    services: tuple[str, ...]
    labels: dict[str, str]
    annotations: dict[str, str]
    namespace_labels: dict[str, str]
    namespace_annotations: dict[str, str]
    cpu_core_usage_max: float | None
    ram_byte_usage_max: float | None
    gpu_usage_max: float | None


class AllocationRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One group of allocations in one step. Costs are in the currency of the row, hours and bytes are sums over time.

    Attributes:
        names: the value of each dimension asked for; of a row nobody was charged for, its place and a reserved word
        idle: this is idle cost
        grouped: False for idle, tenancy and shared costs that nobody carries: their names are no dimensions
        *_cost_idle: the part of a resource's cost that is shared idle
        shared_cost: what it carries of shared costs and tenancy
        members: rows behind it
        volumes, load_balancers, shared, proportions, common_labels, common_annotations: only where asked for
        cluster, …: properties on which all members agree, empty where they differ
        start, end: first and last time any member ran in the step
        *_usage_hours: None where no member's use was measured
    """

    names: tuple[str, ...]
    currency: str
    idle: bool = False
    grouped: bool = True
    cluster: str = ""
    node: str = ""
    namespace: str = ""
    controller_kind: str = ""
    controller: str = ""
    pod: str = ""
    container: str = ""
    provider_id: str = ""
    start: datetime
    end: datetime
    cpu_core_hours: float = 0.0
    cpu_core_request_hours: float = 0.0
    cpu_core_usage_hours: float | None = None
    cpu_cost: float = 0.0
    cpu_cost_adjustment: float = 0.0
    ram_byte_hours: float = 0.0
    ram_byte_request_hours: float = 0.0
    ram_byte_usage_hours: float | None = None
    ram_cost: float = 0.0
    ram_cost_adjustment: float = 0.0
    gpu_hours: float = 0.0
    gpu_request_hours: float = 0.0
    gpu_usage_hours: float | None = None
    gpu_cost: float = 0.0
    gpu_cost_adjustment: float = 0.0
    pv_byte_hours: float = 0.0
    pv_cost: float = 0.0
    pv_cost_adjustment: float = 0.0
    network_transfer_bytes: float = 0.0
    network_receive_bytes: float = 0.0
    network_zone_cost: float = 0.0
    network_region_cost: float = 0.0
    network_internet_cost: float = 0.0
    network_cost: float = 0.0
    network_cost_adjustment: float = 0.0
    load_balancer_cost: float = 0.0
    load_balancer_cost_adjustment: float = 0.0
    external_cost: float = 0.0
    cpu_cost_idle: float = 0.0
    ram_cost_idle: float = 0.0
    gpu_cost_idle: float = 0.0
    shared_cost: float = 0.0
    members: int = 0
    details: Details | None = None
    volumes: tuple[VolumeDetail, ...] = ()
    load_balancers: tuple[LoadBalancerDetail, ...] = ()
    shared: tuple[SharedDetail, ...] = ()
    proportions: tuple[Proportion, ...] = ()
    common_labels: dict[str, str] = msgspec.field(default_factory=dict)
    common_annotations: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dimensions' values joined by `/`; one group of everything has the empty name."""
        return "/".join(self.names)

    @property
    def total_cost(self) -> float:
        """Sum of every cost and adjustment."""
        return on_grid(
            self.cpu_cost + self.cpu_cost_adjustment + self.ram_cost + self.ram_cost_adjustment
            + self.gpu_cost + self.gpu_cost_adjustment + self.pv_cost + self.pv_cost_adjustment
            + self.network_cost + self.network_cost_adjustment
            + self.load_balancer_cost + self.load_balancer_cost_adjustment + self.external_cost + self.shared_cost
        )  # fmt: skip

    @property
    def hours(self) -> float:
        """From the first to the last time any member ran."""
        return (self.end - self.start).total_seconds() / 3600

    @property
    def cpu_efficiency(self) -> float | None:
        """Used over requested; 1 for use without a request, None where nothing was measured."""
        return _efficiency(self.cpu_core_usage_hours, self.cpu_core_request_hours)

    @property
    def ram_efficiency(self) -> float | None:
        """Used over requested; 1 for use without a request, None where nothing was measured."""
        return _efficiency(self.ram_byte_usage_hours, self.ram_byte_request_hours)

    @property
    def gpu_efficiency(self) -> float | None:
        """Used over requested; 1 for use without a request, None where nothing was measured."""
        return _efficiency(self.gpu_usage_hours, self.gpu_request_hours)

    @property
    def total_efficiency(self) -> float | None:
        """CPU and RAM efficiency weighted by cost; None where neither was measured."""
        parts = [
            (self.cpu_efficiency, self.cpu_cost + self.cpu_cost_adjustment),
            (self.ram_efficiency, self.ram_cost + self.ram_cost_adjustment),
        ]
        known = [(efficiency, cost) for efficiency, cost in parts if efficiency is not None]
        weight = sum(cost for _, cost in known)
        return sum(efficiency * cost for efficiency, cost in known) / weight if weight > 0 else None


class AssetRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One group of assets in one step.

    Attributes:
        names: the value of each dimension asked for
        type, …: properties on which all members agree, empty where they differ
        cost: after discounts, before `adjustment`
        preemptible, discount, *_fraction: means weighted by cost
        labels: of a single asset only
    """

    names: tuple[str, ...]
    currency: str
    type: str = ""
    category: str = ""
    provider: str = ""
    account: str = ""
    project: str = ""
    service: str = ""
    cluster: str = ""
    name_: str = msgspec.field(default="", name="name")
    provider_id: str = ""
    region: str = ""
    node_type: str = ""
    pool: str = ""
    storage_class: str = ""
    volume_name: str = ""
    claim_name: str = ""
    claim_namespace: str = ""
    ip: str = ""
    price_source: str = ""
    start: datetime
    end: datetime
    cost: float = 0.0
    adjustment: float = 0.0
    credit: float = 0.0
    cpu_core_hours: float = 0.0
    ram_byte_hours: float = 0.0
    gpu_hours: float = 0.0
    cpu_cost: float = 0.0
    ram_cost: float = 0.0
    gpu_cost: float = 0.0
    byte_hours: float = 0.0
    byte_usage_hours: float | None = None
    preemptible: float | None = None
    discount: float | None = None
    cpu_system_fraction: float | None = None
    cpu_user_fraction: float | None = None
    cpu_other_fraction: float | None = None
    ram_system_fraction: float | None = None
    ram_user_fraction: float | None = None
    cpu_overhead_fraction: float | None = None
    ram_overhead_fraction: float | None = None
    byte_usage_max: float | None = None
    local: bool = False
    private: bool = False
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dimensions' values joined by `/`."""
        return "/".join(self.names)

    @property
    def total_cost(self) -> float:
        """Cost and adjustment."""
        return on_grid(self.cost + self.adjustment)

    @property
    def hours(self) -> float:
        """From the first to the last time any member existed."""
        return (self.end - self.start).total_seconds() / 3600


class CloudCostRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One group of cloud costs in one step, in one currency.

    Attributes:
        names: the value of each dimension asked for
        provider, …: properties on which all members agree, empty where they differ
        list_cost, …: one charge seen five ways
        kubernetes_*: of the members that are a cluster's
        total_cost: the cost that was asked for
        members: rows behind it
        labels: of a single row only
    """

    names: tuple[str, ...]
    currency: str
    provider: str = ""
    provider_id: str = ""
    account_id: str = ""
    account_name: str = ""
    invoice_entity_id: str = ""
    invoice_entity_name: str = ""
    region_id: str = ""
    availability_zone: str = ""
    service: str = ""
    category: str = ""
    usage_type: str = ""
    line_type: str = ""
    rule: str = ""
    cluster: str = ""
    outcome: str = ""
    integration: str = ""
    start: datetime
    end: datetime
    list_cost: float = 0.0
    net_cost: float = 0.0
    amortized_cost: float = 0.0
    amortized_net_cost: float = 0.0
    invoiced_cost: float = 0.0
    kubernetes_list_cost: float = 0.0
    kubernetes_net_cost: float = 0.0
    kubernetes_amortized_cost: float = 0.0
    kubernetes_amortized_net_cost: float = 0.0
    kubernetes_invoiced_cost: float = 0.0
    total_cost: float = 0.0
    members: int = 0
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def name(self) -> str:
        """The dimensions' values joined by `/`."""
        return "/".join(self.names)

    def kubernetes_percent(self, metric: str) -> float:
        """
        Return the part of what was paid that is a cluster's, 1 for all of it; 0 where nothing was paid.

        What clusters or the others got back on balance, such as a credit without tags, is no payment of theirs, so that
        the part is never above 1 or below 0.
        """
        own: float = getattr(self, f"kubernetes_{metric}")
        paid, others = max(own, 0.0), max(on_grid(getattr(self, metric) - own), 0.0)
        return paid / (paid + others) if paid else 0.0


def on_grid(value: float) -> float:
    """Put a sum of exact amounts back on their grid: adding them as floats leaves dust behind the ninth place."""
    return round(value, PLACES)


def _efficiency(used: float | None, requested: float) -> float | None:
    if used is None:
        return None
    if requested > 0:
        return used / requested
    return 1.0 if used > 0 else 0.0
