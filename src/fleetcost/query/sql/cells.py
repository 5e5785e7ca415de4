"""One row per step and group, with everything in it that can be added up."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import LABELS, PEAK
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import CARRIED, ESTIMATES
from fleetcost.query.question import Question
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_ROW, Cells, IdleRows
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage

_LABELS, _PEAKS = ALLOCATION.of(LABELS), ALLOCATION.of(PEAK)
DETAILS = (*_LABELS, *_PEAKS)
"""What only a single container has."""

_COSTS = (*ALLOCATION.costs, "shared_cost")
TOTAL = " + ".join(f"coalesce({name}, 0)" for name in _COSTS)
"""What a row of allocations costs; shared idle is inside its resources."""

_GIVEN = frozenset({"role", "name"})
"""Columns of all cells that are made of others."""


class AllocationCells:
    """
    The cells of a question about allocations, what they cost, and the stages before them.

    Args:
        question: what is asked
        dialect: of the engine
        alike: a question with other dimensions whose sums these must be, None for itself
    """

    def __init__(self, question: Question, dialect: Dialect, alike: Question | None = None) -> None:
        self._question = question
        self._alike = alike or question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)

    def before(self) -> list[Stage]:
        """Return the stages that cells and costs are made of; most questions have none."""
        grain, idle = Grain(self._question, self._dialect), IdleRows(self._question, self._dialect)
        stages = self._source.stages() + idle.stages()
        if grain.needed():
            stages += grain.stages() + Shared(self._question, self._dialect).stages()
        return stages + idle.weights()

    def others(self) -> list[Cells]:
        """Return the cells of what nobody was charged for: idle, tenancy, shared costs."""
        return IdleRows(self._question, self._dialect).cells()

    def union(self, chosen: str = "TRUE") -> str:
        """Return all cells, or those of some names, in one table in which columns that are not known are NULL."""
        others = [f"{self._filled(cells)} WHERE {chosen}" for cells in self.others()]
        cells = "\nUNION ALL\n".join([self._with_role(self.groups(chosen)), *others])
        return f"SELECT *, {TOTAL} AS total_cost FROM (\n{cells})"

    def groups(self, chosen: str = "TRUE", likely: str = "TRUE") -> str:
        """
        Return the cells of rows, in full; the stages before them must be there.

        Args:
            chosen: a condition on `name`, for a part of them
            likely: a condition on the table's columns that every row of that part meets
        """
        names, source = self._names, self._source
        by = f"step, currency{names.listed()}"
        sums = "".join(f"sum({source.measure(name)}) AS {name}, " for name in source.present(ALLOCATION.sums))
        kept = "".join(
            f", {f'any_value({name})' if names.distinguishes(name) else self._dialect.agreed(name)} AS {name}"
            for name in self._question.properties
        )
        grouped = (
            f'SELECT {by}{kept}, min("start") AS "start", max("end") AS "end", {sums}sum(members)::BIGINT AS members'
            f"{self._detailed()}\n"
            f"FROM ({self._named(likely)}){self._own(chosen)}\nGROUP BY {by}"
        )
        if not self._divided:
            none = ", ".join(f"0::{source.amount} AS {name}" for name in CARRIED)
            return f"SELECT *, {none} FROM ({grouped})"
        columns = {f"{name}_cost": f"r.{name}_cost + coalesce(e.{name}_cost_idle, 0)" for name in RESOURCES}
        columns |= {name: f"e.{name}" for name in CARRIED}
        absent = _GIVEN.union(ALLOCATION.sums).difference(source.present(ALLOCATION.sums))
        columns |= {f"{name}_cost": f"e.{name}_cost_idle" for name in RESOURCES if f"{name}_cost" in absent}
        chosen_columns = ", ".join(
            f"{columns.get(name, f'r.{name}')} AS {name}"
            for name in self._every_column
            if name not in absent or name in columns
        )
        return f"SELECT {chosen_columns} FROM ({grouped}) AS r {self._extras()}"

    def costs(self, chosen: str = "TRUE", likely: str = "TRUE") -> str:
        """
        Return what each cell of rows costs and nothing else: step, currency, name, its parts, total and estimated cost.

        Making a name takes longer than adding its cost, so costs are added by the columns it is made of first, unless
        these are labels. For the arguments see `groups`.
        """
        names, source = self._names, self._source
        by, parts = f"step, currency{names.listed()}", names.joined()
        estimates = [source.measure(name) for name in source.present(ESTIMATES["allocation"])]
        estimated = f"sum({' + '.join(estimates)})" if estimates else f"0::{source.amount}"
        sums = f"{source.total()} AS total_cost, {estimated} AS estimated_cost"
        rows = f"({self._named(likely)}){self._own(chosen)}"
        if not (self._takes_rows() or names.columns() & {*_LABELS} or names.plain()):
            keys = "".join(f", {column}" for column in sorted({"currency"} | names.columns()))
            added = f"SELECT step{keys}, {sums} FROM ({self._read(likely)}) GROUP BY step{keys}"
            rows = f"(SELECT *, {parts} AS name FROM (SELECT *{names.chosen()} FROM ({added}))) WHERE {chosen}"
            sums = "sum(total_cost) AS total_cost, sum(estimated_cost) AS estimated_cost"
        costs = f"SELECT {by}, {parts} AS name, {sums}\nFROM {rows}\nGROUP BY {by}"
        if not self._divided:
            return costs
        carried = " + ".join(["r.total_cost", *(f"coalesce(e.{name}, 0)" for name in CARRIED)])
        return (
            f"SELECT r.step, r.currency{names.listed('r.')}, r.name, {carried} AS total_cost, r.estimated_cost\n"
            f"FROM ({costs}) AS r {self._extras()}"
        )

    def _read(self, likely: str) -> str:
        """Return the rows of the table that pass, with their step."""
        source = self._source
        return (
            f"SELECT *, {source.step()} AS step{self._origin()} FROM {source.table('allocation', self._columns())} "
            f"WHERE {source.in_frame()} AND {source.passes()} AND {likely}"
        )

    def _named(self, likely: str) -> str:
        """Return the same with their names."""
        names = self._names
        return f"SELECT *, {names.joined()} AS name FROM (SELECT *{names.chosen()} FROM ({self._read(likely)}))"

    def _extras(self) -> str:
        """Return the join with what groups carry, to stand behind `FROM … AS r`."""
        extras = Shared(self._question, self._dialect).extras()
        return f"LEFT JOIN ({extras}) AS e ON {matched('r', 'e', ('step', 'currency', *self._names.parts))}"

    @property
    def _divided(self) -> bool:
        return Grain(self._question, self._dialect).needed()

    def _origin(self) -> str:
        """Return the column that says what a row is shared for, behind a comma, where rows are taken."""
        return f", {Grain(self._question, self._dialect).origin()} AS origin" if self._takes_rows() else ""

    def _own(self, condition: str = "TRUE") -> str:
        """Return the condition that a row is not shared."""
        return f" WHERE {condition}{' AND origin IS NULL' if self._takes_rows() else ''}"

    @property
    def _every_column(self) -> tuple[str, ...]:
        """The columns of `union` but the total, in their order."""
        details = DETAILS if self._question.detailed else ()
        return (
            "step", "role", "currency", "name", *self._names.parts, *self._question.properties, '"start"', '"end"',
            *ALLOCATION.sums, *CARRIED, "members", *details,
        )  # fmt: skip

    def _with_role(self, groups: str) -> str:
        made = {"role": str(ROLE_ROW), "name": self._names.joined()}
        carried = {f"{name}_cost" for name in RESOURCES} if self._divided else set()
        absent = {*ALLOCATION.sums}.difference(self._source.present(ALLOCATION.sums), carried)
        made |= {name: self._source.measure(name) for name in absent}
        return f"SELECT {self._chosen(made)} FROM ({groups})"

    def _filled(self, cells: Cells) -> str:
        """Return cells of which some columns are not known, with NULL in these."""
        unknown = {name: "NULL" for name in self._every_column if name not in cells.columns}
        return f"SELECT {self._chosen(unknown)} FROM ({cells.query})"

    def _chosen(self, columns: Mapping[str, str]) -> str:
        """Return the columns of `union`, some of them made of an expression."""
        return ", ".join(f"{columns[name]} AS {name}" if name in columns else name for name in self._every_column)

    def _takes_rows(self) -> bool:
        return self._question.sharing is not None and self._question.sharing.takes_rows

    def _columns(self) -> set[str]:
        """Return the columns that tell rows apart; details are only in the table of single rows."""
        columns = {"window_start", "currency"} | self._names.columns()
        if self._source.prorates:
            read = Names(self._alike, self._dialect).columns()
            columns |= {"label_set" if name in _LABELS else name for name in read}
        columns |= columns_of(self._question.filter, self._question.kind)
        columns |= Grain(self._question, self._dialect).origin_columns()
        if self._question.detailed:
            columns |= set(DETAILS)
        return columns

    def _detailed(self) -> str:
        """Return what only a single container has; of several rows of one container the newest tells."""
        if not self._question.detailed:
            return ""
        order = ("window_start", self._dialect.name("end"), "pod_uid")
        newest = [f"{self._dialect.latest(self._dialect.json(name), *order)} AS {name}" for name in _LABELS]
        largest = [f"max({name}) AS {name}" for name in _PEAKS]
        return "".join(f", {each}" for each in (*newest, *largest))
