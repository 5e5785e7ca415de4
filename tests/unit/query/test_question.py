"""Questions as values: which rows answer, and how the answer is cut."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import at, day
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.model.window_text import parse_window
from fleetcost.query.question import Frame, Question, Step, framed, parse_accumulate

NOW = datetime(2024, 5, 15, 10, 37, 20, tzinfo=UTC)
KEPT = NOW - timedelta(hours=49)
H, D = Resolution.HOUR, Resolution.DAY


@pytest.mark.parametrize(
    ("text", "step", "resolution", "answered", "cut"),
    [
        ("7d", None, D, "05-09T00 05-16T00", Step.DAY),
        ("7d", Step.ALL, D, "05-09T00 05-16T00", Step.ALL),
        ("today", None, D, "05-15T00 05-16T00", Step.DAY),
        ("yesterday", None, D, "05-14T00 05-15T00", Step.DAY),
        ("week", None, D, "05-12T00 05-16T00", Step.DAY),
        ("month", None, D, "05-01T00 05-16T00", Step.DAY),
        ("week", Step.ALL, D, "05-12T00 05-16T00", Step.ALL),
        ("lastmonth", Step.WEEK, D, "04-01T00 05-01T00", Step.WEEK),
        ("24h", None, H, "05-14T11 05-15T11", Step.HOUR),
        ("24h", Step.ALL, H, "05-14T11 05-15T11", Step.ALL),
        ("24h", Step.DAY, D, "05-14T00 05-16T00", Step.DAY),
        ("30m", None, H, "05-15T10 05-15T11", Step.HOUR),
        ("1d offset 1d", None, H, "05-13T10 05-14T11", Step.HOUR),
        ("2024-05-15T00:00:00Z,2024-05-15T05:00:00Z", None, H, "05-15T00 05-15T05", Step.HOUR),
        ("2024-05-14T05:00:00Z,2024-05-15T00:00:00Z", None, H, "05-14T05 05-15T00", Step.HOUR),
        ("today", Step.HOUR, H, "05-15T00 05-16T00", Step.HOUR),
        ("2024-05-13T00:00:00Z,2024-05-14T23:59:59Z", None, D, "05-13T00 05-15T00", Step.DAY),
        ("2024-05-14T00:00:00Z,2024-05-14T23:59:58Z", None, H, "05-14T00 05-15T00", Step.HOUR),
        ("2024-05-14T00:00:00Z,2024-05-14T23:59:59Z", Step.HOUR, H, "05-14T00 05-15T00", Step.HOUR),
        ("72h", None, D, "05-12T00 05-16T00", Step.DAY),
        ("72h", Step.ALL, D, "05-12T00 05-16T00", Step.ALL),
        ("7d", Step.HOUR, D, "05-09T00 05-16T00", Step.DAY),
        ("7d", Step.MONTH, D, "05-09T00 05-16T00", Step.MONTH),
    ],
)
def test_which_rows_answer(text: str, step: Step | None, resolution: Resolution, answered: str, cut: Step) -> None:
    """Whole days come from daily sets, finer windows from hourly ones while they are kept, else from whole days."""
    frame, chosen = framed(parse_window(text, NOW), step, KEPT, NOW)
    assert f"{frame.window.start:%m-%dT%H} {frame.window.end:%m-%dT%H}" == answered
    assert (frame.resolution, chosen) == (resolution, cut)


def test_without_a_retention_hours_are_there_for_ever() -> None:
    """Where hourly rows are kept for ever an old window is answered by them."""
    frame, chosen = framed(parse_window("72h", NOW), None, None, NOW)
    assert (frame.resolution, chosen, frame.window.hours) == (H, Step.HOUR, 72)


def test_hours_are_read_as_far_back_as_they_are_kept() -> None:
    """An hour that begins just when hours begin to be kept is read from hours; one that began before is not."""
    window = Window(at(5), at(7))
    assert framed(window, None, at(5), at(40))[0].resolution is H
    assert framed(window, None, at(5) + timedelta(seconds=1), at(40))[0].resolution is D


@given(st.integers(0, 400_000), st.integers(1, 300_000), st.sampled_from([None, *Step]))
def test_a_frame_holds_what_was_asked(start: int, length: int, step: Step | None) -> None:
    """The rows that answer are whole sets and reach at least as far as the question."""
    window = Window(at(0) + timedelta(seconds=start), at(0) + timedelta(seconds=start + length))
    frame, _ = framed(window, step, None, at(10_000))
    assert frame.window.holds(window)
    assert frame.window.split(frame.resolution)[0].start == frame.window.start
    assert frame.window.split(frame.resolution)[-1].end == frame.window.end


@pytest.mark.parametrize(("days", "step"), [(3661, None), (101, Step.HOUR)])
def test_endless_windows_are_refused(days: int, step: Step | None) -> None:
    """A window of more sets than anybody reads is refused before it costs anything; a little less is answered."""
    with pytest.raises(QuestionError, match="at most"):
        framed(Window(at(0), at(24 * days)), step, None, at(1))
    framed(Window(at(0), at(24 * (days - 1))), step, None, at(1))


def question(window: Window, step: Step, resolution: Resolution = D) -> Question:
    """Return a question of which only window and step matter."""
    return Question(kind=SetKind.ASSETS, frame=Frame(window, resolution), step=step, dimensions=())


def days(*texts: str) -> list[datetime]:
    """Return midnights."""
    return [datetime.fromisoformat(f"{text}T00:00Z") for text in texts]


@pytest.mark.parametrize(
    ("step", "edges"),
    [
        (Step.ALL, ["2024-01-30", "2024-07-03"]),
        (Step.MONTH, ["2024-01-30", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01", "2024-07-01",
                      "2024-07-03"]),
        (Step.QUARTER, ["2024-01-30", "2024-04-01", "2024-07-01", "2024-07-03"]),
    ],
)  # fmt: skip
def test_long_steps(step: Step, edges: list[str]) -> None:
    """Months and quarters are those of the calendar; the outer ones are cut at the window."""
    start, end = days("2024-01-30", "2024-07-03")
    steps = question(Window(start, end), step).steps()
    assert [each.start for each in steps] + [steps[-1].end] == days(*edges)


def test_weeks_run_from_sunday_to_saturday() -> None:
    """A step of a week begins on Sunday; the first may be shorter."""
    start, end = days("2024-05-08", "2024-05-21")
    edges = [each.start for each in question(Window(start, end), Step.WEEK).steps()]
    assert edges == days("2024-05-08", "2024-05-12", "2024-05-19")


@pytest.mark.parametrize("step", list(Step))
@given(start=st.integers(0, 800), length=st.integers(1, 500))
def test_steps_cover_the_window(step: Step, start: int, length: int) -> None:
    """Whatever the step, its windows follow each other from the first to the last moment."""
    window = Window(at(24 * start), at(24 * (start + length)))
    steps = question(window, Step.DAY if step is Step.HOUR else step).steps()
    assert (steps[0].start, steps[-1].end) == (window.start, window.end)
    assert all(left.end == right.start for left, right in itertools.pairwise(steps))


def test_hours_of_a_day() -> None:
    """A day in hours is twenty-four steps."""
    assert len(question(day(), Step.HOUR, H).steps()) == 24


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (None, None), ("", None), ("false", None), ("none", None), ("0", None), ("F", None),
        ("true", Step.ALL), ("True", Step.ALL), ("1", Step.ALL), ("all", Step.ALL), ("hour", Step.HOUR),
        ("day", Step.DAY), ("week", Step.WEEK), ("month", Step.MONTH), ("quarter", Step.QUARTER), (" Day ", Step.DAY),
    ],
)  # fmt: skip
def test_accumulate_is_a_truth_value_or_a_step(text: str | None, step: Step | None) -> None:
    """The field's parameter takes both kinds of value."""
    assert parse_accumulate(text) is step


def test_other_words_are_refused() -> None:
    """A word that is neither is refused with the nearest that is."""
    with pytest.raises(QuestionError, match=r"^`accumulate` cannot be `monthly`; did you mean `month`\?$") as raised:
        parse_accumulate("monthly")
    assert raised.value.accepted.startswith("true, false, all")
