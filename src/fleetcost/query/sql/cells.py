"""One row per step and group, with everything in it that can be added up."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import LABELS, PEAK
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import CARRIED, ESTIMATES
from fleetcost.query.question import Question
from fleetcost.query.sql.details import Details
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


class AllocationCells:
    """The stage `cells` of a question about allocations, and the stages before it."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)

    def stages(self) -> list[Stage]:
        """Return every stage up to the cells, and the details that are read beside them."""
        return [*self.before(), Stage("cells", self.query()), *self.details()]

    def before(self) -> list[Stage]:
        """Return the stages that cells are made of."""
        grain = Grain(self._question, self._dialect)
        stages = self._source.stages() + IdleRows(self._question, self._dialect).stages()
        if grain.needed():
            stages += grain.stages() + Shared(self._question, self._dialect).stages()
        return stages

    def details(self) -> list[Stage]:
        """Return the stages that are read beside the cells."""
        return Details(self._question, self._dialect).stages()

    def query(self, chosen: str = "TRUE", likely: str = "TRUE") -> str:
        """
        Return the cells; the stages before them must be there.

        Args:
            chosen: a condition on `name`, for a part of them
            likely: a condition on the table's columns that every row of that part meets
        """
        divided = Grain(self._question, self._dialect).needed()
        idle = IdleRows(self._question, self._dialect).cells()
        queries = [self._rows(chosen, likely, divided=divided), *(self._filled(cells, chosen) for cells in idle)]
        cells = "\nUNION ALL\n".join(queries)
        return f"SELECT *, {TOTAL} AS total_cost FROM (\n{cells})"

    def keyed(self) -> str:
        """
        Return what rows cost: step, currency, the name, its parts, their columns, total_cost, its estimated part.

        Making a name takes longer than adding its cost, so costs are added first. Nothing may be divided.
        """
        names, source = self._names, self._source
        columns = "".join(f", {column}" for column in sorted(names.columns()))
        return (
            f"SELECT *, {names.joined()} AS name FROM (SELECT *{names.chosen()}\n"
            f"  FROM (SELECT step, currency{columns}, {source.total()} AS total_cost, "
            f"sum({source.money(' + '.join(ESTIMATES['allocation']))}) AS estimated_cost\n"
            f"    FROM (SELECT *, {source.step()} AS step FROM {source.table('allocation', self._columns())} "
            f"WHERE {source.in_frame()} AND {source.passes()})\n"
            f"    GROUP BY step, currency{columns}))"
        )

    def costs(self, keyed: str) -> str:
        """
        Return what each cell costs and nothing else: step, role, currency, name, its parts, total_cost, estimated_cost.

        Args:
            keyed: where to read what `keyed` gives
        """
        names = self._names
        columns = f"step, role, currency, name{names.listed()}, total_cost, estimated_cost"
        rows = (
            f"SELECT step, {ROLE_ROW} AS role, currency, name{names.listed()}, sum(total_cost) AS total_cost, "
            f"sum(estimated_cost) AS estimated_cost\n"
            f"FROM {keyed} GROUP BY step, currency, name{names.listed()}"
        )
        queries = [rows]
        parts = "".join(f", NULL AS {part}" for part in names.parts)
        for cells in IdleRows(self._question, self._dialect).cells():
            total, estimated = (
                " + ".join(f"coalesce({name}, 0)" for name in wanted if name in cells.columns) or "0"
                for wanted in (_COSTS, ESTIMATES["allocation"])
            )
            queries.append(
                f"SELECT {columns} FROM (SELECT step, role, currency, name{parts}, {total} AS total_cost, "
                f"{estimated} AS estimated_cost FROM ({cells.query}))"
            )
        return "\nUNION ALL\n".join(queries)

    def _rows(self, chosen: str, likely: str, *, divided: bool) -> str:
        names, source = self._names, self._source
        by = f"step, currency{names.listed()}"
        sums = ", ".join(f"sum({source.measure(name)}) AS {name}" for name in ALLOCATION.sums)
        kept = "".join(
            f", {f'any_value({name})' if names.distinguishes(name) else self._dialect.agreed(name)} AS {name}"
            for name in self._question.properties
        )
        taken = " AND origin IS NULL" if self._takes_rows() else ""
        origin = f", {Grain(self._question, self._dialect).origin()} AS origin" if taken else ""
        grouped = (
            f'SELECT {by}{kept}, min("start") AS "start", max("end") AS "end", {sums}, sum(members)::BIGINT AS members'
            f"{self._detailed()}\n"
            f"FROM (SELECT *, {names.joined()} AS name\n"
            f"  FROM (SELECT *, {source.step()} AS step{names.chosen()}{origin}\n"
            f"    FROM {source.table('allocation', self._columns())} WHERE {source.in_frame()} "
            f"AND {source.passes()} AND {likely}))\n"
            f"WHERE {chosen}{taken}\nGROUP BY {by}"
        )
        columns = {"role": str(ROLE_ROW), "name": names.joined()}
        if not divided:
            none = f"0::{source.amount}"
            return f"SELECT {self._chosen(columns | dict.fromkeys(CARRIED, none))} FROM ({grouped})"
        columns |= {f"{name}_cost": f"{name}_cost + coalesce({name}_cost_idle, 0)" for name in RESOURCES}
        carried = ", ".join(f"e.{name}" for name in CARRIED)
        keys = ("step", "currency", *names.parts)
        return (
            f"SELECT {self._chosen(columns)}\n"
            f"FROM (SELECT r.*, {carried} FROM ({grouped}) AS r LEFT JOIN extras AS e ON {matched('r', 'e', keys)})"
        )

    @property
    def _every_column(self) -> tuple[str, ...]:
        """The columns of `cells` but the total, in their order."""
        details = DETAILS if self._question.detailed else ()
        return (
            "step", "role", "currency", "name", *self._names.parts, *self._question.properties, '"start"', '"end"',
            *ALLOCATION.sums, *CARRIED, "members", *details,
        )  # fmt: skip

    def _chosen(self, columns: Mapping[str, str]) -> str:
        """Return the columns of `cells`, some of them made of an expression."""
        return ", ".join(f"{columns[name]} AS {name}" if name in columns else name for name in self._every_column)

    def _filled(self, cells: Cells, chosen: str) -> str:
        """Return cells of which some columns are not known, with NULL in these."""
        unknown = {name: "NULL" for name in self._every_column if name not in cells.columns}
        return f"SELECT {self._chosen(unknown)} FROM ({cells.query}) WHERE {chosen}"

    def _takes_rows(self) -> bool:
        return self._question.sharing is not None and self._question.sharing.takes_rows

    def _columns(self) -> set[str]:
        """Return the columns that tell rows apart; details are only in the table of single rows."""
        columns = {"window_start", "currency"} | self._names.columns()
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
