"""Two answers about two windows become rows whose differences are split exactly, their totals, and what drove them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fleetcost.query.lines import (
    NO_CHARGE,
    AnswerTerms,
    ChargedWorkload,
    LineClass,
    RowKey,
    RowTerms,
    WorkloadLine,
)
from fleetcost.query.sql.idle import ROLE_IDLE
from fleetcost.why.compare_items import ChangeItem, Items
from fleetcost.why.compare_split import added, closed, split_charge, split_share

NO_TERMS = RowTerms()
_LINE_KEY = tuple[RowKey, ChargedWorkload, LineClass]


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """
    What was asked about one of the two windows.

    Attributes:
        whole: all of it
        paired: the windows that have a counterpart
        alike: of these, the cluster-windows that were observed alike on both sides
        lines: of the last
    """

    whole: AnswerTerms
    paired: AnswerTerms
    alike: AnswerTerms
    lines: tuple[WorkloadLine, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """
    The difference of a row, or of all rows in one currency.

    Attributes:
        before, after: what it cost, in nanos
        items: what makes the difference; they add up to it
    """

    key: RowKey
    before: int
    after: int
    items: Items

    @property
    def delta(self) -> int:
        """After less before, in nanos."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ChangeDriver:
    """
    One item of one workload, or of a row where no workload stands behind it.

    Attributes:
        place: `cluster/namespace/controller`, or the row's name
        nanos: of the currency
        container_seconds: containers × time, before and after; None for a row
    """

    place: str
    workload: ChargedWorkload | None
    currency: str
    item: ChangeItem
    nanos: int
    container_seconds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class WindowChange:
    """
    What changed between two windows.

    Attributes:
        rows: the largest difference first
        totals: one a currency, by its code
        drivers: the largest first
        names: of rows that are groups, the value of each dimension
    """

    rows: tuple[ChangeRow, ...]
    totals: tuple[ChangeRow, ...]
    drivers: tuple[ChangeDriver, ...]
    names: Mapping[RowKey, tuple[str, ...]]


def compared_sides(before: ComparedSide, after: ComparedSide) -> WindowChange:
    """Split the difference of two windows by row; every row's items, and every total's, add up to its difference."""
    split = list(_split_lines(before.lines, after.lines))
    own: dict[RowKey, list[Items]] = defaultdict(list)
    for line in split:
        own[line.row].append(line.items)
    rows = []
    others: list[ChangeDriver] = []
    for key in sorted(before.whole.rows.keys() | after.whole.rows.keys(), key=lambda one: (one.name, one.currency)):
        beside = _beside(key, before, after)
        row = _row(key, before, after, [*own[key], beside])
        rows.append(row)
        others += [ChangeDriver(key.name, None, key.currency, item, nanos) for item, nanos in beside.items() if nanos]
    rows.sort(key=lambda one: (-abs(one.delta), one.key.name, one.key.currency))
    names = {**before.whole.names, **after.whole.names}
    return WindowChange(tuple(rows), tuple(_totals(rows)), tuple(_drivers(split, others)), names)


@dataclass(frozen=True, slots=True)
class _SplitLine:
    row: RowKey
    workload: ChargedWorkload
    items: Items
    seconds: tuple[int, int]


def _row(key: RowKey, before: ComparedSide, after: ComparedSide, parts: Iterable[Items]) -> ChangeRow:
    costs = [side.whole.rows.get(key, NO_TERMS).total_nanos for side in (before, after)]
    return ChangeRow(key, costs[0], costs[1], closed(costs[1] - costs[0], added(parts)))


def _beside(key: RowKey, before: ComparedSide, after: ComparedSide) -> Items:
    """Return the items of a row that no line stands behind."""
    nested = [
        [answer.rows.get(key, NO_TERMS).total_nanos for answer in (side.whole, side.paired, side.alike)]
        for side in (before, after)
    ]
    steps = [nested[1][place] - nested[0][place] for place in range(3)]
    terms = [side.alike.rows.get(key, NO_TERMS) for side in (before, after)]
    plain: Items = {
        ChangeItem.CALENDAR: steps[0] - steps[1],
        ChangeItem.COVERAGE: steps[1] - steps[2],
        ChangeItem.SHARED: terms[1].shared_nanos - terms[0].shared_nanos,
        ChangeItem.TENANCY: terms[1].tenancy_nanos - terms[0].tenancy_nanos,
    }
    return added([plain, _idle(key, before.alike, after.alike)])


def _idle(key: RowKey, before: AnswerTerms, after: AnswerTerms) -> Items:
    """Split the difference of the idle a row carries, cluster by cluster; of a row of idle with all idle there is."""
    amounts = [side.rows.get(key, NO_TERMS).idle_nanos for side in (before, after)]
    if not (before.idle.pools or after.idle.pools):
        return {ChangeItem.IDLE_PART: amounts[1] - amounts[0]}
    if key.role == ROLE_IDLE:
        pools = [_pool_of(key, side) for side in (before, after)]
        return split_share(amounts[0], pools[0], amounts[1], pools[1])
    clusters = {cluster for side in (before, after) for one, cluster in side.idle.parts if one == key}
    shares = [
        split_share(
            before.idle.parts.get((key, cluster), 0),
            before.idle.pools.get((cluster, key.currency), 0),
            after.idle.parts.get((key, cluster), 0),
            after.idle.pools.get((cluster, key.currency), 0),
        )
        for cluster in sorted(clusters)
    ]
    return closed(amounts[1] - amounts[0], added(shares))


def _pool_of(key: RowKey, side: AnswerTerms) -> int:
    """Return all idle of the cluster that a row of idle is named after, or of all clusters."""
    cluster = key.name.partition("/")[0] if "/" in key.name else None
    return sum(
        nanos
        for (one, currency), nanos in side.idle.pools.items()
        if currency == key.currency and cluster in {None, one}
    )


def _split_lines(before: Iterable[WorkloadLine], after: Iterable[WorkloadLine]) -> Iterator[_SplitLine]:
    earlier, later = ({_line_key(line): line for line in side} for side in (before, after))
    there = [_places(side) for side in (earlier, later)]
    for key in dict.fromkeys([*earlier, *later]):
        one, other = earlier.get(key), later.get(key)
        if one is not None and other is not None:
            yield _both(one, other)
        elif other is not None:
            yield _alone(other, there[0], 1)
        elif one is not None:
            yield _alone(one, there[1], -1)


def _line_key(line: WorkloadLine) -> _LINE_KEY:
    return line.row, line.workload, line.prices


def _places(lines: Iterable[_LINE_KEY]) -> frozenset[tuple[object, ...]]:
    """Return which workloads a side has, and on which nodes."""
    found: set[tuple[object, ...]] = set()
    for row, workload, prices in lines:
        found.add((row, workload))
        found.add((row, workload, prices.node_type, prices.region, prices.preemptible))
    return frozenset(found)


def _both(before: WorkloadLine, after: WorkloadLine) -> _SplitLine:
    seconds = before.container_seconds, after.container_seconds
    parts = [
        split_charge(
            before.charges.get(resource, NO_CHARGE),
            after.charges.get(resource, NO_CHARGE),
            seconds,
            billed_alike=before.prices.billed_alike,
            residual=ChangeItem.EXTERNAL if resource == "external" else ChangeItem.AMOUNT,
        )
        for resource in dict.fromkeys([*before.charges, *after.charges])
    ]
    return _SplitLine(before.row, before.workload, added(parts), seconds)


def _alone(line: WorkloadLine, other: frozenset[tuple[object, ...]], sign: int) -> _SplitLine:
    """Return a line that only one side has: its workload is new or gone, or is elsewhere on the other side."""
    prices = line.prices
    external = line.charges.get("external", NO_CHARGE).shown_nanos
    if (line.row, line.workload, prices.node_type, prices.region, prices.preemptible) in other:
        item = ChangeItem.RUNNING_TIME
    elif (line.row, line.workload) in other:
        item = ChangeItem.MOVED
    else:
        item = ChangeItem.NEW if sign > 0 else ChangeItem.GONE
    items = {item: sign * (line.shown_nanos - external), ChangeItem.EXTERNAL: sign * external}
    seconds = (0, line.container_seconds) if sign > 0 else (line.container_seconds, 0)
    return _SplitLine(line.row, line.workload, added([items]), seconds)


def _totals(rows: Iterable[ChangeRow]) -> Iterator[ChangeRow]:
    by_currency: dict[str, list[ChangeRow]] = defaultdict(list)
    for row in rows:
        by_currency[row.key.currency].append(row)
    for currency, own in sorted(by_currency.items()):
        before, after = (sum(getattr(row, name) for row in own) for name in ("before", "after"))
        yield ChangeRow(RowKey("", currency), before, after, added(row.items for row in own))


def _drivers(split: Iterable[_SplitLine], others: Iterable[ChangeDriver]) -> list[ChangeDriver]:
    """Return what drove the difference: the lines of a workload together, item by item."""
    sums: dict[tuple[ChargedWorkload, str, ChangeItem], int] = defaultdict(int)
    seconds: dict[tuple[ChargedWorkload, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in split:
        whose = line.workload, line.row.currency
        for item, nanos in line.items.items():
            sums[*whose, item] += nanos
        seconds[whose] = seconds[whose][0] + line.seconds[0], seconds[whose][1] + line.seconds[1]
    found = [
        ChangeDriver(workload.path, workload, currency, item, nanos, seconds[workload, currency])
        for (workload, currency, item), nanos in sums.items()
        if nanos
    ]
    return sorted([*found, *others], key=lambda one: (-abs(one.nanos), one.place, one.item, one.currency))
