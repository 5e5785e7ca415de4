"""
What became of the cost of nodes: used, asked for and not used, not measured, nobody's; beside it what clusters cost.

Of each resource used + workload idle + not measured + infrastructure idle are exactly its cost on the nodes, GPUs
included. What is used is decided container by container and window by window, so the sums are the same however they
are grouped, and what one replica uses beyond its charge is not taken for another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from fleetcost.model.amount import ZERO, exact_sum
from fleetcost.model.window import Resolution
from fleetcost.query.answer import LeftOut, OtherCurrencies
from fleetcost.query.conditions import columns_of
from fleetcost.query.currencies import divided
from fleetcost.query.dialects import dialect_of
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.question import Question, Step
from fleetcost.query.shown import Shown
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

_HOURS = {"cpu": "cpu_core", "ram": "ram_byte", "gpu": "gpu"}
_PARTS = ("cost", "used", "unmeasured")


@dataclass(frozen=True, slots=True)
class ResourceSpent:
    """
    What became of what one resource costs.

    Attributes:
        used: by containers, at most what they are charged for
        unmeasured: charged to containers whose use nobody measured
        workload_idle: charged to containers and not used
        infrastructure_idle: charged to nobody; None where it cannot be said whose it is
    """

    used: Decimal = ZERO
    unmeasured: Decimal = ZERO
    workload_idle: Decimal = ZERO
    infrastructure_idle: Decimal | None = None

    @property
    def cost(self) -> Decimal:
        """All of it."""
        return exact_sum((self.used, self.unmeasured, self.workload_idle, self.infrastructure_idle))


NOTHING_SPENT = ResourceSpent()


@dataclass(frozen=True, slots=True)
class Spent:
    """
    What became of the costs of one group in one step.

    Attributes:
        step: its start
        names: the value of each dimension; none of the whole
        parts: by resource
        overhead: nodes' own disks and the management of clusters; None where it cannot be said whose it is
    """

    step: datetime
    names: tuple[str, ...]
    currency: str
    parts: Mapping[str, ResourceSpent] = field(default_factory=dict)
    overhead: Decimal | None = None

    def of(self, name: str) -> Decimal:
        """Return one of the parts, or `cost`, of all resources."""
        return exact_sum(getattr(one, name) for one in self.parts.values())

    @property
    def efficiency(self) -> float | None:
        """What is used of what is paid for and measured; None where that is nothing."""
        return _share(self.of("used"), self.of("cost") - self.of("unmeasured"))

    @property
    def workload_efficiency(self) -> float | None:
        """What is used of what containers are charged for and is measured; None where that is nothing."""
        return _share(self.of("used"), exact_sum((self.of("used"), self.of("workload_idle"))))


@dataclass(frozen=True, slots=True)
class Efficiency:
    """
    What became of costs.

    Attributes:
        rows: of each group, step and currency, the oldest first
        totals: of each step and currency
    """

    rows: tuple[Spent, ...]
    totals: tuple[Spent, ...]


def ask_efficiency(snapshot: View, question: Question) -> Efficiency:
    """
    Return what became of costs.

    Infrastructure idle and overhead are a cluster's: rows have them where they are by cluster or of everything, totals
    always, unless a filter takes a part of clusters.

    Args:
        snapshot: the view to answer from
        question: about allocations; its `series` says how the window is cut
    """
    dialect = dialect_of(snapshot)
    source, names = FromClause(question, dialect), Names(question, dialect)
    snapshot.forget()
    for stage in source.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    charged = [_charged(row, len(names.parts)) for row in snapshot.rows(_charged_query(source, names), dialect.bound)]
    if not columns_of(question.filter, question.kind) <= {"cluster"}:
        return Efficiency(_sorted(charged), _totals(charged))
    nobodys = [_nobodys(row) for row in snapshot.rows(_nobodys_query(source), dialect.bound)]
    by = tuple(str(one) for one in question.dimensions)
    rows = charged
    if by in {(), ("cluster",)}:
        named = [_renamed(one, one.names if by else ()) for one in nobodys]
        rows = [_together(group) for group in _grouped([*charged, *named]).values()]
    return Efficiency(_sorted(rows), _totals([*charged, *nobodys]))


def efficiency_in_others(snapshot: View, question: Question) -> OtherCurrencies:
    """Return what became of costs in other currencies than the answer's: converted, or without a rate."""
    shown = question.shown
    if shown is None or not shown.currency:
        return OtherCurrencies()
    by_owner = parse_dimensions("cluster", question.kind)
    own = replace(question, shown=Shown(shown.currency, rest=True), series=Step.DAY, dimensions=by_owner)
    rows = ask_efficiency(snapshot, own).rows
    amounts = ((one, exact_sum((one.of("cost"), one.overhead))) for one in rows)
    return divided(
        question,
        (LeftOut(one.names[0], one.currency, Resolution.DAY.floor(one.step), amount) for one, amount in amounts),
    )


def _charged_query(source: FromClause, names: Names) -> str:
    """Return a statement: what each group is charged for in each step, and which part of it is used or not measured."""
    columns = {"kind": ""}
    for name in RESOURCES:
        columns |= {f"{name}_paid": source.cost(name), f"{name}_had": f"{_HOURS[name]}_hours"}
        columns[f"{name}_took"] = f"{_HOURS[name]}_usage_hours"
    keys = {*names.columns(), *source.filtered(), "kind", "pod", "container"}
    condition = f"{source.in_frame()} AND {source.passes()} AND {source.visible()} AND kind = 'workload'"
    read = source.read(names, columns, source.table("allocation", keys), condition)
    sums = ", ".join(_sums(name, source.amount) for name in RESOURCES)
    return f"SELECT step, currency{names.listed()}, {sums}\nFROM ({read})\nGROUP BY step, currency{names.listed()}"


def _sums(name: str, amount: str) -> str:
    paid, had, took = (f"{name}_{word}" for word in ("paid", "had", "took"))
    # Sums of floats depend on the order of rows; of decimals they do not.
    share = f"({paid}::DOUBLE * least({took}::DOUBLE / {had}::DOUBLE, 1.0))::{amount}"
    used = f"CASE WHEN {took} IS NULL OR {had} <= 0 THEN 0::{amount} WHEN {took} >= {had} THEN {paid} ELSE {share} END"
    return (
        f"sum({paid}) AS {name}_cost, sum({used}) AS {name}_used, "
        f"sum(CASE WHEN {took} IS NULL THEN {paid} ELSE 0::{amount} END) AS {name}_unmeasured"
    )


def _charged(row: Sequence[object], names: int) -> Spent:
    step, currency, *rest = row
    amounts = [Decimal(str(one)) for one in rest[names:]]
    parts = {}
    for place, name in enumerate(RESOURCES):
        cost, used, unmeasured = amounts[place * len(_PARTS) : (place + 1) * len(_PARTS)]
        parts[name] = ResourceSpent(used, unmeasured, cost - used - unmeasured)
    return Spent(_time(step), tuple(map(str, rest[:names])), str(currency), parts)


def _nobodys_query(source: FromClause) -> str:
    """Return a statement: what nobody was charged for of a cluster's nodes in each step, and what it costs beside."""
    costs = ", ".join(f"{name}_cost" for name in RESOURCES)
    none = ", ".join(f"0::{source.amount} AS {name}_cost" for name in RESOURCES)
    beside = {costs: (f"0::{source.amount}", source.idle()), none: ("disks + management", source.tenancy())}
    read = "\nUNION ALL\n".join(
        f"SELECT window_start, cluster, currency, {chosen}, {overhead} AS overhead\nFROM ({rows})"
        for chosen, (overhead, rows) in beside.items()
    )
    sums = ", ".join(f"sum({name})" for name in (*(f"{one}_cost" for one in RESOURCES), "overhead"))
    return (
        f"SELECT {source.step()} AS step, currency, cluster, {sums}\nFROM ({read}) WHERE {source.passes_on_idle()}\n"
        "GROUP BY step, currency, cluster"
    )


def _nobodys(row: Sequence[object]) -> Spent:
    step, currency, cluster, *amounts = row
    *idle, overhead = (Decimal(str(one)) for one in amounts)
    parts = {name: ResourceSpent(infrastructure_idle=one) for name, one in zip(RESOURCES, idle, strict=True)}
    return Spent(_time(step), (str(cluster),), str(currency), parts, overhead)


def _time(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{value} is no time")
    return aware(value)


def _renamed(one: Spent, names: tuple[str, ...]) -> Spent:
    return Spent(one.step, names, one.currency, one.parts, one.overhead)


def _totals(every: Iterable[Spent]) -> tuple[Spent, ...]:
    return _sorted(_together(group) for group in _grouped([_renamed(one, ()) for one in every]).values())


def _grouped(every: Iterable[Spent]) -> Mapping[tuple[datetime, tuple[str, ...], str], list[Spent]]:
    found: dict[tuple[datetime, tuple[str, ...], str], list[Spent]] = {}
    for one in every:
        found.setdefault((one.step, one.names, one.currency), []).append(one)
    return found


def _together(group: Sequence[Spent]) -> Spent:
    parts = {name: _added([one.parts.get(name, NOTHING_SPENT) for one in group]) for name in RESOURCES}
    return Spent(group[0].step, group[0].names, group[0].currency, parts, _known([one.overhead for one in group]))


def _added(parts: Sequence[ResourceSpent]) -> ResourceSpent:
    return ResourceSpent(
        exact_sum(one.used for one in parts),
        exact_sum(one.unmeasured for one in parts),
        exact_sum(one.workload_idle for one in parts),
        _known([one.infrastructure_idle for one in parts]),
    )


def _known(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum of what is known, None where nothing is."""
    return None if all(one is None for one in amounts) else exact_sum(amounts)


def _sorted(every: Iterable[Spent]) -> tuple[Spent, ...]:
    return tuple(sorted(every, key=lambda one: (one.step, one.currency, one.names)))


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole > 0 else None
