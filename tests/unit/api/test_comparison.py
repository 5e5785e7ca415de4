"""Two windows are compared like with like: what was observed in both, elapsed against elapsed, at one price basis."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, bucket_of, day, node, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.window import Window
from fleetcost.query.comparison import Earlier, earlier_window
from fleetcost.sets.cloud.publish import publish
from fleetcost.sets.cost_set import CostSet
from unit.api.apps import App, app

CLUSTERS = ("a", "b", "c")
LENGTH = 3
NOW = at(day=2 * LENGTH, hour=12)
WINDOW = "2026-01-13T00:00:00Z,2026-01-16T00:00:00Z"
"""The later three of six days."""


def sets_of(cluster: str, number: int, cost: float, **facts: Any) -> tuple[CostSet, CostSet]:
    """Return a cluster's day: one pod of half its node."""
    window = day(number)
    pods = [allocation(window, pod="p", namespace=f"of-{cluster}", cpu_cost=cost / 2)]
    return (
        allocation_set(pods, window, cluster, **facts),
        asset_set([node(window, provider_id=f"i-{cluster}", cpu_cost=cost)], window, cluster, **facts),
    )


@contextmanager
def opened(folder: Path, bucket: MemoryBucket, now: datetime = NOW) -> Iterator[App]:
    """Give an application that has read a bucket."""
    with app(folder, bucket, now, timedelta(days=30)) as found:
        found.ingestor.pass_once()
        yield found


def ask(found: App, window: str = WINDOW, **more: str) -> Any:
    """Ask by cluster, compared with the window before."""
    return found.get("/api/v1/allocations", window=window, **({"compare": "prev", "step": "1d"} | more))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_compared_was_observed_in_both(tmp_path: Path, seed: int) -> None:
    """Whatever is missing where, both sides are the sum over days that a cluster has whole in both windows."""
    chance = random.Random(seed)
    cost = {(name, number): chance.randint(1, 900) for name in CLUSTERS for number in range(2 * LENGTH)}
    there = {place: chance.random() < 0.7 for place in cost}
    half = {place: chance.random() < 0.2 for place in cost}
    bucket = bucket_of(
        *(
            one
            for (name, number), amount in cost.items()
            if there[name, number]
            for one in sets_of(name, number, amount, **({"coverage_minutes": 700.0} if half[name, number] else {}))
        )
    )
    whole = {place for place in cost if there[place] and not half[place]}
    pairs = [
        (name, number)
        for name in CLUSTERS
        for number in range(LENGTH, 2 * LENGTH)
        if {(name, number), (name, number - LENGTH)} <= whole
    ]
    with opened(tmp_path, bucket) as found:
        answer = ask(found, aggregate="cluster,namespace")
    previous = answer["previous"]
    assert previous["compared_windows"] == len(pairs)
    if not pairs:
        assert (previous["total_cost"], previous["compared_cost"], previous["span"]) == (None, None, None)
        return
    assert previous["compared_cost"] == pytest.approx(sum(cost[place] for place in pairs))
    assert previous["total_cost"] == pytest.approx(sum(cost[name, number - LENGTH] for name, number in pairs))
    for row in answer["rows"]:
        own = [place for place in pairs if place[0] == row["key"]["cluster"]]
        assert row["previous"]["compared_cost"] == pytest.approx(sum(cost[place] for place in own) / 2)
        assert row["previous"]["change"] == pytest.approx(
            row["previous"]["compared_cost"] - row["previous"]["total_cost"]
        )


def flat(last: int = 2 * LENGTH, **facts: Any) -> MemoryBucket:
    """Return a bucket of a fleet that costs 24 a day and cluster."""
    return bucket_of(
        *(one for name in CLUSTERS for number in range(last) for one in sets_of(name, number, 24, **facts))
    )


def test_a_running_day_is_not_compared(tmp_path: Path) -> None:
    """On a flat fleet an unfinished window has not changed: the elapsed whole days stand against as many."""
    bucket = flat()
    for name in CLUSTERS:
        put(bucket, *sets_of(name, 2 * LENGTH, 12, final=False, coverage_minutes=720.0, built_at=NOW))
    with opened(tmp_path, bucket) as found:
        answer = ask(found, "2026-01-14T00:00:00Z,2026-01-17T00:00:00Z")
    previous = answer["previous"]
    assert answer["totals"]["total_cost"] == 3 * (24 + 24 + 12)
    assert previous["compared_cost"] == previous["total_cost"] == 3 * 2 * 24
    assert previous["span"] == {"start": "2026-01-14T00:00:00Z", "end": "2026-01-16T00:00:00Z"}
    assert previous["earlier_span"] == {"start": "2026-01-11T00:00:00Z", "end": "2026-01-13T00:00:00Z"}
    assert all(row["previous"]["relative"] == 0 for row in answer["rows"])


def test_the_window_before_says_what_it_lacks(tmp_path: Path) -> None:
    """`previous` has the completeness of its own window, and a cluster that is missing in it is in no change."""
    bucket = bucket_of(
        *(
            one
            for name in CLUSTERS
            for number in range(2 * LENGTH)
            if name != "b" or number != 1
            for one in sets_of(name, number, 24)
        )
    )
    with opened(tmp_path, bucket) as found:
        previous = ask(found)["previous"]
    lacking = {entry["cluster"]: entry["windows"].get("missing", 0) for entry in previous["completeness"]}
    assert lacking == {"a": 0, "b": 1, "c": 0}
    assert previous["total_cost"] == previous["compared_cost"] == (3 * LENGTH - 1) * 24
    assert (previous["compared_windows"], previous["windows"]) == (3 * LENGTH - 1, 3 * LENGTH)


def billed(last: int) -> MemoryBucket:
    """Return the flat fleet, each node billed at half its price on the first days."""
    bucket = flat()
    for number in range(last):
        publish(bucket, cloud_set([cloud_cost(number, 12, provider_id=f"i-{name}") for name in CLUSTERS], number))
    return bucket


@pytest.mark.parametrize(
    ("days", "basis", "cost"),
    [(0, "billed", 24), (2 * LENGTH, "billed", 12), (LENGTH, "list", 24), (LENGTH + 1, "list", 24)],
)
def test_billed_days_never_stand_against_unbilled_ones(tmp_path: Path, days: int, basis: str, cost: int) -> None:
    """Where bills cover one side alone, both are at list price, and the answer says so: a flat fleet never changes."""
    with opened(tmp_path, billed(days)) as found:
        answer = ask(found)
    previous = answer["previous"]
    assert previous["basis"] == basis
    assert previous["compared_cost"] == previous["total_cost"] == 3 * LENGTH * cost
    assert all(row["previous"]["change"] == 0 for row in answer["rows"])


def test_nothing_in_common_is_no_change(tmp_path: Path) -> None:
    """A fleet that began with the window has no change at all: no percentage, and no zero before."""
    bucket = bucket_of(*(one for number in range(LENGTH, 2 * LENGTH) for one in sets_of("a", number, 24)))
    with opened(tmp_path, bucket) as found:
        answer = ask(found)
    assert answer["previous"]["total_cost"] is None
    assert {value for row in answer["rows"] for value in row["previous"].values()} == {None}


def test_a_month_is_compared_with_the_same_days_of_the_last() -> None:
    """Day 1 stands against day 1; a shorter month before ends with itself, and any start keeps its day."""
    for start, end, before in (
        ("2026-11-01", "2026-11-20", ("2026-10-01", "2026-10-20")),
        ("2026-03-01", "2026-04-01", ("2026-02-01", "2026-03-01")),
        ("2026-01-05", "2026-01-08", ("2025-12-05", "2025-12-08")),
    ):
        first, last, *expected = (datetime.fromisoformat(f"{text}T00:00:00+00:00") for text in (start, end, *before))
        assert earlier_window(Window(first, last), Earlier.MONTH) == Window(*expected)
    assert earlier_window(day(1), Earlier.PREVIOUS) == day(0)


def test_assets_are_compared_by_any_grouping(tmp_path: Path) -> None:
    """What is compared of assets does not depend on what rows are grouped by."""
    with opened(tmp_path, flat()) as found:
        for by in ("type", "cluster", "name", "cluster,type"):
            answer = found.get("/api/v1/assets", window=WINDOW, aggregate=by, compare="prev")
            assert answer["previous"]["compared_cost"] == answer["previous"]["total_cost"] == 3 * LENGTH * 24
