"""What nobody claimed of each node, and why: the part of its cores, memory and GPUs no container was charged for."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fleetcost.model.asset import AssetType, PriceSource
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.answer import LeftOut, OtherCurrencies
from fleetcost.query.currencies import divided
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.query.filters import Filter
from fleetcost.query.question import Frame, Question, Step
from fleetcost.query.shown import Shown
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View


class IdleCause(enum.StrEnum):
    """Why a part of a node was nobody's."""

    NOTHING_RAN = "nothing ran"
    NOT_ASKED = "requests missing"
    NOT_MEASURED = "use not measured"
    SEEN_PARTLY = "node seen partly"
    KEPT = "kept for the system"
    NOT_PRICED = "price missing"
    FREE = "free"

    @property
    def meaning(self) -> str:
        """One sentence for people: what it means and what to do about it."""
        return _MEANINGS[self]


_MEANINGS = {
    IdleCause.NOTHING_RAN: "no container ran on this node; can it go, or is something missing from the metrics?",
    IdleCause.NOT_ASKED: (
        "containers ask for none of it, so they are charged for what they use only; set requests, or check that "
        "kube-state-metrics reports them"
    ),
    IdleCause.NOT_MEASURED: (
        "the use of containers is not known, so they are charged for what they ask for only; does Prometheus scrape "
        "cAdvisor?"
    ),
    IdleCause.SEEN_PARTLY: "the node began or ended in the window, or was not scraped all the time",
    IdleCause.KEPT: "a part of the node is reserved for the system and cannot be asked for",
    IdleCause.NOT_PRICED: "it costs nothing because it has no price; set one",
    IdleCause.FREE: "containers asked for and used less than there is; a smaller node or fewer of them would do",
}

_AMOUNTS = {"cpu": "cpu_core", "ram": "ram_byte", "gpu": "gpu"}
_MEASURED = ("cpu", "ram")
"""Resources containers are charged for by use too."""


@dataclass(frozen=True, slots=True)
class UnclaimedPart:
    """
    What is left of one resource of a node.

    Attributes:
        resource: cpu, ram or gpu
        hours: core-hours, byte-hours or GPU-hours nobody was charged for; negative where more was than there is
        cost: of them, at list price
        causes: with the number of windows in which each holds
    """

    resource: str
    hours: float
    cost: float
    causes: Mapping[IdleCause, int]


@dataclass(frozen=True, slots=True)
class UnclaimedNode:
    """
    One node of a cluster.

    Attributes:
        windows: hours or days in which it was there
        parts: of the resources it has
    """

    cluster: str
    node: str
    currency: str
    windows: int
    parts: tuple[UnclaimedPart, ...]

    @property
    def cost(self) -> float:
        """Cost of all its parts."""
        return sum(part.cost for part in self.parts)


def unclaimed_question(frame: Frame, chosen: Filter | None) -> Question:
    """Return the question about the nodes of a frame; `chosen` says which, in the words of assets."""
    return Question(kind=SetKind.ASSETS, frame=frame, step=Step.ALL, dimensions=(), filter=chosen)


def unclaimed(snapshot: View, asked: Question) -> tuple[UnclaimedNode, ...]:
    """
    Return what nobody claimed of each node: those in the currency of the answer first, the dearest first.

    Args:
        snapshot: the view
        asked: see `unclaimed_question`
    """
    dialect = dialect_of(snapshot)
    snapshot.forget()
    for stage in FromClause(asked, dialect).stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    figures = ", ".join(["count(*) AS windows", *(f"{sql} AS {name}" for name, sql in _figures().items())])
    statement = _statement(asked, dialect, ("n.cluster", "n.node", "n.currency"), figures)
    found = (_node(row) for row in snapshot.rows(statement, dialect.bound))
    own = asked.shown.currency if asked.shown else ""
    return tuple(sorted(found, key=lambda one: (bool(own) and one.currency != own, -one.cost, one.cluster, one.node)))


def unclaimed_in_others(snapshot: View, asked: Question) -> OtherCurrencies:
    """Return what became of what nobody claimed in other currencies than the answer's; see `unclaimed`."""
    shown = asked.shown
    if shown is None or not shown.currency:
        return OtherCurrencies()
    own = replace(asked, shown=Shown(shown.currency, rest=True))
    dialect = dialect_of(snapshot)
    whole = " + ".join(
        f"sum(CASE WHEN n.{name} > 0 THEN n.{name}_cost - coalesce(h.{name}_cost, 0) ELSE 0 END)" for name in RESOURCES
    )
    statement = _statement(own, dialect, ("n.cluster", "n.currency", "n.window_start"), f"({whole})::DECIMAL(38, 9)")
    found = snapshot.rows(statement, dialect.bound)
    return divided(
        asked,
        (
            LeftOut(str(cluster), str(currency), Resolution.DAY.floor(aware(start)), amount)
            for cluster, currency, start, amount in sorted(found)
        ),
    )


def _node(row: tuple[Any, ...]) -> UnclaimedNode:
    cluster, node, currency, windows, *rest = row
    named = dict(zip(_COLUMNS, rest, strict=True))
    return UnclaimedNode(cluster, node, currency, windows, tuple(_parts(named)))


def _parts(named: Mapping[str, Any]) -> Iterator[UnclaimedPart]:
    for resource in RESOURCES:
        if named[f"{resource}_has"] <= 0:
            continue
        causes = {cause: int(named.get(f"{resource}_{cause.name}", 0)) for cause in IdleCause}
        known = {cause: windows for cause, windows in causes.items() if windows}
        left = named[f"{resource}_left"]
        if not known and left > 0:
            known = {IdleCause.FREE: int(named["windows_left"])}
        yield UnclaimedPart(resource, left, named[f"{resource}_cost"], known)


def _causes(resource: str) -> Mapping[IdleCause, str]:
    """Return the condition of each cause of a resource, on a node `n` and what ran on it in a window, `h`."""
    conditions = {
        IdleCause.NOTHING_RAN: "h.node IS NULL",
        IdleCause.SEEN_PARTLY: 'n."start" > n.window_start OR n."end" < n.window_end',
        IdleCause.NOT_PRICED: f"n.{resource} > 0 AND n.{resource}_cost = 0 AND n.written = 0",
    }
    if resource in _MEASURED:
        conditions |= {
            IdleCause.NOT_ASKED: f"h.{resource}_unasked > 0",
            IdleCause.NOT_MEASURED: f"h.{resource}_unmeasured > 0",
            IdleCause.KEPT: f"n.{resource}_kept > 0",
        }
    return conditions


def _figures() -> dict[str, str]:
    figures = {"windows_left": "count(*)"}
    for resource in RESOURCES:
        figures |= {
            f"{resource}_has": f"sum(n.{resource})",
            f"{resource}_left": f"sum(n.{resource} - coalesce(h.{resource}, 0))",
            f"{resource}_cost": f"sum(n.{resource}_cost - coalesce(h.{resource}_cost, 0))::DOUBLE",
        }
        for cause, condition in _causes(resource).items():
            figures[f"{resource}_{cause.name}"] = f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
    return figures


_COLUMNS = tuple(_figures())


def _statement(asked: Question, dialect: Dialect, by: Sequence[str], figures: str) -> str:
    """Return a statement over what nodes `n` have and what containers on them were charged for, `h`."""
    place = ("cluster", "node", "window_start")
    return (
        f"WITH nodes AS ({_nodes(FromClause(asked, dialect))}),\n"
        f"held AS ({_held(FromClause(asked, dialect))})\n"
        f"SELECT {', '.join(by)}, {figures}\n"
        f"FROM nodes AS n LEFT JOIN held AS h ON {matched('n', 'h', place)}\n"
        f"GROUP BY {', '.join(by)}"
    )


def _nodes(source: FromClause) -> str:
    """Return a query: one row a node and window, with its size, cost, what is kept of it and when it was seen."""
    sizes = ", ".join(
        f"sum({amount}_hours)::DOUBLE AS {resource}, sum({source.money(f'{resource}_cost')}) AS {resource}_cost"
        for resource, amount in _AMOUNTS.items()
    )
    kept = ", ".join(f"max(coalesce({name}_overhead_fraction, 0)) AS {name}_kept" for name in _MEASURED)
    return (
        f"SELECT cluster, name AS node, window_start, window_end, currency, {sizes}, {kept}, "
        'min("start") AS "start", max("end") AS "end", '
        f"max(CASE WHEN price_source = '{PriceSource.CUSTOM}' THEN 1 ELSE 0 END) AS written\n"
        f"FROM {source.assets()} WHERE {source.passes()} AND type = '{AssetType.NODE}'\n"
        "GROUP BY cluster, name, window_start, window_end, currency"
    )


def _held(source: FromClause) -> str:
    """Return a query: one row a node and window, with what containers were charged for and what is unknown of them."""
    sizes = ", ".join(
        f"sum({amount}_hours)::DOUBLE AS {resource}, sum({source.money(f'{resource}_cost')}) AS {resource}_cost"
        for resource, amount in _AMOUNTS.items()
    )
    unknown = ", ".join(
        f"sum(CASE WHEN {_AMOUNTS[name]}_request_hours = 0 THEN 1 ELSE 0 END) AS {name}_unasked, "
        f"sum(CASE WHEN {_AMOUNTS[name]}_usage_hours IS NULL THEN 1 ELSE 0 END) AS {name}_unmeasured"
        for name in _MEASURED
    )
    # Pod and container keep a table from being chosen whose rows stand for several containers.
    table = source.table("allocation", ("window_start", "cluster", "node", "kind", "pod", "container"))
    return (
        f"SELECT cluster, node, window_start, {sizes}, {unknown}\n"
        f"FROM {table} WHERE {source.in_frame()} AND kind = 'workload'\nGROUP BY cluster, node, window_start"
    )
