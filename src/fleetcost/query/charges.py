"""Reading what a figure is made of: frozen values, exact, each from the rows that were added up for the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from fleetcost.model.allocation import ALLOCATION, LoadBalancerShare, VolumeShare
from fleetcost.model.columns import ESTIMATE
from fleetcost.model.window import Resolution
from fleetcost.query.dialects import dialect_of
from fleetcost.query.question import Question
from fleetcost.query.sql.charges import FIGURES, KEYS, MEASURED, NETWORK, AskedFigure, ChargeQueries, Fineness, Focus
from fleetcost.query.sql.source import RESOURCES
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

__all__ = ["KEYS", "AskedFigure", "Fineness", "Focus"]


@dataclass(frozen=True, slots=True)
class Valued:
    """
    One cost in three parts, in the currency of the answer.

    Attributes:
        listed: at list price, without what is estimated
        estimated: of it, what was estimated where the source was silent
        adjusted: what bills changed
    """

    listed: Decimal
    estimated: Decimal
    adjusted: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCharge:
    """
    What rows of one place cost by themselves.

    Attributes:
        cluster: where
        start: of their window, None where all windows are together
        node, namespace, pod, container, …: empty where several are together
        members: single rows behind it
        factor: what its currency was multiplied with, None where nothing was converted
        amounts: what costs are charged for, by column; None where it was not measured
        costs: by column
        network: of single rows, the three parts of traffic
        volumes, load_balancers: of single rows, in the currency of the set
    """

    cluster: str
    start: datetime | None
    node: str = ""
    kind: str = ""
    namespace: str = ""
    controller_kind: str = ""
    controller: str = ""
    pod: str = ""
    pod_uid: str = ""
    container: str = ""
    members: int
    factor: Decimal | None
    amounts: Mapping[str, Decimal | None]
    costs: Mapping[str, Valued]
    network: Mapping[str, Decimal] = field(default_factory=dict)
    volumes: tuple[VolumeShare, ...] = ()
    load_balancers: tuple[LoadBalancerShare, ...] = ()


@dataclass(frozen=True, slots=True)
class HoursAbove:
    """
    In which hours of a day a row was charged above its request.

    Attributes:
        hours: of the day in which it ran
        above: how many of these
        first, last: the first and the last of them, None where there is none
    """

    hours: int
    above: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class NodePrice:
    """
    What one resource of a node cost in one window, in the node's own currency.

    Attributes:
        node_type, source, preemptible, discount: as its asset says
        amount: core-hours, byte-hours or GPU-hours it had
        cost: at list price
    """

    node_type: str
    source: str
    preemptible: float | None
    discount: float | None
    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class IdleCharge:
    """Idle of one resource at one place; `whole` is False where only a part of it belongs to the figure."""

    cluster: str
    start: datetime
    place: str
    resource: str
    amount: Decimal
    estimated: Decimal


@dataclass(frozen=True, slots=True)
class NodeIdle:
    """Idle of one resource of a node, and what it is the difference of; adjustments are zero at list prices."""

    cluster: str
    start: datetime
    node: str
    resource: str
    cost: Decimal
    adjustment: Decimal
    allocated: Decimal
    allocated_adjustment: Decimal
    idle: Decimal


@dataclass(frozen=True, slots=True)
class CarriedCharge:
    """
    What rows carry of something divided at one place.

    Attributes:
        resource: cpu, ram or gpu of idle; disks or management of tenancy
        amount: their part
        weight, whole_weight: theirs, and that of all rows at the place; None of tenancy
        divided: what is divided there; None of tenancy
    """

    cluster: str
    start: datetime
    place: str
    resource: str
    amount: Decimal
    weight: Decimal | None = None
    whole_weight: Decimal | None = None
    divided: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TenancyCharge:
    """A cluster's own cost in one window; `part` is disks or management, empty where they are together."""

    cluster: str
    start: datetime
    amount: Decimal
    part: str = ""
    adjustment: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SharedCharge:
    """What rows carry of one shared source in one window; `whole` is all of it. Without a source, nobody carries it."""

    source: str
    start: datetime
    amount: Decimal
    whole: Decimal


@dataclass(frozen=True, slots=True)
class NodeBill:
    """
    What bills say of one node on one day, in the currency of its cluster's set.

    Attributes:
        listed, billed, adjustment: its list price, what its rows add up to, what was changed
        outcome: how it was reconciled
        rows: of bills
    """

    listed: Decimal
    billed: Decimal
    adjustment: Decimal
    outcome: str
    rows: int


def node_bills(snapshot: View, cluster: str, day: datetime) -> dict[str, NodeBill]:
    """Return what bills say of a cluster's nodes on one day, by node."""
    dialect = dialect_of(snapshot)
    found = snapshot.rows(
        "SELECT name, sum(list_cost), sum(billed_cost), sum(adjustment), min(outcome), sum(rows)::BIGINT "  # noqa: S608 - quoted by the dialect
        f"FROM reconciled_asset WHERE cluster = {dialect.text(cluster)} AND window_start = {dialect.time(day)} "
        "AND type = 'Node' GROUP BY name",
        dialect.bound,
    )
    return {str(name): NodeBill(*rest) for name, *rest in found}


def billed_days(snapshot: View, cluster: str) -> set[tuple[str, datetime]]:
    """Return the integrations and days whose bills have rows of a cluster."""
    dialect = dialect_of(snapshot)
    found = snapshot.rows(
        "SELECT DISTINCT integration, window_start FROM cloud_cost_1d "  # noqa: S608 - quoted by the dialect
        f"WHERE cluster = {dialect.text(cluster)}",
        dialect.bound,
    )
    return {(str(integration), aware(start)) for integration, start in found}


class Charges:
    """
    What one figure of an answer is made of.

    Args:
        snapshot: the view the answer is of
        question: that was answered
        figure: which figure
        focus: the part that is looked at
    """

    def __init__(self, snapshot: View, question: Question, figure: AskedFigure, focus: Focus) -> None:
        self._snapshot = snapshot
        self._dialect = dialect_of(snapshot)
        self._queries = ChargeQueries(question, self._dialect, figure, focus)
        self._question, self._figure, self._focus = question, figure, focus
        snapshot.forget()
        for stage in self._queries.stages():
            snapshot.keep(stage.name, stage.query, self._dialect.bound)

    @property
    def of_days(self) -> bool:
        """Whether the rows of the answer are days, which hours may say more about."""
        return self._question.frame.resolution is Resolution.DAY

    @property
    def converted(self) -> bool:
        """Whether amounts are multiplied with rates."""
        return self._queries.converted

    @property
    def column(self) -> str:
        """Which figure."""
        return self._figure.column

    @property
    def whole_idle(self) -> bool:
        """Whether idle is that of whole nodes."""
        return self._queries.whole_idle

    @property
    def whole_tenancy(self) -> bool:
        """Whether tenancy is that of whole clusters."""
        return self._queries.whole_tenancy

    def figures(self) -> dict[str, Decimal]:
        """Return the figure as the answer has it, by currency; nothing where there is no such row."""
        return {
            str(currency): _figure(dict(zip(FIGURES, sums, strict=True)), idle, self)
            for currency, idle, *sums in self._read(self._queries.figures())
        }

    def choose(self, currency: str) -> None:
        """Read what the figure is made of in this currency, one of those of `figures`."""
        figure = replace(self._figure, currency=currency)
        self._queries = ChargeQueries(self._question, self._dialect, figure, self._focus)

    def own(self, level: Fineness, columns: Sequence[str]) -> Iterator[OwnCharge]:
        """Yield what the figure's rows cost by themselves, by place; of these columns."""
        names = [*KEYS[level], "members", "factor", *MEASURED]
        valued = [(name, part) for name in columns for part in ("listed", "estimated", "adjusted")]
        more = [*NETWORK, "volumes", "load_balancers"] if level is Fineness.ROW else []
        for record in self._read(self._queries.own(level, columns)):
            facts = dict(zip([*names, *valued, *more], record, strict=True))
            yield OwnCharge(
                **{name: facts[name] for name in KEYS[level] if name != "window_start"},
                start=aware(facts["window_start"]) if "window_start" in facts else None,
                members=int(facts["members"]),
                factor=facts["factor"],
                amounts={name: None if facts[name] is None else Decimal(facts[name]) for name in MEASURED},
                costs={name: Valued(*(facts[name, part] for _, part in valued[:3])) for name in columns},
                **_of_single(facts) if more else {},
            )

    def hours(self) -> dict[tuple[str, ...], HoursAbove]:
        """Return by row's keys and resource in which hours of the day it was charged above its request."""
        found = {}
        keys = len(KEYS[Fineness.ROW]) - 1
        for record in self._read(self._queries.hours()):
            for name, (above, first, last) in zip(RESOURCES, _grouped(record[keys + 1 :], 3), strict=True):
                ends = [None if one is None else aware(one) for one in (first, last)]
                found[(*record[:keys], name)] = HoursAbove(int(record[keys]), int(above), *ends)
        return found

    def prices(self) -> dict[tuple[str, datetime, str, str], NodePrice]:
        """Return what nodes cost by cluster, window, node and resource."""
        found = {}
        for cluster, start, node, kind, source, preemptible, discount, *rest in self._read(self._queries.nodes()):
            for name, (amount, cost) in zip(RESOURCES, _grouped(rest, 2), strict=True):
                price = NodePrice(kind or "", source or "", preemptible, discount, Decimal(amount), cost)
                found[cluster, aware(start), node, name] = price
        return found

    def idle(self) -> Iterator[IdleCharge]:
        """Yield idle that the figure is, where its row is one of idle."""
        for cluster, start, place, *rest in self._read(self._queries.idle()):
            for name, (amount, estimated) in zip(RESOURCES, _grouped(rest, 2), strict=True):
                yield IdleCharge(cluster, aware(start), place or "", name, amount, estimated)

    def idle_nodes(self) -> Iterator[NodeIdle]:
        """Yield what idle of whole nodes is the difference of."""
        for cluster, start, node, *rest in self._read(self._queries.idle_nodes()):
            for name, parts in zip(RESOURCES, _grouped(rest, 5), strict=True):
                yield NodeIdle(cluster, aware(start), node, name, *map(Decimal, parts))

    def carried(self) -> Iterator[CarriedCharge]:
        """Yield what the figure's rows carry of idle and of tenancy."""
        for cluster, start, place, *rest in self._read(self._queries.carried()):
            at = (cluster, aware(start), place or "")
            facts = _grouped(rest[3:12], 3)
            for name, amount, those in zip(RESOURCES, rest[:3], facts, strict=True):
                yield CarriedCharge(
                    *at, name, Decimal(amount), *(None if one is None else Decimal(one) for one in those)
                )
            for name, amount in zip(("disks", "management"), rest[12:], strict=True):
                yield CarriedCharge(*at, name, Decimal(amount))

    def tenancy(self) -> Iterator[TenancyCharge]:
        """Yield tenancy that the figure is, where its row is one of tenancy."""
        for cluster, start, amount in self._read(self._queries.tenancy()):
            yield TenancyCharge(cluster, aware(start), amount)

    def tenancy_parts(self) -> Iterator[TenancyCharge]:
        """Yield what tenancy of whole clusters is made of."""
        for cluster, start, *rest in self._read(self._queries.tenancy_parts()):
            for part, (amount, adjustment) in zip(("disks", "management"), _grouped(rest, 2), strict=True):
                yield TenancyCharge(cluster, aware(start), amount, part, Decimal(adjustment))

    def shared(self) -> Iterator[SharedCharge]:
        """Yield what the figure's rows carry of shared costs, and what nobody can carry."""
        for source, start, amount, whole in self._read(self._queries.shared()):
            yield SharedCharge(source, aware(start), amount, whole)
        for start, amount in self._read(self._queries.unshared()):
            yield SharedCharge("", aware(start), amount, amount)

    def _read(self, statement: str) -> list[tuple[Any, ...]]:
        return self._snapshot.rows(statement, self._dialect.bound) if statement else []


def _figure(sums: dict[str, Decimal], idle: Decimal, charges: Charges) -> Decimal:
    """Return one figure of a row; the parts of a converted cost are closed as `records` closes them."""
    if charges.converted:
        parts = (*ALLOCATION.costs, "shared_cost")
        largest = max(parts, key=lambda name: abs(sums[name]))
        sums[largest] += sums["total_cost"] - sum(sums[name] for name in parts)
    whole_idle = idle + sum(sums[f"{name}_cost_idle"] for name in RESOURCES)
    known = sums | {
        "idle_cost": whole_idle,
        "direct_cost": sums["total_cost"] - whole_idle - sums["shared_cost"],
        "estimated_cost": sum((sums[name] for name in ALLOCATION.of(ESTIMATE)), Decimal(0)),
    }
    return known[charges.column]


def _of_single(facts: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "network": {name: facts[name] for name in NETWORK},
        "volumes": msgspec.json.decode(facts["volumes"] or "[]", type=tuple[VolumeShare, ...], strict=False),
        "load_balancers": msgspec.json.decode(
            facts["load_balancers"] or "[]", type=tuple[LoadBalancerShare, ...], strict=False
        ),
    }


def _grouped(values: Sequence[Any], size: int) -> list[tuple[Any, ...]]:
    return [tuple(values[place : place + size]) for place in range(0, len(values), size)]
