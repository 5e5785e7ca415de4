"""
The field's window grammar: words, durations, durations with an offset, and pairs of times. Everything is UTC.

`7d` at 10:00 is today and the six days before: durations end at the next boundary of their unit.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from fleetcost.errors import QuestionError
from fleetcost.model.window import Window
from fleetcost.ops.duration import seconds_of

ACCEPTED = (
    "today, yesterday, week, month, lastweek, lastmonth; a duration such as 30m, 24h, 7d, 2w; `1d offset 1d`; "
    "two Unix times or two RFC 3339 times ending in Z, joined by a comma"
)

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times a window may hold; beyond, arithmetic with whole days ends in errors that are not the caller's."""

_SHORTEST = timedelta(seconds=1)
"""Length of `week` and `month` at the very moment they begin; no window has none."""

_DURATION = re.compile(r"[0-9]{1,6}([mhdw])")
_OFFSET = re.compile(r"([0-9]{1,6}[mhdw]) offset ([0-9]{1,6}[mhdw])")
_EPOCHS = re.compile(r"([0-9]{1,11})[,-]([0-9]{1,11})")
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z"
_RFC3339 = re.compile(f"({_INSTANT}),({_INSTANT})")


def parse_window(text: str, now: datetime, parameter: str = "window") -> Window:
    """
    Read a window.

    Args:
        text: as the client wrote it
        now: the clock's reading
        parameter: its name, for the error

    Raises:
        QuestionError: not a window, of no length, reversed, or of a time nobody means.
    """
    try:
        window = _named(text, now) or _duration(text, now) or _offset(text, now) or _pair(text)
    except (ValueError, OverflowError) as error:
        raise QuestionError(
            parameter, text, ACCEPTED, case=f"`{parameter}` cannot be `{text[:80]}` ({error})"
        ) from error
    if window is None:
        raise QuestionError(parameter, text, ACCEPTED)
    if window.start < EARLIEST or window.end > LATEST:
        raise QuestionError(parameter, text, f"a time from {EARLIEST.year} to {LATEST.year}")
    return window


def _named(text: str, now: datetime) -> Window | None:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    first = day.replace(day=1)
    one_day = timedelta(days=1)
    ends = {
        "today": (day, day + one_day),
        "yesterday": (day - one_day, day),
        "week": (sunday, max(now, sunday + _SHORTEST)),
        "month": (first, max(now, first + _SHORTEST)),
        "lastweek": (sunday - timedelta(weeks=1), sunday),
        "lastmonth": ((first - one_day).replace(day=1), first),
    }
    return Window(*ends[text]) if text in ends else None


def _duration(text: str, now: datetime) -> Window | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    grain = _span("1" + match[1].replace("w", "d"))
    end = _floor(now, grain) + grain
    return Window(end - _span(text), end)


def _offset(text: str, now: datetime) -> Window | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    end = now - _span(match[2])
    return Window(end - _span(match[1]), end)


def _span(text: str) -> timedelta:
    return timedelta(seconds=seconds_of(text) or 0)


def _pair(text: str) -> Window | None:
    if match := _EPOCHS.fullmatch(text):
        return Window.of_epochs(int(match[1]), int(match[2]))
    if match := _RFC3339.fullmatch(text):
        return Window(datetime.fromisoformat(match[1]), datetime.fromisoformat(match[2]))
    return None


def _floor(instant: datetime, grain: timedelta) -> datetime:
    seconds = int(grain.total_seconds())
    epoch = int(instant.timestamp())
    return datetime.fromtimestamp(epoch - epoch % seconds, UTC)
