"""Running time: from the first and last sighting of an object to the time it is charged for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fleetcost.model.window import Window

_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """When something ran, in Unix seconds; `end` is after `start`."""

    start: float
    end: float

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start) / _SECONDS_PER_HOUR

    @property
    def starts_at(self) -> datetime:
        """Start as an aware time."""
        return datetime.fromtimestamp(self.start, UTC)

    @property
    def ends_at(self) -> datetime:
        """End as an aware time."""
        return datetime.fromtimestamp(self.end, UTC)

    def overlap(self, other: Run) -> Run | None:
        """Return the time both ran, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Run(start, end) if start < end else None


def whole(window: Window) -> Run:
    """Return the whole window as a run."""
    return Run(window.start_epoch, window.end_epoch)


def run_of(first: float, last: float, window: Window, resolution_seconds: int) -> Run | None:
    """
    Turn sightings into the run inside the window, or None where there is none.

    The window is half-open: a sighting at its end belongs to the next one. What is seen in n steps ran for n steps:
    from half a step before its first sample to half a step after its last. On average that is as long as it ran,
    however short it was (docs/decisions/0102-time-bases.md). What was seen before the window or in its first step ran
    from its start, and what was seen in its last step to its end, so the hours of a long run add up without seams.
    """
    start, end = float(window.start_epoch), float(window.end_epoch)
    if not first <= last or last < start or first >= end:
        return None
    half = resolution_seconds / 2
    low = start if first < start + resolution_seconds else first - half
    high = end if last >= end - resolution_seconds else last + half
    return Run(low, high)


def hull(runs: list[Run]) -> Run:
    """Return the run from the earliest start to the latest end of at least one run."""
    return Run(min(run.start for run in runs), max(run.end for run in runs))
