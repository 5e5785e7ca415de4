"""
Costs outside of clusters beside allocations: what was billed, is on no asset, and whose labels name a workload.

Each dimension of the allocations is looked for under labels of its own. A row that has none of them is left out; what
it lacks besides is unallocated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import msgspec

from fleetcost.model.reconciliation import RowOutcome
from fleetcost.model.window import Resolution
from fleetcost.query.answer import AllocationRow, Answer, CloudCostRow, OtherCurrencies, Total
from fleetcost.query.ask import ask_cloud_costs
from fleetcost.query.dimensions import ALIASES, EXTERNAL, FIRST_LABEL, UNALLOCATED, Dimension, sanitize
from fleetcost.query.filters import Compare, Every, Filter, Match, Some, every
from fleetcost.query.kinds import CLOUD
from fleetcost.query.known import Known
from fleetcost.query.question import Page, Question, Step
from fleetcost.query.shown import Shown
from fleetcost.tables.view import View

ENDING = "__external__"
"""Ends the name of a row that only costs outside of clusters have."""

_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "cluster": "kubernetes_cluster",
        "namespace": "kubernetes_namespace",
        "controller": "kubernetes_controller",
        "controllerName": "kubernetes_controller",
        "pod": "kubernetes_pod",
        "service": "kubernetes_service",
        "services": "kubernetes_service",
        "deployment": "kubernetes_deployment",
        "statefulset": "kubernetes_statefulset",
        "daemonset": "kubernetes_daemonset",
    }
)


def with_external(
    snapshot: View,
    question: Question,
    answer: Answer[AllocationRow],
    now: datetime,
    known: Known,
    shown: Shown | None = None,
) -> Answer[AllocationRow]:
    """
    Add costs outside of clusters to an answer about allocations; they get neither idle nor shared costs.

    Args:
        snapshot: the view the answer is of
        question: as it was asked; the answer holds every row
        answer: without them
        now: the clock's reading
        known: what earlier questions learned of the ledger
        shown: the currency of the bills, None where all are in that of the answer
    """
    chosen = _question(question)
    if chosen is None:
        return answer
    found = ask_cloud_costs(snapshot, replace(chosen, shown=shown), now, known)
    steps = tuple(
        replace(step, rows=_merged(step.rows, [row for row in own.rows if _named(row)], question.page))
        for step, own in zip(answer.steps, found.steps, strict=True)
    )
    return replace(
        answer, steps=steps, currency=answer.currency or found.currency, totals=_totals(answer, found),
        others=OtherCurrencies(
            (*answer.others.exchanged, *found.others.exchanged), (*answer.left_out, *found.left_out)
        ),
    )  # fmt: skip


def _question(question: Question) -> Question | None:
    """Return the question about cloud costs; None where no row could pass, or where hours are asked for."""
    if question.frame.resolution is not Resolution.DAY or question.step is Step.HOUR or not question.dimensions:
        return None
    asked = question.filter
    translated = None if asked is None else _translated(asked)
    if asked is not None and translated is None:
        return None
    outside = [RowOutcome.OUTSIDE, RowOutcome.NO_ASSET, RowOutcome.UNMONITORED]
    narrowed = every(translated, _is("outcome", *outside))
    dimensions = tuple(Dimension(FIRST_LABEL, "|".join(_labels(one))) for one in question.dimensions)
    return replace(
        question,
        kind=CLOUD,
        dimensions=dimensions,
        filter=narrowed,
        scope=None,
        detailed=False,
        series=None,
        page=Page(),
    )


def _labels(dimension: Dimension) -> tuple[str, ...]:
    """Return the labels a dimension may be under: as configured, then in the form that query services give them."""
    if dimension.name == "label":
        names: tuple[str, ...] = (dimension.key,)
    elif dimension.name in ALIASES:
        names = (EXTERNAL + ALIASES[dimension.name],)
    else:
        names = (_LABELS[dimension.name],) if dimension.name in _LABELS else ()
    return tuple(dict.fromkeys(form for name in names for form in (name, sanitize(name).lower())))


def _translated(tree: Filter) -> Filter | None:
    if isinstance(tree, Compare):
        if tree.field == "label" and tree.key is not None:
            return tree
        label = _LABELS.get(tree.field)
        return None if label is None or tree.key is not None else replace(tree, field="label", key=label)
    parts = [_translated(part) for part in tree.parts]
    if isinstance(tree, Every):
        return None if None in parts else Every(tuple(part for part in parts if part is not None))
    kept = tuple(part for part in parts if part is not None)
    return Some(kept) if kept else None


def _is(field: str, *values: str) -> Filter:
    return Compare(field, None, Match.EQUALS, negated=False, values=values, position=0)


def _named(row: CloudCostRow) -> bool:
    return any(name != UNALLOCATED for name in row.names)


def _merged(rows: tuple[AllocationRow, ...], external: list[CloudCostRow], page: Page) -> tuple[AllocationRow, ...]:
    costs = {row.names: row for row in external}
    made = [
        msgspec.structs.replace(row, external_cost=row.external_cost + costs.pop(row.names).total_cost)
        if row.grouped and row.names in costs
        else row
        for row in rows
    ]
    made += [
        AllocationRow(
            names=(*names, ENDING), currency=row.currency, start=row.start, end=row.end, external_cost=row.total_cost,
            members=row.members, grouped=False,
        )
        for names, row in costs.items()
    ]  # fmt: skip
    if page.order is not None:
        column, sign = page.order.column, -1 if page.order.descending else 1
        made.sort(key=lambda row: row.name)
        if column != "name":
            made.sort(key=lambda row: sign * (getattr(row, column) or 0.0))
    end = None if page.limit is None else page.offset + page.limit
    return tuple(made[page.offset : end])


def _totals(answer: Answer[AllocationRow], found: Answer[CloudCostRow]) -> tuple[Total[AllocationRow], ...]:
    own = {step.window: [row for row in step.rows if _named(row)] for step in found.steps}
    return tuple(
        replace(
            total,
            row=msgspec.structs.replace(
                total.row, external_cost=total.row.external_cost + sum(row.total_cost for row in own[total.window])
            ),
        )
        for total in answer.totals
    )
