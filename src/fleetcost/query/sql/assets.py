"""The cells of a question about assets."""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.model.asset import ASSET
from fleetcost.model.columns import FLAG, PEAK
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import WEIGHTED_ASSET
from fleetcost.query.properties import ASSET_PROPERTIES
from fleetcost.query.question import Question
from fleetcost.query.sql.idle import Cells
from fleetcost.query.sql.names import Chosen, Names, every_name
from fleetcost.query.sql.source import RESOURCES, FromClause, billed
from fleetcost.query.sql.stage import Stage

HALVES = ("sum", "weight", "plain", "count")
WEIGHED = tuple(f"{name}_{part}" for name in WEIGHTED_ASSET for part in HALVES)
"""What a mean is made of, which adds up where the mean does not: weighted and plain sums, exact in any order."""

ASSET_TOTAL = " + ".join(f"coalesce({name}, 0)" for name in ASSET.costs)
ASSET_MAXIMA = ASSET.of(PEAK, FLAG)


class AssetCells:
    """One row per step and group of assets."""

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

    def union(self, chosen: Chosen = every_name) -> str:
        """Return all cells, or those of some names, in one table."""
        made = f"{self._names.joined()} AS name, {ASSET_TOTAL} AS total_cost, 0 AS role"
        return f"SELECT *, {made} FROM ({self.groups(chosen)})"

    def costs(self, chosen: Chosen = every_name, likely: str = "TRUE", *, estimated: bool = False) -> str:
        """Return what each cell costs and nothing else, see `AllocationCells.costs`."""
        by = f"step, currency{self._names.listed()}"
        amounts = {"total_cost": " + ".join(map(self._measure, ASSET.costs))}
        amounts |= {"estimated_cost": self._measure("cost_estimated")} if estimated else {}
        return (
            f"SELECT {by}, {self._names.joined()} AS name, {', '.join(f'sum({name}) AS {name}' for name in amounts)}\n"
            f"FROM ({self._read(amounts, likely)}) WHERE {chosen(self._names.joined())} GROUP BY {by}"
        )

    def groups(self, chosen: Chosen = every_name, likely: str = "TRUE", *, bare: bool = False) -> str:
        """Return the cells, see `AllocationCells.groups`."""
        by, source = f"step, currency{self._names.listed()}", self._source
        texts, means = ((), ()) if bare else (source.present(ASSET_PROPERTIES), source.present(WEIGHTED_ASSET))
        kept = "".join(f", {self._dialect.agreed(name)} AS {name}" for name in texts)
        sums = "".join(f", sum({name}) AS {name}" for name in source.present(ASSET.sums))
        halves = "".join(
            f", sum(({name} * {name}_by)::DECIMAL(38, 12)) AS {name}_sum"
            f", sum({name}_by) FILTER (WHERE {name} IS NOT NULL) AS {name}_weight"
            f", sum({name}::DECIMAL(38, 12)) AS {name}_plain, count({name}) AS {name}_count"
            for name in means
        )
        maxima = ", ".join(f"max({name}) AS {name}" for name in ASSET_MAXIMA)
        newest = self._dialect.latest(self._dialect.json("labels"), "window_start", self._dialect.name("end"))
        labels = f", {newest} AS labels" if self._question.detailed else ""
        columns = dict.fromkeys((*ASSET_PROPERTIES, *ASSET_MAXIMA, *WEIGHTED_ASSET, '"start"', '"end"'), "")
        columns |= {"asset_name": "name"} | {name: self._measure(name) for name in source.present(ASSET.sums)}
        columns |= {f"{name}_by": source.money(weight) for name, weight in WEIGHTED_ASSET.items()}
        columns |= dict.fromkeys(("window_start", "labels"), "") if self._question.detailed else {}
        return (
            f'SELECT {by}{kept}, min("start") AS "start", max("end") AS "end"{sums}{halves}, '
            f"{maxima}, count(*) AS members{labels}\n"
            f"FROM ({self._read(columns, likely)}) WHERE {chosen(self._names.joined())} GROUP BY {by}"
        )

    def _read(self, columns: Mapping[str, str], likely: str) -> str:
        source = self._source
        return source.read(self._names, columns, source.assets(), f"{source.passes()} AND {likely}")

    def _measure(self, name: str) -> str:
        """Return a measure; where costs are joined with their adjustments, a node's resources have theirs inside."""
        question = self._question
        adjusted = question.adjusted and not self._source.lacks("adjustment")
        if question.joined and adjusted and name.removesuffix("_cost") in RESOURCES:
            return self._source.money(f"CASE WHEN type = 'Node' THEN {name} + {billed(name)} ELSE {name} END")
        return self._source.measure(name)
