"""Reading an answer from its cells: a page of rows, totals of all of them, a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleetcost.query.dialect import Dialect
from fleetcost.query.kinds import CLOUD
from fleetcost.query.measures import MONEY
from fleetcost.query.question import Ordering, Question, Step
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import FromClause
from fleetcost.query.sql.stage import Stage


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What cells of one kind are made of.

    Attributes:
        properties: columns a group keeps where all agree
        sums: columns that add up
        maxima: columns of which the largest counts
        extras: further columns as they are, only where rows are cells
        details: stages that are joined to the rows
        estimates: of the sums, the estimated parts of the total
    """

    properties: Sequence[str]
    sums: Sequence[str]
    maxima: Sequence[str]
    extras: Sequence[str]
    details: Sequence[str]
    estimates: Sequence[str] = ()


class Reading:
    """Writes the statements that read an answer."""

    def __init__(self, question: Question, dialect: Dialect, shape: Shape) -> None:
        self._question = question
        self._dialect = dialect
        self._shape = shape
        self._names = Names(question, dialect)
        self._source = FromClause(question, dialect)

    def stages(self) -> list[Stage]:
        """Return `whole`, the rows of the answer where they are not the cells, and `page` where not all come back."""
        stages = [Stage("whole", self._whole())] if self._question.series is not None else []
        return stages if self._question.page.whole else [*stages, Stage("page", self._page())]

    @property
    def every_row(self) -> str:
        """The table of all rows."""
        return "whole" if self._question.series is not None else "cells"

    @property
    def page(self) -> str:
        """The table of the rows that come back."""
        return self.every_row if self._question.page.whole else "page"

    def rows(self) -> str:
        """Return the page: step, role, currency, names, properties, start, end, sums, maxima, extras, details."""
        shape = self._shape
        chosen = [
            "step", "role", "currency", "name", *self._names.parts,
            *(f"coalesce({name}, '') AS {name}" for name in shape.properties),
            '"start"', '"end"', *(self._figure(name, name) for name in shape.sums), *shape.maxima, *shape.extras,
            self._figure("total_cost", "total_cost"), "members",
            *(f"{name}.detail AS {name}" for name in shape.details),
        ]  # fmt: skip
        by = f"step, currency{self._names.listed()}"
        joins = "".join(f"\nLEFT JOIN detail_{name} AS {name} USING ({by})" for name in shape.details)
        return f"SELECT {', '.join(chosen)}\nFROM {self.page}{joins}\nORDER BY {self._order()}"

    def totals(self) -> str:
        """Return per step and currency: number of rows and sum of every measure."""
        return f"{self.totals_of(self.every_row)} ORDER BY step, currency"

    def totals_of(self, rows: str) -> str:
        """Return the totals of a table, in any order."""
        sums = ", ".join(self._figure(f"sum({name})", name) for name in (*self._shape.sums, "total_cost"))
        return (
            f'SELECT step, currency, count(*) AS counted, min("start") AS "start", max("end") AS "end", {sums} '
            f"FROM {rows} GROUP BY step, currency"
        )

    def points(self) -> str:
        """Return per step of the series: each row's name and cost; of the page's rows where there is a page."""
        chosen = "TRUE" if self._question.page.whole else "name IN (SELECT name FROM page)"
        return (
            f"SELECT step, role, name, {self._figure('sum(total_cost)', 'total_cost')} FROM cells "
            f"WHERE {chosen} AND {self.in_currency()} GROUP BY step, role, name ORDER BY step, role, name"
        )

    def in_currency(self) -> str:
        """Return the condition that cells are in the currency of the answer, for what has one currency only."""
        shown = self._question.shown
        return f"currency = {self._dialect.text(shown.currency)}" if shown and shown.currency else "TRUE"

    def _figure(self, expression: str, name: str) -> str:
        """Return a figure of the answer; one of money is rounded here and nowhere else."""
        value = self._source.rounded(expression) if name in MONEY else expression
        return f"{value}::DOUBLE AS {name}"

    def sums_of_steps(self) -> str:
        """Return per step of the series: what all rows cost, and the estimated part of it."""
        part = " + ".join(f"coalesce({name}, 0)" for name in self._shape.estimates) or "0"
        return self.sums_of_steps_of("cells", part)

    def sums_of_steps_of(self, cells: str, estimated: str) -> str:
        """Return per step what all rows of a table cost, and the sum of an expression for the estimated part."""
        total = self._figure("sum(total_cost)", "total_cost")
        part = self._figure(f"sum({estimated})", "estimated_cost")
        return f"SELECT step, {total}, {part} FROM {cells} WHERE {self.in_currency()} GROUP BY step ORDER BY step"

    def _whole(self) -> str:
        """Return the cells added up over all steps."""
        names, shape = self._names, self._shape
        by = f"role, currency, name{names.listed()}"
        kept = "".join(
            f", CASE WHEN count(*) = count({name}) THEN {self._dialect.agreed(name)} END AS {name}"
            for name in shape.properties
        )
        sums = "".join(f", sum({name}) AS {name}" for name in (*shape.sums, "members", "total_cost"))
        maxima = "".join(f", max({name}) AS {name}" for name in shape.maxima)
        start = self._dialect.step(Step.ALL, "", self._question.frame.window.start)
        return (
            f'SELECT {start} AS step, {by}{kept}, min("start") AS "start", max("end") AS "end"{sums}{maxima}\n'
            f"FROM cells GROUP BY {by}"
        )

    def upto(self, table: str) -> str:
        """Return the rows of a table from the first to the last of the page; with one step."""
        page = self._question.page
        return f"SELECT * FROM {table} ORDER BY {self._order()} LIMIT {page.offset + (page.limit or 0)}"

    def _page(self) -> str:
        question, page = self._question, self._question.page
        chosen = ""
        if page.only is not None:
            names = ", ".join(self._dialect.text(name) for name in page.only) or "NULL"
            chosen = f" WHERE name IN ({names})"
        if page.limit is None and not page.offset:
            return f"SELECT * FROM {self.every_row}{chosen}"
        if question.step is Step.ALL:
            limit = "" if page.limit is None else f" LIMIT {page.limit}"
            return f"SELECT * FROM {self.every_row}{chosen} ORDER BY {self._order()}{limit} OFFSET {page.offset}"
        last = "" if page.limit is None else f" AND place <= {page.offset + page.limit}"
        return (
            f"SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY step ORDER BY {self._order()}) "
            f"AS place FROM {self.every_row}{chosen}) WHERE place > {page.offset}{last}"
        )

    def _order(self) -> str:
        order = self._question.page.order
        rest = f"role, name{self._names.listed()}, currency"
        if order is None:
            return f"step, {rest}"
        return f"step, {self._apart()}{_ordered(order)}, {rest}"

    def _apart(self) -> str:
        """Return what keeps unlike amounts from being compared: an order by currency, the answer's own first."""
        shown = self._question.shown
        first = f"CASE WHEN {self.in_currency()} THEN 0 ELSE 1 END, " if shown and shown.currency else ""
        return f"{first}currency, " if shown or self._question.kind is CLOUD else ""


def _ordered(order: Ordering) -> str:
    return f'"{order.column}" {"DESC" if order.descending else "ASC"} NULLS LAST'
