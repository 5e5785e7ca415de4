"""The native envelope of cloud costs: as for every kind, with bills instead of clusters behind it."""

from __future__ import annotations

from typing import Any

import msgspec

from fleetcost.api.behind import missing_rates
from fleetcost.api.compared import Before, PreviousJson, WindowJson, window_document
from fleetcost.api.currency import ConversionJson, WarningJson, conversion_document, currency_warnings
from fleetcost.api.native import (
    Asked,
    BillCompletenessJson,
    PageJson,
    PointJson,
    QuestionJson,
    question_document,
)
from fleetcost.api.rows import CLOUD_TOTALS, cloud_cost_document
from fleetcost.model.window import rfc3339
from fleetcost.query.answer import Answer, BillCompleteness, SeriesStep
from fleetcost.query.rows import CloudCostRow, on_grid

Json = dict[str, Any]


class BillStepJson(msgspec.Struct, frozen=True):
    """One step of the series."""

    window: WindowJson
    total_cost: float
    rows: list[PointJson]


class CurrencyTotalsJson(msgspec.Struct, frozen=True):
    """Totals in one currency."""

    currency: str
    count: int
    totals: dict[str, float]


class CloudAnswerJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    The envelope of an answer about cloud costs.

    Attributes:
        currency: of totals, series and rows, but for rows that say another; empty where rows are in several and none
            was chosen: then `totals` and `series` are empty as well
        by_currency: totals per currency, always, the answer's own first
        conversion: the exchange rates behind the answer, where one currency was asked for and rows are in others
    """

    question: QuestionJson
    metric: str
    currency: str
    rows: list[Json]
    totals: dict[str, float]
    by_currency: list[CurrencyTotalsJson]
    series: list[BillStepJson]
    completeness: list[BillCompletenessJson]
    warnings: list[WarningJson]
    as_of: str
    took_ms: float
    page: PageJson
    previous: PreviousJson | None = None
    conversion: ConversionJson | None = None


def cloud_envelope(
    answer: Answer[CloudCostRow], asked: Asked, before: Before | None, as_of: str, took_ms: float
) -> CloudAnswerJson:
    """Put an answer together; see `native.envelope`."""
    question, own = answer.question, answer.currency
    ordered = sorted(answer.totals, key=lambda one: (one.row.currency != own, one.row.currency))
    sums = [CurrencyTotalsJson(one.row.currency, one.count, _totals(one.row)) for one in ordered]
    chosen = next((one.totals for one in sums if one.currency == own), dict.fromkeys(CLOUD_TOTALS, 0.0))
    return CloudAnswerJson(
        question=question_document(question, asked.filter),
        metric=question.metric,
        currency=answer.currency,
        rows=[_row(row, answer, asked, before) for row in answer.rows],
        totals={} if sums and not own else chosen,
        by_currency=sums,
        series=[_step(step) for step in answer.series],
        completeness=[bills_document(one) for one in answer.bills],
        warnings=_warnings(answer, asked),
        as_of=as_of,
        took_ms=round(took_ms, 1),
        page=PageJson(sum(one.count for one in sums), question.page.offset, question.page.limit),
        previous=PreviousJson(window_document(before.window), before.total_cost) if before else None,
        conversion=conversion_document(question, answer.others),
    )


def bills_document(entry: BillCompleteness) -> BillCompletenessJson:
    """Say what stands behind an answer, for one integration."""
    return BillCompletenessJson(
        integration=entry.integration,
        state=entry.state,
        days={state.value: count for state, count in entry.counts.items()},
        first=rfc3339(entry.first) if entry.first else None,
        last=rfc3339(entry.last) if entry.last else None,
        causes=list(entry.causes),
        unmapped_rows=entry.unmapped_rows,
        rate_missing=missing_rates(entry.without_rate),
    )


def _totals(row: CloudCostRow) -> dict[str, float]:
    return {name: on_grid(getattr(row, name)) for name in CLOUD_TOTALS}


def _row(row: CloudCostRow, answer: Answer[CloudCostRow], asked: Asked, before: Before | None) -> Json:
    facts = cloud_cost_document(row, answer.question)
    if asked.columns:
        facts = {name: facts[name] for name in ("name", "key", *asked.columns) if name in facts}
    if before is not None:
        earlier = before.costs.get((row.name, row.currency), 0.0)
        change = on_grid(row.total_cost - earlier)
        relative = change / earlier if earlier > 0 else None
        facts["previous"] = {"total_cost": earlier, "change": change, "relative": relative}
    return facts


def _step(step: SeriesStep) -> BillStepJson:
    points = [PointJson(point.name, point.total_cost) for point in step.points]
    return BillStepJson(window_document(step.window), on_grid(step.total_cost), points)


def _warnings(answer: Answer[CloudCostRow], asked: Asked) -> list[WarningJson]:
    warnings = currency_warnings(answer)
    frame = answer.question.frame
    if frame.window.start != asked.window.start or min(frame.window.end, asked.now) > asked.window.end:
        message = f"answered for {frame.window}, the whole days that hold {asked.window}: bills are by day"
        warnings.append(WarningJson("window-widened", message))
    unfinished = [one.integration for one in answer.bills if not one.state.finished]
    if unfinished:
        message = f"the bills of {', '.join(unfinished)} are not final on every day: costs will still change"
        warnings.append(WarningJson("bills-not-final", message))
    return warnings
