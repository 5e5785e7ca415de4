"""
Two windows compared like with like: the part that was observed in both, at one price basis.

A cluster-window counts where it and its counterpart are whole: the running one does not, nor does one with a gap on
either side, so that elapsed time stands against elapsed time. Where bills do not cover both sides alike, both are at
list price.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window
from fleetcost.query.bills import BillCover
from fleetcost.query.question import Question, Stretch

COVERED_ALIKE = 0.01
"""Of a day's assets: if bills cover more or less than this of the day it is compared with, the two are unlike."""


class Earlier(enum.StrEnum):
    """Which window is compared with: the same length just before, or the same days of the month before."""

    PREVIOUS = "prev"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Two questions about like parts of two windows.

    Attributes:
        now, before: each about its part alone
        windows: cluster-windows that are compared, of each side
        every: cluster-windows there are at most
        span, earlier: from the first to the last compared window of either side; None where none is
    """

    now: Question
    before: Question
    windows: int
    every: int
    span: Window | None
    earlier: Window | None


def earlier_window(window: Window, how: Earlier) -> Window:
    """Return the window to compare with; the days of a month before end with that month."""
    if how is Earlier.PREVIOUS:
        return Window(window.start - (window.end - window.start), window.start)
    first = window.start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = (first - timedelta(days=1)).replace(day=1) + (window.start - first)
    end = before + (window.end - window.start)
    return Window(before, min(end, first) if window.start == first else end)


def comparison(
    question: Question,
    how: Earlier,
    whole: tuple[Mapping[ClusterId, frozenset[Window]], Mapping[ClusterId, frozenset[Window]]],
    cover: tuple[Iterable[BillCover], Iterable[BillCover]],
) -> Comparison:
    """
    Return the questions about what both windows have.

    Args:
        question: about the window
        how: which one it is compared with
        whole: the observed windows of each cluster, of this window and of the earlier one
        cover: what bills stand behind either
    """
    frame = question.frame
    earlier = earlier_window(frame.window, how)
    back = frame.window.start - earlier.start
    pairs = {
        cluster: [one for one in windows if _moved(one, back) in whole[1].get(cluster, ())]
        for cluster, windows in whole[0].items()
    }
    adjusted = question.adjusted and _alike(pairs, back, *cover)
    now = replace(question, series=None, adjusted=adjusted, counted=stretches(pairs))
    before = replace(
        now, frame=replace(frame, window=earlier), counted=tuple(_back(one, back) for one in now.counted or ())
    )
    every = len(frame.window.split(frame.resolution)) * len(whole[0].keys() | whole[1].keys())
    compared = [window for windows in pairs.values() for window in windows]
    span = Window(min(w.start for w in compared), max(w.end for w in compared)) if compared else None
    return Comparison(now, before, len(compared), every, span, _moved(span, back) if span else None)


def _moved(window: Window, back: timedelta) -> Window:
    return Window(window.start - back, window.end - back)


def _back(stretch: Stretch, back: timedelta) -> Stretch:
    return Stretch(stretch.clusters, _moved(stretch.window, back))


def stretches(windows: Mapping[ClusterId, Iterable[Window]]) -> tuple[Stretch, ...]:
    """Return neighbouring windows as one, and clusters with the same stretch together: a fleet without gaps has one."""
    found: dict[Window, list[ClusterId]] = defaultdict(list)
    for cluster, own in windows.items():
        for joined in _joined(sorted(own)):
            found[joined].append(cluster)
    return tuple(Stretch(tuple(sorted(clusters)), window) for window, clusters in sorted(found.items()))


def _joined(windows: Iterable[Window]) -> Iterable[Window]:
    last: Window | None = None
    for window in windows:
        if last is not None and last.end == window.start:
            last = Window(last.start, window.end)
            continue
        if last is not None:
            yield last
        last = window
    if last is not None:
        yield last


def _alike(
    pairs: Mapping[ClusterId, list[Window]], back: timedelta, now: Iterable[BillCover], before: Iterable[BillCover]
) -> bool:
    """Return whether bills cover every compared day and its counterpart to the same part."""
    here, there = _shares(now), _shares(before)
    return all(
        abs(here.get((cluster, _day(window)), 1.0) - there.get((cluster, _day(_moved(window, back))), 1.0))
        <= COVERED_ALIKE
        for cluster, windows in pairs.items()
        for window in windows
    )


def _day(window: Window) -> datetime:
    return Resolution.DAY.floor(window.start)


def _shares(cover: Iterable[BillCover]) -> dict[tuple[ClusterId, datetime], float]:
    return {(one.cluster, one.day): one.uncovered_cost / one.list_cost for one in cover if one.list_cost > 0}
