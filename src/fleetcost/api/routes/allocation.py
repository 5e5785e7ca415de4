"""Allocations in the field's shapes: Kubecost's under `/model`, OpenCost's at the root and under `/model`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fleetcost.api.compat.allocation import allocation_sets
from fleetcost.api.compat.export import allocation_csv, allocation_pdf
from fleetcost.api.compat.parameters import KUBECOST_ALLOCATION, OPENCOST_ALLOCATION, SEARCH
from fleetcost.api.compat.questions import allocation_question, plain, window_of
from fleetcost.api.compat.summary import summary_range, topline
from fleetcost.api.compat.views import allocation_view, trends
from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.currency import field_currency
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import flag, whole
from fleetcost.api.schema import AllocationEnvelope, Envelope, SummaryEnvelope, ToplineEnvelope, ValuesEnvelope
from fleetcost.api.words import Family
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Window
from fleetcost.query.answer import Answer
from fleetcost.query.ask import ask_allocations
from fleetcost.query.external import with_external
from fleetcost.query.filters import parse_filter
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.question import Ordering, Page, Question, Step, framed
from fleetcost.query.rows import AllocationRow
from fleetcost.query.values import Wanted, values

MOST_NAMES = 200
"""Names whose trend may be asked for at once."""


def allocation(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return a list of sets, name to allocation."""
    question = allocation_question(context)
    how = context.parameters.get("format", "json")
    answer = _ask(context, replace(question if how == "json" else plain(question), summed=False))
    metric = _metric(context)
    if how == "csv":
        return allocation_csv(answer, metric)
    if how == "pdf":
        return allocation_pdf(answer, metric)
    sources = flag(context.parameters, "includeSharedCostBreakdown", default=True)
    return enveloped(allocation_sets(answer, metric, sources=sources), answer)


def summary(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return sets of summaries."""
    answer = _ask(context, replace(plain(allocation_question(context)), summed=False))
    if context.parameters.get("format") == "csv":
        return allocation_csv(answer, _metric(context))
    return enveloped(summary_range(answer, _metric(context)), answer)


def summary_topline(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the number of rows and their sum; paging has no effect on it."""
    question = replace(plain(allocation_question(context)), step=Step.ALL, page=Page(limit=0))
    answer = _ask(context, question)
    return enveloped(topline(answer, _metric(context)), answer)


def allocation_trends(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how costs changed since the window of the same length just before."""
    names = tuple(
        dict.fromkeys(name.strip() for name in context.parameters.get("names", "").split(",") if name.strip())
    )
    window = window_of(context)
    before = Window(window.start - (window.end - window.start), window.start)
    answers = []
    for chosen in (window, before):
        question = plain(allocation_question(context, chosen))
        if "accumulate" not in context.parameters:
            question = replace(question, step=Step.ALL)
        answers.append(_ask(context, replace(question, page=Page(only=names[:MOST_NAMES] or None))))
    return enveloped(trends(answers[0], answers[1], names[:MOST_NAMES]), *answers)


def autocomplete(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the values of a field, in alphabetical order."""
    return enveloped(found_values(context, SetKind.ALLOCATIONS))


def found_values(context: Context, kind: RowKind) -> list[str]:
    """Return the values of a field of rows of a kind that the caller may see."""
    parameters = context.parameters
    frame, _ = framed(window_of(context, default="7d"), Step.DAY, context.hourly_from(), context.now)
    limit = whole(parameters, "limit")
    wanted = Wanted(parameters["field"], parameters.get("search", ""), 100 if limit is None else limit)
    allowed = context.narrowed(parse_filter(parameters.get("filter", ""), bare=True), kind)
    with context.snapshot() as snapshot:
        return values(snapshot, kind, frame, wanted, allowed)


def view(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return a page of summaries with totals and a graph."""
    question = plain(allocation_question(context))
    series = question.step if question.step is not Step.ALL else framed(
        window_of(context), None, context.hourly_from(), context.now
    )[1]  # fmt: skip
    page = replace(question.page, order=question.page.order or Ordering())
    answer = _ask(context, replace(question, step=Step.ALL, series=series, page=page))
    return enveloped(allocation_view(answer), answer)


def _ask(context: Context, question: Question) -> Answer[AllocationRow]:
    known = context.tables.known
    with context.snapshot() as snapshot:
        question = field_currency(context, snapshot, question)
        if not flag(context.parameters, "external", default=False) or context.caller.narrowed:
            answer = ask_allocations(snapshot, question, context.now, known)
            return replace(answer, completeness=context.seen(snapshot, answer.completeness))
        whole = ask_allocations(snapshot, replace(question, page=Page()), context.now, known)
        bills = field_currency(context, snapshot, replace(question, kind=CLOUD)).shown
        return with_external(snapshot, question, whole, context.now, known, bills)


def _metric(context: Context) -> str:
    return context.parameters.get("costMetric", "cumulative")


_NAMES = Parameter("names", "rows whose trend is wanted, joined by commas; none is every row of the window")
_FILES = ("application/json", "text/csv", "application/pdf")


def _operations(family: Family, path: str, about: str) -> list[Operation]:
    parameters = KUBECOST_ALLOCATION if family is Family.KUBECOST else OPENCOST_ALLOCATION
    return [
        Operation(
            path=path, handler=allocation, summary=f"Allocations: {about}", family=family, parameters=parameters,
            answers=AllocationEnvelope, media_types=_FILES,
        ),
        Operation(
            path=f"{path}/summary", handler=summary, summary="Allocations with fewer figures, unrounded", family=family,
            parameters=parameters, answers=SummaryEnvelope, media_types=_FILES[:2],
        ),
    ]  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    *_operations(Family.KUBECOST, "/model/allocation", "a list of sets, name to allocation"),
    Operation(
        path="/model/allocation/summary/topline", handler=summary_topline, family=Family.KUBECOST,
        summary="How many allocations there are, and their sum", parameters=KUBECOST_ALLOCATION,
        answers=ToplineEnvelope,
    ),
    Operation(
        path="/model/allocation/trends", handler=allocation_trends, family=Family.KUBECOST,
        summary="How costs changed since the window before", parameters=(_NAMES, *KUBECOST_ALLOCATION),
        answers=Envelope,
    ),
    Operation(
        path="/model/allocation/view", handler=view, family=Family.KUBECOST,
        summary="A page of rows with totals and a graph", parameters=KUBECOST_ALLOCATION, answers=Envelope,
    ),
    Operation(
        path="/model/allocation/autocomplete", handler=autocomplete, family=Family.KUBECOST,
        summary="The values of a field", parameters=SEARCH, answers=ValuesEnvelope,
    ),
    Operation(
        path="/allocation/autocomplete", handler=autocomplete, family=Family.OPENCOST,
        summary="The values of a field", parameters=SEARCH, answers=ValuesEnvelope,
    ),
    *_operations(Family.OPENCOST, "/allocation", "the same as /allocation/compute"),
    *_operations(Family.OPENCOST, "/allocation/compute", "one set for the window, or one per step"),
    *_operations(Family.OPENCOST, "/model/allocation/compute", "the same as /allocation/compute"),
)  # fmt: skip
