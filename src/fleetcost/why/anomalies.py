"""
Days that cost other than their like: one rule, made for few false alarms.

A day is held against the earlier days of its kind, working days or weekends where the two differ. It stands out if it
leaves their middle by several times their spread, by a quarter, by a quarter more than any of them did, and by an
amount worth looking at. What was only partly observed is a lower bound: it can be too much, never too little.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

MOST_HISTORY_DAYS = 42
LEAST_HISTORY_DAYS = 14
"""Days that a day is held against, at most; with fewer nothing is judged."""

SHIFT_DAYS = 7
"""Days in a row that stand out are a new level: history begins with them."""

COVERED = 0.95
"""A day that was observed less counts for no history, and is not judged to be too little."""

SPREADS, LEAST_PART, RECORD = 3.5, 0.25, 1.25
"""A day stands out beyond: so many spreads, this part of what is usual, so many times what any day before did."""

LEAST_SPREAD = 0.05
TWO_KINDS = 0.8
"""Weekends are held apart where that leaves at most this part of the spread."""

NEW_PART = 4
"""Where less than the least amount over this is usual, nothing was there before."""

DRIFT_WEEKS = 4
"""Earlier weeks that a week is held against, for what grows too slowly for any day to stand out."""

_TO_DEVIATION = 1.4826
"""The median distance of a normal distribution, times this, is its standard deviation."""

_SATURDAY = 5


class AnomalyKind(enum.StrEnum):
    """
    What stands out.

    RISE and FALL are of a day, NEW is a cost where there was next to none, DRIFT is a week above the weeks before of
    which no day stands out.
    """

    RISE = "rise"
    FALL = "fall"
    NEW = "new"
    DRIFT = "drift"


@dataclass(frozen=True, slots=True)
class DayCost:
    """
    What something cost on a day.

    Attributes:
        nanos: billionths of its currency's unit, at list price
        coverage: the part of the day that was observed
    """

    day: date
    nanos: int
    coverage: float = 1.0

    @property
    def weekend(self) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return self.day.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True)
class Usual:
    """
    What is usual for a kind of day.

    Attributes:
        nanos: the middle of the earlier days of that kind
        spread: how far days leave their middle, as a part of it
        farthest: how far any of them did
        like: the earlier day that is nearest to the middle
    """

    nanos: int
    spread: float
    farthest: float
    like: date


@dataclass(frozen=True, slots=True)
class AnomalousDay:
    """
    A day, or a week that ends with it, that stands out.

    Attributes:
        usual_nanos: what was to be expected
        at_least: the day was not wholly observed, so it costs that or more
        like: a day that costs what is usual
    """

    day: date
    kind: AnomalyKind
    nanos: int
    usual_nanos: int
    at_least: bool
    like: date

    @property
    def excess_nanos(self) -> int:
        """What it costs more than usual; below zero for less."""
        return self.nanos - self.usual_nanos


@dataclass(frozen=True, slots=True)
class JudgedDays:
    """The days of something that stand out, oldest first; `learning` where the last day had too little history."""

    anomalous: tuple[AnomalousDay, ...]
    learning: bool


def judge_days(days: Sequence[DayCost], floor_nanos: int) -> JudgedDays:
    """
    Return which days stand out.

    Args:
        days: what something cost, oldest first; a day on which it was not observed is not among them
        floor_nanos: a difference below it is not worth looking at
    """
    history: list[DayCost] = []
    opened: list[DayCost] = []
    found: list[AnomalousDay] = []
    learning = True
    for one in days:
        learning = len(history) < LEAST_HISTORY_DAYS
        stands_out = None if learning else judge_day(one, history, floor_nanos)
        if stands_out is not None:
            found.append(stands_out)
            opened.append(one)
            if len(opened) >= SHIFT_DAYS:
                history, opened = [each for each in opened if each.coverage >= COVERED], []
            continue
        opened = []
        if one.coverage >= COVERED:
            history = [*history, one][-MOST_HISTORY_DAYS:]
    return JudgedDays((*found, *_drifts(days, found, floor_nanos)), learning)


def judge_day(one: DayCost, history: Sequence[DayCost], floor_nanos: int) -> AnomalousDay | None:
    """Return a day if it stands out from the days before it, of which there are enough."""
    if _ordinary(one, history, floor_nanos):
        return None
    usual = usual_of(one, history)
    excess = one.nanos - usual.nanos
    if abs(excess) < max(floor_nanos, 1):
        return None
    partial = one.coverage < COVERED
    if usual.nanos * NEW_PART <= floor_nanos or usual.nanos <= 0:
        kind = AnomalyKind.NEW if excess > 0 else None
    else:
        kind = _kind(excess / usual.nanos, usual, partial=partial)
    return None if kind is None else AnomalousDay(one.day, kind, one.nanos, usual.nanos, partial, usual.like)


def _ordinary(one: DayCost, history: Sequence[DayCost], floor_nanos: int) -> bool:
    """
    Tell at a glance that a day does not stand out, as most do not: it costs what days of its kind have cost.

    Between them it is no record, and where none is a least amount away, nor is their middle.
    """
    like = [day.nanos for day in history if day.weekend is one.weekend] or [day.nanos for day in history]
    lowest, highest = min(like), max(like)
    return lowest <= one.nanos <= highest or max(one.nanos - lowest, highest - one.nanos) < floor_nanos


def usual_of(one: DayCost, history: Sequence[DayCost]) -> Usual:
    """Return what is usual for a day of this kind."""
    like = [day for day in history if day.weekend is one.weekend]
    apart = [like, [day for day in history if day.weekend is not one.weekend]]
    together = _residuals([list(history)])
    if all(len(kind) > 1 for kind in apart):
        residuals = _residuals(apart)
        if _spread(residuals, 2) <= TWO_KINDS * _spread(together, 1):
            return _usual(like, residuals, 2)
    return _usual(history, together, 1)


def _kind(residual: float, usual: Usual, *, partial: bool) -> AnomalyKind | None:
    if abs(residual) < max(SPREADS * usual.spread, LEAST_PART, RECORD * usual.farthest):
        return None
    if residual > 0:
        return AnomalyKind.RISE
    return None if partial else AnomalyKind.FALL


def _usual(days: Sequence[DayCost], residuals: Sequence[float], kinds: int) -> Usual:
    middle = _middle(days)
    nearest = min(reversed(days), key=lambda day: abs(day.nanos - middle))
    farthest = max(map(abs, residuals), default=0.0)
    return Usual(middle, max(_spread(residuals, kinds), LEAST_SPREAD), farthest, nearest.day)


def _residuals(kinds: Sequence[Sequence[DayCost]]) -> list[float]:
    """Return how far each day leaves the middle of its kind, as a part of it; of a kind that costs nothing none."""
    return [day.nanos / middle - 1 for days in kinds if (middle := _middle(days)) > 0 for day in days]


def _spread(residuals: Sequence[float], kinds: int) -> float:
    """Return the deviation of days from their middles, made larger for the middles that were taken from themselves."""
    count = len(residuals)
    if count <= kinds:
        return 0.0
    return _TO_DEVIATION * median(map(abs, residuals)) * math.sqrt(count / (count - kinds))


def _middle(days: Sequence[DayCost]) -> int:
    return round(median(day.nanos for day in days)) if days else 0


def _drifts(days: Sequence[DayCost], found: Sequence[AnomalousDay], floor_nanos: int) -> list[AnomalousDay]:
    """Return the last week if it is above the weeks before and none of its days stands out by itself."""
    whole = [day for day in days if day.coverage >= COVERED]
    length = SHIFT_DAYS * (DRIFT_WEEKS + 1)
    last = whole[-length:]
    if len(last) < length or (last[-1].day - last[0].day).days != length - 1:
        return []
    weeks = [sum(day.nanos for day in last[start : start + SHIFT_DAYS]) for start in range(0, length, SHIFT_DAYS)]
    middle = round(median(weeks[:-1]))
    excess = weeks[-1] - middle
    recent = {day.day for day in last[-SHIFT_DAYS:]}
    if any(one.day in recent for one in found) or middle <= 0:
        return []
    if excess < max(floor_nanos, 1) or excess < LEAST_PART * middle:
        return []
    nearest = weeks.index(min(weeks[:-1], key=lambda week: abs(week - middle)))
    return [
        AnomalousDay(last[-1].day, AnomalyKind.DRIFT, weeks[-1], middle, at_least=False,
                     like=last[nearest * SHIFT_DAYS + SHIFT_DAYS - 1].day)
    ]  # fmt: skip
