"""Why a number is what it is: `/api/v1/explain`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fleetcost.api.behind import completeness_document
from fleetcost.api.context import Context
from fleetcost.api.currency import conversion_document, native_currency
from fleetcost.api.explained import ExplainJson, Objects, part_document
from fleetcost.api.native import question_document
from fleetcost.api.operation import Operation
from fleetcost.api.parameters import whole
from fleetcost.api.questions import (
    ALLOCATION_PARAMETERS,
    ASSET_PARAMETERS,
    EXPLAIN_PARAMETERS,
    MOST_PARTS,
    USUAL_DEPTH,
    USUAL_PARTS,
    native_question,
)
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, rfc3339
from fleetcost.query.ask import judged
from fleetcost.query.bills import bill_entries
from fleetcost.query.charges import AskedFigure, billed_days
from fleetcost.query.currencies import other_currencies, with_missing_rates
from fleetcost.query.question import Page, Question
from fleetcost.tables.ledger import EntryState
from fleetcost.tables.view import View
from fleetcost.why.explain import Opened, checked_figure, explain
from fleetcost.why.explain_assets import explain_assets
from fleetcost.why.explain_objects import SourceObject, bill_object, set_objects
from fleetcost.why.explain_path import DEEPEST, parse_path


def explained(context: Context) -> ExplainJson:
    """Explain one figure of an answer about allocations or assets."""
    began = time.perf_counter()
    kind = _kind(context)
    question = replace(native_question(context, kind), series=None, page=Page())
    figure, opened = _figure(context, kind), _opened(context)
    narrowed = context.caller.narrowed
    with context.snapshot() as snapshot:
        question = native_currency(context, snapshot, question)
        if kind is SetKind.ASSETS:
            found = explain_assets(snapshot, question, figure, opened)
        else:
            currencies = _currencies(context, snapshot, question)
            found = explain(snapshot, question, figure, opened, currencies, disclosing=not narrowed)
        if found is None:
            raise _nothing(context, figure)
        tree, currency = found
        objects = _objects(context, snapshot, question)
        document = part_document(tree, objects)
        others = other_currencies(snapshot, question, context.tables.known)
        every = judged(snapshot, question, context.now, context.tables.known)
        behind = context.seen(snapshot, with_missing_rates(every, others.left_out))
        as_of = rfc3339(context.as_of(snapshot))
    return ExplainJson(
        question=question_document(question, context.parameters.get("filter", "")),
        row=figure.row,
        field=figure.column,
        currency=currency,
        tree=document,
        completeness=[completeness_document(one) for one in behind],
        conversion=conversion_document(question, others),
        as_of=as_of,
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def _kind(context: Context) -> SetKind:
    """
    Read what the question is about.

    Raises:
        QuestionError: it is about assets, and says what only workloads have.
    """
    kind = SetKind(context.parameters.get("kind", SetKind.ALLOCATIONS))
    alone = {one.name for one in ALLOCATION_PARAMETERS} - {one.name for one in ASSET_PARAMETERS}
    for name in sorted(alone & set(context.parameters)) if kind is SetKind.ASSETS else ():
        case = f"There is no parameter `{name}` where kind is {kind.value}"
        raise QuestionError(name, context.parameters[name], "kind=allocations, or leave it out", case=case)
    return kind


def _figure(context: Context, kind: SetKind) -> AskedFigure:
    parameters = context.parameters
    column = checked_figure(parameters.get("field", "total_cost"), kind)
    return AskedFigure(parameters.get("row"), column, parameters.get("row_currency", ""))


def _opened(context: Context) -> Opened:
    depth, limit = whole(context.parameters, "depth"), whole(context.parameters, "limit")
    return Opened(
        path=parse_path(context.parameters.get("path", "")),
        depth=min(USUAL_DEPTH if depth is None else depth, DEEPEST),
        limit=min(limit or USUAL_PARTS, MOST_PARTS),
    )


def _nothing(context: Context, figure: AskedFigure) -> QuestionError:
    if "path" in context.parameters:
        case = "This figure has no such part"
        return QuestionError("path", context.parameters["path"], "the path of one of its parts, or none", case=case)
    name = figure.row or ""
    case = f"The answer has no row `{name[:80]}`" if name else "The answer has no row in this window"
    return QuestionError("row", name, "the name of a row as /api/v1/allocations gives it", case=case)


def _currencies(context: Context, snapshot: View, question: Question) -> Mapping[tuple[str, datetime], str]:
    """Return the currencies of sets by cluster and window."""
    return {
        (one.key.cluster, one.key.window.start): one.currency
        for one in context.tables.known.sets(snapshot, question.frame)
        if one.state is EntryState.INGESTED
    }


def _objects(context: Context, snapshot: View, question: Question) -> Objects:
    """Return what gives the objects behind a window; bills only to whom sees the whole fleet."""
    known = context.tables.known
    sets = set_objects(known.sets(snapshot, question.frame))
    disclosing = question.adjusted and not context.caller.narrowed
    bills = [one for one in bill_entries(snapshot, known) if one.state is EntryState.INGESTED] if disclosing else []
    days: dict[str, set[tuple[str, datetime]]] = {}

    def behind(cluster: str, start: datetime, billed: bool) -> list[SourceObject]:  # noqa: FBT001
        found = list(sets.get((cluster, start), ()))
        if billed and bills:
            own = days.setdefault(cluster, billed_days(snapshot, cluster)) if cluster not in days else days[cluster]
            day = Resolution.DAY.floor(start)
            found += [
                bill_object(one)
                for one in bills
                if one.key.window.start == day and (str(one.key.integration), day) in own
            ]
        return found

    return behind


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/explain", handler=explained, family=Family.NATIVE, parameters=EXPLAIN_PARAMETERS,
        summary="Why a number is what it is: a tree whose parts sum to it exactly", answers=ExplainJson,
    ),
)  # fmt: skip
