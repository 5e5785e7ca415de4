"""The growth of a counter over a range, as Prometheus computes it."""

from __future__ import annotations

import math

import numpy as np

from fleetcost.samples.source import Floats

NEWER = 3
"""Major version of the server since which the order of two bounds is the other way round."""

_NEAR = 1.1
"""A first or last sample nearer to the range's edge than this many mean intervals is extrapolated to the edge."""


def increase(times: Floats, values: Floats, start: float, end: float, major: int) -> float | None:
    """
    Return how much a counter grew in a range, or None where it has fewer than two samples.

    Resets are added up, and what lies between the samples and the range's edges is extrapolated: to the edge where a
    sample is near it, else by half the mean interval, and never below a counter's zero. Version 2 of the server
    looked at the counter's zero first, so a counter that starts in the range may come out a little larger.

    Source: `extrapolatedRate` in https://github.com/prometheus/prometheus/blob/main/promql/functions.go.
    """
    if len(times) < 2:  # noqa: PLR2004 - growth needs two samples
        return None
    steps = np.diff(values)
    grown = float(values[-1] - values[0] + values[:-1][steps < 0].sum())
    sampled = float(times[-1] - times[0])
    mean = sampled / (len(times) - 1)
    to_start, to_end = float(times[0] - start), float(end - times[-1])
    to_zero = sampled * float(values[0]) / grown if grown > 0 and values[0] >= 0 else math.inf
    before = _bounded(min(to_start, to_zero), mean) if major < NEWER else min(_bounded(to_start, mean), to_zero)
    return grown * (before + sampled + _bounded(to_end, mean)) / sampled


def _bounded(reach: float, mean: float) -> float:
    return reach if reach < mean * _NEAR else mean / 2
