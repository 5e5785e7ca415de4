"""Which clusters a source holds, distinguished by the values of a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.model.window import Resolution, Window
from fleetcost.samples.queries import OBSERVED
from fleetcost.samples.queries.parts import most
from fleetcost.samples.query import Query
from fleetcost.samples.source import Source

UNLABELLED = ""
"""In place of a label's value: series without it."""

SETTLED = timedelta(hours=6)
"""Hours that ended this long ago are asked about once; younger ones may still be filled."""

LONGEST_BY_HOURS = timedelta(days=3)
"""A longer time is asked about day by day."""


def clusters_in(label: str) -> Query:
    """Return the query of the label's values; one row a cluster."""
    return most(
        "clusters by label",
        OBSERVED.metric,
        (label,),
        "which clusters a shared source holds, each by its value of the cluster label",
        *OBSERVED.matchers,
    )


@dataclass(frozen=True, slots=True)
class Present:
    """A cluster of the source: the label's value, and the end of the newest window in which it was seen."""

    value: str
    seen_until: datetime


class Clusters:
    """
    The clusters of a source, window by window.

    Args:
        source: reads all clusters
        label: tells them apart
    """

    def __init__(self, source: Source, label: str) -> None:
        self._source = source
        self._query = clusters_in(label)
        self._known: dict[Window, frozenset[str]] = {}

    def between(self, window: Window, now: datetime) -> tuple[Present, ...]:
        """
        Return who was seen in a time, by name.

        Args:
            window: hours
            now: the clock's reading

        Raises:
            SourceError: the source did not answer.
        """
        parts = _parts(window)
        asked = {part: self._known.get(part) or self._ask(part, now) for part in parts}
        self._known = {part: found for part, found in asked.items() if part.end <= now - SETTLED}
        latest: dict[str, datetime] = {}
        for part, found in asked.items():
            for value in found:
                latest[value] = max(part.end, latest.get(value, part.end))
        return tuple(Present(value, seen) for value, seen in sorted(latest.items()))

    def _ask(self, window: Window, now: datetime) -> frozenset[str]:
        if window.start >= now:
            return frozenset()
        label = self._query.by[0]
        rows = self._source.query(self._query, window, Resolution.HOUR.seconds)
        return frozenset(row.labels.get(label, UNLABELLED) for row in rows)


def _parts(window: Window) -> Sequence[Window]:
    long = window.end - window.start > LONGEST_BY_HOURS
    if not long:
        return window.split(Resolution.HOUR)
    whole = Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end))
    return whole.split(Resolution.DAY)
