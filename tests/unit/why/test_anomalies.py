"""Which days stand out: few of quiet ones, most of those that doubled, none for what was not observed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from fleetcost.why.anomalies import AnomalyKind, DayCost, judge_day, judge_days

NANO = 10**9
FIRST = date(2026, 1, 5)
"""A Monday."""

HISTORY, SERIES = 28, 1500
HUNDRED = 100.0


def days_of(costs: Iterable[float], first: date = FIRST) -> list[DayCost]:
    """Return days that follow each other."""
    return [DayCost(first + timedelta(days=number), round(cost * NANO)) for number, cost in enumerate(costs)]


def quiet(noise: float, weekend: float, seed: int = 25) -> list[list[DayCost]]:
    """Return series of a history and the day after it, each of independent noise; that day's weekday varies."""
    chance = np.random.default_rng(seed)
    series = []
    for number in range(SERIES):
        first = FIRST + timedelta(days=number % 7)
        levels = [
            HUNDRED * (weekend if (first + timedelta(days=day)).weekday() >= 5 else 1.0) for day in range(HISTORY + 1)
        ]
        costs = np.array(levels) * np.maximum(1 + noise * chance.standard_normal(HISTORY + 1), 0)
        series.append(days_of(costs.tolist(), first))
    return series


def share(series: list[list[DayCost]], factor: float = 1.0) -> float:
    """Return of which part of the series the last day stands out, after it was multiplied."""
    found = 0
    for *history, last in series:
        found += judge_day(replace(last, nanos=round(last.nanos * factor)), history, 0) is not None
    return found / len(series)


@pytest.mark.parametrize(
    ("noise", "weekend", "doubled"),
    [(0.05, 0.6, 0.99), (0.10, 0.6, 0.98), (0.20, 0.6, 0.65), (0.20, 1.0, 0.65), (0.10, 0.2, 0.98)],
)
def test_few_quiet_days_stand_out(noise: float, weekend: float, doubled: float) -> None:
    """At most 7 of 1,000 quiet days do without any least amount, weekends or not, and most days that doubled do."""
    series = quiet(noise, weekend)
    assert share(series) <= 0.007
    assert share(series, 2.0) >= doubled


def test_weekends_are_silent() -> None:
    """What sleeps at weekends stands out neither when it goes to sleep nor when it wakes."""
    days = days_of(HUNDRED if number % 7 < 5 else 5.0 for number in range(70))
    assert judge_days(days, 0).anomalous == ()


def test_days_that_were_not_observed_are_silent() -> None:
    """Ten days that are missing and days that were half observed are no fall, and what follows is no rise."""
    days = days_of(HUNDRED for _ in range(60))
    partly = [replace(day, nanos=day.nanos // 2, coverage=0.5) for day in days[30:33]]
    assert judge_days([*days[:30], *partly, *days[43:]], 0).anomalous == ()


def test_a_partial_day_can_be_too_much() -> None:
    """A day that costs twice the usual although half of it was observed stands out, as at least that much."""
    days = days_of([HUNDRED] * 30)
    last = DayCost(FIRST + timedelta(days=30), round(2 * HUNDRED * NANO), coverage=0.5)
    (found,) = judge_days([*days, last], 10 * NANO).anomalous
    assert (found.kind, found.at_least, found.excess_nanos) == (AnomalyKind.RISE, True, round(HUNDRED * NANO))


def test_a_new_level_is_one_event() -> None:
    """A level that stays is noticed for seven days, then it is what is usual."""
    days = days_of([HUNDRED] * 30 + [2 * HUNDRED] * 40)
    found = judge_days(days, NANO).anomalous
    assert [one.day for one in found] == [day.day for day in days[30:37]]
    assert {one.kind for one in found} == {AnomalyKind.RISE}


def test_slow_growth_is_a_drift() -> None:
    """Three per cent a day is never a day that stands out, and is a week that does."""
    (found,) = judge_days(days_of(HUNDRED * 1.03**number for number in range(42)), NANO).anomalous
    assert found.kind is AnomalyKind.DRIFT


def test_a_small_difference_is_no_event() -> None:
    """What differs by less than the least amount is silent, however many times the usual it is."""
    days = days_of([1.0] * 30 + [9.0])
    assert judge_days(days, 10 * NANO).anomalous == ()
    (found,) = judge_days(days, 5 * NANO).anomalous
    assert found.kind is AnomalyKind.NEW


def test_a_young_history_says_so() -> None:
    """With less than two weeks nothing is judged, and the answer says that it is still learning."""
    judged = judge_days(days_of([HUNDRED] * 13 + [900.0]), 0)
    assert judged.learning
    assert judged.anomalous == ()


def test_a_fall_is_noticed_on_a_whole_day() -> None:
    """A day that was observed and cost a tenth stands out."""
    (found,) = judge_days(days_of([HUNDRED] * 30 + [10.0]), NANO).anomalous
    assert (found.kind, found.usual_nanos) == (AnomalyKind.FALL, round(HUNDRED * NANO))
