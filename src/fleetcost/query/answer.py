"""What comes back: rows per step, with the states of the windows behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from fleetcost.model.amount import PLACES
from fleetcost.model.identity import ClusterId
from fleetcost.model.states import WindowState
from fleetcost.model.window import Window
from fleetcost.query.question import Question

RowType = TypeVar("RowType")


class VolumeDetail(msgspec.Struct, frozen=True):
    """One volume's part in a row."""

    volume: str
    provider_id: str
    byte_hours: int
    cost: float


class LoadBalancerDetail(msgspec.Struct, frozen=True):
    """One load balancer's part in a row."""

    service: str
    ip: str
    private: bool
    hours: float
    cost: float


class Details(msgspec.Struct, frozen=True):
    """What only a single container's row has: it cannot be added up."""

    services: tuple[str, ...]
    labels: dict[str, str]
    annotations: dict[str, str]
    namespace_labels: dict[str, str]
    namespace_annotations: dict[str, str]
    volumes: tuple[VolumeDetail, ...]
    load_balancers: tuple[LoadBalancerDetail, ...]
    cpu_core_usage_max: float | None
    ram_byte_usage_max: float | None
    gpu_usage_max: float | None


class AllocationRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One group of allocations in one step. Costs are in the currency of the row, hours and bytes are sums over time.

    Attributes:
        names: the value of each dimension asked for
        idle: this is cost nobody was charged for
        cluster, …: properties on which all members agree, empty where they differ
        start, end: first and last time any member ran in the step
        *_usage_hours: None where no member's use was measured
    """

    names: tuple[str, ...]
    currency: str
    idle: bool = False
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
    shared_cost: float = 0.0
    details: Details | None = None

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
    type: str
    category: str
    provider: str
    account: str
    project: str
    service: str
    cluster: str
    name_: str = msgspec.field(name="name")
    provider_id: str
    region: str
    node_type: str
    pool: str
    storage_class: str
    volume_name: str
    claim_name: str
    claim_namespace: str
    ip: str
    price_source: str
    start: datetime
    end: datetime
    cost: float
    adjustment: float
    credit: float
    cpu_core_hours: float
    ram_byte_hours: float
    gpu_hours: float
    cpu_cost: float
    ram_cost: float
    gpu_cost: float
    byte_hours: float
    byte_usage_hours: float | None
    preemptible: float | None
    discount: float | None
    cpu_system_fraction: float | None
    cpu_user_fraction: float | None
    cpu_other_fraction: float | None
    ram_system_fraction: float | None
    ram_user_fraction: float | None
    cpu_overhead_fraction: float | None
    ram_overhead_fraction: float | None
    byte_usage_max: float | None
    local: bool
    private: bool
    labels: dict[str, str]

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


@dataclass(frozen=True, slots=True)
class Gap:
    """
    One cluster-window that is not complete.

    Attributes:
        window: which
        state: how
        cause: why
        running: the window is not over and its set is fresh: nothing is wrong, there is just more to come
    """

    window: Window
    state: WindowState
    cause: str
    running: bool


@dataclass(frozen=True, slots=True)
class Completeness:
    """
    Which windows of one cluster stand behind an answer.

    Attributes:
        cluster: whose
        counts: how many windows are in each state, only states that occur
        gaps: the windows that are not complete, oldest first
        first, last: start of the first and end of the last window with data, None where there is none
        coverage_minutes: minutes observed
        expected_minutes: minutes of the windows that should be there by now
    """

    cluster: ClusterId
    counts: dict[WindowState, int]
    gaps: tuple[Gap, ...]
    first: datetime | None
    last: datetime | None
    coverage_minutes: float
    expected_minutes: float

    @property
    def state(self) -> WindowState:
        """The worst state that occurs, windows that are merely not over left out; complete where nothing is wrong."""
        wrong = (gap.state for gap in self.gaps if not gap.running)
        return max(wrong, key=lambda state: state.severity, default=WindowState.COMPLETE)


@dataclass(frozen=True, slots=True)
class StepRows(Generic[RowType]):
    """The rows of one step; a step without rows is there too, with none."""

    window: Window
    rows: tuple[RowType, ...]


@dataclass(frozen=True, slots=True)
class Answer(Generic[RowType]):
    """
    An answer, from one snapshot of the database.

    Attributes:
        question: what was asked
        steps: rows by step, oldest first; rows are in the order of their names, idle last
        completeness: one entry per known cluster
        currency: of every cost; empty where there are no rows
    """

    question: Question
    steps: tuple[StepRows[RowType], ...]
    completeness: tuple[Completeness, ...]
    currency: str

    @property
    def rows(self) -> Sequence[RowType]:
        """The rows of every step."""
        return [row for step in self.steps for row in step.rows]


def on_grid(value: float) -> float:
    """Put a sum of exact amounts back on their grid: adding them as floats leaves dust behind the ninth place."""
    return round(value, PLACES)


def _efficiency(used: float | None, requested: float) -> float | None:
    if used is None:
        return None
    if requested > 0:
        return used / requested
    return 1.0 if used > 0 else 0.0
