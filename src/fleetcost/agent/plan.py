"""Which windows are due: pure, from the clock's reading and what the local store holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fleetcost.model.window import Resolution, Window

GAP_PAUSE = timedelta(hours=1)
"""An hour in which the source saw nothing is asked for again after this long: it may have been filled since."""

SLACK_MINUTES = 3
"""So many minutes that were not observed are no reason to look at an hour again because of a later one."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BuildTiming:
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

    def kept_since(self, now: datetime) -> datetime | None:
        """Return the time before which hourly sets are deleted, None where they are kept for ever."""
        return None if self.hourly_retention is None else now - self.hourly_retention


@dataclass(frozen=True, slots=True)
class StoredWindow:
    """
    What the two sets of one window in the local store say together.

    Attributes:
        final: neither will grow
        coverage_minutes: of the emptier one
        estimated_minutes: of that with less
        oldest, newest: when the two were built
    """

    final: bool
    coverage_minutes: float
    oldest: datetime
    newest: datetime
    estimated_minutes: float = 0.0

    def lacks(self, window: Window) -> bool:
        """Tell whether minutes of the window are neither observed nor estimated, some scrapes aside."""
        return self.coverage_minutes + self.estimated_minutes < window.minutes - SLACK_MINUTES


@dataclass(frozen=True, slots=True)
class BuildHour:
    """One hour to build from the source; `final` says that it will not be built again by itself."""

    window: Window
    final: bool


@dataclass(frozen=True, slots=True)
class BuildDay:
    """One day to add up from its hours; `final` says that it is over."""

    window: Window
    final: bool


def horizon(now: datetime, timing: BuildTiming) -> Window:
    """
    Return the hours the loop cares for: from the backfill's start to the end of the current hour.

    Hours past their retention are left out: they would be built and deleted again and again.
    """
    end = Resolution.HOUR.ceil(now)
    if end == now:
        end += Resolution.HOUR.delta
    start = Resolution.HOUR.floor(now - timing.backfill)
    kept_since = timing.kept_since(now)
    if kept_since is not None:
        start = max(start, Resolution.HOUR.ceil(kept_since))
    return Window(min(start, end - Resolution.HOUR.delta), end)


def whole_days(window: Window) -> Window:
    """Return the days that hold a window."""
    return Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end))


def due_hours(
    now: datetime, timing: BuildTiming, built: Mapping[Window, StoredWindow], gaps: Mapping[Window, datetime]
) -> tuple[BuildHour, ...]:
    """
    Return the hours to build, newest first: those that are missing and those that were not final.

    Args:
        now: the clock's reading
        timing: delay and backfill
        built: the hours of the local store
        gaps: hours in which the source saw nothing, and when it was asked
    """
    due = []
    for window in reversed(horizon(now, timing).split(Resolution.HOUR)):
        there, final = built.get(window), timing.final(window, now)
        asked = gaps.get(window)
        resting = final and (
            (asked is not None and asked >= window.end and now < asked + GAP_PAUSE)
            or (there is not None and _of_partial_answers(there, window, timing) and now < there.newest + GAP_PAUSE)
        )
        if (there is None or not there.final) and not resting:
            due.append(BuildHour(window, final))
    return tuple(due)


def _of_partial_answers(built: StoredWindow, window: Window, timing: BuildTiming) -> bool:
    """Tell whether an hour was built when it could have been final and is not: some of the source did not answer."""
    return not built.final and timing.final(window, built.newest)


def may_grow(
    built: Mapping[Window, StoredWindow], now: datetime, looked_at: Mapping[Window, datetime]
) -> tuple[Window, ...]:
    """
    Return the final hours that were not observed whole: late samples may have filled them since.

    Args:
        built: the hours of the local store
        now: the clock's reading
        looked_at: when each hour was last asked about; it rests as a gap does
    """
    return tuple(
        hour
        for hour, there in sorted(built.items())
        if there.final and there.coverage_minutes < hour.minutes and now - looked_at.get(hour, NEVER) >= GAP_PAUSE
    )


def to_bridge(
    built: Mapping[Window, StoredWindow],
    gaps: Mapping[Window, datetime],
    longest: timedelta,
    asked: Mapping[Window, datetime],
) -> tuple[Window, ...]:
    """
    Return the hours whose silence a later hour may bridge, oldest first: that one was built after they were looked at.

    They are looked at when the later hour is there, and once more when it is final.

    Args:
        built: the hours of the local store
        gaps: hours in which the source saw nothing, and when it was asked
        longest: silences that are longer stay gaps
        asked: when hours were last built for this reason
    """
    observed = sorted(hour for hour, there in built.items() if there.coverage_minutes > 0)
    lacking = {hour: there.newest for hour, there in built.items() if there.final and there.lacks(hour)}
    found = []
    for hour, looked_at in sorted({**gaps, **lacking}.items()):
        after = next((one for one in observed if one.start >= hour.end), None)
        if after is None or after.start - hour.end >= longest:
            continue
        since = max(looked_at, asked.get(hour, NEVER))
        if built[after].newest > since and (hour not in asked or built[after].final):
            found.append(hour)
    return tuple(found)


def due_days(
    now: datetime, timing: BuildTiming, hours: Mapping[Window, StoredWindow], days: Mapping[Window, StoredWindow]
) -> tuple[BuildDay, ...]:
    """
    Return the days to add up, oldest first: those that do not say what their hours say.

    Judged by what is there and not from what was just built, because the agent may have been stopped in between.

    Args:
        now: the clock's reading
        timing: delay
        hours: the hours of the local store
        days: the days of the local store
    """
    due = []
    for day in days_of(hours):
        own = [built for window, built in hours.items() if day.holds(window)]
        final = timing.final(day, now) and all(built.final for built in own)
        there = days.get(day)
        if there is None or (_newer(own, there, final=final) and _as_full(own, there)):
            due.append(BuildDay(day, timing.final(day, now)))
    return tuple(due)


def _newer(hours: Iterable[StoredWindow], day: StoredWindow, *, final: bool) -> bool:
    return (final and not day.final) or any(hour.newest > day.oldest for hour in hours)


def _as_full(hours: Iterable[StoredWindow], day: StoredWindow) -> bool:
    """Tell whether the hours saw as much as the day: where some were deleted, the day that is there is better."""
    return sum(hour.coverage_minutes for hour in hours) >= day.coverage_minutes


def days_of(hours: Iterable[Window]) -> tuple[Window, ...]:
    """Return the days that hold these hours, oldest first."""
    return tuple(sorted({Resolution.DAY.window_of(hour.start) for hour in hours}))


def may_force(day: Window, window: Window, now: datetime, timing: BuildTiming) -> bool:
    """
    Tell whether building `window` by force may replace a fuller set of `day`.

    Only where the sum of the hours is the whole day: all of them are built now, or none was deleted for its age.
    """
    kept_since = timing.kept_since(now)
    return window.holds(day) or kept_since is None or day.start >= kept_since
