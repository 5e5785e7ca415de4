"""The native routes of what was billed: cloud costs, and how they were reconciled."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from fleetcost.api.cloud import bills_document, cloud_envelope
from fleetcost.api.compared import Before, window_document
from fleetcost.api.context import Context
from fleetcost.api.currency import conversion_document, native_currency, report_currency
from fleetcost.api.export import exported
from fleetcost.api.native import Asked
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import CURRENCY_PARAMETERS, whole
from fleetcost.api.questions import (
    CLOUD_PARAMETERS,
    NEVER,
    asked_columns,
    asked_window,
    before,
    native_cloud_question,
)
from fleetcost.api.reconciliation import (
    ReconciliationJson,
    asset_document,
    billed,
    day_document,
    outcome_document,
    row_document,
)
from fleetcost.api.schema import CloudCostsJson
from fleetcost.api.words import Family
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import Answer, OtherCurrencies
from fleetcost.query.ask import ask_cloud_costs
from fleetcost.query.bills import bills_behind
from fleetcost.query.currencies import other_currencies, with_missing_rates
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question, Step, framed
from fleetcost.query.reports import exchanged_days, report_sources
from fleetcost.query.rows import CloudCostRow, on_grid
from fleetcost.query.windows import ACCEPTED
from fleetcost.tables.report import carried, loose_assets, loose_rows, report_days, report_outcomes
from fleetcost.tables.view import View

SHOWN = 100
MOST_SHOWN = 1000


def cloud_costs(context: Context) -> Any:  # noqa: ANN401 - a JSON document or a file
    """Answer a question about cloud costs."""
    began = time.perf_counter()
    question, columns = native_cloud_question(context), asked_columns(context, CLOUD)
    if context.parameters.get("format", "json") != "json":
        by_step = context.parameters.get("step", "auto") != "auto"
        step = question.series if by_step and question.series else Step.ALL
        return exported(context, replace(question, step=step, series=None), columns)
    asked = Asked(
        window=asked_window(context), filter=context.parameters.get("filter", ""), hours=False, now=context.now,
        columns=columns,
    )  # fmt: skip
    with context.snapshot() as snapshot:
        question = native_currency(context, snapshot, question)
        answer = ask_cloud_costs(snapshot, question, context.now, context.tables.known)
        earlier = _before(snapshot, question, answer, context) if "compare" in context.parameters else None
        as_of = rfc3339(context.as_of(snapshot))
    return cloud_envelope(answer, asked, earlier, as_of, (time.perf_counter() - began) * 1000)


def reconciliation(context: Context) -> ReconciliationJson:
    """Return what became of bills and assets, per cluster and day and in sum."""
    frame, _ = framed(asked_window(context), Step.DAY, NEVER, context.now)
    limit = min(whole(context.parameters, "limit") or SHOWN, MOST_SHOWN)
    only = context.parameters.get("cluster")
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        question = report_currency(context, snapshot, Question(kind=CLOUD, frame=frame, step=Step.ALL, dimensions=()))
        others = other_currencies(snapshot, question, context.tables.known) if allowed is None else OtherCurrencies()
        sources = report_sources(snapshot, question)
        every = exchanged_days(report_days(snapshot, frame.window), question)
        days = [day for day in every if allowed is None or day.cluster in allowed]
        rows = loose_rows(snapshot, frame.window, limit, sources) if allowed is None else ()
        assets = loose_assets(snapshot, frame.window, limit, sources)
        outcomes = report_outcomes(snapshot, frame.window, sources) if allowed is None else ()
        sums = billed(outcomes, carried(snapshot, frame.window, sources))
        bills = bills_behind(snapshot, frame, context.now, context.tables.known) if allowed is None else ()
        bills = with_missing_rates(bills, others.left_out)
        as_of = rfc3339(context.as_of(snapshot))
    return ReconciliationJson(
        window=window_document(frame.window),
        days=[day_document(day) for day in days if only in {None, day.cluster}],
        bills=sums,
        outcomes=[outcome_document(one) for one in outcomes],
        unmatched_rows=[row_document(row) for row in rows if only in {None, row.cluster}],
        unmatched_assets=[
            asset_document(one)
            for one in assets
            if only in {None, one.cluster} and (allowed is None or one.cluster in allowed)
        ],
        completeness=[bills_document(one) for one in bills],
        as_of=as_of,
        conversion=conversion_document(question, others),
    )


def _before(snapshot: View, question: Question, answer: Answer[CloudCostRow], context: Context) -> Before:
    earlier = before(question, tuple(row.name for row in answer.rows))
    found = ask_cloud_costs(snapshot, earlier, context.now, context.tables.known)
    own = [row for row in found.rows if row.currency == answer.currency]
    window: Window = earlier.frame.window
    whole = on_grid(sum(row.total_cost for row in own)) if answer.currency else None
    return Before(window, {(row.name, row.currency): row.total_cost for row in found.rows}, whole)


_FILES = ("application/json", "text/csv", "application/vnd.apache.parquet")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/cloudcosts", handler=cloud_costs, family=Family.NATIVE, parameters=CLOUD_PARAMETERS,
        summary="What clouds billed", answers=CloudCostsJson, media_types=_FILES,
    ),
    Operation(
        path="/api/v1/reconciliation", handler=reconciliation, family=Family.NATIVE, answers=ReconciliationJson,
        summary="How bills and assets were brought together, per cluster, day and currency",
        parameters=(
            Parameter("window", f"the time that is asked about, in whole days: {ACCEPTED}", default="7d"),
            Parameter("cluster", "this cluster only; sums over all bills stay"),
            Parameter("limit", f"most rows and assets to name, up to {MOST_SHOWN}", default=str(SHOWN), whole=True),
            *CURRENCY_PARAMETERS,
        ),
    ),
)  # fmt: skip
