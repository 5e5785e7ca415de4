"""The question as a value, and the frame of sets that can answer it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.errors import QuestionError, near
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Filter

MOST_WINDOWS = {Resolution.HOUR: 2400, Resolution.DAY: 3660}
"""Sets of one cluster that one question may read: a hundred days of hours, ten years of days."""


class Step(enum.StrEnum):
    """How the window is cut into the steps of the answer."""

    ALL = "all"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Idle(enum.StrEnum):
    """What happens to idle cost."""

    HIDE = "hide"
    SEPARATE = "separate"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole windows of one resolution: the rows a question reads. A frame may reach beyond what was asked."""

    window: Window
    resolution: Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked.

    Attributes:
        kind: allocations or assets
        frame: which rows
        step: how the answer is cut
        dimensions: what it is grouped by, in the order of the name's parts
        idle: what happens to idle cost (allocations only); `SPLIT` is a row per cluster
        filter: which rows count, None for all
        detailed: rows carry labels, volumes and what else cannot be added up; only sensible for single rows
    """

    kind: SetKind
    frame: Frame
    step: Step
    dimensions: tuple[Dimension, ...]
    idle: Idle = Idle.SEPARATE
    filter: Filter | None = None
    detailed: bool = False

    def steps(self) -> tuple[Window, ...]:
        """Return the windows of the answer, oldest first, the outer ones cut at the frame."""
        cut = []
        start = self.frame.window.start
        while start < self.frame.window.end:
            end = min(_step_end(self.step, start, self.frame.window.end), self.frame.window.end)
            cut.append(Window(start, end))
            start = end
        return tuple(cut)


def framed(window: Window, step: Step | None, hourly_from: datetime | None, now: datetime) -> tuple[Frame, Step]:
    """
    Choose the rows that answer for a window, and the step where none was asked for.

    Whole days come from daily sets. Anything finer comes from hourly sets as long as they are kept; what is older is
    answered with the whole days it touches, by day even where hours were asked for.

    Args:
        window: as asked
        step: as asked; None keeps the sets apart
        hourly_from: hourly rows are kept since this time, None for ever
        now: the clock's reading; a window that ends now, such as `week`, ends with today

    Raises:
        QuestionError: more steps than anybody reads.
    """
    days = Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end))
    hours = Window(Resolution.HOUR.floor(window.start), Resolution.HOUR.ceil(window.end))
    whole = days.start == window.start and window.end in {days.end, now}
    finer = step is Step.HOUR or (step in {None, Step.ALL} and not whole)
    if finer and (hourly_from is None or hours.start >= hourly_from):
        return Frame(_bounded(hours, Resolution.HOUR), Resolution.HOUR), step or Step.HOUR
    return Frame(_bounded(days, Resolution.DAY), Resolution.DAY), Step.DAY if step in {None, Step.HOUR} else step


def _bounded(window: Window, resolution: Resolution) -> Window:
    most = MOST_WINDOWS[resolution]
    if window.seconds > most * resolution.seconds:
        raise QuestionError("window", str(window), f"a window of at most {most} whole {resolution} sets")
    return window


def parse_accumulate(text: str | None) -> Step | None:
    """
    Read the field's `accumulate`: a truth value or the name of a step; None keeps the sets apart.

    Raises:
        QuestionError: neither a truth value nor a step.
    """
    word = (text or "false").strip().lower()
    if word in {"true", "t", "1", "all"}:
        return Step.ALL
    if word in {"false", "f", "0", "none"}:
        return None
    if word in set(Step):
        return Step(word)
    accepted = ["true", "false", *Step]
    raise QuestionError("accumulate", str(text), f"{', '.join(accepted)}{near(word, accepted)}")


def _step_end(step: Step, start: datetime, last: datetime) -> datetime:
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if step is Step.HOUR:
        return start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if step is Step.DAY:
        return day + timedelta(days=1)
    if step is Step.WEEK:
        # Weeks of the field run from Sunday to Saturday.
        return day + timedelta(days=7 - (day.weekday() + 1) % 7)
    if step is Step.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    if step is Step.QUARTER:
        month = day.replace(day=1)
        while (month.month, month.day) != (month.month // 3 * 3 + 1, 1) or month <= start:
            month = (month + timedelta(days=32)).replace(day=1)
        return month
    return last
