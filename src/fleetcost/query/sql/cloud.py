"""The cells of a question about cloud costs."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.model.cloud_cost import CLOUD_COSTS
from fleetcost.query.conditions import OF_CLUSTERS
from fleetcost.query.dialect import Dialect
from fleetcost.query.properties import CLOUD_PROPERTIES
from fleetcost.query.question import Question
from fleetcost.query.sql.idle import Cells
from fleetcost.query.sql.names import Chosen, Names, every_name
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
        return (
            f"SELECT *, {self._names.joined()} AS name, {self._question.metric} AS total_cost, 0 AS role "
            f"FROM ({self.groups()})"
        )

    def costs(self, chosen: Chosen = every_name, likely: str = "TRUE", *, estimated: bool = False) -> str:
        """Return what each cell costs and nothing else, see `AllocationCells.costs`."""
        by, total = f"step, currency{self._names.listed()}", f"sum({self._question.metric}) AS total_cost"
        total += f", 0::{self._source.amount} AS estimated_cost" if estimated else ""
        rows = self._read({self._question.metric: self._source.money(self._question.metric)}, likely)
        return (
            f"SELECT {by}, {self._names.joined()} AS name, {total}\n"
            f"FROM ({rows}) WHERE {chosen(self._names.joined())} GROUP BY {by}"
        )

    def groups(self, chosen: Chosen = every_name, likely: str = "TRUE", *, bare: bool = False) -> str:
        """Return the cells, see `AllocationCells.groups`."""
        by, own = f"step, currency{self._names.listed()}", {f"kubernetes_{name}": name for name in CLOUD_COSTS}
        kept = "".join(f", {self._dialect.agreed(name)} AS {name}" for name in (() if bare else CLOUD_PROPERTIES))
        sums = "".join(f", sum({name}) AS {name}" for name in (*CLOUD_COSTS, *own))
        columns = dict.fromkeys((*CLOUD_PROPERTIES, '"start"', '"end"'), "")
        columns |= {name: self._source.money(name) for name in CLOUD_COSTS}
        columns |= {
            name: f"CASE WHEN {OF_CLUSTERS} THEN {self._source.money(cost)} ELSE 0 END" for name, cost in own.items()
        }
        columns |= {"labels": ""} if self._question.detailed else {}
        labels = f", {self._dialect.agreed(self._dialect.json('labels'))} AS labels" if self._question.detailed else ""
        return (
            f'SELECT {by}{kept}, min("start") AS "start", max("end") AS "end"{sums}, count(*) AS members{labels}\n'
            f"FROM ({self._read(columns, likely)}) WHERE {chosen(self._names.joined())} GROUP BY {by}"
        )

    def _read(self, columns: Mapping[str, str], likely: str) -> str:
        source = self._source
        return source.read(
            self._names, columns, source.table("cloud_cost"), f"{source.in_frame()} AND {source.passes()} AND {likely}"
        )
