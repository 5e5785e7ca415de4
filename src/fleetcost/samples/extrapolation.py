"""The growth of a counter over a range, as Prometheus computes it."""

from __future__ import annotations

import numpy as np

from fleetcost.samples.source import Floats

_NEAR = 1.1
"""A first or last sample nearer to the range's edge than this many mean intervals is extrapolated to the edge."""


def increase(times: Floats, values: Floats, start: float, end: float) -> float | None:
    """
    Return how much a counter grew in a range, or None where it has fewer than two samples.

    Resets are added up, and what lies between the samples and the range's edges is extrapolated: to the edge where a
    sample is near it, else by half the mean interval, and never below a counter's zero.

    Source: `extrapolatedRate` in the server's `promql/functions.go`.
    """
    if len(times) < 2:  # noqa: PLR2004 - growth needs two samples
        return None
    steps = np.diff(values)
    grown = float(values[-1] - values[0] + values[:-1][steps < 0].sum())
    sampled = float(times[-1] - times[0])
    mean = sampled / (len(times) - 1)
    to_start, to_end = float(times[0] - start), float(end - times[-1])
    if grown > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * float(values[0]) / grown)
    reach = sampled
    reach += to_start if to_start < mean * _NEAR else mean / 2
    reach += to_end if to_end < mean * _NEAR else mean / 2
    return grown * reach / sampled
