"""A page of an answer with many rows: which rows it has is found first, and only these are added up in full."""

from __future__ import annotations

from dataclasses import replace

from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Question, Step
from fleetcost.query.sql.cells import AllocationCells
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.reading import Reading, Shape
from fleetcost.query.sql.stage import Stage
from fleetcost.tables.columns import LABEL_COLUMNS

_FEW = frozenset({"cluster", "namespace", "controllerKind"})
"""Dimensions with few values: of one of them alone, adding up everything once is less work than finding the page."""


class PageFirst:
    """
    Writes a question about allocations whose rows are many more than its page has.

    `keyed` and `ranked` have what every row costs, `chosen` the names of the page, `cells` the figures of these names
    alone, by step. Sums of all rows need no names, so the smallest source will do for them. Each statement is about the
    same rows, and sums are exact: the answer is the same as from all cells.
    """

    def __init__(self, question: Question, dialect: Dialect, shape: Shape) -> None:
        self._question = question
        self._shape = shape
        self._names = Names(question, dialect)
        self._whole = AllocationCells(replace(question, series=None), dialect)
        self._cells = AllocationCells(question, dialect)
        nameless = replace(question, dimensions=(), properties=())
        self._sums = AllocationCells(replace(nameless, series=None), dialect)
        self._steps = AllocationCells(nameless, dialect)
        self._reading = Reading(question, dialect, shape)

    @staticmethod
    def fits(question: Question, dialect: Dialect) -> bool:
        """Tell whether this way serves a question: nothing is divided, and finding the page costs little."""
        names, page = Names(question, dialect), question.page
        return (
            question.kind is SetKind.ALLOCATIONS
            and question.step is Step.ALL
            and page.limit is not None
            and page.only is None
            and (page.order is None or page.order.column in {"name", "total_cost"})
            and not (len(question.dimensions) <= 1 and {one.name for one in question.dimensions} <= _FEW)
            and not (names.columns() | columns_of(question.filter, question.kind)) & {*LABEL_COLUMNS}
            and not Grain(question, dialect).needed()
        )

    def stages(self) -> list[Stage]:
        """Return every stage."""
        chosen = "name IN (SELECT name FROM chosen)"
        return [
            *self._whole.before(),
            Stage("keyed", self._whole.keyed()),
            Stage("ranked", self._whole.costs("keyed")),
            Stage("chosen", f"SELECT name FROM ({self._reading.upto('ranked')})"),
            Stage("cells", self._cells.query(chosen, self._likely(chosen))),
            *self._whole.details(),
            *self._reading.stages(),
        ]

    def _likely(self, chosen: str) -> str:
        """
        Return a condition that the rows of the page meet and few others.

        A name that is made of columns is only known once it is made; a column is compared as it is stored.
        """
        if "controller" in self._names.columns() and not self._names.distinguishes("controller"):
            return f"controller IN (SELECT controller FROM keyed WHERE {chosen})"
        return "TRUE"

    def totals(self) -> str:
        """Return per step and currency: number of rows and sum of every measure."""
        sums = ", ".join(f"a.{name}" for name in (*self._shape.sums, "total_cost"))
        return (
            f'SELECT a.step, a.currency, r.counted, a."start", a."end", {sums}\n'
            f"FROM ({self._reading.totals_of(f'({self._sums.query()})')}) AS a\n"
            "JOIN (SELECT step, currency, count(*) AS counted FROM ranked GROUP BY step, currency) AS r "
            "ON a.step = r.step AND a.currency = r.currency\nORDER BY a.step, a.currency"
        )

    def sums_of_steps(self) -> str:
        """Return per step of the series: what all rows cost, and the estimated part of it."""
        return self._reading.sums_of_steps_of(f"({self._steps.costs(f'({self._steps.keyed()})')})", "estimated_cost")
