"""`GET /api/v1/compare`: what changed between two windows, split exactly by cause."""

from __future__ import annotations

import time
from dataclasses import replace

from fleetcost.api.change import CompareJson, ShownChange, change_document
from fleetcost.api.context import Context
from fleetcost.api.currency import native_currency
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import nanos_of, whole
from fleetcost.api.questions import ALLOCATION_PARAMETERS, native_question
from fleetcost.api.words import Family
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.ask import judged
from fleetcost.query.comparison import Earlier, earlier_window
from fleetcost.query.currencies import other_currencies, with_missing_rates
from fleetcost.query.question import Frame, Question, Step, framed
from fleetcost.query.windows import ACCEPTED, parse_window
from fleetcost.why.compare_ask import ask_change

_LEFT_OUT = frozenset({"step", "sort", "columns", "compare", "format", "limit", "offset"})
DEFAULT_ROWS = "200"
DEFAULT_FOLD = "0.01"

COMPARE_PARAMETERS = (
    *(one for one in ALLOCATION_PARAMETERS if one.name not in _LEFT_OUT),
    Parameter(
        "base",
        f"what it is compared with: prev (the same length just before), month (the same days of the month before), or "
        f"a window: {ACCEPTED}",
        default=Earlier.PREVIOUS,
    ),
    Parameter("limit", "most rows to return, the largest difference first", DEFAULT_ROWS, whole=True),
    Parameter("offset", "rows to leave out at the beginning", default="0", whole=True),
    Parameter("fold", "rows in which no amount reaches this are counted together", DEFAULT_FOLD, amount=True),
)


def compare(context: Context) -> CompareJson:
    """Compare two windows."""
    began = time.perf_counter()
    question, base = _windows(context, native_question(context, SetKind.ALLOCATIONS))
    fold, known = nanos_of(context.parameters, "fold", DEFAULT_FOLD), context.tables.known
    with context.snapshot() as snapshot:
        shown = native_currency(context, snapshot, question)
        found = ask_change(snapshot, shown, base, known, context.now, allowed=context.clusters(snapshot))
        asked = (found.after, found.before)
        others = [other_currencies(snapshot, one, known) for one in asked]
        sides = [
            context.seen(snapshot, with_missing_rates(judged(snapshot, one, context.now, known), apart.left_out))
            for one, apart in zip(asked, others, strict=True)
        ]
        as_of = rfc3339(context.as_of(snapshot))
    limit = whole(context.parameters, "limit")
    return change_document(
        ShownChange(
            found=found,
            filter=context.parameters.get("filter", ""),
            fold_nanos=fold,
            offset=whole(context.parameters, "offset") or 0,
            limit=int(DEFAULT_ROWS) if limit is None else limit,
            completeness=(sides[0], sides[1]),
            others=(others[0], others[1]),
            as_of=as_of,
            took_ms=(time.perf_counter() - began) * 1000,
        )
    )


def _windows(context: Context, question: Question) -> tuple[Question, Window]:
    """Return the question and the window it is compared with, both of whole windows of one resolution."""
    text = context.parameters.get("base", Earlier.PREVIOUS)
    if text in set(Earlier):
        return question, earlier_window(question.frame.window, Earlier(text))
    frame, _ = framed(parse_window(text, context.now, "base"), Step.ALL, context.hourly_from(), context.now)
    if frame.resolution is question.frame.resolution:
        return question, frame.window
    return replace(question, frame=_in_days(question.frame)), _in_days(frame).window


def _in_days(frame: Frame) -> Frame:
    window = frame.window
    return Frame(Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end)), Resolution.DAY)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/compare", handler=compare, family=Family.NATIVE, parameters=COMPARE_PARAMETERS,
        summary="What changed between two windows, split by cause", answers=CompareJson,
    ),
)  # fmt: skip
