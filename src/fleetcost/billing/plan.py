"""Which days of the bills are due: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.billing.source import month_of
from fleetcost.model.cloud_cost import BillState
from fleetcost.model.window import Resolution, Window

SETTLED = timedelta(hours=48)
"""This long after a day its bill is taken as final; every cloud delivers within it."""


@dataclass(frozen=True, slots=True)
class BillTiming:
    """
    When bills are read.

    Attributes:
        refresh: pause between two runs
        run_window: days that are read again in every run, with the whole of their months
        query_window: days of one query, where bills are asked for by queries
        backfill: how far back the first run and a rebuild read
    """

    refresh: timedelta = timedelta(hours=6)
    run_window: timedelta = timedelta(days=3)
    query_window: timedelta = timedelta(days=7)
    backfill: timedelta = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class Due:
    """
    What a run does.

    Attributes:
        window: the days to read, whole ones
        only: True touches no other day, whatever the bills say
        force: lets days without rows replace those with rows
    """

    window: Window
    only: bool = False
    force: bool = False


def plan(now: datetime, timing: BillTiming, *, first: bool) -> Due:
    """
    Return the days of an ordinary run.

    The current month is read whole, because its rows still change, and the month before for as long as its invoice may.

    Args:
        now: the clock's reading
        timing: the settings
        first: there is no set yet
    """
    back = timing.backfill if first else timing.run_window
    start = Resolution.DAY.floor(now - back)
    settled = month_of(now - timing.query_window)
    return Due(Window(min(start, settled) if not first else start, _end(now)))


def rebuild(now: datetime, timing: BillTiming) -> Due:
    """Return the days of a rebuild: all, and the bills are right."""
    return Due(Window(Resolution.DAY.floor(now - timing.backfill), _end(now)), force=True)


def repair(window: Window) -> Due:
    """Return the days that meet a window, and no other ones; for them the bills are right."""
    days = window.split(Resolution.DAY)
    return Due(Window(days[0].start, days[-1].end), only=True, force=True)


def state_of(day: Window, now: datetime) -> BillState:
    """Return how far the bill of a day has come."""
    if now < day.end:
        return BillState.ESTIMATED
    return BillState.FINAL if now >= day.end + SETTLED else BillState.PARTIAL


def _end(now: datetime) -> datetime:
    return Resolution.DAY.floor(now) + Resolution.DAY.delta
