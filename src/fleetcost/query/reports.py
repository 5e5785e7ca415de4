"""The report of reconciliation in one currency: the rows that its statements read, and its days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from fleetcost.model.amount import EXACT
from fleetcost.query.dialects import dialect_of
from fleetcost.query.question import Question
from fleetcost.query.sql.source import FromClause
from fleetcost.tables.report import DayReport, ReportSources
from fleetcost.tables.view import View

_BILLS = (
    "integration", "window_start", "currency", "provider", "provider_id", "service", "category", "usage_type", "rule",
    "cluster", "cluster_name", "outcome", "amortized_net_cost",
)  # fmt: skip
_ASSETS = (
    "window_start", "currency", "cluster", "type", "name", "provider_id", "outcome", "list_cost", "adjustment",
)  # fmt: skip
_AMOUNTS = (
    "list_cost", "adjustment", "matched_cost", "waiting_cost", "unbilled_cost", "unmatched_cost", "allocated_cost",
    "idle_cost",
)  # fmt: skip
_COUNTS = ("matched_assets", "waiting_assets", "unbilled_assets", "matched_rows", "unmatched_rows")


def report_sources(snapshot: View, question: Question) -> ReportSources:
    """
    Return what the report is read from; the view knows afterwards what it reads besides.

    Args:
        snapshot: the view
        question: about the days, with the currency of the answer
    """
    dialect = dialect_of(snapshot)
    source = FromClause(question, dialect)
    snapshot.forget()
    for stage in source.stages():
        snapshot.keep(stage.name, stage.query, dialect.bound)
    bills = source.exchanged("cloud_cost_1d", ("amortized_net_cost",), _BILLS)
    assets = source.exchanged("reconciled_asset", ("list_cost", "adjustment"), _ASSETS)
    return ReportSources(f"{bills} AS bills", f"{assets} AS assets", dialect.bound)


def exchanged_days(days: Iterable[DayReport], question: Question) -> tuple[DayReport, ...]:
    """Return days in the currency of the answer, one per cluster and day; in their own, and apart, without a rate."""
    factors = {(one.day, one.currency): one.factor for one in question.exchange.factors}
    found: dict[tuple[str, datetime, str], DayReport] = {}
    for day in days:
        factor = factors.get((day.day, day.currency))
        one = day if factor is None or question.shown is None else _times(day, factor, question.shown.currency)
        key = one.cluster, one.day, one.currency
        found[key] = _plus(found[key], one) if key in found else one
    return tuple(found.values())


def _times(day: DayReport, factor: Decimal, currency: str) -> DayReport:
    amounts: dict[str, Any] = {name: EXACT.multiply(getattr(day, name), factor) for name in _AMOUNTS}
    return replace(day, currency=currency, **amounts)


def _plus(one: DayReport, other: DayReport) -> DayReport:
    amounts: dict[str, Any] = {name: EXACT.add(getattr(one, name), getattr(other, name)) for name in _AMOUNTS}
    counts: dict[str, Any] = {name: getattr(one, name) + getattr(other, name) for name in _COUNTS}
    return replace(one, **amounts | counts)
