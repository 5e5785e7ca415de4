"""Which windows are due: pure, from the clock's reading and what the local store holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fleetcost.model.sets import SetHeader
from fleetcost.model.window import Resolution, Window

LOOK_AGAIN = timedelta(hours=1)
"""How often an hour that was not observed whole is asked about again."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timing:
    """
    When windows are due.

    Attributes:
        delay: how long after its end a window is final
        backfill: how far back missing hours are built
        hourly_retention: how long the agent keeps its hourly sets, None for ever
    """

    delay: timedelta
    backfill: timedelta
    hourly_retention: timedelta | None = None

    def final(self, window: Window, now: datetime) -> bool:
        """Tell whether a window can no longer grow."""
        return now >= window.end + self.delay


@dataclass(frozen=True, slots=True)
class BuildHour:
    """One hour to build from the source; `final` says that it will not be built again by itself."""

    window: Window
    final: bool


def horizon(now: datetime, timing: Timing) -> Window:
    """Return the hours the loop cares for: from the backfill's start to the end of the current hour."""
    end = Resolution.HOUR.ceil(now)
    if end == now:
        end += Resolution.HOUR.delta
    return Window(Resolution.HOUR.floor(now - timing.backfill), end)


def due_hours(now: datetime, timing: Timing, built: Mapping[Window, SetHeader]) -> tuple[BuildHour, ...]:
    """
    Return the hours to build, newest first: those that are missing and those that were not final.

    Args:
        now: the clock's reading
        timing: delay and backfill
        built: header of the hourly set of each hour in the local store
    """
    due = []
    for window in reversed(horizon(now, timing).split(Resolution.HOUR)):
        there = built.get(window)
        if there is None or not there.final:
            due.append(BuildHour(window, timing.final(window, now)))
    return tuple(due)


def may_grow(
    built: Mapping[Window, SetHeader], now: datetime, looked_at: Mapping[Window, datetime]
) -> tuple[Window, ...]:
    """
    Return the final hours that were not observed whole: late samples may have filled them since.

    Args:
        built: header of the hourly set of each hour in the local store
        now: the clock's reading
        looked_at: when each hour was last asked about; an hour is asked about once an hour
    """
    return tuple(
        window
        for window, header in sorted(built.items())
        if header.final and not header.complete and now - looked_at.get(window, NEVER) >= LOOK_AGAIN
    )


def days_of(hours: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return the days that hold these hours, oldest first."""
    return tuple(sorted({Resolution.DAY.window_of(hour.start) for hour in hours}))
