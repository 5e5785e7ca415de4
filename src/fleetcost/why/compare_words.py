"""A difference in a sentence of facts: what made it, the largest first, each with its amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from fleetcost.model.amount import PLACES
from fleetcost.why.compare import ChangeDriver, ChangeRow, WindowChange
from fleetcost.why.compare_items import ChangeItem, ItemGroup
from fleetcost.why.compare_pairs import Likeness

MOST_FACTS = 4
"""Facts of a sentence; the rest is said together."""

_MORE_LESS = {
    ChangeItem.CALENDAR: ("a longer window", "a shorter window"),
    ChangeItem.RATES: ("exchange rates", "exchange rates"),
    ChangeItem.BILL: ("bills that have not come equally far", "bills that have not come equally far"),
    ChangeItem.DISCOUNTS: ("smaller discounts", "larger discounts"),
    ChangeItem.PRICE: ("higher prices", "lower prices"),
    ChangeItem.IDLE_POOL: ("more idle", "less idle"),
    ChangeItem.IDLE_PART: ("a larger part of idle", "a smaller part of idle"),
    ChangeItem.SHARED: ("more shared costs", "less shared costs"),
    ChangeItem.TENANCY: ("nodes' own disks and fees", "nodes' own disks and fees"),
    ChangeItem.EXTERNAL: ("external costs", "external costs"),
    ChangeItem.RUNNING_TIME: ("more running time", "less running time"),
    ChangeItem.REQUEST_SIZE: ("larger requests", "smaller requests"),
    ChangeItem.ABOVE_REQUEST: ("more use above requests", "less use above requests"),
    ChangeItem.MOVED: ("on dearer nodes", "on cheaper nodes"),
    ChangeItem.NEW: ("new", "new, below zero"),
    ChangeItem.GONE: ("gone, below zero", "gone"),
    ChangeItem.AMOUNT: ("costs without a quantity", "costs without a quantity"),
}


@dataclass(frozen=True, slots=True)
class ChangeFact:
    """
    One fact of a sentence.

    Attributes:
        text: in words, without the amount
        nanos: of the currency
        item: what it is a part of
    """

    text: str
    nanos: int
    item: ChangeItem


def facts_of(change: WindowChange, total: ChangeRow, likeness: Likeness) -> tuple[ChangeFact, ...]:
    """
    Return what makes a total's difference, the largest first; the facts add up to it.

    What was done to workloads is said workload by workload, everything else in one fact each.
    """
    seconds = sum((pair.after.end - pair.after.start).total_seconds() for pair in likeness.pairs)
    found = [
        ChangeFact(_of_workload(one, seconds), one.nanos, one.item)
        for one in change.drivers
        if one.currency == total.key.currency and one.workload is not None and one.item.group is ItemGroup.DONE
    ]
    found += [
        ChangeFact(_coverage(likeness) if item is ChangeItem.COVERAGE else _MORE_LESS[item][nanos < 0], nanos, item)
        for item, nanos in _others(total, found).items()
        if nanos
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.nanos), one.text)))


def sentence_of(total: ChangeRow, facts: Iterable[ChangeFact], least_nanos: int) -> str:
    """
    Say a difference in a sentence.

    Args:
        total: the difference
        facts: what makes it, the largest first
        least_nanos: what is smaller is only said together
    """
    every = list(facts)
    said = [one for one in every if abs(one.nanos) >= least_nanos][:MOST_FACTS]
    rest = sum(one.nanos for one in every) - sum(one.nanos for one in said)
    parts = [f"{one.text} {written(one.nanos)}" for one in said]
    if abs(rest) >= least_nanos or (rest and not said):
        parts.append(f"everything else {written(rest)}")
    head = f"{written(total.delta)} {total.key.currency}{_relative(total)}"
    return f"{head}: {', '.join(parts)}" if parts else head


def written(nanos: int) -> str:
    """Write an amount with its sign and two places, for people."""
    return f"{Decimal(nanos).scaleb(-PLACES):+,.2f}".replace("-", "\N{MINUS SIGN}")


def _others(total: ChangeRow, said: Iterable[ChangeFact]) -> dict[ChangeItem, int]:
    """Return the items of a total less what was said of workloads."""
    left = dict(total.items)
    for one in said:
        left[one.item] = left.get(one.item, 0) - one.nanos
    return left


def _of_workload(driver: ChangeDriver, seconds: float) -> str:
    phrase = _MORE_LESS[driver.item][driver.nanos < 0]
    if driver.item is ChangeItem.RUNNING_TIME and driver.container_seconds and seconds:
        means = [one / seconds for one in driver.container_seconds]
        phrase = f"{means[1]:.1f} containers on average instead of {means[0]:.1f}"
    return f"{driver.place}: {phrase}"


def _coverage(likeness: Likeness) -> str:
    hours = list(_missing(likeness))
    sums = [sum(one[place] for one in hours) for place in range(3)]
    words = ("missing before", "missing now", "still to come")
    lacking = [f"{count:,.0f} h {when}" for count, when in zip(sums, words, strict=True) if count >= 1]
    return " and ".join(lacking) or "windows that were not observed alike"


def _missing(likeness: Likeness) -> Iterator[tuple[float, float, float]]:
    """Yield the hours of unlike windows that were not observed: before, now, and those that are still to come."""
    for one in likeness.unlike:
        window = one.pair.after
        ahead = max((window.end - likeness.now).total_seconds() / 3600, 0.0)
        after = (1 - min(one.after, 1.0)) * window.hours
        yield (1 - min(one.before, 1.0)) * window.hours, max(after - ahead, 0.0), min(after, ahead)


def _relative(total: ChangeRow) -> str:
    if total.before <= 0:
        return ""
    return f" ({100 * total.delta / total.before:+,.0f} %)".replace("-", "\N{MINUS SIGN}")
