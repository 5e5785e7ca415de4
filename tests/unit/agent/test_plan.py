"""Which windows are due: tables."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, day, hour
from fleetcost.agent.plan import (
    GAP_PAUSE,
    BuildDay,
    BuildHour,
    BuildTiming,
    StoredWindow,
    days_of,
    due_days,
    due_hours,
    horizon,
    may_force,
    may_grow,
    whole_days,
)
from fleetcost.model.window import Resolution, Window

TIMING = BuildTiming(timedelta(minutes=5), timedelta(hours=3))
KEEPING = BuildTiming(timedelta(minutes=5), timedelta(hours=3), timedelta(days=7))


def built(when: datetime | None = None, coverage: float = 60.0, *, final: bool = True) -> StoredWindow:
    """Return what two sets of a window say."""
    return StoredWindow(final, coverage, when or at(5), when or at(5))


def partial(when: datetime | None = None) -> StoredWindow:
    """Return what two sets of a window say that may grow."""
    return built(when, final=False)


@pytest.mark.parametrize(
    ("now", "start", "end"),
    [
        (at(10.5), at(7), at(11)),
        (at(10), at(7), at(11)),
        (at(10) + timedelta(seconds=1), at(7), at(11)),
        (at(0.5), at(21, day=-1), at(1)),
    ],
)
def test_the_horizon_holds_backfill_and_current_hour(now: datetime, start: datetime, end: datetime) -> None:
    """From the hour in which the backfill begins to the end of the hour that runs; on the hour the next one runs."""
    assert horizon(now, TIMING) == Window(start, end)


@pytest.mark.parametrize(
    ("retention", "start"),
    [(timedelta(days=7), at(7)), (timedelta(hours=2), at(9)), (timedelta(minutes=1), at(10))],
)
def test_hours_past_their_retention_are_not_in_the_horizon(retention: timedelta, start: datetime) -> None:
    """A backfill longer than the retention would build hours only to delete them, again and again."""
    timing = BuildTiming(timedelta(minutes=5), timedelta(hours=3), retention)
    assert horizon(at(10.5), timing) == Window(start, at(11))


@pytest.mark.parametrize(
    ("now", "holding", "expected"),
    [
        (at(10.5), {}, [(10, False), (9, True), (8, True), (7, True)]),
        (at(10), {}, [(10, False), (9, False), (8, True), (7, True)]),
        (at(10) + timedelta(minutes=5), {}, [(10, False), (9, True), (8, True), (7, True)]),
        (at(10.5), {7: True, 8: True, 9: True, 10: False}, [(10, False)]),
        (at(10.5), {7: True, 8: True, 9: False, 10: False}, [(10, False), (9, True)]),
        (at(10.5), {7: True, 9: True}, [(10, False), (8, True)]),
        (at(10.5), {7: True, 8: True, 9: True, 10: True}, []),
        (at(10.5), {2: False}, [(10, False), (9, True), (8, True), (7, True)]),
    ],
)
def test_due_hours(now: datetime, holding: dict[int, bool], expected: list[tuple[int, bool]]) -> None:
    """Hours that are missing or not final are due, newest first; an hour is final some minutes after its end."""
    there = {hour(number): built(final=final) for number, final in holding.items()}
    due = due_hours(now, TIMING, there, {})
    assert list(due) == [BuildHour(hour(number), final) for number, final in expected]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (at(10.25), False),
        (at(10.4), False),
        (at(10.5) - GAP_PAUSE, True),
        (at(9), True),
        (at(8.9), True),
    ],
)
def test_gaps_rest(asked: datetime, due: bool) -> None:  # noqa: FBT001 - a table's column
    """An hour in which the source saw nothing is asked for again after a pause, not at every round."""
    hours = due_hours(at(10.5), TIMING, {}, {hour(8): asked})
    assert (hour(8) in {each.window for each in hours}) is due


def test_the_running_hour_never_rests() -> None:
    """An hour that is not over is built at every round, seen or not."""
    assert due_hours(at(10.5), TIMING, {}, {hour(10): at(10.4)})[0] == BuildHour(hour(10), final=False)


@given(st.integers(0, 72), st.integers(0, 59), st.sets(st.integers(-72, 72)))
def test_whatever_was_built_the_due_hours_lie_in_the_horizon(start: int, minute: int, known: set[int]) -> None:
    """Due hours are hours of the horizon, newest first, none twice, and no final one."""
    now = at(start) + timedelta(minutes=minute)
    there = {hour(number): built(final=number % 2 == 0) for number in known}
    windows = [each.window for each in due_hours(now, TIMING, there, {})]
    assert windows == sorted(set(windows), reverse=True)
    assert all(horizon(now, TIMING).holds(window) for window in windows)
    assert all(window not in there or not there[window].final for window in windows)


@pytest.mark.parametrize(
    ("there", "looked_at", "grows"),
    [
        (built(coverage=59.0), None, True),
        (built(coverage=60.0), None, False),
        (built(coverage=59.0, final=False), None, False),
        (built(coverage=59.0), at(10.5) - GAP_PAUSE, True),
        (built(coverage=59.0), at(10.5) - GAP_PAUSE + timedelta(seconds=1), False),
    ],
    ids=["not whole", "whole", "not final", "looked at a pause ago", "looked at just now"],
)
def test_final_hours_that_are_not_whole_may_grow(there: StoredWindow, looked_at: datetime | None, grows: bool) -> None:  # noqa: FBT001 - a table's column
    """Late samples may fill a hole; whether they did is asked now and then."""
    looked = {hour(8): looked_at} if looked_at else {}
    assert may_grow({hour(8): there}, at(10.5), looked) == ((hour(8),) if grows else ())


EARLY, LATE = at(5), at(6)


@pytest.mark.parametrize(
    ("now", "hours", "there", "due"),
    [
        (at(6), {0: built()}, None, True),
        (at(6), {0: built(EARLY)}, partial(EARLY), False),
        (at(6), {0: built(LATE)}, partial(EARLY), True),
        (at(6), {0: built(EARLY), 1: built(LATE)}, partial(EARLY), True),
        (at(25), {0: built(EARLY)}, partial(EARLY), True),
        (at(25), {0: built(EARLY)}, built(EARLY), False),
        (at(25), {0: built(EARLY), 1: partial(EARLY)}, partial(EARLY), False),
        (at(24), {0: built(EARLY)}, partial(EARLY), False),
        (at(25), {0: built(LATE)}, built(EARLY, 61.0), False),
        (at(25), {0: built(LATE), 1: built()}, built(EARLY, 61.0), True),
        (at(6), {}, partial(), False),
    ],
    ids=[
        "no day yet", "says what its hours say", "an hour is newer", "one of two is newer", "over and not final",
        "final", "an hour is not final", "over but within the delay", "hours were deleted", "fuller than before",
        "no hours",
    ],
)  # fmt: skip
def test_due_days(now: datetime, hours: dict[int, StoredWindow], there: StoredWindow | None, due: bool) -> None:  # noqa: FBT001 - a table's column
    """A day is due when it is absent, older than an hour of it, or over with final hours and not final itself."""
    known = {hour(number): each for number, each in hours.items()}
    found = due_days(now, TIMING, known, {day(): there} if there else {})
    assert found == ((BuildDay(day(), TIMING.final(day(), now)),) if due else ())


def test_due_days_come_oldest_first() -> None:
    """Hours of two days make two days, the older first."""
    hours = {hour(1, day=1): built(), hour(3): built(), hour(2): built()}
    assert [each.window for each in due_days(at(30), TIMING, hours, {})] == [day(), day(1)]
    assert days_of(hours) == (day(), day(1))


def test_days_of_a_window() -> None:
    """The days that hold a window reach from midnight to midnight."""
    assert whole_days(Window(at(23), at(25))) == Window(at(0), at(48))
    assert whole_days(day()) == day()


@pytest.mark.parametrize(
    ("window", "now", "timing", "allowed"),
    [
        (day(), at(24 * 30), KEEPING, True),
        (hour(3), at(24 * 30), KEEPING, False),
        (hour(3), at(24), KEEPING, True),
        (hour(3), at(24 * 7), KEEPING, True),
        (hour(3), at(24 * 7 + 1), KEEPING, False),
        (hour(3), at(24 * 30), TIMING, True),
    ],
)
def test_a_day_is_forced_only_as_a_whole(window: Window, now: datetime, timing: BuildTiming, allowed: bool) -> None:  # noqa: FBT001 - a table's column
    """Forcing an hour of a day whose other hours were deleted must not make that hour the whole day."""
    assert may_force(day(), window, now, timing) is allowed


def test_final_is_the_end_plus_the_delay() -> None:
    """A window is final at the very moment its delay is over."""
    assert not TIMING.final(hour(0), at(1) + timedelta(minutes=5) - timedelta(seconds=1))
    assert TIMING.final(hour(0), at(1) + timedelta(minutes=5))
    assert Resolution.HOUR.delta == hour(0).end - hour(0).start


def test_an_hour_of_partial_answers_rests_before_it_is_built_again() -> None:
    """Built when it could have been final and is not, an hour is due again after the pause, and not before."""
    there = {hour(8): partial(at(9.5)), hour(9): built(), hour(7): built()}

    assert hour(8) not in {one.window for one in due_hours(at(10.2), TIMING, there, {})}
    assert hour(8) in {one.window for one in due_hours(at(9.5) + GAP_PAUSE, TIMING, there, {})}


def test_an_hour_that_had_not_ended_does_not_rest() -> None:
    """Built while it ran, an hour is due as soon as it is over, whenever that was."""
    there = {hour(9): partial(at(9.9)), hour(8): built(), hour(7): built()}

    assert BuildHour(hour(9), final=True) in due_hours(at(10.2), TIMING, there, {})
