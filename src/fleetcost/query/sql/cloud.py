"""The cells of a question about cloud costs."""

from __future__ import annotations

from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.query.conditions import OF_CLUSTERS
from fleetcost.query.dialect import Dialect
from fleetcost.query.properties import CLOUD_PROPERTIES
from fleetcost.query.question import Question
from fleetcost.query.sql.idle import Cells
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import FromClause
from fleetcost.query.sql.stage import Stage


class CloudCells:
    """One row per step, currency and group of cloud costs; the question's metric is the total."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)

    def before(self) -> list[Stage]:
        """Return the stages that cells are made of."""
        return self._source.stages()

    def others(self) -> list[Cells]:
        """Return the cells of what nobody was charged for: there are none."""
        return []

    def union(self) -> str:
        """Return all cells in one table."""
        return f"SELECT *, 0 AS role FROM ({self.groups()})"

    def costs(self, chosen: str = "TRUE", likely: str = "TRUE") -> str:
        """Return what each cell costs and nothing else, see `AllocationCells.costs`."""
        return f"SELECT *, 0 AS estimated_cost FROM ({self.groups(chosen, likely)})"

    def groups(self, chosen: str = "TRUE", likely: str = "TRUE") -> str:
        """Return the cells, see `AllocationCells.groups`."""
        names, source = self._names, self._source
        by = f"step, currency{names.listed()}"
        kept = "".join(f", {self._dialect.agreed(name)} AS {name}" for name in CLOUD_PROPERTIES)
        sums = "".join(f", sum({source.money(name)}) AS {name}" for name in CLOUD_COSTS)
        sums += "".join(
            f", sum(CASE WHEN {OF_CLUSTERS} THEN {source.money(name)} ELSE 0 END) AS kubernetes_{name}"
            for name in CLOUD_COSTS
        )
        labels = f", {self._dialect.agreed(self._dialect.json('labels'))} AS labels" if self._question.detailed else ""
        return (
            f"SELECT * FROM (SELECT *, {names.joined()} AS name, {self._question.metric} AS total_cost\n"
            f'FROM (SELECT {by}{kept}, min("start") AS "start", max("end") AS "end"{sums}, count(*) AS members'
            f"{labels}\n"
            f"  FROM (SELECT *, {source.step()} AS step{names.chosen()} "
            f"FROM {source.table('cloud_cost')} WHERE {source.in_frame()} AND {source.passes()} AND {likely})\n"
            f"  GROUP BY {by})) WHERE {chosen}"
        )
