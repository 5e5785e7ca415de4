"""
What follows from sets and bills, as queries that every engine runs.

A query reads tables by their names, `asset_1d` or `container_1h`, and gives rows; who runs it keeps them. The embedded
database has all windows in these tables and says by parameters which ones are meant; a distributed engine is given
tables that hold nothing else. What engines write differently is a macro: `sql/schema.sql` has the embedded engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fleetcost.model.cluster_tags import NAMING_BEGINNING, NAMING_TAGS, SERVICE_TAGS, plain_key
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.tables.columns import LABEL_COLUMNS, TABLES, impossible, read
from fleetcost.tables.statements import query


@dataclass(frozen=True, slots=True)
class RowScope:
    """
    Which rows of its tables a query is about: conditions on `window_start` and `cluster`.

    Attributes:
        touched: cluster-windows that were touched
        span: the range of their windows
        days, hours_of_days: days that are reconciled, and hours on them
        loaded: a query of the cluster-windows that were loaded again or dropped
    """

    touched: str
    span: str
    days: str
    hours_of_days: str
    loaded: str


NAMED = RowScope(
    touched=query("touched"),
    span=query("between"),
    days=query("days"),
    hours_of_days=query("hours_of_days"),
    loaded=query("loaded"),
)
"""What the parameters name."""

Stage = tuple[str, str]
"""A name and the query whose rows are kept under it for the next ones."""

_ASSETS = {outcome.name.lower(): outcome.value for outcome in AssetOutcome}
_ROWS = {outcome.name.lower(): outcome.value for outcome in RowOutcome}

RECONCILED = (
    ("reconciled_asset", partial(query, "reconciled_asset", None, **_ASSETS)),
    ("reconciled_day", partial(query, "reconciled_day")),
)
"""Tables of what was found about assets, each with its query; after `link_stages`."""

outcome_query = partial(query, "bill_outcome", None, **_ROWS)
"""Where each row of the bills belongs; after `link_stages`."""


@dataclass(frozen=True, slots=True)
class SetReader:
    """
    How an engine reads set files.

    Attributes:
        sets: their rows
        place: columns: cluster, window and currency of a row's set, or integration and window
        labels: how labels are kept
        label_set: the number of an allocation's labels
        refusal: what ends the reading, where a row's times or numbers are out of all bounds; empty where the sets were
            read before
    """

    sets: str
    place: str
    labels: str
    label_set: str = ""
    refusal: str = ""


def set_query(table: str, reader: SetReader, version: int) -> str:
    """
    Return the rows of sets as the tables have them.

    Args:
        table: `allocation`, `asset` or `cloud_cost`
        reader: how files are read
        version: of the files' format
    """
    left_out: tuple[str, ...] = ()
    more = ""
    if table == "allocation":
        left_out, more = LABEL_COLUMNS, f", {reader.label_set} AS label_set"
    elif table == "cloud_cost":
        more = query(
            "bill_place",
            outside=RowOutcome.OUTSIDE,
            naming=_keys(NAMING_TAGS),
            naming_beginning=plain_key(NAMING_BEGINNING),
            services=_keys(SERVICE_TAGS),
        )
    columns = read(TABLES[table], version, reader.labels, left_out)
    outside = impossible(TABLES[table], version)
    possible = query("possible", impossible=outside, refusal=reader.refusal) if reader.refusal else ""
    return query("load", sets=reader.sets, place=reader.place, columns=columns, more=more, possible=possible)


def _keys(tags: Sequence[str]) -> str:
    """Return tags as `label_among` takes them."""
    return f" {' '.join(map(plain_key, tags))} "


def tenancy_query(resolution: Resolution, scope: RowScope) -> str:
    """Return what clusters themselves cost."""
    return query("tenancy", resolution, touched=scope.touched)


def idle_query(resolution: Resolution, scope: RowScope) -> str:
    """Return what nodes cost and nobody was charged for; the ledger says which cluster-windows have both sets."""
    paired = query("paired", resolution, touched=scope.touched)
    return query("idle", resolution, paired=paired, span=scope.span)


def own_query(table: str, resolution: Resolution, scope: RowScope) -> str:
    """Return the cluster-windows of `allocation` or `asset` whose sets bring adjustments of their own."""
    rows, kind = ("container", SetKind.ALLOCATIONS) if table == "allocation" else (table, SetKind.ASSETS)
    adjusted = " OR ".join(f"{name} <> 0" for name in TABLES[table].adjustments)
    return query("own", resolution, table=rows, kind=kind, touched=scope.touched, adjusted=adjusted)


def link_stages(scope: RowScope) -> Sequence[Stage]:
    """Return how rows of bills find their assets, and what these were billed; `block_stage` follows."""
    parts = {
        "bill_asset": {"days": scope.days, "hours": scope.hours_of_days},
        "bill_key": {},
        "bill_row": {"days": scope.days},
        "bill_hit": {},
        "bill_cluster": {},
        "bill_named": {},
        "bill_link": {},
        "bill_billed": {"spread": linked_parts('asset, "start", "end", bill_state')},
    }
    return [(name, query(name, None, **given)) for name, given in parts.items()]


def linked_parts(carried: str) -> str:
    """Return the part of each row of bills on each asset that carries it; `carried` are columns of `bill_linked`."""
    return _spread(query("bill_linked"), "row", "asset", carried)


def block_stage() -> Stage:
    """Return how assets that share rows with those that stay at list price stay there too; until nothing changes."""
    return "bill_billed", query("bill_block")


def asset_stages(resolution: Resolution, scope: RowScope) -> Sequence[Stage]:
    """Return the adjustments of assets that change."""
    aimed = query("bill_aimed", resolution, hours=scope.hours_of_days)
    spread = _spread(aimed, "asset", "window_start, begun, tie", "row, cluster, window_start, old")
    return [("bill_change", query("bill_change", spread=spread))]


def touched_stage(resolution: Resolution, scope: RowScope) -> Stage:
    """Return the cluster-windows whose allocations must be looked at; the assets' adjustments must be in the tables."""
    return "bill_touched", query("bill_touched", resolution, loaded=scope.loaded)


def container_stages(resolution: Resolution) -> Sequence[Stage]:
    """Return the adjustments of allocations that change, in the touched cluster-windows."""
    group = "cluster, window_start, thing, resource"
    spread = _spread("SELECT * FROM bill_share", group, "tie, row", "row, resource")
    return [
        ("bill_share", query("bill_share", resolution)),
        ("bill_container", query("bill_container", resolution, spread=spread)),
    ]


def _spread(source: str, by: str, tie: str, carried: str) -> str:
    return query("spread", source=source, by=by, tie=tie, carried=carried)
