"""
Bills and assets brought together: assets cost what was billed for them, and hand that on to allocations and idle.

Everything is done for whole days at once, in the transaction that changed a set or a bill. Rows of bills are linked to
assets by id; an asset's adjustment is billed minus list; hours take their part of the day's, allocations theirs of the
assets'. All arithmetic is on whole numbers of the smallest unit: what is spread adds up exactly, and the same bills and
sets give the same digits in whatever order they came. Only rows that change are written, and only what follows from
them is derived again. Rules and reasons: `docs/decisions/0811-reconciliation.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fleetcost.model.sets import SetKey
from fleetcost.model.window import Resolution
from fleetcost.tables.database import Writer
from fleetcost.tables.derivation import (
    NAMED,
    RECONCILED,
    asset_stages,
    block_stage,
    container_stages,
    link_stages,
    outcome_query,
    touched_stage,
)
from fleetcost.tables.ledger import naive
from fleetcost.tables.rows import add_idle, add_rollups, add_tenancy
from fleetcost.tables.statements import statement


def reconcile_days(writer: Writer, days: Collection[datetime]) -> None:
    """Reconcile the assets of these days with their bills; the bills must be loaded and in their ledger."""
    _reconcile(writer, {naive(day) for day in days}, ())


def reconcile_sets(writer: Writer, keys: Sequence[SetKey]) -> None:
    """Reconcile cluster-windows that were loaded again; they must be in the ledger."""
    _reconcile(writer, {naive(Resolution.DAY.floor(key.window.start)) for key in keys}, keys)


def _reconcile(writer: Writer, days: Collection[datetime], keys: Sequence[SetKey]) -> None:
    chosen = [row[0] for row in writer.rows(statement("bill_days"), {"days": sorted(days)})] if days else []
    if not chosen:
        return
    _link(writer, chosen)
    _remember(writer, chosen)
    span = {"days": chosen, "oldest": chosen[0], "newest": chosen[-1]}
    for resolution in Resolution:
        loaded = _of(resolution, keys, chosen)
        _adjust(writer, resolution, span, loaded)


def _link(writer: Writer, days: Sequence[datetime]) -> None:
    """Find out which rows belong to which assets, and which assets may cost what their rows say."""
    span = {"days": list(days), "oldest": days[0], "newest": days[-1]}
    for name, rows in link_stages(NAMED):
        writer.keep(name, rows, span if "$days" in rows else None)
    blocked = -1
    while blocked != (blocked := _blocked(writer)):
        writer.keep(*block_stage())


def _blocked(writer: Writer) -> int:
    ((count,),) = writer.rows(statement("count_blocked"))
    return int(count)


def _remember(writer: Writer, days: Sequence[datetime]) -> None:
    for table, rows in RECONCILED:
        writer.execute(statement("drop_reconciled", table=table), {"days": list(days)})
        writer.add(table, rows())
    writer.execute(statement("write_outcomes", outcomes=outcome_query()))


def _adjust(writer: Writer, resolution: Resolution, span: Mapping[str, Any], loaded: Mapping[str, Any]) -> None:
    """Write what changes of one resolution: assets, their allocations, what is added up from those, idle."""
    for name, rows in asset_stages(resolution, NAMED):
        writer.keep(name, rows, span)
    writer.execute(statement("write_adjustments", resolution))
    if changed := _windows(writer, "bill_change"):
        add_tenancy(writer, resolution, changed)
    writer.keep(*touched_stage(resolution, NAMED), loaded)
    touched = _windows(writer, "bill_touched")
    if not touched:
        return
    for name, rows in container_stages(resolution):
        writer.keep(name, rows)
    writer.execute(statement("write_container_adjustments", resolution))
    if changed := _windows(writer, "bill_container"):
        add_rollups(writer, resolution, changed)
    add_idle(writer, resolution, touched)


def _of(resolution: Resolution, keys: Iterable[SetKey], days: Collection[datetime]) -> dict[str, Any]:
    """Return the cluster-windows of a resolution on these days."""
    chosen = sorted(
        {
            (str(key.cluster), naive(key.window.start))
            for key in keys
            if key.resolution is resolution and naive(Resolution.DAY.floor(key.window.start)) in days
        }
    )
    return {"clusters": [cluster for cluster, _ in chosen], "starts": [start for _, start in chosen]}


def _windows(writer: Writer, table: str) -> dict[str, Any]:
    """Return the cluster-windows of what was touched as parameters; empty where there are none."""
    rows = writer.rows(statement("touched_windows", table=table))
    if not rows:
        return {}
    starts = [start for _, start in rows]
    return {
        "clusters": [cluster for cluster, _ in rows],
        "starts": starts,
        "oldest": min(starts),
        "newest": max(starts),
    }
