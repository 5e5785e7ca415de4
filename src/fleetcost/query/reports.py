"""The report of reconciliation in one currency: the rows that its statements read, and a day of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

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
_OF_A_DAY = (
    "list_cost", "adjustment", "matched_cost", "waiting_cost", "unbilled_cost", "unmatched_cost", "allocated_cost",
    "idle_cost",
)  # fmt: skip


def report_sources(snapshot: View, question: Question) -> ReportSources:
    """
    Return what the report is read from; the view knows afterwards what it reads besides.

    Args:
        snapshot: the view
        question: about the days, with the currency of the answer
    """
    source = FromClause(question, dialect_of(snapshot))
    snapshot.forget()
    for stage in source.stages():
        snapshot.keep(stage.name, stage.query)
    bills = source.exchanged("cloud_cost_1d", ("amortized_net_cost",), _BILLS)
    assets = source.exchanged("reconciled_asset", ("list_cost", "adjustment"), _ASSETS)
    return ReportSources(f"{bills} AS bills", f"{assets} AS assets")


def exchanged_day(day: DayReport, question: Question) -> DayReport:
    """Return one cluster's day in the currency of the answer; in its own where there is no rate."""
    factor = _factors(question).get((day.day, day.currency))
    if factor is None or question.shown is None:
        return day
    amounts = {name: getattr(day, name) * factor for name in _OF_A_DAY}
    return replace(day, currency=question.shown.currency, **amounts)


def _factors(question: Question) -> Mapping[tuple[datetime, str], Decimal]:
    return {(one.day, one.currency): one.factor for one in question.exchange.factors}
