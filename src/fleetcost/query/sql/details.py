"""What rows of allocations carry besides amounts: volumes, load balancers, shared labels, parts of assets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Question
from fleetcost.query.sql.grain import PARTS, Grain
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.observed import observed
from fleetcost.query.sql.proportions import proportions
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import FromClause

_OBSERVED = (
    *(f"{name}_cost{part}" for name in ("cpu", "pv", "load_balancer") for part in ("", "_estimated")),
    "estimated_hours", '"start"', '"end"',
)  # fmt: skip
"""What of a row tells which part of its lists is estimated."""


class Details:
    """The queries of details: JSON text by step, currency and group, under the column `detail`."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._source = FromClause(question, dialect)
        self._names = Names(question, dialect)
        # Of a volume only the row knows which part is estimated, so lists are read with the whole of their rows.
        self._whole = FromClause(replace(question, estimated=True), dialect)

    @property
    def names(self) -> list[str]:
        """The details of this question."""
        lists = [name for name in ("volumes", "load_balancers") if not self._source.lacks(name)]
        chosen = lists if self._question.parts else []
        if self._question.parts and Grain(self._question, self._dialect).needed():
            chosen.append("breakdown")
        if self._question.metadata:
            chosen += ["common_labels", "common_annotations"]
        return [*chosen, "proportions"] if self._question.proportions else chosen

    def queries(self) -> dict[str, str]:
        """Return a query per detail."""
        queries: dict[str, Callable[[], str]] = {
            "volumes": self._volumes,
            "load_balancers": self._load_balancers,
            "breakdown": self._breakdown,
            "common_labels": lambda: self._common("labels"),
            "common_annotations": lambda: self._common("annotations"),
            "proportions": lambda: proportions(self._question, self._dialect),
        }
        return {name: queries[name]() for name in self.names}

    def _rows(self, *columns: str) -> str:
        """Return the rows that pass, with their step and names."""
        grain = Grain(self._question, self._dialect)
        reads = {*columns, *self._names.columns(), *self._source.filtered()}
        reads |= grain.origin_columns()
        return (
            f"SELECT * FROM (SELECT *, {self._source.step()} AS step{self._names.chosen()}, "
            f"{grain.origin()} AS origin\n"
            f"FROM {self._whole.table('allocation', reads)} WHERE {self._source.in_frame()} "
            f"AND {self._source.passes()}) WHERE origin IS NULL"
        )

    @property
    def _by(self) -> str:
        return f"step, currency{self._names.listed()}"

    def _volumes(self) -> str:
        byte_hours = self._dialect.whole(self._observed("byte_hours", "pv_cost", counted=True))
        return self._listed(
            "volumes",
            "part.volume AS volume",
            f"cluster, volume, min(part.provider_id) AS provider_id, sum({byte_hours})::DOUBLE AS byte_hours, "
            f"{self._cost('pv_cost')} AS cost",
            "cluster, volume",
            ("cluster", "volume", "provider_id", "byte_hours", "cost"),
        )

    def _load_balancers(self) -> str:
        return self._listed(
            "load_balancers",
            "part.service AS service",
            "cluster, service, min(part.ip) AS ip, bool_or(part.private) AS private, "
            f"sum({self._observed('hours', 'load_balancer_cost')})::DOUBLE AS hours, "
            f"{self._cost('load_balancer_cost')} AS cost",
            "cluster, service",
            ("cluster", "service", "ip", "private", "hours", "cost"),
        )

    def _listed(self, column: str, keys: str, sums: str, by: str, fields: tuple[str, ...]) -> str:
        """Return a JSON list of the elements of a list column, added up by what names them, its first two fields."""
        record = self._dialect.list_of({name: name for name in fields}, 2)
        more = "" if self._question.estimated else f", {', '.join(_OBSERVED)}"
        return (
            f"SELECT {self._by}, {self._dialect.json(record)} AS detail\n"
            f"FROM (SELECT {self._by}, {sums}\n"
            f"  FROM (SELECT *, {keys} FROM (SELECT {self._by}, cluster{self._source.factor}{more}, "
            f"{self._dialect.each(column)} AS part "
            f"FROM ({self._rows(column)}) WHERE {self._dialect.length(column)} > 0))\n"
            f"  GROUP BY {self._by}, {by})\nGROUP BY {self._by}"
        )

    def _observed(self, name: str, cost: str, *, counted: bool = False) -> str:
        """Return a figure of an element; without estimates, that is as much of it as of its row's cost."""
        amount = f"part.{name}"
        return amount if self._question.estimated else observed(amount, (cost, "cpu_cost"), timed=True, counted=counted)

    def _cost(self, cost: str) -> str:
        """Return what the elements of a list cost together, which are parts of a cost of their row."""
        cost = self._source.money(self._observed("cost", cost))
        return f"{self._source.rounded(f'sum({cost})')}::DOUBLE"

    def _breakdown(self) -> str:
        parts = {f"{part}_cost": f"{self._source.rounded(part)}::DOUBLE" for part in PARTS}
        total = f"{self._source.rounded('amount')}::DOUBLE"
        record = self._dialect.list_of({"source": "source", "total_cost": total} | parts, 1)
        return (
            f"SELECT {self._by}, {self._dialect.json(record)} AS detail\n"
            f"FROM ({Shared(self._question, self._dialect).breakdown()}) GROUP BY {self._by}"
        )

    def _common(self, column: str) -> str:
        """Return the pairs that every mounted row of a group has, where the group is inside one namespace."""
        rows = f"SELECT * FROM ({self._rows(column, 'namespace', 'kind')}) WHERE kind <> 'unmounted'"
        entries = self._dialect.each(self._dialect.label_pairs(column))
        pairs = f"SELECT {self._by}, {entries} AS pair FROM ({rows})"
        counted = (
            f"SELECT {self._by}, count(*) AS members, {self._dialect.agreed('namespace')} AS namespace "
            f"FROM ({rows}) GROUP BY {self._by}"
        )
        held = f"SELECT {self._by}, pair, count(*) AS holders FROM ({pairs}) GROUP BY {self._by}, pair"
        detail = self._dialect.json(self._dialect.map_of("pair"))
        return (
            f"SELECT {self._by}, {detail} AS detail FROM ({held}) JOIN ({counted}) USING ({self._by})\n"
            f"WHERE holders = members AND namespace IS NOT NULL GROUP BY {self._by}"
        )
