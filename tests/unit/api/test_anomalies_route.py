"""`/api/v1/anomalies`: what stands out, folded, explained, and what cannot be known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import at, bucket_of
from fleetcost.sets.cost_set import CostSet
from unit.api.apps import App, app
from unit.why.worlds import FLEET, sets_of

DAYS = 22
LAST = DAYS - 1


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A cluster whose web workload runs nine times on the last whole day and is half through today, and a young one."""
    grown = [replace(one, replicas=27) if one.name == "web" else one for one in FLEET]
    sets: list[CostSet] = []
    for number in range(LAST):
        sets += sets_of(number, grown if number == LAST - 1 else FLEET, "east")
    sets += sets_of(LAST, FLEET, "east", coverage_minutes=720.0, final=False)
    for number in range(LAST - 3, LAST):
        sets += sets_of(number, FLEET, "young")
    with app(tmp_path_factory.mktemp("anomalies"), bucket_of(*sets), at(12, LAST), timedelta(days=2)) as opened:
        opened.ingestor.pass_once()
        yield opened


def ask(found: App, **asked: Any) -> Any:
    """Look for what stands out."""
    return found.get("/api/v1/anomalies", **asked)


def test_a_day_that_stands_out_is_explained(found: App) -> None:
    """The event has cost, what is usual and a day like it; its facts name the workload; its cluster is folded."""
    answer = ask(found, floor="1")
    (event,) = answer["events"]
    assert event["key"] == {"cluster": "east", "namespace": "shop"}
    assert (event["kind"], event["day"], event["at_least"]) == ("rise", at(day=LAST - 1).date().isoformat(), False)
    assert Decimal(event["cost"]) - Decimal(event["usual"]) == Decimal(event["excess"]) > 0
    assert event["facts"][0]["text"] == "east/shop/web: 27.0 containers on average instead of 3.0"
    assert Decimal(event["facts"][0]["amount"]) == Decimal(event["excess"])
    assert (answer["event_count"], answer["folded"]) == (1, 1)


def test_what_cannot_be_known_is_said(found: App) -> None:
    """Groups without two weeks of history are counted, and no day of theirs is judged."""
    answer = ask(found)
    assert (answer["groups"], answer["learning"]) == (6, 3)
    assert answer["by_chance"] == pytest.approx(3 * 7 * 0.007, abs=0.05)


def test_a_least_amount_silences(found: App) -> None:
    """A difference below the floor is no event, and a filter leaves the other groups out."""
    assert ask(found, floor="1000000")["events"] == []
    only = ask(found, filter='namespace:"jobs"', floor="1")
    assert (only["event_count"], only["groups"]) == (0, 4)


@pytest.mark.parametrize(("name", "value"), [("days", "31"), ("days", "0"), ("limit", "51"), ("floor", "much")])
def test_what_is_not_judged_is_refused(found: App, name: str, value: str) -> None:
    """More days or events than are judged, and an amount that is none, are named."""
    assert found.refused("/api/v1/anomalies", **{name: value})["parameter"] == name
