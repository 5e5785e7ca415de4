"""Asking: one question, one snapshot, one answer. Every endpoint, export and page goes through here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.answer import (
    AllocationRow,
    Answer,
    AssetRow,
    BillCompleteness,
    CloudCostRow,
    Completeness,
    Point,
    SeriesStep,
    StepRows,
    Total,
)
from fleetcost.query.bills import bill_cover, bills_behind, with_bills
from fleetcost.query.comparison import Comparison, Earlier, comparison, earlier_window
from fleetcost.query.compile import Program, compile_question
from fleetcost.query.conditions import may_hold
from fleetcost.query.currencies import left_out
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.known import Known
from fleetcost.query.question import Question, cut
from fleetcost.query.records import (
    allocation_of,
    asset_of,
    cloud_cost_of,
    total_allocation_of,
    total_asset_of,
    total_cloud_cost_of,
)
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

Records = Sequence[Sequence[Any]]
Maker = Callable[[Sequence[Any], Question, Program], Any]


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
    makers = (allocation_of, total_allocation_of)
    return _ask(snapshot, question, makers, judged(snapshot, question, now, known), dialect)


def ask_assets(snapshot: View, question: Question, now: datetime, known: Known | None = None) -> Answer[AssetRow]:
    """
    Answer a question about assets; see `ask_allocations`.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    return _ask(snapshot, question, (asset_of, total_asset_of), judged(snapshot, question, now, known))


def ask_cloud_costs(
    snapshot: View, question: Question, now: datetime, known: Known | None = None
) -> Answer[CloudCostRow]:
    """
    Answer a question about cloud costs.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    answer = _ask(snapshot, question, (cloud_cost_of, total_cloud_cost_of), ())
    return replace(answer, bills=judged_bills(snapshot, question, now, known))


def prepare(snapshot: View, question: Question, dialect: Dialect | None = None) -> tuple[Program, str]:
    """
    Compile a question and run its stages; the statements that read the answer can be run afterwards.

    Returns:
        What to run, and the currency of every cost; empty where there are no rows, or rows in several.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    program = _kept(snapshot, question, dialect)
    return program, _currency(question, (row[0] for row in snapshot.rows(program.currencies)))


def _kept(snapshot: View, question: Question, dialect: Dialect | None) -> Program:
    program = compile_question(question, dialect or dialect_of(snapshot))
    snapshot.forget()
    for stage in program.stages:
        snapshot.keep(stage.name, stage.query)
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
    makers: tuple[Maker, Maker],
    judged: tuple[Completeness, ...],
    dialect: Dialect | None = None,
) -> Answer[Any]:
    program = _kept(snapshot, question, dialect)
    rows = snapshot.rows(program.rows)
    sums = snapshot.rows(program.totals) if question.summed or not question.page.whole else []
    # Each statement more costs a distributed engine the whole question once more, so currencies are read from these.
    currency = _currency(question, (record[1] for record in sums) if sums else (record[2] for record in rows))
    make, make_total = makers
    by_step = defaultdict(list)
    for record in rows:
        by_step[aware(record[0])].append(make(record, question, program))
    windows = {window.start: window for window in question.steps()}
    totals = tuple(
        Total(windows[aware(record[0])], int(record[2]), make_total(record, question, program))
        for record in (sums if question.summed else ())
    )
    return Answer(
        question=question,
        steps=tuple(StepRows(window, tuple(by_step[window.start])) for window in windows.values()),
        completeness=judged,
        currency=currency,
        totals=totals,
        series=_series(snapshot, question, program) if currency or not (sums or rows) else (),
        left_out=left_out(snapshot, question, dialect),
    )


def _series(snapshot: View, question: Question, program: Program) -> tuple[SeriesStep, ...]:
    if question.series is None:
        return ()
    by_step = defaultdict(list)
    for step, _role, name, cost in snapshot.rows(program.points):
        by_step[step].append(Point(name, cost))
    points = {aware(step): tuple(those) for step, those in by_step.items()}
    sums = {aware(step): (cost, estimated) for step, cost, estimated in snapshot.rows(program.sums_of_steps)}
    windows: tuple[Window, ...] = cut(question.frame.window, question.series)
    steps = ((window, *sums.get(window.start, (0.0, 0.0))) for window in windows)
    return tuple(SeriesStep(window, cost, points.get(window.start, ()), part) for window, cost, part in steps)


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
