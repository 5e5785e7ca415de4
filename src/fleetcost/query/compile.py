"""
Questions to SQL: one compiler for every endpoint, page and export.

An answer is read by a few narrow statements, each of which adds up what nobody else does: groups in full, all groups
together, what nobody was charged for, costs alone by step of the series. `query/gather.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.columns import ADJUSTMENT, COST, ESTIMATE
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect import Dialect
from fleetcost.query.dimensions import UNALLOCATED
from fleetcost.query.kinds import CLOUD
from fleetcost.query.measures import CARRIED, EXACT_CLOUD, MONEY, UNMEASURED, WEIGHTED_ASSET
from fleetcost.query.properties import ASSET_PROPERTIES, CLOUD_PROPERTIES
from fleetcost.query.question import Question, Step
from fleetcost.query.sql.assets import ASSET_MAXIMA, HALVES, WEIGHED, AssetCells
from fleetcost.query.sql.cells import DETAILS, AllocationCells
from fleetcost.query.sql.cloud import CloudCells
from fleetcost.query.sql.details import Details
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import Cells
from fleetcost.query.sql.names import Chosen, Names, every_name
from fleetcost.query.sql.page import page_of
from fleetcost.query.sql.source import RESOURCES, FromClause
from fleetcost.query.sql.stage import Stage
from fleetcost.tables.columns import LABEL_COLUMNS

_FEW = frozenset({"cluster", "namespace", "controllerKind"})
"""Dimensions with few values: of one of them alone, adding up everything once is less work than finding the page."""


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What groups of one kind are made of.

    Attributes:
        properties: columns a group keeps where all agree
        sums: columns that add up
        maxima: columns of which the largest counts
        extras: further columns as they are
        total: what a group costs, of its sums
    """

    properties: Sequence[str]
    sums: Sequence[str]
    maxima: Sequence[str]
    extras: Sequence[str]
    total: str


class Program:
    """
    A question as statements; `stages` are to be kept first, the others can be read in any order.

    Args:
        question: what is asked
        dialect: of the engine; it holds the values of parameters

    Raises:
        QuestionError: the filter names a field that rows of this kind do not have.
    """

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect).parts
        self._rows = replace(question, series=None)
        self._cells = _cells(self._rows, dialect)
        self.shape = _shape(question, self._source)
        self.bound: Mapping[str, Any] = dialect.bound

    @property
    def absent(self) -> frozenset[str]:
        """The sums of groups that are not read: they are zero everywhere."""
        if self._question.kind is CLOUD:
            return frozenset()
        every = ASSET.sums if self._question.kind is SetKind.ASSETS else (*ALLOCATION.sums, *CARRIED)
        return frozenset({*every} - {*self.shape.sums} - UNMEASURED)

    def stages(self) -> list[Stage]:
        """Return the tables to make first, in order; each is read by the next ones."""
        return self._cells.before()

    @property
    def page_first(self) -> bool:
        """Whether rows are many more than the page has, and finding out which are on it takes their costs alone."""
        question, page = self._question, self._question.page
        columns = Names(question, self._dialect).columns() | self._source.filtered()
        return (
            question.kind is SetKind.ALLOCATIONS
            and question.step is Step.ALL
            and page.limit is not None
            and page.only is None
            and (page.order is None or page.order.column in {"name", "total_cost"})
            and not (len(question.dimensions) <= 1 and {one.name for one in question.dimensions} <= _FEW)
            and not columns & {*LABEL_COLUMNS}
            and not Names(question, self._dialect).of_labels()
            and not Grain(question, self._dialect).needed()
        )

    def groups(self, names: Sequence[tuple[str, ...]] | None = None) -> Cells:
        """Return the groups in full, all of them or those with these names."""
        shape, figure = self.shape, self._figure
        columns = {
            **{name: name for name in ("step", "currency", *self._names)},
            **{name: f"coalesce({name}, '')" for name in shape.properties},
            **{name: f'"{name}"' for name in ("start", "end")},
            **{name: figure(name, name) for name in shape.sums},
            **{name: name for name in (*shape.maxima, *shape.extras, "members")},
            "total_cost": figure(shape.total, "total_cost"),
        }
        return _read(columns, self._cells.groups(*self._chosen(names)))

    def ranked(self) -> Cells:
        """Return what the groups cost that may be on the page; `alike` says how many there are in their currency."""
        page, parts = self._question.page, {name: name for name in ("step", "currency", *self._names)}
        cost = self._figure("total_cost", "total_cost")
        costs = _read({**parts, "name": "name", "total_cost": cost}, self._cells.costs())
        first = f"{page.order.column} {'DESC' if page.order.descending else 'ASC'}, " if page.order else ""
        order = f"{first}{', '.join(['name', *self._names])}"
        columns = {**parts, "total_cost": "total_cost", "alike": "count(*) OVER (PARTITION BY currency)"}
        placed = _read(columns | {"place": f"row_number() OVER (PARTITION BY currency ORDER BY {order})"}, costs.query)
        # The first of each currency is always there: it says that there are such rows.
        last = max(1, page.offset + (page.limit or 0))
        return _read(dict(zip(columns, columns, strict=True)), f"({placed.query})", f"WHERE place <= {last}")

    def costs(self) -> str:
        """Return what stands behind `FROM` to read what each group costs: step, currency, name, parts, total_cost."""
        return f"({self._cells.costs()})"

    def owned(self) -> str:
        """
        Return what stands behind `FROM` to read what all rows cost by whose they are: owner, currency, step, amount.

        The question has one dimension, the owner; what nobody was charged for is its cluster's.
        """
        rows = [(self.costs(), self._names[0], "step", "total_cost")]
        if isinstance(self._cells, AllocationCells):
            unclaimed = self._cells.unclaimed()
            rows += [(f"({query})", "cluster", self._source.step(), amount) for query, amount in unclaimed]
        parts = (
            f"SELECT {owner} AS owner, currency, {step} AS step, {amount} AS amount FROM {one} AS part"  # noqa: S608 - columns
            for one, owner, step, amount in rows
        )
        return f"({' UNION ALL '.join(parts)})"

    def sums(self) -> Cells:
        """Return all groups together, exactly, per step and currency."""
        whole = _cells(replace(self._rows, dimensions=(), properties=()), self._dialect, self._rows)
        every = _shape(replace(self._rows, figures=None), self._source)
        columns = {name: name for name in ("step", "currency", *every.sums) if name not in WEIGHED}
        return _read({**columns, "start": '"start"', "end": '"end"'}, whole.groups(bare=True))

    def others(self) -> list[Cells]:
        """Return what nobody was charged for, exactly, by the finest step."""
        finest = _cells(replace(self._rows, step=self._question.finest), self._dialect)
        return [_read({name.strip('"'): name for name in one.columns}, one.query) for one in finest.others()]

    def points(self, names: Sequence[tuple[str, ...]] | None) -> Cells:
        """Return what each group costs in each step of the series, all groups or those with these names."""
        by_step = _cells(replace(self._rows, step=self._question.finest), self._dialect)
        rows = f"({by_step.costs(*self._chosen(names))}) WHERE {self._in_currency()}"
        columns = {"step": "step", "name": "name", "total_cost": self._figure("sum(total_cost)", "total_cost")}
        return _read(columns, rows, "GROUP BY step, name")

    def steps(self, *, named: bool = False) -> Cells:
        """
        Return what groups cost in each step of the series, exactly, and the estimated part of that.

        Args:
            named: each group by itself, not all together
        """
        narrow = replace(self._rows, step=self._question.finest)
        if not named:
            narrow = replace(narrow, dimensions=(), properties=())
        costs = _cells(narrow, self._dialect, self._rows).costs(estimated=True)
        by = ("step", "name") if named else ("step",)
        columns = dict(zip(by, by, strict=True)) | {name: f"sum({name})" for name in ("total_cost", "estimated_cost")}
        return _read(columns, f"({costs}) WHERE {self._in_currency()}", f"GROUP BY {', '.join(by)}")

    def details(self) -> Mapping[str, Cells]:
        """Return what rows carry besides amounts, by name: JSON text in the column `detail`."""
        if self._question.kind is not SetKind.ALLOCATIONS:
            return {}
        columns = {name: name for name in ("step", "currency", *self._names, "detail")}
        found = Details(self._rows, self._dialect).queries()
        return {name: _read(columns, query) for name, query in found.items()}

    def every(self) -> str:
        """Return what stands behind `FROM` to read all rows, all kinds of cells in one table."""
        return f"({self._cells.union()})"

    def page(self) -> str:
        """Return what stands behind `FROM` to read the rows that come back."""
        return f"({page_of(self._question, self._dialect, self._names, self.every())})"

    def _figure(self, expression: str, name: str) -> str:
        """Return a figure of the answer; one of money is rounded here and nowhere else."""
        value = self._source.rounded(expression) if name in MONEY else expression
        return f"({value})::DOUBLE"

    def _in_currency(self) -> str:
        """Return the condition that cells are in the currency of the answer, for what has one currency only."""
        shown = self._question.shown
        return f"currency = {self._dialect.text(shown.currency)}" if shown and shown.currency else "TRUE"

    def _chosen(self, names: Sequence[tuple[str, ...]] | None) -> tuple[Chosen, str]:
        """
        Return what makes the condition on the name of groups, and one on the table's columns that all their rows meet.

        A name that is made of columns is only known once it is made; a column is compared as it is stored.
        """
        if names is None:
            return every_name, "TRUE"
        likely = "TRUE"
        for place, dimension in enumerate(self._question.dimensions):
            if dimension.name == "controller":
                parts = {one[place] for one in names}
                stored = parts | {one.partition(":")[2] for one in parts} | {"" for one in parts if one == UNALLOCATED}
                likely = self._among("controller", sorted(stored))
        return partial(self._among, texts=sorted("/".join(one) for one in names)), likely

    def _among(self, column: str, texts: Collection[str]) -> str:
        return f"{column} IN ({', '.join(map(self._dialect.text, texts))})" if texts else "FALSE"


def _read(columns: Mapping[str, str], query: str, rest: str = "") -> Cells:
    rows = query if rest else f"({query})"
    chosen = ", ".join(
        expression if expression in {name, f'"{name}"'} else f"{expression} AS {name}"
        for name, expression in columns.items()
    )
    return Cells(f"SELECT {chosen}\nFROM {rows} {rest}", tuple(columns))


def _cells(
    question: Question, dialect: Dialect, alike: Question | None = None
) -> AllocationCells | AssetCells | CloudCells:
    if question.kind is SetKind.ASSETS:
        return AssetCells(question, dialect)
    return CloudCells(question, dialect) if question.kind is CLOUD else AllocationCells(question, dialect, alike)


def _shape(question: Question, source: FromClause) -> Shape:
    labels = ("labels",) if question.detailed else ()
    if question.kind is SetKind.ASSETS:
        sums = source.present(ASSET.sums)
        means = tuple(f"{name}_{part}" for name in source.present(WEIGHTED_ASSET) for part in HALVES)
        total = " + ".join(f"coalesce({name}, 0)" for name in ASSET.costs if name in sums) or f"0::{source.amount}"
        return Shape(source.present(ASSET_PROPERTIES), (*sums, *means), ASSET_MAXIMA, labels, total)
    if question.kind is CLOUD:
        return Shape(CLOUD_PROPERTIES, EXACT_CLOUD, (), labels, question.metric)
    details = DETAILS if question.detailed else ()
    carried = CARRIED if question.divided else ()
    resources = {f"{name}_cost" for name in RESOURCES} if question.divided else frozenset()
    present = source.present(ALLOCATION.sums)
    wanted = (
        ALLOCATION.sums if question.figures is None else {*ALLOCATION.of(COST, ADJUSTMENT, ESTIMATE), *question.figures}
    )
    sums = tuple(name for name in ALLOCATION.sums if (name in present and name in wanted) or name in resources)
    costs = (name for name in (*ALLOCATION.costs, "shared_cost") if name in sums or name in carried)
    total = " + ".join(f"coalesce({name}, 0)" for name in costs) or f"0::{source.amount}"
    return Shape(question.properties, (*sums, *carried), (), details, total)
