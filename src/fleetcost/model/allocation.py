"""The rows of an allocation set: what one container cost while it ran inside one window."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from fleetcost.model.amount import ZERO

Labels = Mapping[str, str]
NO_LABELS: Labels = MappingProxyType({})


def no_labels() -> Labels:
    """Return the empty labels; dataclasses want their default from a function."""
    return NO_LABELS


UNMOUNTED = "__unmounted__"
"""Name of what no running pod used; a reserved word of the field."""


class AllocationKind(enum.StrEnum):
    """Why a row is in the set."""

    WORKLOAD = "workload"
    UNMOUNTED = "unmounted"


@dataclass(frozen=True, slots=True)
class VolumeShare:
    """The part of one persistent volume that a container pays for."""

    volume: str
    provider_id: str
    byte_hours: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class LoadBalancerShare:
    """The part of one load balancer that a container pays for; `service` is `namespace/name`."""

    service: str
    ip: str
    private: bool
    hours: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """
    One container's use and cost inside one window.

    Amounts are sums over the time it ran, never rates or averages, so that rows add up over hours, days and groups.
    Hours are core-hours, byte-hours and GPU-hours; costs are in the set's currency before any sharing.
    A use that was not measured is None, never zero. `*_adjustment` is billed minus computed cost.

    Attributes:
        kind: workload, or storage that no pod used
        start, end: when it ran inside the window
        provider_id: the node's id at the cloud provider
        controller_kind: lower case, such as `deployment`; empty where no controller is known
        labels: of node (an allow-list), namespace and pod, the later winning; Prometheus spelling of the keys
        *_request_hours: requested amount × time
        *_usage_hours: average use × time
        *_usage_max: highest use seen
        *_hours: charged amount × time, max(request, usage)
    """

    kind: AllocationKind = AllocationKind.WORKLOAD
    node: str = ""
    provider_id: str = ""
    namespace: str = ""
    controller_kind: str = ""
    controller: str = ""
    pod: str = ""
    pod_uid: str = ""
    container: str = ""
    services: tuple[str, ...] = ()
    labels: Labels = field(default_factory=no_labels)
    annotations: Labels = field(default_factory=no_labels)
    namespace_labels: Labels = field(default_factory=no_labels)
    namespace_annotations: Labels = field(default_factory=no_labels)
    start: datetime
    end: datetime
    cpu_core_hours: Decimal = ZERO
    cpu_core_request_hours: Decimal = ZERO
    cpu_core_usage_hours: Decimal | None = None
    cpu_core_usage_max: float | None = None
    cpu_cost: Decimal = ZERO
    cpu_cost_adjustment: Decimal = ZERO
    ram_byte_hours: int = 0
    ram_byte_request_hours: int = 0
    ram_byte_usage_hours: int | None = None
    ram_byte_usage_max: float | None = None
    ram_cost: Decimal = ZERO
    ram_cost_adjustment: Decimal = ZERO
    gpu_hours: Decimal = ZERO
    gpu_request_hours: Decimal = ZERO
    gpu_usage_hours: Decimal | None = None
    gpu_usage_max: float | None = None
    gpu_cost: Decimal = ZERO
    gpu_cost_adjustment: Decimal = ZERO
    pv_byte_hours: int = 0
    pv_cost: Decimal = ZERO
    pv_cost_adjustment: Decimal = ZERO
    volumes: tuple[VolumeShare, ...] = ()
    network_transfer_bytes: int = 0
    network_receive_bytes: int = 0
    network_zone_cost: Decimal = ZERO
    network_region_cost: Decimal = ZERO
    network_internet_cost: Decimal = ZERO
    network_cost: Decimal = ZERO
    network_cost_adjustment: Decimal = ZERO
    load_balancer_cost: Decimal = ZERO
    load_balancer_cost_adjustment: Decimal = ZERO
    load_balancers: tuple[LoadBalancerShare, ...] = ()
    external_cost: Decimal = ZERO

    @property
    def total_cost(self) -> Decimal:
        """Sum of every cost and adjustment."""
        return sum((getattr(self, name) for name in ALLOCATION_COSTS), ZERO)


ALLOCATION_COSTS = (
    "cpu_cost",
    "cpu_cost_adjustment",
    "ram_cost",
    "ram_cost_adjustment",
    "gpu_cost",
    "gpu_cost_adjustment",
    "pv_cost",
    "pv_cost_adjustment",
    "network_cost",
    "network_cost_adjustment",
    "load_balancer_cost",
    "load_balancer_cost_adjustment",
    "external_cost",
)
"""The costs that add up to a row's total; the three network parts are inside `network_cost`."""
