"""The native envelope: rows, totals, series, completeness, warnings, in one schema for every kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fleetcost.api.behind import CompletenessJson, RateMissingJson, completeness_document
from fleetcost.api.compared import Alike, PreviousJson, WindowJson, window_document
from fleetcost.api.currency import (
    ConversionJson,
    CurrencyFiguresJson,
    WarningJson,
    conversion_document,
    currency_warnings,
)
from fleetcost.api.rows import ALLOCATION_TOTALS, ASSET_TOTALS, ROW_COLUMNS, efficiencies, row_document
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window
from fleetcost.query.answer import Answer, Completeness, SeriesStep
from fleetcost.query.bills import BillCover
from fleetcost.query.question import Basis, Question, Step
from fleetcost.query.rows import AllocationRow, AssetRow, on_grid

Json = dict[str, Any]


class QuestionJson(msgspec.Struct, frozen=True):
    """
    What was understood of the question.

    Attributes:
        window: the one that was read: whole days or hours
        filter: as it was asked
        resolution: of the rows that were read
        basis: the prices of every figure
        estimated: whether what is estimated is in the figures: include or exclude
    """

    kind: str
    window: WindowJson
    aggregate: list[str]
    step: str
    idle: str
    filter: str
    resolution: str
    tenancy: str = "hide"
    basis: str = Basis.BILLED
    estimated: str = "include"


class PointJson(msgspec.Struct, frozen=True):
    """One group in one step of the series."""

    name: str
    total_cost: float


class StepJson(msgspec.Struct, frozen=True):
    """
    One step of the series.

    Attributes:
        state: the worst of the windows behind it
        uncovered_share: of its assets' list cost, what no bill covers; None at list prices and where nothing cost
        estimated_cost: of its total, what is estimated where the source was silent
    """

    window: WindowJson
    state: WindowState
    total_cost: float
    rows: list[PointJson]
    uncovered_share: float | None = None
    estimated_cost: float = 0.0


class BillCompletenessJson(msgspec.Struct, frozen=True):
    """
    Which days of one integration stand behind the answer.

    Attributes:
        state: the least of its days' states
        days: how many days are in each state of their bill
        causes: what is wrong with days whose bill cannot be used
        unmapped_rows: rows of the bills that no rule knows
        rate_missing: costs in other currencies that no exchange rate converts, empty without
    """

    integration: str
    state: BillState
    days: dict[str, int]
    first: str | None
    last: str | None
    causes: list[str]
    unmapped_rows: int
    rate_missing: list[RateMissingJson] = []


class PriceBasisJson(msgspec.Struct, frozen=True):
    """
    The prices behind every figure, and of billed ones how far bills cover the assets of the answer's clusters.

    Attributes:
        basis: billed or list
        list_cost: of all these assets at list price; None at list prices, as all that follows
        uncovered_cost: of those that no bill covers, which stay at list price
        uncovered_share: the one over the other, None where nothing cost anything
    """

    basis: str
    list_cost: float | None = None
    uncovered_cost: float | None = None
    uncovered_share: float | None = None


class PageJson(msgspec.Struct, frozen=True):
    """Which of the rows came back: `count` is how many there are."""

    count: int
    offset: int
    limit: int | None


class AnswerJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    The envelope of every native answer.

    Attributes:
        currency: of totals, series and rows, but for rows that say another; empty where rows are in several and none
            was chosen: then `totals` and `series` are empty as well
        by_currency: totals per currency, where rows are in several
        conversion: the exchange rates behind the answer, where one currency was asked for and rows are in others
    """

    question: QuestionJson
    currency: str
    rows: list[Json]
    totals: Json
    series: list[StepJson]
    completeness: list[CompletenessJson]
    warnings: list[WarningJson]
    as_of: str
    took_ms: float
    page: PageJson
    previous: PreviousJson | None = None
    prices: PriceBasisJson | None = None
    by_currency: list[CurrencyFiguresJson] = []
    conversion: ConversionJson | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the client wrote.

    Attributes:
        window: before it was widened to whole sets
        filter: its text
        hours: steps of an hour were asked for
        now: when it was asked
        columns: which figures of a row are wanted, empty for all
    """

    window: Window
    filter: str
    hours: bool
    now: datetime
    columns: tuple[str, ...] = ()


def envelope(
    answer: Answer[AllocationRow] | Answer[AssetRow],
    asked: Asked,
    before: Alike | None,
    cover: Sequence[BillCover],
    as_of: str,
    took_ms: float,
) -> AnswerJson:
    """
    Put an answer together.

    Args:
        answer: what was found
        asked: what the client wrote
        before: what is compared, None where nothing was asked to be
        cover: what bills stand behind it, empty at list prices
        as_of: when the tables were last equal to the bucket
        took_ms: time spent
    """
    question = answer.question
    return AnswerJson(
        question=question_document(question, asked.filter),
        currency=answer.currency,
        rows=[_row(row, question, asked.columns, before) for row in answer.rows],
        totals=_totals(answer),
        series=_series(answer, cover),
        completeness=[completeness_document(entry) for entry in answer.completeness],
        warnings=_warnings(answer, asked),
        as_of=as_of,
        took_ms=round(took_ms, 1),
        page=PageJson(sum(one.count for one in answer.totals), question.page.offset, question.page.limit),
        previous=before.document() if before else None,
        prices=PriceBasisJson(question.basis, *(_covered(cover) if question.adjusted else ())),
        by_currency=_by_currency(answer),
        conversion=conversion_document(question, answer.others),
    )


def question_document(question: Question, filter_text: str) -> QuestionJson:
    """Say what was understood."""
    steps = {"hour": "1h", "day": "1d"}
    return QuestionJson(
        kind=question.kind.value,
        window=window_document(question.frame.window),
        aggregate=[str(dimension) for dimension in question.dimensions],
        step=steps.get(question.finest.value, question.finest.value),
        idle="separate" if question.idle.value == "split" else question.idle.value,
        filter=filter_text,
        resolution=question.frame.resolution.value,
        tenancy=question.tenancy.value,
        basis=question.basis.value,
        estimated="include" if question.estimated else "exclude",
    )


def _row(row: AllocationRow | AssetRow, question: Question, columns: tuple[str, ...], before: Alike | None) -> Json:
    facts = row_document(row, question)
    if columns:
        facts = {name: facts[name] for name in ("name", "key", *columns) if name in facts}
    if before is not None:
        facts["previous"] = before.row(row)
    return facts


def _totals(answer: Answer[Any]) -> Json:
    """Return the totals in the answer's currency; nothing where rows are in several and none was chosen."""
    if answer.totals and not answer.currency:
        return {}
    return _figures(answer.question, answer.total.row if answer.total else None)


def _figures(question: Question, row: AllocationRow | AssetRow | None) -> Json:
    names = ALLOCATION_TOTALS if question.kind is SetKind.ALLOCATIONS else ASSET_TOTALS
    found = {name: getattr(row, name) if row else 0.0 for name in names}
    totals: Json = {name: None if value is None else on_grid(value) for name, value in found.items()}
    if question.kind is SetKind.ALLOCATIONS:
        totals |= efficiencies(row) if isinstance(row, AllocationRow) else dict.fromkeys(ROW_COLUMNS.efficiencies)
    return totals


def _by_currency(answer: Answer[Any]) -> list[CurrencyFiguresJson]:
    """Return totals per currency, the answer's own first; nothing where all rows are in it."""
    if all(one.row.currency == answer.currency for one in answer.totals):
        return []
    ordered = sorted(answer.totals, key=lambda one: (one.row.currency != answer.currency, one.row.currency))
    return [CurrencyFiguresJson(one.row.currency, one.count, _figures(answer.question, one.row)) for one in ordered]


def _covered(cover: Sequence[BillCover]) -> tuple[float, float, float | None]:
    """Return what assets cost at list price, how much of that no bill covers, and its share."""
    listed = on_grid(sum(one.list_cost for one in cover))
    uncovered = on_grid(sum(one.uncovered_cost for one in cover))
    return listed, uncovered, uncovered / listed if listed > 0 else None


def _series(answer: Answer[Any], cover: Sequence[BillCover]) -> list[StepJson]:
    by_day: dict[datetime, list[BillCover]] = defaultdict(list)
    for one in cover:
        by_day[one.day].append(one)
    return [_step(step, answer.completeness, by_day) for step in answer.series]


def _step(
    step: SeriesStep, completeness: Sequence[Completeness], cover: Mapping[datetime, Sequence[BillCover]]
) -> StepJson:
    days = Window(Resolution.DAY.floor(step.window.start), step.window.end).split(Resolution.DAY)
    return StepJson(
        window=window_document(step.window),
        state=_state_of(step.window, completeness),
        total_cost=on_grid(step.total_cost),
        rows=[PointJson(point.name, point.total_cost) for point in step.points],
        uncovered_share=_covered([one for day in days for one in cover.get(day.start, ())])[2],
        estimated_cost=on_grid(step.estimated_cost),
    )


def _state_of(window: Window, completeness: Sequence[Completeness]) -> WindowState:
    """Return the worst state among the gaps that meet a step; a step before every cluster is no complete zero."""
    met = [gap.state for entry in completeness for gap in entry.gaps if gap.window.meets(window)]
    if not met and all(entry.first is None or window.end <= entry.first for entry in completeness):
        return WindowState.BEFORE_FIRST_SEEN
    return max(met, key=lambda state: state.severity, default=WindowState.COMPLETE)


def _warnings(answer: Answer[Any], asked: Asked) -> list[WarningJson]:
    warnings = currency_warnings(answer)
    frame = answer.question.frame
    # Beyond now there is nothing: a frame that only ends later holds no more than what was asked.
    if frame.window.start != asked.window.start or min(frame.window.end, asked.now) > asked.window.end:
        message = f"answered for {frame.window}, the whole {frame.resolution} windows that hold {asked.window}"
        warnings.append(WarningJson("window-widened", message))
    if asked.hours and answer.question.finest is not Step.HOUR:
        message = "hours are not kept as far back as this window goes: the series is by day"
        warnings.append(WarningJson("step-widened", message))
    negative = [row.name for row in answer.rows if isinstance(row, AllocationRow) and row.idle and row.total_cost < 0]
    if negative:
        message = f"negative idle in {', '.join(negative)}: more was charged on its nodes than they cost"
        warnings.append(WarningJson("negative-idle", message))
    return warnings
