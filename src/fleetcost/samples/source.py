"""The port of this room: where answers to queries come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fleetcost.model.allocation import Labels
from fleetcost.model.window import Window
from fleetcost.samples.query import Query

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """
    One row of an answer.

    Attributes:
        labels: those that identify it
        value: its value; a time is Unix seconds; of several points the largest
        points: time and value of each, of a query that asks for several
    """

    labels: Labels
    value: float
    points: tuple[tuple[float, float], ...] = ()


def largest_of(points: Iterable[tuple[float, float]]) -> float:
    """Return the largest value of points, or what is no number where none is one."""
    return max((value for _, value in points if not math.isnan(value)), default=math.nan)


class PartialRows(list[Row]):
    """
    An answer that lacks some of the data.

    Args:
        rows: what was found
        missing: why, in the server's words
    """

    def __init__(self, rows: Sequence[Row], missing: Sequence[str]) -> None:
        super().__init__(rows)
        self.missing = tuple(missing)


class Source(Protocol):
    """
    Anything that answers queries: a Prometheus-compatible server, or series in memory.

    Contract: an answer depends on the arguments only; rows come in any order; values may be NaN or infinite where
    the data is; a metric that does not exist is an empty answer; what cannot be answered raises `SourceError`. An
    answer that lacks some of the data is `PartialRows`.
    Calls come from several threads at once.
    """

    @property
    def name(self) -> str:
        """What the samples were read from, in words, without credentials."""
        ...

    def query(self, query: Query, window: Window, resolution_seconds: int) -> Sequence[Row]:
        """Answer one query for one window."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RawSeries:
    """
    One series in memory.

    Attributes:
        labels: without the metric's name
        times: Unix seconds, ascending
        values: one a time; a stale marker (`STALE`) ends the series until its next sample
    """

    labels: Labels
    times: Floats
    values: Floats


class SeriesProvider(Protocol):
    """Where `MemorySource` finds its series."""

    def series(self, metric: str, start_epoch: float, end_epoch: float) -> Sequence[RawSeries]:
        """Return the series of a metric that may have samples in `[start_epoch, end_epoch]`; more are allowed."""
        ...
