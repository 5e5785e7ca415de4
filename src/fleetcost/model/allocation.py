"""The rows of an allocation set: what one container cost while it ran inside one window."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated

from fleetcost.model.amount import ZERO
from fleetcost.model.columns import (
    ADJUSTMENT,
    COST,
    DISTRIBUTION,
    ESTIMATE,
    LABELS,
    MEASURE,
    PART,
    PEAK,
    SHARES,
    TEXT,
    TIME,
    Holds,
    table_of,
)
from fleetcost.model.gpu import FractionSource
from fleetcost.model.histogram import Histogram

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


CORE_HOURS, BYTE_HOURS, GPU_HOURS = "core-hours", "byte-hours", "GPU-hours"


def estimate_of(cost: str) -> Holds:
    """Return what the column of the estimated part of a cost holds."""
    return Holds(ESTIMATE, f"the estimated part of `{cost}`: of time without scrapes", since=2)


ESTIMATED_HOURS = (
    "hours of `start` to `end` without scrapes, over which it was taken to be there because it was the same before and "
    "after"
)

_LABELS = "of node (an allow-list), namespace and pod, the later winning; keys in Prometheus spelling"
_CHARGED = "the larger of request and use, × time"
_UNMEASURED = "; null where not measured"
_UNLIMITED = "; null without a limit, or where it is not known"
_CARDS = (
    "physical GPUs it holds all or a part of × time: `gpu_hours` / `gpu_card_hours` is the part of each it holds, "
    "below 1 where they are shared; null without GPUs"
)
_PERIODS = "scheduling periods (of 100 ms as a rule) in which it ran under a CPU limit"
_PRESSED = "time in which it, or a part of it,"
_FRACTIONS = ", ".join(f"`{source}`" for source in FractionSource)
_ADJUSTED = "billed minus computed"


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
    One container's use and cost inside one window; its fields are the columns of allocation sets.

    Amounts are sums over the time it ran, never rates or averages, so that rows add up over hours, days and groups.
    Costs are in the set's currency before any sharing. A use that was not measured is None, never zero.
    """

    kind: Annotated[AllocationKind, Holds(TEXT, "`workload`, or `unmounted` for storage that no pod used")] = (
        AllocationKind.WORKLOAD
    )
    node: Annotated[str, Holds(TEXT, "where it ran")] = ""
    provider_id: Annotated[str, Holds(TEXT, "the node's id at its cloud provider")] = ""
    namespace: Annotated[str, Holds(TEXT, "its namespace")] = ""
    controller_kind: Annotated[str, Holds(TEXT, "lower case, such as `deployment`; empty where none is known")] = ""
    controller: Annotated[str, Holds(TEXT, "the name of its controller")] = ""
    pod: Annotated[str, Holds(TEXT, "its pod")] = ""
    pod_uid: Annotated[str, Holds(TEXT, "the pod's UID")] = ""
    container: Annotated[str, Holds(TEXT, "its name in the pod")] = ""
    services: Annotated[tuple[str, ...], Holds(LABELS, "services that select the pod, sorted")] = ()
    labels: Annotated[Labels, Holds(LABELS, _LABELS)] = field(default_factory=no_labels)
    annotations: Annotated[Labels, Holds(LABELS, "of namespace and pod, the pod's winning")] = field(
        default_factory=no_labels
    )
    namespace_labels: Annotated[Labels, Holds(LABELS, "of the namespace alone")] = field(default_factory=no_labels)
    namespace_annotations: Annotated[Labels, Holds(LABELS, "of the namespace alone")] = field(default_factory=no_labels)
    start: Annotated[datetime, Holds(TIME, "when it began to run inside the window")]
    end: Annotated[datetime, Holds(TIME, "when it last ran inside the window")]
    estimated_hours: Annotated[Decimal, Holds(MEASURE, ESTIMATED_HOURS, "hours", since=2)] = ZERO
    cpu_core_hours: Annotated[Decimal, Holds(MEASURE, f"CPU charged: {_CHARGED}", CORE_HOURS)] = ZERO
    cpu_core_request_hours: Annotated[Decimal, Holds(MEASURE, "CPU requested × time", CORE_HOURS)] = ZERO
    cpu_core_usage_hours: Annotated[Decimal | None, Holds(MEASURE, f"CPU used × time{_UNMEASURED}", CORE_HOURS)] = None
    cpu_core_usage_max: Annotated[float | None, Holds(PEAK, f"highest CPU use{_UNMEASURED}", "cores")] = None
    cpu_usage_histogram: Annotated[
        Histogram | None,
        Holds(DISTRIBUTION, f"its mean CPU use in points of five minutes{_UNMEASURED}", "cores", since=3),
    ] = None
    cpu_periods: Annotated[int | None, Holds(MEASURE, f"{_PERIODS}{_UNMEASURED}", "periods", since=3)] = None
    cpu_throttled_periods: Annotated[
        int | None, Holds(MEASURE, f"those of them in which the limit stopped it{_UNMEASURED}", "periods", since=3)
    ] = None
    cpu_pressure_seconds: Annotated[
        Decimal | None, Holds(MEASURE, f"{_PRESSED} waited for CPU{_UNMEASURED}", "seconds", since=3)
    ] = None
    cpu_core_limit_hours: Annotated[
        Decimal | None, Holds(MEASURE, f"most CPU it may use × time{_UNLIMITED}", CORE_HOURS, since=2)
    ] = None
    cpu_cost: Annotated[Decimal, Holds(COST, "of the CPU charged")] = ZERO
    cpu_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    cpu_cost_estimated: Annotated[Decimal, estimate_of("cpu_cost")] = ZERO
    ram_byte_hours: Annotated[int, Holds(MEASURE, f"RAM charged: {_CHARGED}", BYTE_HOURS)] = 0
    ram_byte_request_hours: Annotated[int, Holds(MEASURE, "RAM requested × time", BYTE_HOURS)] = 0
    ram_byte_usage_hours: Annotated[int | None, Holds(MEASURE, f"RAM used × time{_UNMEASURED}", BYTE_HOURS)] = None
    ram_byte_usage_max: Annotated[float | None, Holds(PEAK, f"highest RAM use{_UNMEASURED}", "bytes")] = None
    ram_usage_histogram: Annotated[
        Histogram | None,
        Holds(DISTRIBUTION, f"its highest RAM use in points of five minutes{_UNMEASURED}", "bytes", since=3),
    ] = None
    ram_pressure_seconds: Annotated[
        Decimal | None, Holds(MEASURE, f"{_PRESSED} stood still for want of memory{_UNMEASURED}", "seconds", since=3)
    ] = None
    restarts: Annotated[int | None, Holds(MEASURE, f"how often it was restarted{_UNMEASURED}", "times", since=3)] = None
    oom_kills: Annotated[
        int | None, Holds(MEASURE, f"how often it was killed for using too much memory{_UNMEASURED}", "times", since=3)
    ] = None
    ram_byte_limit_hours: Annotated[
        int | None, Holds(MEASURE, f"most RAM it may use × time{_UNLIMITED}", BYTE_HOURS, since=2)
    ] = None
    ram_cost: Annotated[Decimal, Holds(COST, "of the RAM charged")] = ZERO
    ram_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    ram_cost_estimated: Annotated[Decimal, estimate_of("ram_cost")] = ZERO
    gpu_hours: Annotated[Decimal, Holds(MEASURE, f"GPUs charged: {_CHARGED}", GPU_HOURS)] = ZERO
    gpu_request_hours: Annotated[Decimal, Holds(MEASURE, "GPUs requested × time", GPU_HOURS)] = ZERO
    gpu_usage_hours: Annotated[Decimal | None, Holds(MEASURE, f"GPUs used × time{_UNMEASURED}", GPU_HOURS)] = None
    gpu_usage_max: Annotated[float | None, Holds(PEAK, f"highest GPU use{_UNMEASURED}", "GPUs")] = None
    gpu_usage_histogram: Annotated[
        Histogram | None,
        Holds(DISTRIBUTION, f"how busy its GPUs were, in points of five minutes{_UNMEASURED}", "share of 1", since=3),
    ] = None
    gpu_card_hours: Annotated[Decimal | None, Holds(MEASURE, _CARDS, GPU_HOURS, since=2)] = None
    gpu_uuids: Annotated[str, Holds(TEXT, "UUIDs of these GPUs, sorted, commas between; or empty", since=2)] = ""
    gpu_model: Annotated[str, Holds(TEXT, "the model of these GPUs, or empty", since=2)] = ""
    gpu_fraction_source: Annotated[
        str, Holds(TEXT, f"how the part is known: {_FRACTIONS}; empty without GPUs", since=2)
    ] = ""
    gpu_cost: Annotated[Decimal, Holds(COST, "of the GPUs charged")] = ZERO
    gpu_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    gpu_cost_estimated: Annotated[Decimal, estimate_of("gpu_cost")] = ZERO
    pv_byte_hours: Annotated[int, Holds(MEASURE, "its part of persistent volumes × time", BYTE_HOURS)] = 0
    pv_cost: Annotated[Decimal, Holds(COST, "of its part of persistent volumes")] = ZERO
    pv_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    pv_cost_estimated: Annotated[Decimal, estimate_of("pv_cost")] = ZERO
    volumes: Annotated[tuple[VolumeShare, ...], Holds(SHARES, "its part of each persistent volume")] = ()
    network_transfer_bytes: Annotated[int, Holds(MEASURE, "sent", "bytes")] = 0
    network_receive_bytes: Annotated[int, Holds(MEASURE, "received", "bytes")] = 0
    network_zone_cost: Annotated[Decimal, Holds(PART, "of traffic between zones, inside `network_cost`")] = ZERO
    network_region_cost: Annotated[Decimal, Holds(PART, "of traffic between regions, inside `network_cost`")] = ZERO
    network_internet_cost: Annotated[Decimal, Holds(PART, "of traffic to the internet, inside `network_cost`")] = ZERO
    network_cost: Annotated[Decimal, Holds(COST, "of its traffic")] = ZERO
    network_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    network_cost_estimated: Annotated[Decimal, estimate_of("network_cost")] = ZERO
    load_balancer_cost: Annotated[Decimal, Holds(COST, "of its part of load balancers")] = ZERO
    load_balancer_cost_adjustment: Annotated[Decimal, Holds(ADJUSTMENT, _ADJUSTED)] = ZERO
    load_balancer_cost_estimated: Annotated[Decimal, estimate_of("load_balancer_cost")] = ZERO
    load_balancers: Annotated[
        tuple[LoadBalancerShare, ...], Holds(SHARES, "its part of each load balancer; `service` is `namespace/name`")
    ] = ()
    external_cost: Annotated[Decimal, Holds(COST, "charged from outside the cluster")] = ZERO

    @property
    def total_cost(self) -> Decimal:
        """Sum of every cost and adjustment."""
        return sum((getattr(self, name) for name in ALLOCATION_COSTS), ZERO)


ALLOCATION = table_of(Allocation, keys=("kind", "node", "namespace", "pod", "pod_uid", "container"))
"""The columns of allocation sets."""

ALLOCATION_COSTS = ALLOCATION.costs
"""The costs that add up to a row's total; the three network parts are inside `network_cost`."""
