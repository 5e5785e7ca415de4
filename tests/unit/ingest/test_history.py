"""
Tables are a function of the bucket and the clock: whatever the way there was, they equal a rebuild.

The suite tries some histories; `TEST_HISTORIES=2000 pytest tests/unit/ingest/test_history.py` more.
"""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fleetcost.model.window import Resolution
from unit.ingest.histories import CLUSTERS, PLACES, Follower, Step, contents, following, histories

HISTORIES = int(os.environ.get("TEST_HISTORIES", "5"))


def assert_equal(follower: Follower, folder: Path) -> None:
    """Hold the tables against a rebuild."""
    found, expected = contents(follower.database), follower.rebuilt(folder)
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
def test_any_history_equals_a_rebuild(history: list[Step]) -> None:
    """After any puts, replacements, damage, deletions and bills, in any batches, every table is as rebuilt."""
    with tempfile.TemporaryDirectory() as folder, following(Path(folder), history) as follower:
        assert_equal(follower, Path(folder) / "rebuilt")


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
def test_adjustments_follow_what_they_came_from(tmp_path: Path, kind: str, ways: tuple[str | None, ...]) -> None:
    """Where sets or bills are deleted, torn, replaced or bring adjustments, all that was derived from them follows."""
    chosen = [place for place in PLACES if place.kind == kind and place.cluster == CLUSTERS[0]]
    history = [(tuple((place, way) for place in chosen), timedelta(0)) for way in ways]
    with following(tmp_path, history) as follower:
        assert_equal(follower, tmp_path / "rebuilt")


def test_what_has_expired_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    """While hours, then days, grow older than what is kept, the tables are those of a rebuild of that moment."""
    days = [place for place in PLACES if place.kind != "bill" and place.window.resolution is Resolution.DAY]
    history = [(tuple((place, None) for place in days), timedelta(0)), ((), timedelta(hours=28))]
    with following(tmp_path, history) as follower:
        for number in range(4):
            assert_equal(follower, tmp_path / f"rebuilt-{number}")
            follower.take(((), timedelta(hours=(1, 19, 2, 24)[number])))
