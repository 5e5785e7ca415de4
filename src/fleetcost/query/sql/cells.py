"""One row per step and group, with everything in it that can be added up."""

from __future__ import annotations

from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import DuckDb
from fleetcost.query.measures import ALLOCATION_COSTS, CARRIED, EXACT_ALLOCATION
from fleetcost.query.question import Question
from fleetcost.query.sql.details import Details
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_ROW, IdleRows
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, Source
from fleetcost.query.sql.stage import Stage

DETAILS = (
    "services", "labels", "annotations", "namespace_labels", "namespace_annotations",
    "cpu_core_usage_max", "ram_byte_usage_max", "gpu_usage_max",
)  # fmt: skip
"""What only a single container has."""

TOTAL = " + ".join([*(f"coalesce({name}, 0)" for name in ALLOCATION_COSTS), "coalesce(shared_cost, 0)"])
"""What a row of allocations costs; shared idle is inside its resources."""


class AllocationCells:
    """The stage `cells` of a question about allocations, and the stages before it."""

    def __init__(self, question: Question, dialect: DuckDb) -> None:
        self._question = question
        self._dialect = dialect
        self._source = Source(question, dialect)
        self._names = Names(question, dialect)

    def stages(self) -> list[Stage]:
        """Return every stage up to the cells, and the details that are read beside them."""
        idle = IdleRows(self._question, self._dialect)
        grain = Grain(self._question, self._dialect)
        shared = Shared(self._question, self._dialect)
        stages = idle.stages()
        if grain.needed():
            stages += grain.stages() + shared.stages()
        queries = [self._rows(divided=grain.needed()), *idle.cells()]
        cells = "\nUNION ALL BY NAME\n".join(queries)
        stages.append(Stage("cells", f"SELECT *, {TOTAL} AS total_cost FROM (\n{cells})"))
        return stages + Details(self._question, self._dialect).stages()

    def _rows(self, *, divided: bool) -> str:
        names, source = self._names, self._source
        by = f"step, currency{names.listed()}"
        sums = ", ".join(f"sum({source.measure(name)}) AS {name}" for name in EXACT_ALLOCATION)
        kept = "".join(f", {self._dialect.agreed(name)} AS {name}" for name in self._question.properties)
        taken = " AND origin IS NULL" if self._takes_rows() else ""
        origin = f", {Grain(self._question, self._dialect).origin()} AS origin" if taken else ""
        grouped = (
            f'SELECT {by}{kept}, min("start") AS "start", max("end") AS "end", {sums}, sum(members)::BIGINT AS members'
            f"{self._detailed()}\n"
            f"FROM (SELECT *, {source.step()} AS step{names.chosen()}{origin}\n"
            f"  FROM {source.table('allocation', self._columns())} WHERE {source.in_frame()} AND {source.passes()})\n"
            f"WHERE TRUE{taken}\nGROUP BY {by}"
        )
        if not divided:
            carried = ", ".join(f"0::DECIMAL(38, 9) AS {name}" for name in CARRIED)
            return f"SELECT *, {carried}, {ROLE_ROW} AS role, {names.joined()} AS name FROM ({grouped})"
        idle = ", ".join(f"{name}_cost + coalesce({name}_cost_idle, 0) AS {name}_cost" for name in RESOURCES)
        carried = ", ".join(f"e.{name}" for name in CARRIED)
        return (
            f"SELECT * REPLACE ({idle}), {ROLE_ROW} AS role, {names.joined()} AS name\n"
            f"FROM (SELECT r.*, {carried} FROM ({grouped}) AS r LEFT JOIN extras AS e USING ({by}))"
        )

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
        newest = [f"{self._dialect.newest(self._dialect.json(name))} AS {name}" for name in DETAILS[:5]]
        largest = [f"max({name}) AS {name}" for name in DETAILS[5:]]
        return "".join(f", {each}" for each in (*newest, *largest))
