"""What one figure is made of: the costs behind it by place, each from the rows that were added up."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import COST, ESTIMATE, PART
from fleetcost.model.window import Resolution
from fleetcost.query.dialect import Dialect
from fleetcost.query.question import Frame, Idle, Question
from fleetcost.query.sharing import Tenancy
from fleetcost.query.sql.cells import AllocationCells
from fleetcost.query.sql.grain import Grain
from fleetcost.query.sql.idle import ROLE_IDLE, IdleRows
from fleetcost.query.sql.names import Names
from fleetcost.query.sql.shared import Shared
from fleetcost.query.sql.source import RESOURCES, FromClause, matched
from fleetcost.query.sql.stage import Stage

OWN_COSTS = ALLOCATION.of(COST)
"""The costs of a row of allocations."""

MEASURED = (
    "cpu_core_hours", "cpu_core_request_hours", "cpu_core_usage_hours",
    "ram_byte_hours", "ram_byte_request_hours", "ram_byte_usage_hours",
    "gpu_hours", "gpu_request_hours", "gpu_usage_hours", "pv_byte_hours",
)  # fmt: skip
"""The amounts that costs are charged for."""

CHARGED = ("cpu_core_hours", "ram_byte_hours", "gpu_hours")
"""What is charged of each resource of a node: the larger of request and use."""

NETWORK = ("network_zone_cost", "network_region_cost", "network_internet_cost")

FIGURES = (
    "total_cost", "shared_cost", *ALLOCATION.costs, *ALLOCATION.of(PART, ESTIMATE),
    *(f"{name}_cost_idle" for name in RESOURCES),
)  # fmt: skip
"""The sums of a row that every figure of it in a currency is made of."""


class Fineness(enum.IntEnum):
    """How finely costs are kept apart."""

    CLUSTER = 1
    WINDOW = 2
    NODE = 3
    ROW = 4


_KEYS = ("cluster", "window_start", "node", "kind", "namespace", "controller_kind", "controller", "pod", "pod_uid",
         "container")  # fmt: skip
KEYS = {Fineness.CLUSTER: _KEYS[:1], Fineness.WINDOW: _KEYS[:2], Fineness.NODE: _KEYS[:3], Fineness.ROW: _KEYS}
"""By level, the columns that tell costs apart."""


@dataclass(frozen=True, slots=True)
class AskedFigure:
    """
    One figure of an answer.

    Attributes:
        row: the name of its row, None for the total of all rows
        column: which cost
        currency: of the row; figures in unlike currencies are not added
    """

    row: str | None
    column: str = "total_cost"
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Focus:
    """
    The part of the fleet that is looked at more closely; None is all.

    Attributes:
        cluster: its name
        start: the beginning of one window
        node: its name
    """

    cluster: str | None = None
    start: datetime | None = None
    node: str | None = None


class ChargeQueries:
    """Writes the statements that read what a figure is made of; `stages` must be there before."""

    def __init__(self, question: Question, dialect: Dialect, figure: AskedFigure, focus: Focus) -> None:
        # The series cuts the cells of a row and changes no figure of it.
        self._question = replace(question, series=None)
        self._dialect = dialect
        self._figure = figure
        self._focus = focus
        self._source = FromClause(self._question, dialect)
        self._names = Names(self._question, dialect)
        self._grain = Grain(self._question, dialect)

    @property
    def converted(self) -> bool:
        """Whether amounts are multiplied with rates."""
        return self._question.converted

    @property
    def divided(self) -> bool:
        """Whether rows carry parts of idle, of tenancy or of what is shared."""
        return self._grain.needed()

    @property
    def whole_idle(self) -> bool:
        """Whether idle of whole clusters is shown, so that it is the cost of nodes without what was allocated."""
        return not self._grain.weighs_idle

    @property
    def whole_tenancy(self) -> bool:
        """Whether tenancy of whole clusters is shown."""
        return not self._grain.weighs_tenancy

    def stages(self) -> list[Stage]:
        """Return the tables to make first."""
        return AllocationCells(self._question, self._dialect).before()

    def figures(self) -> str:
        """Return the sums behind the figure as an answer has them: currency, idle in rows of its own, `FIGURES`."""
        cells = AllocationCells(self._question, self._dialect).union(self._named)
        idle = f"sum(CASE WHEN role = {ROLE_IDLE} THEN total_cost ELSE 0 END)"
        sums = [idle, *(f"sum(coalesce({name}, 0))" for name in FIGURES)]
        exact = ", ".join(f"{self._source.rounded(one)}::DECIMAL(38, 9)" for one in sums)
        return f"SELECT currency, {exact} FROM ({cells}) GROUP BY currency ORDER BY currency"

    def own(self, level: Fineness, columns: Sequence[str]) -> str:
        """
        Return the costs of the figure's own rows by place.

        Args:
            level: how finely
            columns: of each, the cost without what is estimated, its estimated part and its adjustment are returned

        Returns:
            A statement whose columns are `KEYS` of the level, members, factor, `MEASURED`, three for each column, and
            for single rows what they cost of the network, their volumes and their load balancers.
        """
        keys = KEYS[level]
        sums = [f"sum({self._source.measure(name)}) AS {name}" for name in MEASURED]
        for name in columns:
            sums += [f"sum({amount}) AS {name}_{part}" for part, amount in self._valued(name).items()]
        if level is Fineness.ROW:
            sums += [f"sum({self._source.money(name)}) AS {name}" for name in NETWORK]
            sums += [f"any_value({self._dialect.json(name)}) AS {name}" for name in ("volumes", "load_balancers")]
        return (
            f"SELECT {', '.join([*keys, 'sum(members)::BIGINT AS members', f'{self._factor()} AS factor', *sums])}\n"
            f"FROM (SELECT *, {self._names.joined()} AS name FROM (SELECT *{self._names.chosen()}, "
            f"{self._grain.origin()} AS origin\n"
            f"  FROM {self._source.table('allocation', self._columns(keys))} WHERE {self._source.in_frame()} "
            f"AND {self._source.passes()} AND {self._focused('cluster', 'window_start', 'node')}))\n"
            f"WHERE origin IS NULL AND {self._named('name')} AND {self._in_currency()} GROUP BY {', '.join(keys)}"
        )

    def _valued(self, name: str) -> dict[str, str]:
        """Return a cost of a row in three parts that are the whole of it, in the currency of the answer."""
        source = self._source
        estimate, adjustment = f"{name}_estimated", f"{name}_adjustment"
        known = ALLOCATION.by_name
        if name in OWN_COSTS:
            listed = f"{name} - {estimate}" if estimate in known else name
            adjusted = self._question.adjusted and adjustment in known
            return {
                "listed": source.money(listed),
                "estimated": source.money(estimate) if estimate in known else f"0::{source.amount}",
                "adjusted": source.money(adjustment) if adjusted else f"0::{source.amount}",
            }
        whole, plain = source.measure(name), source.money(name)
        return {"listed": plain, "estimated": f"0::{source.amount}", "adjusted": f"{whole} - {plain}"}

    def hours(self) -> str:
        """
        Return in which hours of the day that is looked at single rows were charged above their request.

        Returns:
            A statement whose columns are `KEYS` of single rows without their window, how many hours there are, and for
            each resource in how many of them, the first of these and the last; nothing where the rows are hours.
        """
        start, frame = self._focus.start, self._question.frame
        if start is None or frame.resolution is not Resolution.DAY:
            return ""
        hourly = Frame(Resolution.DAY.window_of(start), Resolution.HOUR)
        source = FromClause(replace(self._question, frame=hourly), self._dialect)
        keys = [key for key in KEYS[Fineness.ROW] if key != "window_start"]
        facts = ["count(DISTINCT window_start) AS hours"]
        for charged in CHARGED:
            above = f"FILTER (WHERE {charged} > {charged.replace('_hours', '_request_hours')})"
            facts += [f"{each} {above}" for each in ("count(*)", "min(window_start)", "max(window_start)")]
        return (
            f"SELECT {', '.join([*keys, *facts])}\nFROM {source.table('allocation', self._columns(keys))} "
            f"WHERE {source.in_frame()} AND {source.passes()} AND {self._focused('cluster', '', 'node')} "
            f"GROUP BY {', '.join(keys)}"
        )

    def nodes(self) -> str:
        """
        Return the prices of nodes.

        Returns:
            A statement whose columns are cluster, window_start, node, node_type, price_source, preemptible, discount,
            and for each resource its amount and what it costs at list price in the node's own currency.
        """
        amounts = ("cpu_core_hours", "ram_byte_hours", "gpu_hours")
        sums = ", ".join(
            f"sum({self._dialect.whole(amount) if amount == 'ram_byte_hours' else amount}) AS {amount}, "
            f"sum({name}_cost) AS {name}_cost"
            for name, amount in zip(RESOURCES, amounts, strict=True)
        )
        texts = ", ".join(f"{self._dialect.agreed(name)} AS {name}" for name in ("node_type", "price_source"))
        return (
            f"SELECT cluster, window_start, name AS node, {texts}, max(preemptible) AS preemptible, "
            f"max(discount) AS discount, {sums}\nFROM {self._source.table('asset')} "
            f"WHERE {self._source.in_frame()} AND type = 'Node' AND {self._focused('cluster', 'window_start', 'name')} "
            "GROUP BY cluster, window_start, name"
        )

    def idle(self) -> str:
        """Return idle that is shown in a row of its own: cluster, window_start, place, resources, estimated parts."""
        if self._question.idle is Idle.HIDE:
            return ""
        rows = IdleRows(self._question, self._dialect)
        none, estimates = f"0::{self._source.amount}", {f"{name}_cost_estimated" for name in RESOURCES}
        known = {name: name if name in rows.estimates else none for name in estimates}
        costs = ", ".join(f"{name}, {known[f'{name}_cost_estimated']}" for name in RESOURCES)
        return (
            f"SELECT cluster, window_start, place, {costs} FROM ({rows.shown()}) "
            f"WHERE {self._named(rows.idle_name())} AND {self._in_currency()} AND {self._focused()}"
        )

    def idle_nodes(self) -> str:
        """
        Return what idle of whole nodes is the difference of.

        Returns:
            A statement whose columns are cluster, window_start, node, and for each resource what the node costs at
            list price, its adjustment, what workloads were charged at list price, and their adjustment.
        """
        source, place = self._source, ("window_start", "cluster", "node")
        adjusted, nothing = self._question.adjusted, f"0::{self._source.amount}"
        costs, sums, shown = [], [], []
        for name in RESOURCES:
            costs += [f"{name}_cost", f"{f'{name}_adjustment' if adjusted else nothing} AS {name}_adjustment"]
            adjustment = f"sum({source.money(f'{name}_cost_adjustment')})" if adjusted else nothing
            sums += [f"sum({source.money(f'{name}_cost')}) AS {name}_cost", f"{adjustment} AS {name}_adjustment"]
            parts = [f"{name}_cost", f"{name}_adjustment"]
            shown += [*(f"n.{part}" for part in parts), *(f"coalesce(a.{part}, 0)" for part in parts), f"i.{name}_cost"]
        rows, at = IdleRows(self._question, self._dialect), "node" if self._question.idle_by_node else "''"
        nodes = f"SELECT {', '.join([*place, *costs])} FROM ({source.node_shares()}) WHERE {self._focused()}"
        allocated = (
            f"SELECT {', '.join([*place, *sums])} FROM {source.table('allocation', (*place, 'kind'))} "
            f"WHERE {source.in_frame()} AND {self._focused()} AND kind = 'workload' GROUP BY {', '.join(place)}"
        )
        return (
            f"SELECT i.cluster, i.window_start, i.node, {', '.join(shown)}\n"
            f"FROM (SELECT * FROM (SELECT *, {at} AS place FROM ({source.idle()})) WHERE {self._focused()} "
            f"AND {source.passes_on_idle()} AND {self._named(rows.idle_name())} AND {self._in_currency()}) AS i\n"
            f"JOIN ({nodes}) AS n ON {matched('i', 'n', place)}\n"
            f"LEFT JOIN ({allocated}) AS a ON {matched('i', 'a', place)}"
        )

    def carried(self) -> str:
        """
        Return what the figure's own rows carry of idle and tenancy.

        Returns:
            A statement whose columns are cluster, window_start, place, for each resource the part of idle, the weight
            of the rows, that of all rows and the idle of the place; then disks and management.
        """
        if not self.divided:
            return ""
        idle = self._grain.shares_idle
        parts = [f"sum(c.{name}_idle)" if idle else "0" for name in RESOURCES]
        facts = [
            fact
            for name in RESOURCES
            for fact in (
                (f"sum(c.{name}_weight)", f"any_value(c.{name}_whole)", f"any_value(i.{name})")
                if idle
                else ("0", "0", "0")
            )
        ]
        tenancy = [f"sum(c.{name})" if self._question.tenancy is Tenancy.SHARE else "0" for name in _TENANCY]
        joined = f"LEFT JOIN idle_at AS i ON {matched('c', 'i', _PLACE)}" if idle else ""
        return (
            f"SELECT c.cluster, c.window_start, c.place, {', '.join([*parts, *facts, *tenancy])}\n"
            f"FROM (SELECT * FROM carried WHERE passes AND origin IS NULL AND {self._named(self._names.joined())} "
            f"AND {self._in_currency()} AND {self._focused()}) AS c {joined}\n"
            "GROUP BY c.cluster, c.window_start, c.place"
        )

    def tenancy(self) -> str:
        """Return tenancy that is shown in rows of its own: cluster, window_start, amount."""
        if self._question.tenancy is Tenancy.HIDE:
            return ""
        rows = IdleRows(self._question, self._dialect)
        return (
            f"SELECT cluster, window_start, amount FROM ({rows.tenancy_amounts()}) "
            f"WHERE {self._named(rows.tenancy_name())} AND {self._in_currency()} AND {self._focused()}"
        )

    def tenancy_parts(self) -> str:
        """Return tenancy of whole clusters: cluster, window_start, disks, management, each with its adjustment."""
        parts = ", ".join(
            f"{name}, {f'{name}_adjustment' if self._question.adjusted else f'0::{self._source.amount}'}"
            for name in _TENANCY
        )
        return (
            f"SELECT cluster, window_start, {parts} FROM {self._source.table('tenancy')} "
            f"WHERE {self._source.in_frame()} AND {self._source.passes_on_idle()} AND {self._in_currency()} "
            f"AND {self._focused()}"
        )

    def shared(self) -> str:
        """Return what the figure's own rows carry of shared costs: source, window_start, amount, the whole source."""
        if self._question.sharing is None:
            return ""
        start = self._focus.start
        when = "TRUE" if start is None else f"window_start = {self._dialect.time(start)}"
        own = (
            f"SELECT source, window_start, currency, sum(amount) AS amount FROM shared "
            f"WHERE {self._named(self._names.joined())} AND {self._in_currency()} AND {when} "
            "GROUP BY source, window_start, currency"
        )
        return (
            f"SELECT p.source, p.window_start, p.amount, s.amount AS whole FROM ({own}) AS p\n"
            f"JOIN sources AS s ON {matched('p', 's', ('window_start', 'currency', 'source'))}"
        )

    def unshared(self) -> str:
        """Return shared costs that no row could carry: window_start, amount."""
        if self._question.sharing is None:
            return ""
        rows = Shared(self._question, self._dialect).unshared()
        return (
            f"SELECT window_start, sum(amount) FROM ({rows}) WHERE {self._named(IdleRows.unshared_name())} "
            f"AND {self._in_currency()} GROUP BY window_start"
        )

    def _columns(self, keys: Sequence[str]) -> set[str]:
        columns = {"window_start", "currency", *keys} | self._names.columns() | self._grain.origin_columns()
        columns |= self._source.filtered()
        if self._focus.cluster is not None:
            columns.add("cluster")
        return columns | ({"node"} if self._focus.node is not None else set())

    def _factor(self) -> str:
        return "any_value(factor)" if self.converted else "NULL"

    def _named(self, expression: str) -> str:
        return "TRUE" if self._figure.row is None else f"{expression} = {self._dialect.text(self._figure.row)}"

    def _in_currency(self) -> str:
        return f"currency = {self._dialect.text(self._figure.currency)}"

    def _focused(self, cluster: str = "cluster", start: str = "window_start", node: str = "") -> str:
        """Return the condition on the part that is looked at; without a column of nodes, of all nodes."""
        focus, conditions = self._focus, []
        if focus.cluster is not None:
            conditions.append(f"{cluster} = {self._dialect.text(focus.cluster)}")
        if focus.start is not None and start:
            conditions.append(f"{start} = {self._dialect.time(focus.start)}")
        if focus.node is not None and node:
            conditions.append(f"{node} = {self._dialect.text(focus.node)}")
        return " AND ".join(conditions) or "TRUE"


_PLACE = ("window_start", "cluster", "place")
_TENANCY = ("disks", "management")
