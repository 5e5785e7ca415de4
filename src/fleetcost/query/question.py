"""The question as a value, and the frame of sets that can answer it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.window import Resolution, Window
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Filter
from fleetcost.query.kinds import RowKind
from fleetcost.query.properties import PROPERTIES
from fleetcost.query.sharing import Sharing, Split, Tenancy
from fleetcost.query.shown import Exchange, Shown

MOST_WINDOWS = {Resolution.HOUR: 2400, Resolution.DAY: 3660}
"""Sets of one cluster that one question may read: a hundred days of hours, ten years of days."""


class Basis(enum.StrEnum):
    """
    The prices of an answer, in every one of its parts.

    BILLED is list price and what bills changed, which is nothing where no bill covers an asset and day; LIST is what
    the price source says.
    """

    BILLED = "billed"
    LIST = "list"


class Step(enum.StrEnum):
    """How the window is cut into the steps of the answer."""

    ALL = "all"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    SEVEN_DAYS = "weeknow"
    MONTH = "month"
    QUARTER = "quarter"


class Idle(enum.StrEnum):
    """What happens to idle cost."""

    HIDE = "hide"
    SEPARATE = "separate"
    SPLIT = "split"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole windows of one resolution: the rows a question reads. A frame may reach beyond what was asked."""

    window: Window
    resolution: Resolution


@dataclass(frozen=True, slots=True)
class Stretch:
    """Windows of some clusters that count; those of others do not."""

    clusters: tuple[str, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class Ordering:
    """What rows are ordered by: a column of the answer, `total_cost` or `name`."""

    column: str = "total_cost"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """
    Which rows come back.

    Attributes:
        order: what they are ordered by, None for their names
        limit, offset: which of the ordered rows of each step, None for all
        only: names of the rows that come back, None for all
    """

    order: Ordering | None = None
    limit: int | None = None
    offset: int = 0
    only: tuple[str, ...] | None = None

    @property
    def whole(self) -> bool:
        """Whether every row comes back."""
        return self.limit is None and self.only is None and self.offset == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is asked.

    Attributes:
        kind: allocations, assets or cloud costs
        frame: which rows
        step: how the rows of the answer are cut
        series: how its series is cut, None for none; only with `step` ALL
        dimensions: what it is grouped by, in the order of the name's parts
        idle: what happens to idle cost (allocations only); `SPLIT` is a row per cluster, or per node
        idle_by_node: idle belongs to a node instead of a cluster
        idle_split: how shared idle is divided
        tenancy: what happens to the costs of a cluster that no workload asked for
        sharing: what else is shared, None for nothing
        adjusted: False leaves billing adjustments out
        joined: each cost has its adjustment inside, so that every part is on the one basis; False keeps the two apart,
            as sets and the compatible routes have them
        counted: the cluster-windows whose rows are there at all, None for all of the frame
        estimated: False leaves out what was estimated where the source was silent
        filter: which rows count, None for all
        scope: which rows the caller may know of, None for all; what lies outside neither shares nor is shared, and
            counts only where idle and tenancy of its cluster are divided. `filter` must imply it
        detailed: rows carry labels and what else cannot be added up; only sensible for single rows
        parts: rows carry their volumes, load balancers and sources of shared cost
        metadata: groups keep the labels and annotations that all their rows share
        proportions: rows carry their part of each asset's cost
        properties: columns that groups keep where all their rows agree
        page: which rows come back; totals are of all
        summed: totals are wanted
        figures: measures of rows that are wanted besides costs, None for all; those of others are zero in rows of
            allocations, and whole in totals
        now: the clock's reading, for shared costs of a window that is not over
        metric: which of the five costs of a cloud cost is its total
        shown: the currency of the answer where rows may be in several; None where all are in one
    """

    kind: RowKind
    frame: Frame
    step: Step
    series: Step | None = None
    dimensions: tuple[Dimension, ...]
    idle: Idle = Idle.SEPARATE
    idle_by_node: bool = False
    idle_split: Split = Split.WEIGHTED
    tenancy: Tenancy = Tenancy.HIDE
    sharing: Sharing | None = None
    adjusted: bool = True
    joined: bool = False
    counted: tuple[Stretch, ...] | None = None
    estimated: bool = True
    filter: Filter | None = None
    scope: Filter | None = None
    detailed: bool = False
    parts: bool = False
    metadata: bool = False
    proportions: bool = False
    properties: tuple[str, ...] = PROPERTIES
    page: Page = Page()
    summed: bool = True
    figures: frozenset[str] | None = None
    now: datetime | None = None
    metric: str = "amortized_net_cost"
    shown: Shown | None = None

    @property
    def divided(self) -> bool:
        """Whether rows carry costs of others: idle, tenancy or what is shared."""
        return self.idle is Idle.SHARE or self.tenancy is Tenancy.SHARE or self.sharing is not None

    @property
    def converted(self) -> bool:
        """Whether rows are multiplied with rates."""
        return bool(self.exchange.factors)

    @property
    def exchange(self) -> Exchange:
        """What other currencies are worth on the days of the frame; empty where nothing is converted."""
        return Exchange() if self.shown is None else self.shown.exchange(self.frame.window)

    @property
    def basis(self) -> Basis:
        """The prices of every part."""
        return Basis.BILLED if self.adjusted else Basis.LIST

    @property
    def finest(self) -> Step:
        """The finer of the steps of rows and series."""
        return self.series or self.step

    def steps(self) -> tuple[Window, ...]:
        """Return the windows of the rows, oldest first, the outer ones cut at the frame."""
        return cut(self.frame.window, self.step)


def cut(window: Window, step: Step) -> tuple[Window, ...]:
    """Cut a window into steps, oldest first; the outer ones end at the window's ends."""
    pieces = []
    start = window.start
    while start < window.end:
        end = min(_step_end(step, start, window), window.end)
        pieces.append(Window(start, end))
        start = end
    return tuple(pieces)


LAST_SECOND = timedelta(seconds=1)


def framed(window: Window, step: Step | None, hourly_from: datetime | None, now: datetime) -> tuple[Frame, Step]:
    """
    Choose the rows that answer for a window, and the step where none was asked for.

    Whole days come from daily sets; a window whose last day ends at 23:59:59, as pages write it, is whole. Anything
    finer comes from hourly sets as long as they are kept; what is older is answered with the whole days it touches, by
    day even where hours were asked for.

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
    whole = days.start == window.start and (window.end == now or days.end - window.end <= LAST_SECOND)
    finer = step is Step.HOUR or (step in {None, Step.ALL} and not whole)
    if finer and (hourly_from is None or hours.start >= hourly_from):
        return Frame(_bounded(hours, Resolution.HOUR), Resolution.HOUR), step or Step.HOUR
    return Frame(_bounded(days, Resolution.DAY), Resolution.DAY), Step.DAY if step in {None, Step.HOUR} else step


def parse_accumulate(text: str | None, parameter: str = "accumulate") -> Step | None:
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
    raise QuestionError(parameter, str(text), f"{', '.join(accepted)}", suggestion=closest(word, accepted))


def _bounded(window: Window, resolution: Resolution) -> Window:
    most = MOST_WINDOWS[resolution]
    if window.seconds > most * resolution.seconds:
        raise QuestionError(
            "window", str(window), f"a window of at most {most} whole {resolution} sets", code=QuestionCode.TOO_LARGE
        )
    return window


def _step_end(step: Step, start: datetime, window: Window) -> datetime:
    if step is Step.ALL:
        return window.end
    if step is Step.HOUR:
        return start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if step is Step.SEVEN_DAYS:
        return start + timedelta(days=7)
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if step in {Step.MONTH, Step.QUARTER}:
        return _months_later(day, 1 if step is Step.MONTH else 3 - (day.month - 1) % 3)
    # Weeks of the field run from Sunday to Saturday.
    return day + timedelta(days=1 if step is Step.DAY else 7 - (day.weekday() + 1) % 7)


def _months_later(day: datetime, count: int) -> datetime:
    months = day.year * 12 + day.month - 1 + count
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
