"""The rows of an answer: one group of allocations or assets in one step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.amount import PLACES
from fleetcost.model.asset import ASSET
from fleetcost.model.columns import FLAG, FRACTION, LABELS, PEAK
from fleetcost.query.measures import CARRIED, ESTIMATES, EXACT_CLOUD, UNMEASURED
from fleetcost.query.properties import ASSET_PROPERTIES, CLOUD_PROPERTIES, PROPERTIES


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


_ALLOCATION_COSTS = attrgetter(*ALLOCATION.costs)
_ASSET_COSTS = attrgetter(*ASSET.costs)
_ALLOCATION_ESTIMATES = attrgetter(*ESTIMATES["allocation"])

_Fields = list[tuple[str, Any, Any]]
_TEXTS: Any = msgspec.field(default_factory=dict)


def _texts(names: Iterable[str]) -> _Fields:
    return [(name, str, "") for name in names]


def _made(name: str, texts: _Fields, figures: Iterable[str], more: _Fields) -> Any:  # noqa: ANN401 - a class
    """Return a class of rows whose figures are columns of a table in `model`; its subclass says what they are."""
    first: list[Any] = [("names", tuple[str, ...]), ("currency", str)]
    times: list[Any] = [("start", datetime), ("end", datetime)]
    numbers = [(one, float | None, None) if one in UNMEASURED else (one, float, 0.0) for one in figures]
    fields = [*first, *texts, *times, *numbers, *more]
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True, module=__name__)


Details: Any = msgspec.defstruct(
    "Details",
    [
        (one.name, tuple[str, ...] if one.type is list else dict[str, str])
        for one in ALLOCATION.columns
        if one.holds.kind is LABELS
    ]
    + [(name, float | None) for name in ALLOCATION.of(PEAK)],
    frozen=True,
)
"""What only a single container's row has: it cannot be added up."""

_ALLOCATION: Any = _made(
    "AllocationFigures",
    [("idle", bool, False), ("grouped", bool, True), *_texts(PROPERTIES)],
    (*ALLOCATION.sums, *CARRIED),
    [
        ("members", int, 0),
        ("details", Details | None, None),
        ("volumes", tuple[VolumeDetail, ...], ()),
        ("load_balancers", tuple[LoadBalancerDetail, ...], ()),
        ("shared", tuple[SharedDetail, ...], ()),
        ("proportions", tuple[Proportion, ...], ()),
        ("common_labels", dict[str, str], _TEXTS),
        ("common_annotations", dict[str, str], _TEXTS),
    ],
)


class AllocationRow(_ALLOCATION):  # type: ignore[misc]  # its base is made of the table
    """
    One group of allocations in one step. Costs are in the currency of the row, hours and bytes are sums over time.

    Its figures are the columns of `ALLOCATION` that add up.

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

    @property
    def name(self) -> str:
        """The dimensions' values joined by `/`; one group of everything has the empty name."""
        return "/".join(self.names)

    @property
    def total_cost(self) -> float:
        """Sum of every cost and adjustment."""
        return on_grid(sum(_ALLOCATION_COSTS(self)) + self.shared_cost)

    @property
    def idle_cost(self) -> float:
        """The part of its total that is idle: shared with it, or all of a row of idle."""
        return self.total_cost if self.idle else on_grid(self.cpu_cost_idle + self.ram_cost_idle + self.gpu_cost_idle)

    @property
    def direct_cost(self) -> float:
        """The part of its total that is its own: neither idle nor shared."""
        return on_grid(self.total_cost - self.idle_cost - self.shared_cost)

    @property
    def estimated_cost(self) -> float:
        """The part of its total that was estimated where the source was silent."""
        return on_grid(sum(_ALLOCATION_ESTIMATES(self)))

    @property
    def hours(self) -> float:
        """From the first to the last time any member ran."""
        return float((self.end - self.start).total_seconds()) / 3600

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
        """CPU and RAM efficiency weighted by cost, as the field has it; None where neither was measured."""
        parts = [
            (self.cpu_efficiency, self.cpu_cost + self.cpu_cost_adjustment),
            (self.ram_efficiency, self.ram_cost + self.ram_cost_adjustment),
        ]
        return _weighted(parts)

    @property
    def whole_efficiency(self) -> float | None:
        """CPU, RAM and GPU efficiency weighted by cost; None where none was measured."""
        parts = [
            (self.cpu_efficiency, self.cpu_cost + self.cpu_cost_adjustment),
            (self.ram_efficiency, self.ram_cost + self.ram_cost_adjustment),
            (self.gpu_efficiency, self.gpu_cost + self.gpu_cost_adjustment),
        ]
        return _weighted(parts)


_ASSET: Any = _made(
    "AssetFigures",
    [
        ("name_", str, msgspec.field(default="", name="name")) if name == "asset_name" else (name, str, "")
        for name in ASSET_PROPERTIES
    ],
    (*ASSET.sums, *ASSET.of(FRACTION, PEAK)),
    [*((name, bool, False) for name in ASSET.of(FLAG)), ("labels", dict[str, str], _TEXTS)],
)


class AssetRow(_ASSET):  # type: ignore[misc]  # its base is made of the table
    """
    One group of assets in one step. Its figures are the columns of `ASSET` that add up, and means weighted by cost.

    Attributes:
        names: the value of each dimension asked for
        type, …: properties on which all members agree, empty where they differ
        name_: of a single asset
        labels: of a single asset only
    """

    @property
    def name(self) -> str:
        """The dimensions' values joined by `/`."""
        return "/".join(self.names)

    @property
    def total_cost(self) -> float:
        """Cost and adjustment."""
        return on_grid(sum(_ASSET_COSTS(self)))

    @property
    def estimated_cost(self) -> float:
        """The part of its total that was estimated where the source was silent."""
        return on_grid(self.cost_estimated)

    @property
    def hours(self) -> float:
        """From the first to the last time any member existed."""
        return float((self.end - self.start).total_seconds()) / 3600


_CLOUD: Any = _made(
    "CloudCostFigures",
    _texts(CLOUD_PROPERTIES),
    (*EXACT_CLOUD, "total_cost"),
    [("members", int, 0), ("labels", dict[str, str], _TEXTS)],
)


class CloudCostRow(_CLOUD):  # type: ignore[misc]  # its base is made of the table
    """
    One group of cloud costs in one step, in one currency. Its costs are those of `CLOUD_COST`: one charge, five ways.

    Attributes:
        names: the value of each dimension asked for
        provider, …: properties on which all members agree, empty where they differ
        kubernetes_*: of the members that are a cluster's
        total_cost: the cost that was asked for
        members: rows behind it
        labels: of a single row only
    """

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


def _weighted(parts: list[tuple[float | None, float]]) -> float | None:
    """Return the mean of efficiencies that are known, each weighted by what it is of costs."""
    known = [(efficiency, cost) for efficiency, cost in parts if efficiency is not None]
    weight = sum(cost for _, cost in known)
    return sum(efficiency * cost for efficiency, cost in known) / weight if weight > 0 else None


def _efficiency(used: float | None, requested: float) -> float | None:
    if used is None:
        return None
    if requested > 0:
        return used / requested
    return 1.0 if used > 0 else 0.0
