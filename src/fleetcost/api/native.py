"""The native envelope: rows, totals, series, completeness, warnings, in one schema for every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fleetcost.api.behind import CompletenessJson, completeness_document
from fleetcost.api.rows import ALLOCATION_TOTALS, ASSET_TOTALS, ROW_COLUMNS, efficiencies, row_document
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.answer import Answer, Completeness, SeriesStep
from fleetcost.query.bills import BillCover
from fleetcost.query.comparison import Comparison
from fleetcost.query.question import Basis, Question, Step
from fleetcost.query.rows import AllocationRow, AssetRow, on_grid

Json = dict[str, Any]


class WindowJson(msgspec.Struct, frozen=True):
    """A half-open window."""

    start: str
    end: str


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
    """

    integration: str
    state: BillState
    days: dict[str, int]
    first: str | None
    last: str | None
    causes: list[str]
    unmapped_rows: int


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


class WarningJson(msgspec.Struct, frozen=True):
    """Something the reader of the numbers should know."""

    code: str
    message: str


class PageJson(msgspec.Struct, frozen=True):
    """Which of the rows came back: `count` is how many there are."""

    count: int
    offset: int
    limit: int | None


class PreviousJson(msgspec.Struct, frozen=True):
    """
    The window before, and what everything cost in the part of it that is compared.

    Attributes:
        window: the same length just before, or the same days of the month before
        total_cost: of the part that was observed in both windows; None where there is none
        compared_cost: of the same part of the window that is asked about; None for bills, which are compared whole
        basis: the prices of both: list where bills do not cover both alike
        compared_windows: cluster-windows of that part
        windows: cluster-windows there are at most
        span, earlier_span: from the first to the last window of the part, of either side
        completeness: which windows of the window before there are
    """

    window: WindowJson
    total_cost: float | None
    compared_cost: float | None = None
    basis: str | None = None
    compared_windows: int = 0
    windows: int = 0
    span: WindowJson | None = None
    earlier_span: WindowJson | None = None
    completeness: list[CompletenessJson] = []


class AnswerJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """The envelope of every native answer."""

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


@dataclass(frozen=True, slots=True)
class Before:
    """The same rows in the window just before: cost by name, and of everything."""

    window: Window
    costs: Mapping[str, float]
    total_cost: float


@dataclass(frozen=True, slots=True)
class Alike:
    """
    Like parts of two windows.

    Attributes:
        asked: what is compared
        now, before: the answers about either part
    """

    asked: Comparison
    now: Answer[Any]
    before: Answer[Any]

    def row(self, name: str) -> Json:
        """Return what a row cost in both; None where nothing is compared."""
        if not self.asked.windows:
            return _change(None, None)
        return _change(_cost(self.now, name), _cost(self.before, name))

    def document(self) -> PreviousJson:
        """Say what was compared."""
        now, before = (_whole_cost(side) if self.asked.windows else None for side in (self.now, self.before))
        spans = [window_document(one) if one else None for one in (self.asked.span, self.asked.earlier)]
        return PreviousJson(
            window=window_document(self.asked.before.frame.window),
            total_cost=before,
            compared_cost=now,
            basis=self.asked.now.basis,
            compared_windows=self.asked.windows,
            windows=self.asked.every,
            span=spans[0],
            earlier_span=spans[1],
            completeness=[completeness_document(entry) for entry in self.before.completeness],
        )


def _cost(answer: Answer[Any], name: str) -> float:
    return on_grid(sum(row.total_cost for row in answer.rows if row.name == name))


def _whole_cost(answer: Answer[Any]) -> float:
    return on_grid(answer.total.row.total_cost) if answer.total else 0.0


def _change(now: float | None, before: float | None) -> Json:
    """Return two costs and their difference, in money and as a part of the earlier one."""
    change = None if now is None or before is None else on_grid(now - before)
    relative = change / before if change is not None and before is not None and before > 0 else None
    return {"total_cost": before, "change": change, "relative": relative, "compared_cost": now}


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
    question, total = answer.question, answer.total
    return AnswerJson(
        question=question_document(question, asked.filter),
        currency=answer.currency,
        rows=[_row(row, question, asked.columns, before) for row in answer.rows],
        totals=_totals(answer),
        series=[_step(step, answer.completeness, cover) for step in answer.series],
        completeness=[completeness_document(entry) for entry in answer.completeness],
        warnings=_warnings(answer, asked),
        as_of=as_of,
        took_ms=round(took_ms, 1),
        page=PageJson(total.count if total else 0, question.page.offset, question.page.limit),
        previous=before.document() if before else None,
        prices=PriceBasisJson(question.basis, *(_covered(cover) if question.adjusted else ())),
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


def window_document(window: Window) -> WindowJson:
    """Write a window."""
    return WindowJson(rfc3339(window.start), rfc3339(window.end))


def _row(row: AllocationRow | AssetRow, question: Question, columns: tuple[str, ...], before: Alike | None) -> Json:
    facts = row_document(row, question)
    if columns:
        facts = {name: facts[name] for name in ("name", "key", *columns) if name in facts}
    if before is not None:
        facts["previous"] = before.row(row.name)
    return facts


def _totals(answer: Answer[Any]) -> Json:
    names = ALLOCATION_TOTALS if answer.question.kind is SetKind.ALLOCATIONS else ASSET_TOTALS
    total = answer.total
    found = {name: getattr(total.row, name) if total else 0.0 for name in names}
    totals: Json = {name: None if value is None else on_grid(value) for name, value in found.items()}
    if answer.question.kind is SetKind.ALLOCATIONS:
        totals |= efficiencies(total.row) if total else dict.fromkeys(ROW_COLUMNS.efficiencies)
    return totals


def _covered(cover: Sequence[BillCover]) -> tuple[float, float, float | None]:
    """Return what assets cost at list price, how much of that no bill covers, and its share."""
    listed = on_grid(sum(one.list_cost for one in cover))
    uncovered = on_grid(sum(one.uncovered_cost for one in cover))
    return listed, uncovered, uncovered / listed if listed > 0 else None


def _step(step: SeriesStep, completeness: Sequence[Completeness], cover: Sequence[BillCover]) -> StepJson:
    met = [one for one in cover if Resolution.DAY.window_of(one.day).meets(step.window)]
    return StepJson(
        window=window_document(step.window),
        state=_state_of(step.window, completeness),
        total_cost=on_grid(step.total_cost),
        rows=[PointJson(point.name, point.total_cost) for point in step.points],
        uncovered_share=_covered(met)[2],
        estimated_cost=on_grid(step.estimated_cost),
    )


def _state_of(window: Window, completeness: Sequence[Completeness]) -> WindowState:
    """Return the worst state among the gaps that meet a step; a step before every cluster is no complete zero."""
    met = [gap.state for entry in completeness for gap in entry.gaps if gap.window.meets(window)]
    if not met and all(entry.first is None or window.end <= entry.first for entry in completeness):
        return WindowState.BEFORE_FIRST_SEEN
    return max(met, key=lambda state: state.severity, default=WindowState.COMPLETE)


def _warnings(answer: Answer[Any], asked: Asked) -> list[WarningJson]:
    warnings = []
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
