"""The terms of an answer's rows, and the lines of their own costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fleetcost.model.allocation import ALLOCATION
from fleetcost.query.dialect import Dialect
from fleetcost.query.measures import COSTS_WITH
from fleetcost.query.question import Question, Stretch
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import IdleRows
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage

CHARGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "cpu": ("cpu_core_hours", "cpu_core_request_hours"),
        "ram": ("ram_byte_hours", "ram_byte_request_hours"),
        "gpu": ("gpu_hours", "gpu_request_hours"),
        "pv": ("pv_byte_hours", "pv_byte_hours"),
        "network": ("network_transfer_bytes", ""),
        "load_balancer": ("", ""),
        "external": ("", ""),
    }
)
"""By resource, the columns of the amounts that are charged and requested; a volume is as large as was asked for."""

MEASURED = ("cpu_core_hours", "ram_byte_hours", "gpu_hours")
"""What rows were charged for."""

_WORKLOAD = ("cluster", "namespace", "controller_kind", "controller")
_PLACE = ("cluster", "window_start", "node")


class Lines:
    """Writes the statements of one question whose rows are over the whole window."""

    def __init__(self, question: Question, dialect: Dialect) -> None:
        self._question = question
        self._dialect = dialect
        self._names = Names(question, dialect)
        self._source = FromClause(question, dialect)

    def terms(self, cells: str) -> str:
        """
        Return the terms of rows.

        Their columns: role, currency, name, cost without what is shared, idle inside it, shared cost, external cost,
        then what was charged for: core-hours, byte-hours of memory, GPU-hours; the name's parts.

        Args:
            cells: where to read all rows
        """
        cost = " + ".join(f"coalesce({name}, 0)" for name in ALLOCATION.costs)
        idle = " + ".join(f"coalesce({name}_cost_idle, 0)" for name in RESOURCES)
        amounts = (cost, idle, "coalesce(shared_cost, 0)", "coalesce(external_cost, 0)")
        costs = [f"{self._source.rounded(f'sum({amount})')}::DECIMAL(38, 9)" for amount in amounts]
        hours = [f"sum(coalesce({name}, 0))::DECIMAL(38, 9)" for name in MEASURED]
        sums = ", ".join([*costs, *hours])
        by = f"role, currency, name{self._names.listed()}"
        return f"SELECT role, currency, name, {sums}{self._names.listed()} FROM {cells} GROUP BY {by} ORDER BY 1, 2, 3"

    def days(self, costs: str) -> str:
        """Return day, currency, cost and the name's parts of groups, from what groups cost by day."""
        cost = f"{self._source.rounded('sum(total_cost)')}::DECIMAL(38, 9)"
        by = f"step, currency{self._names.listed()}"
        columns = f"step, currency, {cost} AS cost{self._names.listed()}"
        return f"SELECT {columns} FROM {costs} GROUP BY {by} ORDER BY {by}"

    def idle_pools(self) -> str:
        """Return the idle of each cluster: cluster, currency, amount."""
        amount = self._source.rounded(f"sum({' + '.join(RESOURCES)})")
        idle = IdleRows(self._question, self._dialect).idle_rows
        return f"SELECT cluster, currency, {amount}::DECIMAL(38, 9) FROM {idle} GROUP BY cluster, currency"

    def idle_parts(self) -> str:
        """Return the idle that each row carries of each cluster's; `carried` is there."""
        amount = self._source.rounded(f"sum({' + '.join(f'{name}_idle' for name in RESOURCES)})")
        by = f"currency, cluster{self._names.listed()}"
        return (
            f"SELECT {self._names.joined()} AS name, currency, cluster, {amount}::DECIMAL(38, 9) FROM carried "
            f"WHERE passes AND origin IS NULL GROUP BY {by}"
        )

    def stages(self) -> list[Stage]:
        """Return what must be there before the lines."""
        return self._source.stages()

    def query(self, unlike: Sequence[Stretch]) -> str:
        """
        Return the lines.

        Their columns: name, currency, the workload, node_type, region, spot, whether bills are alike, seconds, and
        a text of numbers, which is read faster than as many columns of 128 bits: per resource of `CHARGES` list price,
        total, total as shown, amount charged, amount requested.

        Args:
            unlike: cluster-windows whose bills are not
        """
        nodes = self._nodes()
        grain = Grain(self._question, self._dialect)
        alike = f"NOT {self._source.within(unlike)}" if unlike else "TRUE"
        rows = (
            f"SELECT *{self._names.chosen()}, {grain.origin()} AS origin, {alike} AS alike "
            f"FROM {self._source.table('allocation', self._columns())} "
            f"WHERE {self._source.in_frame()} AND {self._source.passes()}"
        )
        by = ", ".join(
            ["r.currency", *(f"r.{name}" for name in (*_WORKLOAD, "alike", *self._names.parts)),
             "n.node_type", "n.region", "n.spot"]
        )  # fmt: skip
        name = " || '/' || ".join(f"r.{part}" for part in self._names.parts) or "''"
        workload = ", ".join(f"r.{column}" for column in _WORKLOAD)
        node = "coalesce(n.node_type, ''), coalesce(n.region, ''), coalesce(n.spot, FALSE)"
        seconds = 'sum(wide(seconds_between(r."start", r."end")))'
        figures = f"concat_ws(' ', {', '.join(self._figures(resource) for resource in CHARGES)})"
        return (
            f"SELECT {name} AS name, r.currency, {workload}, {node}, r.alike, {seconds}, {figures}\n"
            f"FROM ({rows}) AS r LEFT JOIN ({nodes}) AS n ON {matched('r', 'n', _PLACE)}\n"
            f"WHERE r.origin IS NULL GROUP BY {by}"
        )

    def _columns(self) -> set[str]:
        columns = {"window_start", "currency", "container", "node", *_WORKLOAD} | self._names.columns()
        columns |= self._source.filtered()
        return columns | Grain(self._question, self._dialect).origin_columns()

    def _nodes(self) -> str:
        """Return what prices a node has: of several of one name the greatest words, so that the order is no matter."""
        place = "cluster, window_start, name"
        assets = self._dialect.source("asset", frozenset(), self._question.frame.resolution)
        return (
            f"SELECT cluster, window_start, name AS node, max(node_type) AS node_type, max(region) AS region, "
            f"max(coalesce(preemptible, 0)) >= 0.5 AS spot "
            f"FROM {assets} WHERE {self._source.in_frame()} AND type = 'Node' GROUP BY {place}"
        )

    def _figures(self, resource: str) -> str:
        cost = f"{resource}_cost"
        adjustment = COSTS_WITH.get(cost) if self._question.adjusted else None
        total = f"{cost} + {adjustment}" if adjustment else cost
        amounts = [f"nanos(sum({cost}))", f"nanos(sum({total}))"]
        shown = self._source.rounded(f"sum({self._source.money(total)})")
        amounts.append(f"nanos({shown})" if self._question.converted else amounts[1])
        amounts += [self._amount(name) for name in CHARGES[resource]]
        return ", ".join(amounts)

    def _amount(self, name: str) -> str:
        if not name:
            return "0"
        if name in ALLOCATION.counts:
            return f"sum({self._dialect.whole(name)})"
        return f"nanos(sum({name}))"
