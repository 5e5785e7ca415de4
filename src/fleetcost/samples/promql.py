"""
Queries written out in PromQL.

Every query looks back one window, most as an instant query. Windows are half-open, and Prometheus 2 and 3 disagree on
whether the left end of a range belongs to it. Both give the same answer here, without asking for the version:

* raw ranges are evaluated one millisecond before the window's end, so the sample at the start is in and the one at the
  end is out, whichever end is closed; the ranges of single steps (`stepwise`) are shifted by the same millisecond;
* stepped ranges are evaluated at the end and reach one second beyond the start, so the step at the start is always in,
  or one second short of it, so it never is;
* queries with several points are evaluated at the window's own times, each a millisecond before.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.model.histogram import POINT_SECONDS
from fleetcost.model.window import Window
from fleetcost.samples.query import Matcher, Over, Query, scrape_labels

FRESH_STEPS = 2
"""A series is fresh while its newest sample is younger than this many steps."""

LOOKBACK_SECONDS = 300
"""How long a sample stays the current one where nothing newer and no stale marker follows: the server's default."""

MEAN_LABEL = "mean_of_samples"
"""The label in which `count_values` hands out the means of a row's series."""

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_MILLISECONDS = 1000

Matchers = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """
    A query as the API takes it.

    Attributes:
        text: the expression
        time_ms: when it is evaluated, in milliseconds
        from_ms, step_seconds: of one with several points: the first; they end at `time_ms`. 0 for one point
    """

    text: str
    time_ms: int
    from_ms: int = 0
    step_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Lookback:
    """
    What a query looks back over.

    Attributes:
        window: half-open
        step_seconds: step of stepped queries
        coarse: the samples are a Thanos' coarser ones, each at the last millisecond of what it stands for. One of them
            lies one millisecond before the window, so ranges of values end a second short of it; growth is counted
            from that very sample.
    """

    window: Window
    step_seconds: int
    coarse: bool = False

    @property
    def end_ms(self) -> int:
        """The window's end in milliseconds."""
        return self.window.end_epoch * _MILLISECONDS

    @property
    def reach_seconds(self) -> int:
        """How far from a step its neighbouring sample may lie."""
        return max(LOOKBACK_SECONDS, self.step_seconds)

    @property
    def with_start(self) -> str:
        """The stepped range that reaches the step at the window's start."""
        return f"{duration(int(self.window.seconds) + 1)}:{duration(self.step_seconds)}"

    @property
    def after_start(self) -> str:
        """The stepped range that begins one step after the window's start."""
        return f"{duration(int(self.window.seconds) - 1)}:{duration(self.step_seconds)}"


def render(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """
    Write a query out for one window.

    Means come as every different mean that the series of a row have, in `MEAN_LABEL`, and growth as if what is the
    same thing were there all the time; `pieces` asks further where that is not the answer.

    Args:
        query: the query
        look: what it looks back over
        extra: conditions added to its selector, such as the cluster's
    """
    short = look.coarse and query.over in _OF_VALUES
    wanted = selector(query.metric, query.matchers + extra)
    raw = f"{wanted}[{duration(int(look.window.seconds) - short)}]"
    match query.over:
        case Over.AVG:
            text = f'count_values by ({_labels(query.by)}) ("{MEAN_LABEL}", avg_over_time({raw}))'
        case Over.INCREASE:
            once = f"max by ({_labels(query.by + query.distinct)}) (increase({raw}))"
            text = f"sum by ({_labels(query.by)}) ({once})" if query.distinct else once
        case Over.MAX:
            text = f"max by ({_labels(query.by)}) (max_over_time({raw}))"
        case _:
            return Instant(_stepped(query, wanted, look), look.end_ms)
    return Instant(text, look.end_ms - 1)


def _stepped(query: Query, wanted: str, look: Lookback) -> str:
    by, step = _labels(query.by), look.step_seconds
    match query.over:
        case Over.COUNT:
            return f"count_over_time((count by ({by}) ({in_step('count', wanted, look)}))[{look.after_start}])"
        case Over.PEAK_RATE:
            peak = f"max_over_time(irate({wanted}[{duration(2 * step)}])[{look.after_start}])"
            return f"max by ({by}) ({peak})"
        case Over.MINUTES_SEEN:
            newest = f"max by ({by}) ({_seen(query, wanted)})"
            return f"count_over_time(({newest} > time() - {FRESH_STEPS * step})[{look.after_start}]) * {step} / 60"
        case Over.FIRST_SEEN:
            return _grouped(query, f"min_over_time({_seen(query, wanted)}[{look.with_start}])")
        case _:
            return _grouped(query, f"max_over_time({_seen(query, wanted)}[{look.with_start}])")


def render_looks(query: Query, look: Lookback, every: int, extra: Matchers = ()) -> Instant:
    """Write out what counters were at the window's edges and, every so many seconds, between them."""
    wanted = selector(query.metric, query.matchers + extra)
    text = f"max by ({_labels(query.by + query.distinct)}) ({wanted} offset 1ms)"
    return Instant(text, look.end_ms, look.window.start_epoch * _MILLISECONDS, every)


def render_points(query: Query, look: Lookback, extra: Matchers = ()) -> Instant:
    """Write out the peaks or means of five minutes; a mean is that of their steps, of all samples in each."""
    wanted, by = selector(query.metric, query.matchers + extra), _labels(query.by)
    if query.over is Over.PEAK_POINTS:
        text = f"max by ({by}) (max_over_time({wanted}[{duration(POINT_SECONDS - look.coarse)}] offset 1ms))"
    else:
        total, count = (f"sum by ({by}) ({in_step(function, wanted, look)})" for function in ("sum", "count"))
        text = f"avg_over_time(({total} / {count})[{duration(POINT_SECONDS - 1)}:{duration(look.step_seconds)}])"
    first = look.window.start_epoch + POINT_SECONDS
    return Instant(text, look.end_ms, first * _MILLISECONDS, POINT_SECONDS)


def render_edge(query: Query, window: Window, now_epoch: int, extra: Matchers = ()) -> Instant:
    """
    Write out what is seen at one edge of the window only: at the start for first sightings, at the end for others.

    What is seen there needs no look at the steps between: nothing was seen before the start, or after the end. The end
    of a window that is not over is now.
    """
    at = (
        window.start_epoch
        if query.over is Over.FIRST_SEEN
        else max(min(window.end_epoch, now_epoch), window.start_epoch)
    )
    seen = _seen(query, selector(query.metric, query.matchers + extra))
    return Instant(_grouped(query, seen), at * _MILLISECONDS)


def render_present(query: Query, window: Window, extra: Matchers = ()) -> Instant:
    """Write out which rows a query of sightings has, without saying when they were seen."""
    wanted = selector(query.metric, query.matchers + extra)
    range_ = f"{wanted}[{duration(int(window.seconds) + 1)}]"
    present = f"max_over_time({range_}) > 0" if query.nonzero else f"last_over_time({range_})"
    return Instant(f"count by ({_labels(query.by)}) ({present})", window.end_epoch * _MILLISECONDS)


def _seen(query: Query, wanted: str) -> str:
    return f"(timestamp({wanted}) and ({wanted} != 0))" if query.nonzero else f"timestamp({wanted})"


def _grouped(query: Query, seen: str) -> str:
    if query.over is Over.LABELS:
        return f"max without ({_labels(scrape_labels(query))}) ({seen})"
    return f"{'min' if query.over is Over.FIRST_SEEN else 'max'} by ({_labels(query.by)}) ({seen})"


_OF_VALUES = frozenset({Over.AVG, Over.MAX})


def in_step(function: str, wanted: str, look: Lookback) -> str:
    """
    Write out what a function over time gives of the samples in one step.

    Inside a stepped range, the samples in the step before each of its times: at the step's start or later and before
    its end, as windows are.

    Args:
        function: such as `sum`, for `sum_over_time`
        wanted: which series
        look: whose steps
    """
    return f"{function}_over_time({wanted}[{duration(look.step_seconds - look.coarse)}] offset 1ms)"


def before_step(wanted: str, look: Lookback) -> str:
    """Write out the newest sample before the same step, if it was still the current one then."""
    shift = 1 + look.step_seconds * _MILLISECONDS
    return f"last_over_time({wanted}[{duration(look.reach_seconds)}] offset {shift}ms)"


def after_step(wanted: str, look: Lookback) -> str:
    """Write out the first sample of a counter after the same step, which is the least, if the step's is current."""
    shift = look.reach_seconds * _MILLISECONDS - 1
    return f"min_over_time({wanted}[{duration(look.reach_seconds)}] offset -{shift}ms)"


def selector(metric: str, matchers: Matchers) -> str:
    """Write out which series of a metric are meant."""
    conditions = ",".join(f"{m.label}{m.op}{_quoted(m.value)}" for m in matchers)
    return f"{metric}{{{conditions}}}"


def _labels(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def duration(seconds: int) -> str:
    """Write a duration in the largest unit that divides it, such as `1h` or `3601s`."""
    for unit, size in _UNITS:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    raise AssertionError("every whole number is divisible by one")
