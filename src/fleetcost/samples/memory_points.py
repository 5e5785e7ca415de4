"""What `points` asks of a server, of series in memory: means and peaks of five minutes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fleetcost.model.histogram import POINT_SECONDS
from fleetcost.model.window import Window
from fleetcost.samples.memory_steps import Sampled, Steps
from fleetcost.samples.query import Over
from fleetcost.samples.source import Floats

_MILLISECOND = 0.001


def points(over: Over, group: Sequence[Sampled], window: Window, step_seconds: int) -> tuple[tuple[float, float], ...]:
    """Return time and value of the points of series that are one row."""
    times = np.arange(window.start_epoch + POINT_SECONDS, window.end_epoch + 1, POINT_SECONDS, dtype=np.float64)
    if over is Over.PEAK_POINTS:
        values = np.fmax.reduce([_peaks(one, times) for one in group])
    else:
        values = np.array([_mean(group, int(time), step_seconds) for time in times])
    held = ~np.isnan(values)
    return tuple(zip(times[held].tolist(), values[held].tolist(), strict=True))


def _mean(group: Sequence[Sampled], time: int, step_seconds: int) -> float:
    return Steps(Window.of_epochs(time - POINT_SECONDS, time), step_seconds).stepped_mean(group)


def _peaks(series: Sampled, times: Floats) -> Floats:
    bounds = times - _MILLISECOND / 2
    low, high = np.searchsorted(series.times, bounds - POINT_SECONDS), np.searchsorted(series.times, bounds)
    found = np.full(len(times), np.nan)
    held = low < high
    if held.any():
        # Every other of the ranges between these places is one that was asked for.
        places = np.stack([low[held], high[held]], axis=1).ravel()
        found[held] = np.fmax.reduceat(np.append(series.values, np.nan), places)[::2]
    return found
