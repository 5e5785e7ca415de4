"""
Tables are a function of the bucket and the clock: whatever the way there was, they equal a rebuild.

The suite tries some histories; `TEST_HISTORIES=250 pytest -o faulthandler_timeout=0 tests/unit/ingest/test_history.py`
more, for as long as it takes. Each is about eight fleets at once, and tables are compared after every pass: each
beginning of a history is a history. `TEST_KILLS=200` kills more passes in between.
"""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fleetcost.model.window import Resolution
from unit.ingest.histories import CLOUDS, DAYS, Follower, History, Step, following, histories, world

HISTORIES = int(os.environ.get("TEST_HISTORIES", "2"))
KILLS = int(os.environ.get("TEST_KILLS", "4"))

LONGEST_WORK_SECONDS = 1.0
"""Until a pass over one fleet is killed: a little more than it takes."""

EXPIRING = (28, 1, 23, 1, 18, 1, 23, 1)
"""Hours between looks: to before and after the hour and the day of the first and of the second day have expired."""


def assert_equal(follower: Follower) -> None:
    """Hold the tables against a rebuild."""
    found, expected = follower.contents(), follower.expected()
    wrong = [name for name in expected if found[name] != expected[name]]
    first = {name: sorted(set(map(repr, found[name])) ^ set(map(repr, expected[name])))[:4] for name in wrong[:2]}
    assert not wrong, (wrong, first)


@pytest.mark.timeout(120 + 60 * HISTORIES)
@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(histories)
def test_any_history_equals_a_rebuild(history: History) -> None:
    """After any puts, replacements, damage, deletions and bills, in any batches, every table is as rebuilt."""
    with following(history.days) as follower:
        for step in history.steps:
            follower.take(step)
            assert_equal(follower)


@pytest.mark.timeout(120 + 60 * KILLS)
def test_a_pass_that_is_killed_is_finished_by_the_next() -> None:
    """After any change and any number of passes that died over it, the next one's tables are as rebuilt."""
    killed = 0

    @settings(max_examples=KILLS, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(histories, st.randoms(use_true_random=False))
    def follow(history: History, chance: random.Random) -> None:
        nonlocal killed
        with following(history.days, fleets=1) as follower:
            for changes, later in history.steps:
                if killed >= KILLS:
                    return
                follower.change((tuple(one for one in changes if one[0].fleet == 0), later))
                for _ in range(chance.choice((1, 1, 2))):
                    killed += follower.killed(chance.uniform(0, LONGEST_WORK_SECONDS))
                follower.ingestor.pass_once()
                assert_equal(follower)

    follow()
    assert killed >= KILLS


@pytest.mark.parametrize(
    ("kind", "ways"),
    [
        ("assets", (None,)),
        ("assets", ("torn",)),
        ("assets", ("renamed",)),
        ("assets", ("adjusted",)),
        ("allocations", ("adjusted", "plain")),
        ("bill", (None,)),
    ],
)
def test_adjustments_follow_what_they_came_from(kind: str, ways: tuple[str | None, ...]) -> None:
    """Where sets or bills are deleted, torn, replaced or bring adjustments, all that was derived from them follows."""
    chosen = [place for place in world(DAYS, 1) if place.kind == kind and place.cloud == CLOUDS[0]]
    steps: list[Step] = [(tuple((place, way) for place in chosen), timedelta(0)) for way in ways]
    with following(DAYS, fleets=1) as follower:
        for step in steps:
            follower.take(step)
        assert_equal(follower)


def test_hours_whose_assets_the_day_does_not_have_stay_at_list_price() -> None:
    """Where a daily set comes to name its assets otherwise, its hours' rows lose what they had of the bill."""
    chosen = [place for place in world(DAYS, 1) if place.kind == "assets" and place.cloud == CLOUDS[0]]
    daily = [place for place in chosen if place.window.resolution is Resolution.DAY]
    with following(DAYS, fleets=1) as follower:
        follower.take((tuple((place, "renamed") for place in daily), timedelta(0)))
        assert_equal(follower)


def test_what_has_expired_is_as_if_it_had_never_been() -> None:
    """While hours, then days, grow older than what is kept, the tables are those of a rebuild of that moment."""
    days = tuple(
        place for place in world(DAYS, 1) if place.kind != "bill" and place.window.resolution is Resolution.DAY
    )
    with following(DAYS, fleets=1) as follower:
        follower.take((tuple((place, None) for place in days), timedelta(0)))
        for hours in EXPIRING:
            follower.take(((), timedelta(hours=hours)))
            assert_equal(follower)
