"""Asking: one question, one snapshot, one answer. Every endpoint, export and page goes through here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from fleetcost.model.sets import SetKind
from fleetcost.query.answer import (
    AllocationRow,
    Answer,
    AssetRow,
    BillCompleteness,
    CloudCostRow,
    Completeness,
    StepRows,
    Total,
)
from fleetcost.query.bills import bill_cover, bills_behind, with_bills
from fleetcost.query.comparison import Comparison, Earlier, comparison, earlier_window
from fleetcost.query.compile import Program
from fleetcost.query.conditions import may_hold
from fleetcost.query.currencies import other_currencies, with_missing_rates
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.query.gather import Gathered
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.known import Known
from fleetcost.query.question import Question
from fleetcost.query.records import (
    Facts,
    allocation_of,
    asset_of,
    cloud_cost_of,
)
from fleetcost.tables.ledger import naive
from fleetcost.tables.view import View

Maker = Callable[[Facts, Question], Any]


def ask_allocations(
    snapshot: View, question: Question, now: datetime, known: Known | None = None, dialect: Dialect | None = None
) -> Answer[AllocationRow]:
    """
    Answer a question about allocations; rows and totals in unlike currencies stay apart.

    Args:
        snapshot: the view to answer from
        question: what is asked
        now: the clock's reading
        known: what earlier questions learned of the ledger
        dialect: of the engine, None for the view's own

    Raises:
        QuestionError: the filter names an unknown field.
    """
    return _ask(snapshot, question, allocation_of, judged(snapshot, question, now, known), known, dialect)


def ask_assets(snapshot: View, question: Question, now: datetime, known: Known | None = None) -> Answer[AssetRow]:
    """
    Answer a question about assets; see `ask_allocations`.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    return _ask(snapshot, question, asset_of, judged(snapshot, question, now, known), known)


def ask_cloud_costs(
    snapshot: View, question: Question, now: datetime, known: Known | None = None
) -> Answer[CloudCostRow]:
    """
    Answer a question about cloud costs.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    answer = _ask(snapshot, question, cloud_cost_of, (), known)
    bills = judged_bills(snapshot, question, now, known)
    return replace(answer, bills=with_missing_rates(bills, answer.left_out))


def prepare(snapshot: View, question: Question, dialect: Dialect | None = None) -> Program:
    """
    Compile a question and run its stages; the statements that read the answer can be run afterwards.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    program = Program(question, dialect or dialect_of(snapshot))
    snapshot.forget()
    for stage in program.stages():
        snapshot.keep(stage.name, stage.query, program.bound)
    return program


def _currency(question: Question, found: Iterable[Any]) -> str:
    """Return the currency of the answer; empty where rows are in several and none was chosen."""
    if question.shown is not None and question.shown.currency:
        return question.shown.currency
    different = {str(currency) for currency in found}
    return different.pop() if len(different) == 1 else ""


def _ask(
    snapshot: View,
    question: Question,
    make: Maker,
    judged: tuple[Completeness, ...],
    known: Known | None,
    dialect: Dialect | None = None,
) -> Answer[Any]:
    """Answer a question; what the tables say is remembered for as long as they stay the same."""
    if known is None or dialect is not None:
        answer = _read(snapshot, question, make, dialect or dialect_of(snapshot))
    else:
        # The clock counts where a monthly cost is shared, and nowhere else.
        hourly = question.sharing is not None and question.sharing.monthly_cost
        asked = question if hourly else replace(question, now=None)
        spelled = dialect_of(snapshot)
        spelled.absent = known.absent(snapshot, question.frame.resolution)
        answer = known.remembered(snapshot, ("answer", asked), lambda: _read(snapshot, question, make, spelled, known))
    return replace(answer, question=question, completeness=with_missing_rates(judged, answer.left_out))


def _read(snapshot: View, question: Question, make: Maker, dialect: Dialect, known: Known | None = None) -> Answer[Any]:
    found = Gathered(snapshot, question, prepare(snapshot, question, dialect))
    windows = {naive(window.start): window for window in question.steps()}
    by_step = defaultdict(list)
    for facts in found.page:
        by_step[facts["step"]].append(make(facts, question))
    sums = found.totals() if question.summed else []
    currency = _currency(question, found.currencies())
    return Answer(
        question=question,
        steps=tuple(StepRows(window, tuple(by_step[start])) for start, window in windows.items()),
        completeness=(),
        currency=currency,
        totals=tuple(Total(windows[one["step"]], one["members"], make(one, question)) for one in sums),
        series=found.series() if currency or not any(found.currencies()) else (),
        others=other_currencies(snapshot, question, known),
    )


def judged(snapshot: View, question: Question, now: datetime, known: Known | None = None) -> tuple[Completeness, ...]:
    """Return what stands behind an answer: an entry per cluster that the filter does not rule out."""
    if question.kind is CLOUD:
        return ()
    kinds = needed(question.kind)
    chosen = known or Known()
    every = with_bills(snapshot, chosen.completeness(snapshot, question.frame, kinds, now), question.frame, chosen)
    return tuple(entry for entry in every if may_hold(question.filter, entry.cluster))


def needed(kind: RowKind) -> tuple[SetKind, ...]:
    """Return the kinds of set that an answer needs; a window is as good as its worst."""
    return (SetKind.ASSETS,) if kind is SetKind.ASSETS else (SetKind.ALLOCATIONS, SetKind.ASSETS)


def compared(snapshot: View, question: Question, how: Earlier, now: datetime, known: Known) -> Comparison:
    """Return the questions about the part of a window, and of an earlier one, that was observed in both."""
    earlier = replace(question, frame=replace(question.frame, window=earlier_window(question.frame.window, how)))
    sides = [
        {
            cluster: windows
            for cluster, windows in known.observed(snapshot, one.frame, needed(one.kind), now).items()
            if may_hold(question.filter, cluster)
        }
        for one in (question, earlier)
    ]
    cover = [bill_cover(snapshot, one, known) if question.adjusted else () for one in (question, earlier)]
    return comparison(question, how, (sides[0], sides[1]), (cover[0], cover[1]))


def judged_bills(
    snapshot: View, question: Question, now: datetime, known: Known | None = None
) -> tuple[BillCompleteness, ...]:
    """Return what stands behind an answer about cloud costs: an entry per integration the filter does not rule out."""
    every = bills_behind(snapshot, question.frame, now, known or Known())
    return tuple(entry for entry in every if may_hold(question.filter, entry.integration, "integration"))
