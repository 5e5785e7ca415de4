"""Which windows stand behind an answer: each state and how it comes about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import DAILY, HOURLY, at, day, hour, key
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window
from fleetcost.query.answer import Completeness, Gap
from fleetcost.query.completeness import LATE_AFTER, MISSING_AFTER, completeness
from fleetcost.query.question import Frame
from fleetcost.tables.ledger import Entry, EntryState

BOTH = tuple(SetKind)
S = WindowState


def entry(window: Window, kind: SetKind = SetKind.ALLOCATIONS, cluster: str = "c1", **facts: Any) -> Entry:
    """Return what the ledger says of a set: whole and final unless said otherwise."""
    one = key(window, kind, cluster)
    known: dict[str, Any] = {
        "state": EntryState.INGESTED, "coverage_minutes": window.minutes, "final": True,
        "built_at": window.end + timedelta(minutes=5),
    }  # fmt: skip
    return Entry(
        key=one, path=str(one), etag="e", size_bytes=1, written_at=window.end, ingested_at=window.end, **known | facts
    )


def both(window: Window, cluster: str = "c1", **facts: Any) -> list[Entry]:
    """Return both kinds of a window."""
    return [entry(window, kind, cluster, **facts) for kind in SetKind]


def judged(
    entries: list[Entry],
    window: Window,
    now: datetime,
    kinds: tuple[SetKind, ...] = BOTH,
    resolution: Resolution = DAILY,
) -> Completeness:
    """Judge the only cluster there is."""
    (one,) = completeness(entries, Frame(window, resolution), kinds, now)
    return one


NOON = at(36)
"""Noon of the day after the day."""


@pytest.mark.parametrize(
    ("entries", "now", "state", "cause"),
    [
        (both(day()), NOON, S.COMPLETE, ""),
        (both(day(), coverage_minutes=1380.0), NOON, S.PARTIAL, "1380 of 1440 minutes were observed"),
        (both(day(), state=EntryState.DAMAGED, reason="bad"), NOON, S.DAMAGED, "bad"),
        (both(day(), state=EntryState.REFUSED, reason="renamed"), NOON, S.REFUSED, "renamed"),
        (both(day(), final=False, built_at=at(22)), at(23.5), S.COMPLETE, "the window is not over"),
        (both(day(), final=False, built_at=at(23)), at(24.5), S.COMPLETE, "the window has just ended"),
        (both(day(), final=False, built_at=at(23)), at(25) - timedelta(seconds=1), S.COMPLETE, "the window has just"),
        (both(day(), final=False, built_at=at(23)), at(25), S.LATE, "nothing newer than 2026-01-10T23:00:00Z has"),
        (both(day(), final=False, built_at=at(23)), at(26), S.LATE, "nothing newer than 2026-01-10T23:00:00Z has"),
        (both(day(), final=False, built_at=at(23)), at(80), S.PARTIAL, "nothing newer than"),
        ([entry(day())], at(25), S.LATE, "only the allocations set has arrived"),
        ([entry(day())], at(24) + MISSING_AFTER, S.MISSING, "only the allocations set has arrived"),
        ([entry(day(), SetKind.ASSETS)], NOON, S.LATE, "only the assets set has arrived"),
    ],
    ids=[
        "complete", "not all minutes", "damaged", "refused", "running", "just over", "almost stale",
        "stale", "more stale",
        "never finished", "half", "half, old", "other half",
    ],
)  # fmt: skip
def test_the_state_of_a_window_with_sets(entries: list[Entry], now: datetime, state: WindowState, cause: str) -> None:
    """What the ledger holds of a day decides its state, and the cause says why in words."""
    one = judged(entries, day(), now)
    assert one.state is state
    assert [gap.cause for gap in one.gaps] == ([] if not cause else [one.gaps[0].cause])
    assert all(gap.cause.startswith(cause) for gap in one.gaps)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(24) + LATE_AFTER - timedelta(seconds=1), None),
        (at(24) + LATE_AFTER, S.LATE),
        (at(48) + MISSING_AFTER - timedelta(seconds=1), S.LATE),
        (at(48) + MISSING_AFTER, S.MISSING),
    ],
)
def test_a_window_without_sets_becomes_late_and_then_missing(now: datetime, state: WindowState | None) -> None:
    """A set is not expected at once; two hours after its window began it is late, two days after its end missing."""
    one = judged(both(day()), day(1), now)
    assert one.gaps == (() if state is None else (Gap(day(1), state, "no set has arrived", running=False),))


def test_windows_before_the_first_set_are_no_gaps() -> None:
    """A cluster is not missing before it was there; those windows are counted and not expected."""
    one = judged(both(day()), Window(at(day=-3), at(24)), NOON)
    assert one.counts == {S.BEFORE_FIRST_SEEN: 3, S.COMPLETE: 1}
    assert (one.state, one.gaps, one.expected_minutes) == (S.COMPLETE, (), 1440)


def test_windows_in_the_future_are_not_judged() -> None:
    """What has not begun is neither there nor missing."""
    one = judged(both(day()), Window(at(0), at(240)), at(24))
    assert one.counts == {S.COMPLETE: 1}


def test_a_gap_in_the_middle_is_a_gap() -> None:
    """A day between two days is missing, and nothing is added for it."""
    one = judged([*both(day(0)), *both(day(2))], Window(at(0), at(72)), at(24 * 9))
    assert one.counts == {S.COMPLETE: 2, S.MISSING: 1}
    assert [gap.window for gap in one.gaps] == [day(1)]
    assert (one.coverage_minutes, one.expected_minutes) == (2880, 4320)
    assert (one.first, one.last) == (at(0), at(72))


def test_the_worst_state_is_reported() -> None:
    """Among several gaps the worst names the cluster's state; a running window is never the reason."""
    entries = [
        *both(day(0), coverage_minutes=5.0),
        *both(day(1), state=EntryState.DAMAGED, reason="bad"),
        *both(day(2), final=False, built_at=at(60)),
    ]
    assert judged(entries, Window(at(0), at(72)), at(60)).state is S.DAMAGED
    assert judged(entries, Window(at(48), at(72)), at(60)).state is S.COMPLETE
    assert judged(entries, Window(at(0), at(24)), at(60)).state is S.PARTIAL


def test_the_emptier_kind_decides() -> None:
    """Where both kinds are needed the worse of them speaks; where one is, only that one."""
    entries = [entry(day()), entry(day(), SetKind.ASSETS, coverage_minutes=60.0)]
    assert judged(entries, day(), NOON).coverage_minutes == 60
    assert judged(entries, day(), NOON, (SetKind.ALLOCATIONS,)).state is S.COMPLETE
    assert judged([entry(day(), SetKind.ASSETS)], day(), NOON, (SetKind.ASSETS,)).state is S.COMPLETE


def test_damaged_sets_cover_nothing() -> None:
    """The minutes of a set whose rows are not in the tables do not stand behind the answer."""
    one = judged(both(day(), state=EntryState.DAMAGED, reason="bad"), day(), NOON)
    assert (one.coverage_minutes, one.first, one.last) == (0, None, None)


def test_the_running_window_is_expected_up_to_now() -> None:
    """Of a day that runs, only the minutes that have passed can have been observed."""
    one = judged(both(day(), final=False, coverage_minutes=720.0, built_at=at(12)), day(), at(12))
    assert (one.coverage_minutes, one.expected_minutes, one.last) == (720, 720, at(12))
    assert one.gaps == (Gap(day(), S.PARTIAL, "the window is not over", running=True),)


@pytest.mark.parametrize(
    ("built_at", "observed", "expected"),
    [(at(11), 660.0, 660.0), (at(11), 658.0, 658.0), (at(11), 650.0, 660.0), (at(25), 700.0, 1440.0)],
    ids=["all of it", "a scrape behind", "with a hole", "built after its end"],
)
def test_of_a_running_window_is_expected_what_its_set_could_see(
    built_at: datetime, observed: float, expected: float
) -> None:
    """The newest samples may be a scrape behind; minutes that are missing before that are missing."""
    entries = both(day(), final=False, coverage_minutes=observed, built_at=built_at)
    assert judged(entries, day(), max(at(12), built_at)).expected_minutes == expected


def test_deleted_sets_are_missing() -> None:
    """A tombstone is not a set: where its window was expected it is missing."""
    entries = [*both(day(0)), *both(day(1), state=EntryState.DELETED)]
    assert judged(entries, day(1), at(24 * 9)).state is S.MISSING


def test_every_cluster_of_the_ledger_is_judged() -> None:
    """A silent cluster stays visible: it is known from its old sets."""
    entries = [*both(day(-30), "silent"), *both(day(), "well")]
    states = {one.cluster: one.state for one in completeness(entries, Frame(day(), DAILY), BOTH, at(24 * 9))}
    assert states == {"silent": S.MISSING, "well": S.COMPLETE}


def test_a_silent_cluster_is_silent_in_hours_too() -> None:
    """A cluster of which only days are left is missing its hours, not unborn."""
    one = judged(both(day(-30)), Window(at(0), at(3)), at(24 * 9), resolution=HOURLY)
    assert one.counts == {S.MISSING: 3}


def test_a_young_cluster_is_not_missing_its_first_hours() -> None:
    """On the day a cluster appears, hours before its first are before its first, though the day is there."""
    entries = [*both(day()), *both(hour(10)), *both(hour(11))]
    one = judged(entries, Window(at(8), at(12)), at(24 * 9), resolution=HOURLY)
    assert one.counts == {S.BEFORE_FIRST_SEEN: 2, S.COMPLETE: 2}


def test_hours_and_days_are_judged_apart() -> None:
    """A daily question looks at daily sets; hours alone make a day late, since its cluster was there."""
    hours = [one for number in range(24) for one in both(hour(number))]
    assert judged(hours, day(), NOON, resolution=HOURLY).state is S.COMPLETE
    assert judged(hours, day(), NOON).counts == {S.LATE: 1}


def test_nobody_known_is_nobody_judged() -> None:
    """Without a ledger there is no cluster."""
    assert completeness([], Frame(day(), DAILY), BOTH, NOON) == ()
