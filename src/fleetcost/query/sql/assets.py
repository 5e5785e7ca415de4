"""The stage `cells` of a question about assets."""

from __future__ import annotations

from fleetcost.model.asset import ASSET
from fleetcost.model.columns import FLAG, PEAK
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import WEIGHTED_ASSET
from fleetcost.query.properties import ASSET_PROPERTIES
from fleetcost.query.question import Question
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import FromClause
from fleetcost.query.sql.stage import Stage

WEIGHED = tuple(f"{name}_{part}" for name in WEIGHTED_ASSET for part in ("sum", "weight", "plain", "count"))
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

    def stages(self) -> list[Stage]:
        """Return the only stage."""
        names, source = self._names, self._source
        by = f"step, currency{names.listed()}"
        kept = "".join(f", {self._dialect.agreed(name)} AS {name}" for name in ASSET_PROPERTIES)
        sums = "".join(f", sum({source.measure(name)}) AS {name}" for name in ASSET.sums)
        halves = "".join(
            f", sum(({name} * ({weight}))::DECIMAL(38, 12)) AS {name}_sum"
            f", sum({weight}) FILTER (WHERE {name} IS NOT NULL) AS {name}_weight"
            f", sum({name}::DECIMAL(38, 12)) AS {name}_plain, count({name}) AS {name}_count"
            for name, weight in WEIGHTED_ASSET.items()
        )
        maxima = ", ".join(f"max({name}) AS {name}" for name in ASSET_MAXIMA)
        newest = self._dialect.latest(self._dialect.json("labels"), "window_start", self._dialect.name("end"))
        labels = f", {newest} AS labels" if self._question.detailed else ""
        return [
            Stage(
                "cells",
                f"SELECT *, 0 AS role, {names.joined()} AS name, {ASSET_TOTAL} AS total_cost\n"
                f'FROM (SELECT {by}{kept}, min("start") AS "start", max("end") AS "end"{sums}{halves}, '
                f"{maxima}, count(*) AS members{labels}\n"
                f"  FROM (SELECT *, {source.step()} AS step{names.chosen()}, name AS asset_name "
                f"FROM {source.assets()} WHERE {source.passes()})\n"
                f"  GROUP BY {by})",
            )
        ]
