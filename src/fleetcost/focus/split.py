"""
A day's bills divided by the use that clusters made of what they are for, as statements of the embedded engine.

Rows of bills find their assets by the stages of reconciliation itself, so that file and pages cannot differ. Whoever
uses a thing takes a stretch of it, on one line; an amount is divided by cutting it where stretches end. Neighbours
share an end, so parts add up to the amount exactly, in whatever currency and whatever was cut off. Rules and reasons:
`docs/decisions/2700-focus-out.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.focus.own import OWN_COLUMNS
from fleetcost.focus.statements import focus_query
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.focus import FocusPart, FocusVersion, focus_columns
from fleetcost.model.reconciliation import RowOutcome
from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import Conditions
from fleetcost.query.dialect import DuckDb
from fleetcost.query.filters import Filter
from fleetcost.tables.derivation import NAMED, Stage, link_stages, linked_parts

GRID = "1000000000000::HUGEINT"
"""The length of the line on which things are divided; AllocatedRatio is a stretch of it."""

_NONE = "NULL::VARCHAR"
_BARE_KIND = "if(controller = '', 'pod', nullif(controller_kind, ''))"


_TOLD = ("namespace", "controller_kind", "controller", "pod", "pod_uid", "container")
"""What tells workloads apart, as expressions on rows of allocations; each level has the first few of them."""

_BARE = {"controller_kind": _BARE_KIND, "controller": "if(controller = '', pod, controller)"}
_DEPTH = {
    FocusPart.CLUSTER: 0,
    FocusPart.NAMESPACE: 1,
    FocusPart.CONTROLLER: 3,
    FocusPart.POD: 5,
    FocusPart.CONTAINER: 6,
}
_NAMED = {
    FocusPart.CONTAINER: ("coalesce(nullif(pod_uid, ''), pod), container", "pod, container"),
    FocusPart.POD: ("coalesce(nullif(pod_uid, ''), pod)", "pod"),
    FocusPart.CONTROLLER: ("controller_kind, controller", "controller"),
    FocusPart.NAMESPACE: (_NONE, _NONE),
    FocusPart.CLUSTER: (_NONE, _NONE),
}
"""What stands in id and name behind cluster and namespace."""


@dataclass(frozen=True, slots=True)
class FocusAsked:
    """
    Which rows are wanted.

    Attributes:
        version: of the specification
        level: what a row of a workload stands for
        filter: which workloads, None for everything, rows of bills outside of clusters too
        origins: what whole origins cost may be known
    """

    version: FocusVersion = FocusVersion.V1_3
    level: FocusPart = FocusPart.CONTROLLER
    filter: Filter | None = None
    origins: bool = True


def focus_stages(asked: FocusAsked, day: datetime, dialect: DuckDb) -> Iterator[Stage]:
    """Yield what is kept of a day, each by its name and its query."""
    yield from link_stages(NAMED)
    scope = {"days": NAMED.days, "hours": NAMED.hours_of_days}
    yield "split_own", focus_query("split_own", passes=_passes(asked, dialect), **scope, **_told(asked.level))
    yield "split_asset", focus_query("split_asset", **scope)
    key = ", ".join(f"c.{name}::VARCHAR" for name in CLOUD_COST.keys)
    outcomes = {"waiting": RowOutcome.WAITING.value, "own": RowOutcome.OWN.value}
    yield "split_thing", focus_query("split_thing")
    yield "split_use", focus_query("split_use")
    yield "split_weight", focus_query("split_weight")
    yield "split_tags", focus_query("split_tags")
    yield "split_share", focus_query("split_share", grid=GRID)
    yield "split_bill", focus_query("split_bill", key=key)
    yield "split_link", focus_query("split_link", grid=GRID, parts=linked_parts("row, asset, weight"))
    times = _times(day)
    yield "split_origin", focus_query("split_origin", grid=GRID, day=times["day"], **outcomes)
    yield "split_fact", focus_query("split_fact", **times)
    yield "split_coverage", focus_query("split_coverage", day=times["day"], next_day=times["next_day"])


def focus_rows(asked: FocusAsked, dialect: DuckDb) -> str:
    """Return the query whose rows are the file's; behind `focus_stages`."""
    own_id, own_name = _NAMED[asked.level]
    passes = "TRUE" if asked.filter is None else Conditions(SetKind.ALLOCATIONS, dialect, idle=True).sql(asked.filter)
    columns = (*(one.name for one in focus_columns(asked.version)), *(one.name for one in OWN_COLUMNS))
    return focus_query(
        "split_rows",
        grid=GRID,
        columns=", ".join(columns),
        passes=passes,
        whole=str(asked.filter is None),
        shown=str(asked.origins),
        skuless="FALSE" if asked.version is FocusVersion.V1_2 else "SkuPriceId IS NULL",
        own_id=own_id,
        own_name=own_name,
        outside=RowOutcome.OUTSIDE.value,
    )


def _passes(asked: FocusAsked, dialect: DuckDb) -> str:
    return "TRUE" if asked.filter is None else Conditions(SetKind.ALLOCATIONS, dialect).sql(asked.filter)


def _told(level: FocusPart) -> dict[str, str]:
    """Return the columns of a level; those it does not tell apart are null."""
    depth = _DEPTH[level]
    return {name: _BARE.get(name, name) for name in _TOLD[:depth]} | dict.fromkeys(_TOLD[depth:], _NONE)


def _times(day: datetime) -> dict[str, str]:
    month = day.replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    times = {"day": day, "next_day": day + timedelta(days=1), "month": month, "next_month": after}
    return {name: f"TIMESTAMP '{time:%Y-%m-%d}'" for name, time in times.items()}
