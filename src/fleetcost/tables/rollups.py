"""
Rollups: the same rows added up beforehand, so that the common questions read hundreds of rows instead of thousands.

A rollup is recomputed in the transaction that replaces the rows it comes from, for the touched cluster-windows alone.
Its columns have the names and the meaning of the rows' own, so a statement only chooses where it reads:

- columns that rows are distinguished by (grouped, filtered, joined) must be its keys;
- sums of measures, the earliest start and the latest end are the same from every rollup;
- a text on which all rows agree is the same too: where the members of a rollup's row differ it is empty, and a text
  that is empty anywhere in a group is not agreed on;
- single rows are counted by `members`, and `cost` and `adjustment` are what they cost together;
- `signs` keeps apart what is below zero, so that "the cost, but at least 0" adds up as the cost itself does.

Which rollups there are was chosen by measurement: `docs/decisions/0201-rollups-and-label-sets.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import COST, FRACTION, SHARES, TEXT
from fleetcost.model.window import Resolution
from fleetcost.tables.columns import LABEL_COLUMNS
from fleetcost.tables.derivation import RowScope
from fleetcost.tables.statements import query, statement
from fleetcost.tables.view import View

MEASURES = ALLOCATION.sums
"""What a rollup adds up besides `TOTALS`; the `*_usage_max` columns and the lists of shares are the containers' own."""

AGREED = tuple(name for name in ALLOCATION.of(TEXT) if name not in {"kind", "pod_uid"})
"""Texts that a rollup keeps where all members agree, unless they are its keys."""

PLACE = ("cluster", "window_start", "window_end", "currency", "kind", "signs")
"""Keys of every rollup; all are columns of single rows but `signs`, which is made of their costs."""

_NULLABLE = {"container": ALLOCATION.nullable, "asset": ASSET.nullable, "idle": frozenset[str]()}
_TIMES = frozenset({"start", "end"})
_SET_KEYS = ("cluster", "window_start", "window_end", "currency")
_BILL_KEYS = ("integration", "window_start", "window_end", "cluster", "outcome")
_IDLE_COSTS = tuple(f"{name}_cost{part}" for name in ("cpu", "ram", "gpu") for part in ("", "_estimated"))
_TENANCY_COSTS = tuple(
    f"{name}{part}" for name in ("disks", "management") for part in ("", "_adjustment", "_estimated")
)


@dataclass(frozen=True, slots=True)
class Rollup:
    """
    One rollup.

    Attributes:
        name: of its tables, before the resolution
        source: the finer table it is added up from
        keys: what its rows are distinguished by, `PLACE` included
    """

    name: str
    source: str
    keys: tuple[str, ...]

    @property
    def agreed(self) -> tuple[str, ...]:
        """The texts it keeps where all members agree."""
        return tuple(name for name in AGREED if name not in self.keys)


WORKLOAD = Rollup("workload", "container", (*PLACE, "namespace", "controller_kind", "controller", "label_set"))
NAMESPACE = Rollup("namespace", "workload", (*PLACE, "namespace"))
CLUSTER = Rollup("cluster", "namespace", PLACE)
NODE = Rollup("node", "container", (*PLACE, "node", "provider_id"))

ROLLUPS = (WORKLOAD, NAMESPACE, CLUSTER, NODE)
"""In the order in which they are made: none comes before its source."""

_CHEAPEST_FIRST = (CLUSTER, NAMESPACE, NODE, WORKLOAD)
_COST = " + ".join(ALLOCATION.costs)
_ASSET_COST = " + ".join(ASSET.costs)

TOTALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"cost": ALLOCATION.of(COST), "adjustment": ALLOCATION.adjustments}
)
"""Sums of several measures that every source has as columns of their own, because most questions order by them."""

_CHARGED = tuple(name.removesuffix("_cost_adjustment") for name in ALLOCATION.adjustments)


def source_for(table: str, columns: frozenset[str], resolution: Resolution) -> str:
    """
    Return the cheapest source of rows that tells them apart by these columns; to stand behind `FROM`.

    Args:
        table: `allocation`, `asset`, `idle` or `tenancy`
        columns: those the statement groups, filters, joins or counts rows by, and labels it reads; measures, start, end
            and texts it only keeps where all rows agree are in every source
        resolution: of the rows
    """
    if table != "allocation":
        return f"{table}_{resolution}"
    labels = tuple(name for name in LABEL_COLUMNS if name in columns)
    wanted = columns - _TIMES - set(labels) | ({"label_set"} if labels else set())
    rollup = next((rollup.name for rollup in _CHEAPEST_FIRST if wanted <= set(rollup.keys)), None)
    rows = f"{rollup}_{resolution}" if rollup else _single(f"container_{resolution}")
    if not labels:
        return rows
    chosen = ", ".join(f"l.{label}" for label in labels)
    return _inside("labelled", rows=rows, labels=chosen)


def absent_measures(snapshot: View, resolution: Resolution) -> frozenset[str]:
    """
    Return the columns of which no row has anything: of allocations by name, of others as `asset.…` and `idle.…`.

    That is a zero, an empty text or an empty list in every single row, or no value at all for what a row may be
    without. Sums would not tell: amounts above and below zero may cancel out.
    """
    conditions = {("container", name): name for name in (*ALLOCATION.sums, *ALLOCATION.of(SHARES))}
    conditions |= {("asset", name): f"asset.{name}" for name in (*ASSET.sums, *ASSET.of(FRACTION, TEXT))}
    conditions |= {("idle", name): f"idle.{name}" for name in _IDLE_COSTS}
    looked = "\nUNION ALL\n".join(
        query(
            "present", resolution, table=table, measure=name,
            condition=_present(table, column),
        )
        for (table, column), name in conditions.items()
    )  # fmt: skip
    return frozenset(conditions.values()) - {str(name) for (name,) in snapshot.rows(looked)}


def _present(table: str, column: str) -> str:
    if column in ALLOCATION.of(SHARES):
        return f"len({column}) > 0"
    if column in _NULLABLE[table]:
        return f"{column} IS NOT NULL"
    return f"{column} <> ''" if column in ASSET.of(TEXT) else f"{column} <> 0"


def source_columns(table: str, columns: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of what `source_for` and `raw_source` give, but those that only joins and weights read."""
    known = {
        "asset": (*_SET_KEYS, *(one.name for one in ASSET.columns)),
        "idle": (*_SET_KEYS, "node", "provider_id", "start", "end", *_IDLE_COSTS),
        "tenancy": (*_SET_KEYS, "start", "end", *_TENANCY_COSTS),
        "cloud_cost": (*_BILL_KEYS, *(one.name for one in CLOUD_COST.columns)),
    }
    if table != "allocation":
        return known[table]
    labels = tuple(name for name in LABEL_COLUMNS if name in columns)
    wanted = columns - _TIMES - set(labels) | ({"label_set"} if labels else set())
    whole = (*_SET_KEYS, "kind", *AGREED, "start", "end", "members", *MEASURES, *TOTALS)
    if any(wanted <= set(rollup.keys) for rollup in ROLLUPS):
        return (*whole, *labels)
    single = (one.name for one in ALLOCATION.columns if one.name not in LABEL_COLUMNS)
    return tuple(dict.fromkeys((*whole, *single, *labels)))


def raw_source(table: str, columns: frozenset[str], resolution: Resolution) -> str:
    """Return single rows with every column; see `source_for`."""
    del columns
    rows = f"{table}_{resolution}"
    return _single(rows) if table == "allocation" else rows


def shape_statements(resolution: Resolution) -> Sequence[str]:
    """Return the statements that make the empty tables of a resolution's rollups."""
    return [
        statement("shape", table=f"{rollup.name}_{resolution}", query=_rollup(rollup, resolution, "TRUE"))
        for rollup in ROLLUPS
    ]


def totals_query(table: str, resolution: Resolution, scope: RowScope) -> str:
    """Return rows and cost of cluster-windows: of `allocation` or `asset`."""
    if table == "asset":
        return query("totals", resolution, table=table, rows="count(*)", costs=_ASSET_COST, touched=scope.touched)
    rows = "sum(members)::BIGINT"
    return query("totals", resolution, table="namespace", rows=rows, costs=_COST, touched=scope.touched)


def single_totals_query(table: str, resolution: Resolution, required: Sequence[str]) -> str:
    """
    Return rows and cost of cluster-windows from single rows, and how many of them are not whole.

    Args:
        table: `container` or `asset`
        resolution: of the rows
        required: columns that have a value in every row
    """
    missing = " OR ".join(f'"{name}" IS NULL' for name in required)
    costs = _COST if table == "container" else _ASSET_COST
    return query("totals_single", resolution, table=table, costs=costs, missing=missing)


def rollup_query(rollup: Rollup, resolution: Resolution, scope: RowScope) -> str:
    """Return the rows of one rollup."""
    return _rollup(rollup, resolution, scope.touched)


def _rollup(rollup: Rollup, resolution: Resolution, touched: str) -> str:
    texts = [f"agreed({text}) AS {text}" for text in rollup.agreed]
    single = rollup.source == "container"
    wholes = {name: " + ".join(f"sum({part})" for part in parts) for name, parts in TOTALS.items()}
    totals = [f"({wholes[name] if single else f'sum({name})'})::DECIMAL(38, 9) AS {name}" for name in TOTALS]
    return query(
        "rollup",
        resolution,
        source=rollup.source,
        touched=touched,
        chosen=", ".join(f"{_signs()} AS {key}" if single and key == "signs" else key for key in rollup.keys),
        keys=", ".join(rollup.keys),
        agreed=", ".join(texts),
        count="count(*)" if single else "sum(members)::BIGINT",
        sums=", ".join([*(f"sum({_wide(name)}) AS {name}" for name in MEASURES), *totals]),
    )


def _wide(measure: str) -> str:
    return f"wide({measure})" if measure in ALLOCATION.counts else measure


def _single(rows: str) -> str:
    return _inside("single", rows=rows, **{name: " + ".join(parts) for name, parts in TOTALS.items()})


def _inside(name: str, **parts: str) -> str:
    """Return a query to stand behind `FROM`."""
    return f"({query(name, None, **parts)})"


def _signs() -> str:
    """Return a bit for each amount by which costs are divided, as listed and as billed: 1 if it is below zero."""
    own = [(f"{name}_cost", f"{name}_cost + {name}_cost_adjustment") for name in _CHARGED]
    listed, billed = ([pair[which] for pair in own] for which in (0, 1))
    amounts = [
        amount for parts in (listed, billed) for amount in (*parts[:3], " + ".join(parts[:3]), " + ".join(parts))
    ]
    bits = " + ".join(f"CASE WHEN {amount} < 0 THEN {1 << place} ELSE 0 END" for place, amount in enumerate(amounts))
    return f"(CASE WHEN least({', '.join(listed + billed)}) >= 0 THEN 0 ELSE {bits} END)::USMALLINT"
