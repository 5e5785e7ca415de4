"""One row per step and group, with everything in it that can be added up."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.query.conditions import columns_of
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import ALLOCATION_COSTS, CARRIED, EXACT_ALLOCATION
from fleetcost.query.question import Question
from fleetcost.query.sql.details import Details
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_ROW, Cells, IdleRows
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, Source, matched
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

    def __init__(self, question: Question, dialect: Dialect) -> None:
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
        queries = [self._rows(divided=grain.needed()), *(self._filled(cells) for cells in idle.cells())]
        cells = "\nUNION ALL\n".join(queries)
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
        told = {"role": str(ROLE_ROW), "name": names.joined()}
        if not divided:
            return f"SELECT {self._chosen(told | dict.fromkeys(CARRIED, '0::DECIMAL(38, 9)'))} FROM ({grouped})"
        told |= {f"{name}_cost": f"{name}_cost + coalesce({name}_cost_idle, 0)" for name in RESOURCES}
        carried = ", ".join(f"e.{name}" for name in CARRIED)
        keys = ("step", "currency", *names.parts)
        return (
            f"SELECT {self._chosen(told)}\n"
            f"FROM (SELECT r.*, {carried} FROM ({grouped}) AS r LEFT JOIN extras AS e ON {matched('r', 'e', keys)})"
        )

    @property
    def _every_column(self) -> tuple[str, ...]:
        """The columns of `cells` but the total, in their order."""
        details = DETAILS if self._question.detailed else ()
        return (
            "step", "role", "currency", "name", *self._names.parts, *self._question.properties, '"start"', '"end"',
            *EXACT_ALLOCATION, *CARRIED, "members", *details,
        )  # fmt: skip

    def _chosen(self, told: Mapping[str, str]) -> str:
        """Return the columns of `cells`, some of them made of an expression."""
        return ", ".join(f"{told[name]} AS {name}" if name in told else name for name in self._every_column)

    def _filled(self, cells: Cells) -> str:
        """Return cells of which some columns are not known, with NULL in these."""
        unknown = {name: "NULL" for name in self._every_column if name not in cells.columns}
        return f"SELECT {self._chosen(unknown)} FROM ({cells.query})"

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
        newest = [f"{self._dialect.latest(self._dialect.json(name), *order)} AS {name}" for name in DETAILS[:5]]
        largest = [f"max({name}) AS {name}" for name in DETAILS[5:]]
        return "".join(f", {each}" for each in (*newest, *largest))
