"""What one figure of assets is made of: the assets behind it by place, as they were added up."""

from __future__ import annotations

from dataclasses import replace

from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Question
from fleetcost.query.sql.assets import AssetCells
from fleetcost.query.sql.charges import AskedFigure, Fineness, Focus
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause
from fleetcost.query.sql.stage import Stage

ASSET_FIGURES = ("total_cost", "cost", "adjustment", "cost_estimated")
"""The figures of assets that can be explained; what is estimated of the total is `cost_estimated`."""

_KEYS = {
    Fineness.CLUSTER: ("type", "cluster"),
    Fineness.WINDOW: ("type", "cluster", "window_start"),
    Fineness.ROW: ("type", "cluster", "window_start", "name", "provider_id", "price_source", "node_type"),
}


class AssetChargeQueries:
    """Writes the statements; `stages` must be there before."""

    def __init__(self, question: Question, dialect: Dialect, figure: AskedFigure, focus: Focus) -> None:
        self._question = replace(question, series=None)
        self._dialect = dialect
        self._figure = figure
        self._focus = focus
        self._source = FromClause(self._question, dialect)
        self._names = Names(self._question, dialect)

    @property
    def converted(self) -> bool:
        """Whether amounts are multiplied with rates."""
        return self._question.converted

    def stages(self) -> list[Stage]:
        """Return the tables to make first."""
        return AssetCells(self._question, self._dialect).before()

    def figures(self) -> str:
        """Return the sums behind the figure as an answer has them: currency, `ASSET_FIGURES`."""
        sums = ", ".join(f"{self._source.rounded(f'sum({name})')}::DECIMAL(38, 9)" for name in ASSET_FIGURES)
        cells = AssetCells(self._question, self._dialect).union(self._named)
        return f"SELECT currency, {sums} FROM ({cells}) GROUP BY currency ORDER BY currency"

    def own(self, level: Fineness, currency: str) -> str:
        """
        Return the figure's assets by place.

        Returns:
            A statement whose columns are type, cluster, window_start, name, provider_id, price_source and node_type
            (NULL where several are together), the cost without what is estimated, its estimated part, the adjustment;
            of a node's resources what they cost without what is estimated, and their amounts; a disk's byte-hours.
        """
        source, keys = self._source, _KEYS[level]
        chosen = [key if key in keys else f"NULL AS {key}" for key in _KEYS[Fineness.ROW]]
        amounts = ("cpu_core_hours", "wide(ram_byte_hours)", "gpu_hours", "wide(byte_hours)")
        money = [
            source.money("cost - cost_estimated"),
            source.money("cost_estimated"),
            source.money("adjustment") if self._question.adjusted else f"0::{source.amount}",
            *(source.money(f"{name}_cost - {name}_cost_estimated") for name in RESOURCES),
        ]
        sums = ", ".join(f"sum({each})" for each in (*money, *amounts))
        return (
            f"SELECT {', '.join(chosen)}, {sums}\nFROM (SELECT *, {self._names.joined()} AS row_name "
            f"FROM (SELECT *{self._names.chosen()} FROM {source.assets()} WHERE {source.passes()} "
            f"AND {self._focused()}))\nWHERE {self._named('row_name')} AND currency = {self._dialect.text(currency)} "
            f"GROUP BY {', '.join(keys)}"
        )

    def _named(self, expression: str) -> str:
        return "TRUE" if self._figure.row is None else f"{expression} = {self._dialect.text(self._figure.row)}"

    def _focused(self) -> str:
        focus, conditions = self._focus, []
        if focus.cluster is not None:
            conditions.append(f"cluster = {self._dialect.text(focus.cluster)}")
        if focus.start is not None:
            conditions.append(f"window_start = {self._dialect.time(focus.start)}")
        return " AND ".join(conditions) or "TRUE"
