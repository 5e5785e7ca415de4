"""Reading what a figure of assets is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fleetcost.query.charges import AskedFigure, Fineness, Focus, Valued
from fleetcost.query.dialects import dialect_of
from fleetcost.query.question import Question
from fleetcost.query.sql.asset_charges import ASSET_FIGURES, AssetChargeQueries
from fleetcost.query.sql.source import RESOURCES
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

__all__ = ["ASSET_FIGURES", "AssetCharge", "AssetCharges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCharge:
    """
    What assets of one place cost.

    Attributes:
        type, cluster: which
        start: of their window, None where all windows are together
        name, provider_id, price_source, node_type: of one asset, empty where several are together
        cost: in three parts
        resources: of nodes, what each resource costs at list price without what is estimated
        amounts: of nodes, core-hours, byte-hours and GPU-hours
        byte_hours: of disks
    """

    type: str
    cluster: str
    start: datetime | None
    name: str
    provider_id: str
    price_source: str
    node_type: str
    cost: Valued
    resources: tuple[tuple[str, Decimal], ...]
    amounts: tuple[tuple[str, Decimal], ...]
    byte_hours: int


class AssetCharges:
    """
    What one figure of an answer about assets is made of; see `charges.Charges`.

    Args:
        snapshot: the view the answer is of
        question: that was answered
        figure: which figure
        focus: the part that is looked at
    """

    def __init__(self, snapshot: View, question: Question, figure: AskedFigure, focus: Focus) -> None:
        self._snapshot = snapshot
        self._figure = figure
        self._dialect = dialect_of(snapshot)
        self._queries = AssetChargeQueries(question, self._dialect, figure, focus)
        snapshot.forget()
        for stage in self._queries.stages():
            snapshot.keep(stage.name, stage.query, self._dialect.bound)

    def figures(self) -> dict[str, Decimal]:
        """Return the figure as the answer has it, by currency; nothing where there is no such row."""
        found = {}
        for currency, *sums in self._snapshot.rows(self._queries.figures(), self._dialect.bound):
            known = dict(zip(ASSET_FIGURES, sums, strict=True))
            if self._queries.converted:
                # As `records` closes them: the larger takes what rounding leaves.
                largest = max(("cost", "adjustment"), key=lambda name: abs(known[name]))
                known[largest] += known["total_cost"] - known["cost"] - known["adjustment"]
            found[str(currency)] = known[self._figure.column]
        return found

    def own(self, level: Fineness, currency: str) -> Iterator[AssetCharge]:
        """Yield the figure's assets by place."""
        for (
            type_,
            cluster,
            start,
            *texts,
            listed,
            part,
            adjusted,
            cpu,
            ram,
            gpu,
            cores,
            memory,
            gpus,
            size,
        ) in self._snapshot.rows(self._queries.own(level, currency), self._dialect.bound):
            name, provider_id, price_source, node_type = (text or "" for text in texts)
            yield AssetCharge(
                type=type_,
                cluster=cluster,
                start=None if start is None else aware(start),
                name=name,
                provider_id=provider_id,
                price_source=price_source,
                node_type=node_type,
                cost=Valued(listed, part, adjusted),
                resources=tuple(zip(RESOURCES, (cpu, ram, gpu), strict=True)),
                amounts=tuple(zip(RESOURCES, map(Decimal, (cores, memory, gpus)), strict=True)),
                byte_hours=int(size),
            )
