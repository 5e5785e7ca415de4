"""What `stepwise` writes in PromQL, of series in memory: means, growth and counts over the steps of a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fleetcost.model.window import Window
from fleetcost.samples import extrapolation
from fleetcost.samples.promql import LOOKBACK_SECONDS
from fleetcost.samples.source import Floats, Ints
from fleetcost.samples.stepwise import EDGE_STEPS

_MILLISECOND = 0.001


class Sampled(NamedTuple):
    """One series' real samples: no stale markers, and all there are before and after the window."""

    times: Floats
    values: Floats


class Steps:
    """
    The steps of a window.

    A step is as long as the resolution, half-open as windows are, and known by its number since 1970.
    """

    def __init__(self, window: Window, step_seconds: int) -> None:
        self._window = window
        self._step = step_seconds
        self._reach = max(LOOKBACK_SECONDS, step_seconds)
        self._first = -(-(window.start_epoch + 1) // step_seconds) - 1
        self._end = window.end_epoch // step_seconds

    def mean(self, group: Sequence[Sampled]) -> float | None:
        """Return the mean of series that are one thing, or None without samples."""
        inside = [one for one in (self._raw(one) for one in group) if len(one.times)]
        means = {float(one.values.mean()) for one in inside}
        if len(means) <= 1:
            return means.pop() if means else None
        return self.stepped_mean(group)

    def stepped_mean(self, group: Sequence[Sampled]) -> float:
        """Return the mean over the steps of the means of their samples; not a number without samples."""
        totals, counts = np.zeros(self._end - self._first), np.zeros(self._end - self._first)
        for one in group:
            steps, chosen = self._steps_of(one)
            np.add.at(totals, steps - self._first, one.values[chosen])
            np.add.at(counts, steps - self._first, 1)
        held = counts > 0
        return float((totals[held] / counts[held]).mean()) if held.any() else float("nan")

    def count(self, group: Sequence[Sampled]) -> float | None:
        """Return the number of steps in which there are samples, or None without samples."""
        steps = {int(step) for one in group for step in self._steps_of(one)[0]}
        return float(len(steps)) or None

    def growth(self, things: Sequence[Sequence[Sampled]], major: int) -> float | None:
        """Return the growth of several things, each one or several series, or None where none grew visibly."""
        pieces = any(self._in_pieces(group) for group in things)
        grown = [self._stepped_growth(group) if pieces else self._largest_growth(group, major) for group in things]
        known = [one for one in grown if one is not None]
        return float(sum(known)) if known else None

    def _in_pieces(self, group: Sequence[Sampled]) -> bool:
        longest = max(self.count([one]) or 0.0 for one in group)
        return (self.count(group) or 0.0) - longest > EDGE_STEPS

    def _largest_growth(self, group: Sequence[Sampled], major: int) -> float | None:
        end = self._window.end_epoch - _MILLISECOND
        grown = [extrapolation.increase(*self._raw(one), end - self._window.seconds, end, major) for one in group]
        return max((one for one in grown if one is not None), default=None)

    def _stepped_growth(self, group: Sequence[Sampled]) -> float | None:
        largest: dict[int, float] = {}
        for one in group:
            for step, grown in self._growth_of(one):
                largest[step] = max(grown, largest.get(step, grown))
        return sum(largest.values()) if largest else None

    def _growth_of(self, series: Sampled) -> list[tuple[int, float]]:
        """Return each step's growth: since the sample before, from zero after a reset, else up to the one after."""
        steps = self._numbers(series.times)
        newest = np.flatnonzero(np.append(steps[1:] != steps[:-1], len(steps) > 0))
        found = []
        for i in newest[(steps[newest] >= self._first) & (steps[newest] < self._end)]:
            start = float(steps[i] * self._step)
            now = series.values[i]
            before = self._between(series, start - self._reach, start)
            after = self._between(series, start + self._step, start + self._step + self._reach)
            if len(before):
                found.append((int(steps[i]), float(now - before[-1] if now >= before[-1] else now)))
            elif len(after) and after.min() >= now:
                found.append((int(steps[i]), float(after.min() - now)))
        return found

    @staticmethod
    def _between(series: Sampled, start: float, end: float) -> Floats:
        low, high = np.searchsorted(series.times, [start - _MILLISECOND / 2, end - _MILLISECOND / 2])
        return series.values[low:high]

    def _raw(self, series: Sampled) -> Sampled:
        bounds = np.array([self._window.start_epoch, self._window.end_epoch]) - _MILLISECOND / 2
        low, high = np.searchsorted(series.times, bounds)
        return Sampled(series.times[low:high], series.values[low:high])

    def _steps_of(self, series: Sampled) -> tuple[Ints, Ints]:
        """Return the steps of the samples inside the window, and which samples these are."""
        steps = self._numbers(series.times)
        chosen = np.flatnonzero((steps >= self._first) & (steps < self._end))
        return steps[chosen], chosen

    def _numbers(self, times: Floats) -> Ints:
        return np.floor((times + _MILLISECOND / 2) / self._step).astype(np.int64)
