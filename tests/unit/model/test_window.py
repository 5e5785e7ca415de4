"""Windows and resolutions."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, day, hour
from fleetcost.model.window import Resolution, Window, rfc3339

instants = st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zoned by the strategy
resolutions = st.sampled_from(Resolution)


@given(instants, resolutions)
def test_the_window_of_an_instant_holds_it(instant: datetime, resolution: Resolution) -> None:
    """A resolution's window of an instant starts at or before it, ends after it, and is aligned."""
    window = resolution.window_of(instant)
    assert window.start <= instant < window.end
    assert window.resolution is resolution
    assert window.end - window.start == resolution.delta


@given(instants, resolutions)
def test_floor_and_ceil_of_a_boundary_are_itself(instant: datetime, resolution: Resolution) -> None:
    """A boundary is its own floor and ceiling; any other instant lies between two neighbouring boundaries."""
    floor, ceil = resolution.floor(instant), resolution.ceil(instant)
    assert floor <= instant <= ceil
    assert ceil - floor in {timedelta(0), resolution.delta}
    assert resolution.floor(floor) == resolution.ceil(floor) == floor


def test_days_and_hours_are_of_utc() -> None:
    """An instant given in another zone belongs to the UTC day and hour it lies in."""
    evening = datetime(2026, 1, 9, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert Resolution.DAY.window_of(evening) == day()
    assert Resolution.HOUR.window_of(evening) == hour(4)


@pytest.mark.parametrize(("resolution", "seconds"), [(Resolution.HOUR, 3600), (Resolution.DAY, 86400)])
def test_resolutions_know_their_width(resolution: Resolution, seconds: int) -> None:
    """An hour has 3,600 seconds and a day 86,400."""
    assert resolution.seconds == seconds
    assert resolution.delta.total_seconds() == seconds


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (at(1), at(1), "after the start"),
        (at(2), at(1), "after the start"),
        (at(1).replace(tzinfo=None), at(2), "time zone"),
        (at(1), at(2).replace(tzinfo=None), "time zone"),
    ],
)
def test_impossible_windows_are_refused(start: datetime, end: datetime, reason: str) -> None:
    """A window of no length, a reversed one and one without a time zone cannot be made."""
    with pytest.raises(ValueError, match=reason):
        Window(start, end)


def test_a_window_knows_its_length() -> None:
    """Seconds, minutes, hours and epochs of a window agree."""
    window = hour(10)
    assert (window.seconds, window.minutes, window.hours) == (3600, 60, 1)
    assert Window.of_epochs(window.start_epoch, window.end_epoch) == window


@pytest.mark.parametrize(
    ("window", "resolution"),
    [
        (hour(3), Resolution.HOUR),
        (day(), Resolution.DAY),
        (Window(at(1), at(25)), None),
        (Window(at(0.5), at(1.5)), None),
        (Window(at(0), at(2)), None),
    ],
)
def test_only_aligned_windows_have_a_resolution(window: Window, resolution: Resolution | None) -> None:
    """A window has a resolution when it is exactly one of that resolution's windows."""
    assert window.resolution is resolution


def test_holds_and_meets_are_half_open() -> None:
    """Neighbouring windows share no time; a window holds itself and its parts."""
    assert not hour(1).meets(hour(2))
    assert day().meets(hour(23))
    assert day().holds(hour(23))
    assert day().holds(day())
    assert not hour(1).holds(day())
    assert not Window(at(0), at(2)).holds(Window(at(1), at(3)))
    assert not Window(at(1), at(3)).holds(Window(at(0), at(2)))


def test_clamp_returns_the_part_inside() -> None:
    """The part of an interval inside a window, and None where nothing of it is."""
    assert hour(1).clamp(at(0), at(1.5)) == Window(at(1), at(1.5))
    assert hour(1).clamp(at(0), at(9)) == hour(1)
    assert hour(1).clamp(at(2), at(3)) is None


@given(instants, st.integers(1, 10 * 24 * 60), resolutions)
def test_split_covers_the_window_without_gaps(start: datetime, minutes: int, resolution: Resolution) -> None:
    """The pieces of a window follow each other, are aligned, and cover it."""
    window = Window(start, start + timedelta(minutes=minutes))
    pieces = window.split(resolution)
    assert all(piece.resolution is resolution and piece.meets(window) for piece in pieces)
    assert all(left.end == right.start for left, right in itertools.pairwise(pieces))
    assert pieces[0].start <= window.start
    assert window.end <= pieces[-1].end


def test_aligned_windows_split_into_their_own() -> None:
    """An aligned window is its own only piece, and a day is twenty-four hours, no more."""
    assert hour(0).split(Resolution.HOUR) == (hour(0),)
    assert len(day().split(Resolution.HOUR)) == 24


def test_a_window_prints_as_people_write_it() -> None:
    """The text of a window is the half-open interval in RFC 3339."""
    assert str(hour(1)) == "[2026-01-10T01:00:00Z, 2026-01-10T02:00:00Z)"


def test_times_are_written_in_utc_with_z() -> None:
    """Any zone becomes UTC, and a fraction is written only where there is one."""
    assert rfc3339(datetime(2026, 1, 10, 2, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-10T00:00:00Z"
    assert rfc3339(datetime(2026, 1, 10, 0, 0, 0, 500000, tzinfo=UTC)) == "2026-01-10T00:00:00.500000Z"


def test_windows_sort_by_time() -> None:
    """Windows are ordered by their start and then their end."""
    assert sorted([hour(2), day(), hour(0)]) == [hour(0), day(), hour(2)]
