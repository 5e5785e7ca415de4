"""What a source still holds, found by asking day by day; no query spans more than a day."""

from __future__ import annotations

from datetime import datetime

from fleetcost.model.window import Resolution, Window
from fleetcost.samples.queries import OBSERVED, SEES_ANYTHING
from fleetcost.samples.source import Source

COARSE_SECONDS = 3600
EMPTY_DAYS = 3
"""So many days without a sample are taken for the end of what is held."""

MOST_DAYS = 800


def coverage_minutes(source: Source, window: Window, resolution_seconds: int) -> float:
    """
    Return the minutes of a window in which the source was seen.

    Raises:
        SourceError: it did not answer.
    """
    return max((row.value for row in source.query(OBSERVED, window, resolution_seconds)), default=0.0)


def scrapes(source: Source, window: Window) -> bool:
    """
    Tell whether the source scraped anything at all in a window.

    Raises:
        SourceError: it did not answer.
    """
    return bool(source.query(SEES_ANYTHING, window, 60))


def retained(source: Source, now: datetime) -> Window | None:
    """
    Return the days for which the source has samples, None where it has none.

    Raises:
        SourceError: it did not answer.
    """
    day = Resolution.DAY.window_of(now)
    newest: Window | None = None
    oldest: Window | None = None
    empty = 0
    for _ in range(MOST_DAYS):
        if coverage_minutes(source, day, COARSE_SECONDS) > 0:
            newest, oldest, empty = newest or day, day, 0
        else:
            empty += 1
        if empty >= EMPTY_DAYS:
            break
        day = Window(day.start - Resolution.DAY.delta, day.start)
    return Window(oldest.start, newest.end) if newest and oldest else None
