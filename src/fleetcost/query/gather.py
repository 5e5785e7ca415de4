"""
From records to an answer: groups and what nobody was charged for in one order, a page of them, totals, a series.

The engine adds up exactly; what is added here, is added exactly as well, and rounded once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.amount import EXACT, NANO, ZERO, exact_sum
from fleetcost.model.asset import ASSET
from fleetcost.query.answer import Point, SeriesStep
from fleetcost.query.compile import Program
from fleetcost.query.kinds import CLOUD
from fleetcost.query.measures import CARRIED, ESTIMATES, EXACT_CLOUD, MONEY
from fleetcost.query.question import Question, cut
from fleetcost.query.records import Facts, parts_of
from fleetcost.query.rows import on_grid
from fleetcost.query.sql.assets import WEIGHED
from fleetcost.query.sql.idle import ROLE_IDLE, ROLE_ROW, Cells
from fleetcost.tables.ledger import naive
from fleetcost.tables.view import View

_SUMS = frozenset({*ALLOCATION.sums, *CARRIED, *ASSET.sums, *WEIGHED, *EXACT_CLOUD})
"""What adds up, of any kind of row."""

_FEW_POINTS = 500
"""As many points of a series are read exactly, so that they are added up here instead of by a statement of its own."""

_PLACE = ("step", "role", "currency", "name")


class Gathered:
    """
    The rows of an answer; `page` has those that come back, in their order.

    Args:
        snapshot: the view; it keeps the program's stages
        question: what is asked
        program: its statements
    """

    def __init__(self, snapshot: View, question: Question, program: Program) -> None:
        self._snapshot = snapshot
        self._question = question
        self._program = program
        self._parts = parts_of(question)
        self._nothing = dict.fromkeys(program.absent, 0.0)
        self._others = [facts for cells in program.others() for facts in self._read(cells)]
        self._unclaimed = _added(self._others, self._step_of_rows)
        first = program.page_first
        groups = list(map(self._group, self._read(program.ranked() if first else program.groups())))
        alike = {_of(facts): facts["alike"] for facts in groups} if first else Counter(map(_of, groups))
        self._groups = sum(alike.values())
        self._counts = Counter(map(_of, self._unclaimed)) + Counter(alike)
        self._every = _ordered([*groups, *map(self._shown, self._unclaimed)], question)
        self.page = _page(self._every, question)
        if first:
            self._fill_page()
        self._add_details()

    @property
    def _whole(self) -> bool:
        """Whether every row is on the page."""
        return len(self.page) == self._counts.total()

    def currencies(self) -> Iterator[str]:
        """Yield the currency of each row."""
        return (facts["currency"] for facts in self._every)

    def totals(self) -> list[Facts]:
        """Return all rows together, per step and currency; `members` says how many they are."""
        every = self._read(self._program.sums()) + self._unclaimed
        found = _added([{**facts, "role": ROLE_ROW, "name": "total", "members": 0} for facts in every], _same)
        totals = [self._shown(facts) | {"members": self._counts[_of(facts)]} for facts in found]
        return sorted(totals, key=lambda facts: (facts["step"], facts["currency"]))

    def series(self) -> tuple[SeriesStep, ...]:
        """Return what all rows cost in each step of the series, and those of the page by name."""
        question = self._question
        if question.series is None:
            return ()
        windows = cut(question.frame.window, question.series)
        named = self._whole and self._groups * len(windows) <= _FEW_POINTS
        exact = self._read(self._program.steps(named=named))
        points, sums = self._points(exact if named else None), self._sums_of_steps(exact)
        return tuple(
            SeriesStep(window, _float(sums[start][0]), tuple(points[start]), _float(sums[start][1]))
            for window in windows
            for start in (naive(window.start),)
        )

    def _points(self, exact: list[Facts] | None) -> dict[datetime, list[Point]]:
        """Return by step what rows of the page cost, in the order of their names; `exact` has that of each group."""
        if exact is None:
            groups = [facts["names"] for facts in self.page if facts["role"] == ROLE_ROW]
            read = self._read(self._program.points(None if self._whole else groups))
            found = [(facts["step"], ROLE_ROW, facts["name"], facts["total_cost"]) for facts in read]
        else:
            found = [(facts["step"], ROLE_ROW, facts["name"], _float(facts["total_cost"])) for facts in exact]
        others = _added(filter(self._in_currency, self._others), _same)
        found += [(facts["step"], facts["role"], facts["name"], _float(self._total(facts))) for facts in others]
        names = {facts["name"] for facts in self.page}
        points: dict[datetime, list[Point]] = defaultdict(list)
        for step, _, name, cost in sorted(found):
            if name in names:
                points[step].append(Point(name, cost))
        return points

    def _sums_of_steps(self, exact: Iterable[Facts]) -> dict[datetime, tuple[Decimal, Decimal]]:
        """Return by step what all rows cost, and the estimated part of that; `exact` has that of groups."""
        parts = [(one["step"], one["total_cost"], one["estimated_cost"]) for one in exact]
        for facts in filter(self._in_currency, self._others):
            estimated = exact_sum(facts.get(name) for name in ESTIMATES["allocation"])
            parts.append((facts["step"], self._total(facts), estimated))
        sums: dict[datetime, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
        for step, cost, estimated in parts:
            sums[step] = EXACT.add(sums[step][0], cost), EXACT.add(sums[step][1], estimated)
        return sums

    def _read(self, cells: Cells) -> list[Facts]:
        rows = self._snapshot.rows(cells.query, self._program.bound)
        return [dict(zip(cells.columns, row, strict=True)) for row in rows]

    def _group(self, facts: Facts) -> Facts:
        """Add to the facts of a group what all rows have."""
        names = tuple(str(facts[f"n{place}"]) for place in range(len(self._question.dimensions)))
        return self._nothing | facts | {"role": ROLE_ROW, "names": names, "name": "/".join(names)}

    def _fill_page(self) -> None:
        """Read the groups of the page in full: so far only what they cost is known."""
        chosen = [facts["names"] for facts in self.page if facts["role"] == ROLE_ROW]
        groups = map(self._group, self._read(self._program.groups(chosen)))
        full = {(facts["currency"], facts["names"]): facts for facts in groups}
        self.page = [full.get((facts["currency"], facts["names"]), facts) for facts in self.page]

    def _add_details(self) -> None:
        for name, cells in self._program.details().items():
            found = map(self._group, self._read(cells))
            texts = {(one["step"], one["currency"], one["names"]): one["detail"] for one in found}
            for facts in self.page:
                if facts["role"] == ROLE_ROW:
                    facts[name] = texts.get((facts["step"], facts["currency"], facts["names"]))

    def _shown(self, exact: Facts) -> Facts:
        """Return exact facts as they are shown: rounded, as floats, with their total."""
        shown = {name: _figure(name, value) if name in _SUMS else value for name, value in exact.items()}
        return shown | {"names": tuple(exact["name"].split("/")), "total_cost": _float(self._total(exact))}

    def _total(self, exact: Facts) -> Decimal:
        return exact_sum(exact.get(name) for name in self._parts)

    def _in_currency(self, facts: Facts) -> bool:
        shown = self._question.shown
        return not (shown and shown.currency) or facts["currency"] == shown.currency

    def _step_of_rows(self, step: datetime) -> datetime:
        return step if self._question.series is None else naive(self._question.frame.window.start)


def _added(every: Iterable[Facts], step_of: Callable[[datetime], datetime]) -> list[Facts]:
    """Add up exact facts of one name, kind and currency, by step."""
    found: dict[tuple[Any, ...], Facts] = {}
    for facts in every:
        own = {**facts, "step": step_of(facts["step"])}
        place = tuple(own[name] for name in _PLACE)
        found[place] = _both(found[place], own) if place in found else own
    return list(found.values())


def _both(one: Facts, other: Facts) -> Facts:
    return {name: _together(name, one.get(name), other.get(name)) for name in one | other}


def _together(name: str, one: Any, other: Any) -> Any:  # noqa: ANN401 - of any column
    if name in _PLACE:
        return one
    if isinstance(one, str) or isinstance(other, str):
        return one if one == other else None
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, datetime):
        return (min if name == "start" else max)(one, other)
    return EXACT.add(one, other) if isinstance(one, Decimal) or isinstance(other, Decimal) else one + other


def _figure(name: str, value: Any) -> float | None:  # noqa: ANN401 - a number or None
    if value is None:
        return None
    return _float(value) if name in MONEY else float(value)


def _float(amount: Decimal) -> float:
    """Round an amount to the grid of nine places: the only rounding."""
    return float(EXACT.quantize(amount, NANO))


def _ordered(rows: list[Facts], question: Question) -> list[Facts]:
    """Order rows by step, the question's order, what they are, their names; what lacks the column comes last."""
    rows.sort(key=lambda facts: (facts["role"], facts["name"], facts["names"], facts["currency"]))
    order, shown = question.page.order, question.shown
    if order is not None:
        values = {id(facts): _value(facts, order.column) for facts in rows}
        known = [facts for facts in rows if values[id(facts)] is not None]
        known.sort(key=lambda facts: values[id(facts)], reverse=order.descending)
        rows = known + [facts for facts in rows if values[id(facts)] is None]
        if shown or question.kind is CLOUD:
            # Unlike amounts are never compared: the answer's own currency comes first.
            own = shown.currency if shown else ""
            rows.sort(key=lambda facts: (bool(own) and facts["currency"] != own, facts["currency"]))
    rows.sort(key=lambda facts: facts["step"])
    return rows


def _value(facts: Facts, column: str) -> Any:  # noqa: ANN401 - of any column
    if column not in {"idle_cost", "direct_cost"}:
        return facts.get(column)
    carried = [facts.get(name) or 0.0 for name in CARRIED]
    idle = facts["total_cost"] if facts["role"] == ROLE_IDLE else sum(carried[:3])
    return idle if column == "idle_cost" else on_grid(facts["total_cost"] - idle - carried[3])


def _page(rows: Sequence[Facts], question: Question) -> list[Facts]:
    """Return the rows of each step that come back."""
    page = question.page
    only = None if page.only is None else frozenset(page.only)
    end = None if page.limit is None else page.offset + page.limit
    by_step: dict[datetime, list[Facts]] = defaultdict(list)
    for facts in rows:
        if only is None or facts["name"] in only:
            by_step[facts["step"]].append(facts)
    return [facts for own in by_step.values() for facts in own[page.offset : end]]


def _of(facts: Facts) -> tuple[datetime, str]:
    return facts["step"], facts["currency"]


def _same(step: datetime) -> datetime:
    return step
