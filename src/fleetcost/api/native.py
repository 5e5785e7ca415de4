"""The native envelope: rows, totals, series, completeness, warnings, in one schema for every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Window, rfc3339
from fleetcost.query.answer import AllocationRow, Answer, AssetRow, Completeness, StepRows, on_grid
from fleetcost.query.question import Question, Step

Json = dict[str, Any]

ALLOCATION_TOTALS = (
    "cpu_core_hours", "cpu_core_request_hours", "cpu_cost", "cpu_cost_adjustment",
    "ram_byte_hours", "ram_byte_request_hours", "ram_cost", "ram_cost_adjustment",
    "gpu_hours", "gpu_request_hours", "gpu_cost", "gpu_cost_adjustment",
    "pv_byte_hours", "pv_cost", "pv_cost_adjustment", "network_cost", "network_cost_adjustment",
    "load_balancer_cost", "load_balancer_cost_adjustment", "shared_cost", "external_cost", "total_cost",
)  # fmt: skip
ASSET_TOTALS = ("cpu_core_hours", "ram_byte_hours", "gpu_hours", "byte_hours", "cpu_cost", "ram_cost", "gpu_cost",
                "cost", "adjustment", "total_cost")  # fmt: skip


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
    """

    kind: str
    window: WindowJson
    aggregate: list[str]
    step: str
    idle: str
    filter: str
    resolution: str


class PointJson(msgspec.Struct, frozen=True):
    """One group in one step of the series."""

    name: str
    total_cost: float


class StepJson(msgspec.Struct, frozen=True):
    """One step of the series and the worst state of the windows behind it."""

    window: WindowJson
    state: WindowState
    total_cost: float
    rows: list[PointJson]


class CompletenessJson(msgspec.Struct, frozen=True):
    """Which windows of one cluster stand behind the answer."""

    cluster: str
    state: WindowState
    windows: dict[str, int]
    first: str | None
    last: str | None
    coverage_minutes: float
    expected_minutes: float
    causes: list[str]


class WarningJson(msgspec.Struct, frozen=True):
    """Something the reader of the numbers should know."""

    code: str
    message: str


class AnswerJson(msgspec.Struct, frozen=True):
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


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the client wrote.

    Attributes:
        window: before it was widened to whole sets
        filter: the text
        hours: steps of an hour were asked for
        now: when it was asked
    """

    window: Window
    filter: str
    hours: bool
    now: datetime


def envelope(
    rows: Answer[AllocationRow] | Answer[AssetRow],
    series: Answer[AllocationRow] | Answer[AssetRow],
    asked: Asked,
    as_of: str,
    took_ms: float,
) -> AnswerJson:
    """
    Put an answer together.

    Args:
        rows: over the whole window
        series: the same cut into steps
        asked: as the client wrote it
        as_of: when the tables were last equal to the bucket
        took_ms: time spent
    """
    members: list[AllocationRow | AssetRow] = sorted(rows.rows, key=lambda row: -row.total_cost)
    totals = ALLOCATION_TOTALS if rows.question.kind is SetKind.ALLOCATIONS else ASSET_TOTALS
    return AnswerJson(
        question=_question(rows.question, series.question, asked.filter),
        currency=rows.currency,
        rows=[_row(row, rows.question) for row in members],
        totals={name: on_grid(sum(getattr(row, name) for row in members)) for name in totals},
        series=[_step(step, series.completeness) for step in series.steps],
        completeness=[_completeness(entry) for entry in rows.completeness],
        warnings=_warnings(rows, series.question, asked),
        as_of=as_of,
        took_ms=round(took_ms, 1),
    )


def _question(rows: Question, series: Question, filter_text: str) -> QuestionJson:
    steps = {"hour": "1h", "day": "1d"}
    return QuestionJson(
        kind=rows.kind.value,
        window=_window(rows.frame.window),
        aggregate=[str(dimension) for dimension in rows.dimensions],
        step=steps.get(series.step.value, series.step.value),
        idle="separate" if rows.idle.value == "split" else rows.idle.value,
        filter=filter_text,
        resolution=rows.frame.resolution.value,
    )


def _row(row: AllocationRow | AssetRow, question: Question) -> Json:
    facts: Json = msgspec.to_builtins(row)
    facts["name"] = row.name
    if isinstance(row, AllocationRow):
        facts["key"] = (
            {"cluster": row.cluster} if row.idle and row.cluster else {} if row.idle else _key(row.names, question)
        )
        facts |= {
            "cpu_efficiency": row.cpu_efficiency,
            "ram_efficiency": row.ram_efficiency,
            "gpu_efficiency": row.gpu_efficiency,
            "total_efficiency": row.total_efficiency,
        }
    else:
        facts["key"] = _key(row.names, question)
        facts["asset_name"] = row.name_
    facts["total_cost"] = row.total_cost
    facts.pop("names")
    facts.pop("details", None)
    return facts


def _key(names: Sequence[str], question: Question) -> Json:
    return {str(dimension): name for dimension, name in zip(question.dimensions, names, strict=True)}


def _step(step: StepRows[Any], completeness: Sequence[Completeness]) -> StepJson:
    return StepJson(
        window=_window(step.window),
        state=_state_of(step.window, completeness),
        total_cost=on_grid(sum(row.total_cost for row in step.rows)),
        rows=[PointJson(row.name, row.total_cost) for row in step.rows],
    )


def _state_of(window: Window, completeness: Sequence[Completeness]) -> WindowState:
    """Return the worst state among the gaps that meet a step; a step before every cluster is no complete zero."""
    met = [gap.state for entry in completeness for gap in entry.gaps if gap.window.meets(window)]
    if not met and all(entry.first is None or window.end <= entry.first for entry in completeness):
        return WindowState.BEFORE_FIRST_SEEN
    return max(met, key=lambda state: state.severity, default=WindowState.COMPLETE)


def _completeness(entry: Completeness) -> CompletenessJson:
    causes = sorted({f"{gap.state}: {gap.cause}" for gap in entry.gaps if gap.cause})
    return CompletenessJson(
        cluster=entry.cluster,
        state=entry.state,
        windows={state.value: count for state, count in entry.counts.items()},
        first=rfc3339(entry.first) if entry.first else None,
        last=rfc3339(entry.last) if entry.last else None,
        coverage_minutes=round(entry.coverage_minutes, 3),
        expected_minutes=round(entry.expected_minutes, 3),
        causes=causes[:20],
    )


def _warnings(rows: Answer[Any], series: Question, asked: Asked) -> list[WarningJson]:
    warnings = []
    frame = rows.question.frame
    # Beyond now there is nothing: a frame that only ends later holds no more than what was asked.
    if frame.window.start != asked.window.start or min(frame.window.end, asked.now) > asked.window.end:
        message = f"answered for {frame.window}, the whole {frame.resolution} windows that hold {asked.window}"
        warnings.append(WarningJson("window-widened", message))
    if asked.hours and series.step is not Step.HOUR:
        message = "hours are not kept as far back as this window goes: the series is by day"
        warnings.append(WarningJson("step-widened", message))
    negative = [row.name for row in rows.rows if isinstance(row, AllocationRow) and row.idle and row.total_cost < 0]
    if negative:
        message = f"negative idle in {', '.join(negative)}: more was charged on its nodes than they cost"
        warnings.append(WarningJson("negative-idle", message))
    return warnings


def _window(window: Window) -> WindowJson:
    return WindowJson(rfc3339(window.start), rfc3339(window.end))
