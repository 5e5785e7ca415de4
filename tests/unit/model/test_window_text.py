"""The window grammar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.errors import QuestionError
from fleetcost.model.window import Window, rfc3339
from fleetcost.model.window_text import parse_window

NOW = datetime(2024, 5, 15, 10, 37, 20, tzinfo=UTC)
TEN = datetime(2024, 5, 15, 10, tzinfo=UTC)


def short(window: Window) -> str:
    """Write a window as the table below does."""
    return f"{window.start:%m-%dT%H:%M:%S} {window.end:%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "05-15T00:00:00 05-16T00:00:00"),
        ("yesterday", "05-14T00:00:00 05-15T00:00:00"),
        ("week", "05-12T00:00:00 05-15T10:37:20"),
        ("lastweek", "05-05T00:00:00 05-12T00:00:00"),
        ("month", "05-01T00:00:00 05-15T10:37:20"),
        ("lastmonth", "04-01T00:00:00 05-01T00:00:00"),
        ("2h", "05-15T09:00:00 05-15T11:00:00"),
        ("30m", "05-15T10:08:00 05-15T10:38:00"),
        ("1d", "05-15T00:00:00 05-16T00:00:00"),
        ("7d", "05-09T00:00:00 05-16T00:00:00"),
        ("1w", "05-09T00:00:00 05-16T00:00:00"),
        ("24h", "05-14T11:00:00 05-15T11:00:00"),
        ("1h offset 1h", "05-15T08:37:20 05-15T09:37:20"),
        ("1d offset 1d", "05-13T10:37:20 05-14T10:37:20"),
        ("1d offset 1w", "05-07T10:37:20 05-08T10:37:20"),
        ("1715731200,1715817600", "05-15T00:00:00 05-16T00:00:00"),
        ("1715731200-1715817600", "05-15T00:00:00 05-16T00:00:00"),
        ("2024-05-15T00:00:00Z,2024-05-16T00:00:00Z", "05-15T00:00:00 05-16T00:00:00"),
        ("2024-05-15T00:00:00.5Z,2024-05-16T00:00:00Z", "05-15T00:00:00 05-16T00:00:00"),
    ],
)
def test_every_form_of_a_window(text: str, expected: str) -> None:
    """Words, durations, offsets and pairs mean what the field's products mean by them."""
    assert short(parse_window(text, NOW)) == expected


def test_a_duration_on_the_hour_means_the_coming_hour() -> None:
    """At an exact boundary a duration ends one unit later, as in the field."""
    assert short(parse_window("1h", TEN)) == "05-15T10:00:00 05-15T11:00:00"


@pytest.mark.parametrize("word", ["week", "month"])
def test_a_window_until_now_is_never_empty(word: str) -> None:
    """At the very moment a week or a month begins its window is short, not an error."""
    first = datetime(2024, 9, 1, tzinfo=UTC)
    assert first.strftime("%A") == "Sunday"
    assert parse_window(word, first) == Window(first, first + timedelta(seconds=1))


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_begin_on_sunday(weekday: int) -> None:
    """On every day of a week, `week` begins with its Sunday and `lastweek` is the seven days before."""
    now = datetime(2024, 5, 12, 3, tzinfo=UTC) + timedelta(days=weekday)
    assert parse_window("week", now) == Window(datetime(2024, 5, 12, tzinfo=UTC), now)
    assert short(parse_window("lastweek", now)) == "05-05T00:00:00 05-12T00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Today", "to day", "7", "d", "-7d", "7 d", "7d ", "7d\n", "0d", "0h offset 1d", "1.5h", "7y",
        "1h offset", "1h  offset 1h", "1h offset -1h", "1715817600,1715731200", "5,5", "1,2,3",
        "1715731200, 1715817600",
        "2024-05-15T00:00:00+02:00,2024-05-16T00:00:00Z", "2024-05-15,2024-05-16", "2024-05-15T00:00:00Z",
        "2024-13-15T00:00:00Z,2024-05-16T00:00:00Z", "2024-05-16T00:00:00Z,2024-05-15T00:00:00Z", "\u0667d", "999999d",
        "999999w offset 999999w", "99999999999999d",
    ],
)  # fmt: skip
def test_what_is_no_window_is_refused(text: str) -> None:
    """Anything else, and a window of no length or reversed, is refused with what was read and what is accepted."""
    with pytest.raises(QuestionError, match="today, yesterday, week") as raised:
        parse_window(text, NOW, "--window")
    assert (raised.value.parameter, raised.value.read) == ("--window", text)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9]{1,12}[mhdw]( offset [0-9]{1,12}[mhdw])?|[0-9,-]{1,24}")))
def test_no_text_crashes(text: str) -> None:
    """Whatever is sent is a window that ends after it starts, or a question error."""
    try:
        window = parse_window(text, NOW)
    except QuestionError:
        return
    assert window.start < window.end


@given(st.integers(0, 4_000_000_000), st.integers(1, 3_000_000_000))
def test_pairs_of_times_are_taken_as_they_are(start: int, length: int) -> None:
    """Two Unix times and the same two RFC 3339 times are one window."""
    window = parse_window(f"{start},{start + length}", NOW)
    assert (window.start_epoch, window.end_epoch) == (start, start + length)
    assert parse_window(f"{rfc3339(window.start)},{rfc3339(window.end)}", NOW) == window
