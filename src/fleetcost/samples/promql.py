"""
Queries written out in PromQL.

Every query is an instant query that looks back one window. Windows are half-open, and Prometheus 2 and 3 disagree on
whether the left end of a range belongs to it. Both give the same answer here, without asking for the version:

* raw ranges are evaluated one millisecond before the window's end, so the sample at the start is in and the one at the
  end is out, whichever end is closed;
* stepped ranges are evaluated at the end and reach one second beyond the start, so the step at the start is always in,
  or one second short of it, so it never is.
"""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.model.window import Window
from fleetcost.samples.query import Matcher, Over, Query, scrape_labels

FRESH_STEPS = 2
"""A series is fresh while its newest sample is younger than this many steps."""

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_MILLISECONDS = 1000

Matchers = tuple[Matcher, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """A query as the API takes it: the text and the time it is evaluated at, in milliseconds."""

    text: str
    time_ms: int


def render(
    query: Query, window: Window, resolution_seconds: int, extra: Matchers = (), *, coarse: bool = False
) -> Instant:
    """
    Write a query out for one window.

    Args:
        query: the query
        window: what it looks back over
        resolution_seconds: step of stepped queries
        extra: conditions added to its selector, such as the cluster's
        coarse: the samples are a Thanos' coarser ones, each at the last millisecond of what it stands for. One of them
            lies one millisecond before the window, so ranges of values end a second short of it; growth is counted
            from that very sample.

    Returns:
        The text and the time.
    """
    short = coarse and query.over in _OF_VALUES
    over = _over(query, extra, int(window.seconds) - short, resolution_seconds)
    time_ms = window.end_epoch * _MILLISECONDS - (0 if query.over.stepped else 1)
    return Instant(_grouped(query, over), time_ms)


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
    return Instant(_grouped(query, _seen(query, extra)), at * _MILLISECONDS)


def render_present(query: Query, window: Window, extra: Matchers = ()) -> Instant:
    """Write out which rows a query of sightings has, without saying when they were seen."""
    wanted = selector(query.metric, query.matchers + extra)
    range_ = f"{wanted}[{duration(int(window.seconds) + 1)}]"
    present = f"max_over_time({range_}) > 0" if query.nonzero else f"last_over_time({range_})"
    return Instant(f"count by ({', '.join(query.by)}) ({present})", window.end_epoch * _MILLISECONDS)


def _seen(query: Query, extra: Matchers) -> str:
    wanted = selector(query.metric, query.matchers + extra)
    return f"(timestamp({wanted}) and ({wanted} != 0))" if query.nonzero else f"timestamp({wanted})"


def _over(query: Query, extra: Matchers, seconds: int, step: int) -> str:
    wanted = selector(query.metric, query.matchers + extra)
    with_start = f"{duration(seconds + 1)}:{duration(step)}"
    after_start = f"{duration(seconds - 1)}:{duration(step)}"
    match query.over:
        case Over.AVG | Over.MAX | Over.COUNT | Over.INCREASE:
            return f"{_RANGE_FUNCTIONS[query.over]}({wanted}[{duration(seconds)}])"
        case Over.PEAK_RATE:
            return f"max_over_time(irate({wanted}[{duration(2 * step)}])[{after_start}])"
        case Over.FIRST_SEEN:
            return f"min_over_time({_seen(query, extra)}[{with_start}])"
        case Over.LAST_SEEN | Over.LABELS:
            return f"max_over_time({_seen(query, extra)}[{with_start}])"
        case Over.MINUTES_SEEN:
            newest = f"max by ({', '.join(query.by)}) ({_seen(query, extra)})"
            return f"count_over_time(({newest} > time() - {FRESH_STEPS * step})[{after_start}]) * {step} / 60"


_OF_VALUES = frozenset({Over.AVG, Over.MAX, Over.COUNT})

_RANGE_FUNCTIONS = {
    Over.AVG: "avg_over_time",
    Over.MAX: "max_over_time",
    Over.COUNT: "count_over_time",
    Over.INCREASE: "increase",
}


def _grouped(query: Query, over: str) -> str:
    if query.over is Over.LABELS:
        return f"max without ({', '.join(scrape_labels(query))}) ({over})"
    if query.over is Over.MINUTES_SEEN:
        return over
    if query.distinct:
        over = f"max by ({', '.join(query.by + query.distinct)}) ({over})"
    return f"{query.group} by ({', '.join(query.by)}) ({over})"


def selector(metric: str, matchers: Matchers) -> str:
    """Write out which series of a metric are meant."""
    conditions = ",".join(f"{m.label}{m.op}{_quoted(m.value)}" for m in matchers)
    return f"{metric}{{{conditions}}}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def duration(seconds: int) -> str:
    """Write a duration in the largest unit that divides it, such as `1h` or `3601s`."""
    for unit, size in _UNITS:
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    raise AssertionError("every whole number is divisible by one")
