"""`/api/v1/compare`: two windows, and what made the difference, in exact amounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import at, bucket_of
from fleetcost.why.compare_items import ChangeItem
from unit.api.apps import App, app
from unit.why.worlds import LENGTH, cluster, only

NOW = at(day=2 * LENGTH)
WINDOW = "2026-01-17T00:00:00Z,2026-01-24T00:00:00Z"
"""The later seven of fourteen days."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application of two clusters: one with more replicas, one that lacks two days before."""
    sets = [*cluster("east", only("web", replicas=5)), *cluster("west", only("none"), missing=(1, 2))]
    with app(tmp_path_factory.mktemp("compare"), bucket_of(*sets), NOW, timedelta(days=30)) as opened:
        opened.ingestor.pass_once()
        yield opened


def ask(found: App, **asked: Any) -> Any:
    """Compare the later window."""
    return found.get("/api/v1/compare", window=WINDOW, **asked)


def test_every_level_adds_up(found: App) -> None:
    """Items are the difference of each row and of the total, rows are the total, facts are the total's difference."""
    answer = ask(found, aggregate="cluster,namespace", idle="share")
    (total,) = answer["totals"]
    for row in (*answer["rows"], total):
        assert sum(map(Decimal, row["items"].values())) == Decimal(row["delta"])
        assert Decimal(row["after"]) - Decimal(row["before"]) == Decimal(row["delta"])
    for name in ("before", "after", "delta"):
        assert sum(Decimal(row[name]) for row in answer["rows"]) == Decimal(total[name])
    assert sum(map(Decimal, total["groups"].values())) == Decimal(total["delta"])
    assert sum(Decimal(fact["amount"]) for fact in total["facts"]) == Decimal(total["delta"])


def test_both_sides_are_what_the_windows_cost(found: App) -> None:
    """Before and after are the totals that questions about the two windows give."""
    (total,) = ask(found)["totals"]
    for side, window in (("after", WINDOW), ("before", "2026-01-10T00:00:00Z,2026-01-17T00:00:00Z")):
        answer = found.get("/api/v1/allocations", window=window)
        assert float(total[side]) == pytest.approx(answer["totals"]["total_cost"])


def test_the_sentence_names_the_causes(found: App) -> None:
    """It says which workload ran more and how many hours were missing, with their amounts."""
    answer = ask(found, aggregate="namespace", idle="hide", tenancy="hide")
    (total,) = answer["totals"]
    assert set(total["items"]) == {ChangeItem.RUNNING_TIME, ChangeItem.COVERAGE}
    assert "east/shop/web: 5.0 containers on average instead of 3.0 +" in total["sentence"]
    assert "48 h missing before +" in total["sentence"]
    assert {one["place"] for one in answer["drivers"] if one["item"] == "coverage"} == {"shop", "jobs"}
    (web,) = [one for one in answer["drivers"] if one["controller"] == "web"]
    assert (web["containers_before"], web["containers_after"]) == (3.0, 5.0)
    assert answer["likeness"]["unlike_count"] == 2
    assert {one["cluster"] for one in answer["likeness"]["unlike"]} == {"west"}


def test_a_base_may_be_any_window(found: App) -> None:
    """A window is compared with a shorter one: what has no counterpart is the calendar's, nothing else has changed."""
    later = "2026-01-20T00:00:00Z,2026-01-22T00:00:00Z"
    answer = found.get(
        "/api/v1/compare", window=later, base="2026-01-19T00:00:00Z,2026-01-20T00:00:00Z", aggregate="cluster"
    )
    (total,) = answer["totals"]
    assert answer["question"]["base"]["start"] == "2026-01-19T00:00:00Z"
    assert set(total["items"]) == {ChangeItem.CALENDAR}
    assert Decimal(total["after"]) == 2 * Decimal(total["before"])


def test_small_rows_are_folded(found: App) -> None:
    """Rows whose every amount is below the limit are counted together, and the total is of all rows."""
    every, some = (ask(found, aggregate="controller", fold=fold) for fold in ("0", "5"))
    assert every["folded"]["rows"] == 0
    assert 0 < some["folded"]["rows"] == every["row_count"] - some["row_count"]
    assert some["totals"][0]["delta"] == every["totals"][0]["delta"]
    assert [row["name"] for row in some["rows"]] == [row["name"] for row in every["rows"][: some["row_count"]]]


@pytest.mark.parametrize(("name", "value"), [("base", "yesterdays"), ("fold", "-1"), ("fold", "nan"), ("step", "1d")])
def test_what_cannot_be_used_is_refused(found: App, name: str, value: str) -> None:
    """A base that is no window, an amount that is none and a parameter that has no meaning here are named."""
    problem = found.refused("/api/v1/compare", window=WINDOW, **{name: value})
    assert problem["parameter"] == name
