"""Counts that tell how large the tables are and whether their rows are what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fleetcost.errors import QuestionError, closest
from fleetcost.model.window import Resolution, Window
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.tables.ledger import aware
from fleetcost.tables.view import View

CONTAINER, NODE = "container", "node"

_ROWS = {
    CONTAINER: ("container", "kind = 'workload'"),
    NODE: ("asset", "type = 'Node'"),
    "disk": ("asset", "type = 'Disk'"),
    "load_balancer": ("asset", "type = 'LoadBalancer'"),
    "cluster_management": ("asset", "type = 'ClusterManagement'"),
    "asset": ("asset", "TRUE"),
    "idle": ("idle", "TRUE"),
}
"""What clients call a table, and which rows of ours those are."""

_BY_WINDOW = "GROUP BY window_start, window_end ORDER BY window_start, window_end"
_IDENTITY = "cluster, namespace, controller_kind, controller, pod, container"


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of one resolution that clients think of as a table.

    Attributes:
        name: as they call it, such as `container_1d`
        kind: without its resolution
        resolution: of its windows
    """

    name: str
    kind: str
    resolution: Resolution

    @property
    def source(self) -> str:
        """The table of ours."""
        return f"{_ROWS[self.kind][0]}_{self.resolution}"

    @property
    def rows(self) -> str:
        """The condition on its rows."""
        return _ROWS[self.kind][1]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows one window has."""

    window: Window
    count: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Least, mean and most; None where there is nothing."""

    least: float | None
    mean: float | None
    most: float | None


TABLES = tuple(
    Table(f"{kind}_{resolution}", kind, resolution)
    for kind in _ROWS
    for resolution in (Resolution.HOUR, Resolution.DAY)
)


def table_of(text: str, parameter: str, kind: str = "") -> Table:
    """
    Read the name of a table.

    Args:
        text: as the client wrote it
        parameter: of which parameter
        kind: the only kind that is accepted, empty for all

    Raises:
        QuestionError: there is no such table.
    """
    accepted = {table.name: table for table in TABLES if kind in {"", table.kind}}
    if text not in accepted:
        raise QuestionError(parameter, text, f"one of {', '.join(accepted)}", suggestion=closest(text, accepted))
    return accepted[text]


def count_windows(snapshot: View, table: Table) -> int:
    """Return how many distinct windows a table has."""
    sql = f"SELECT count(DISTINCT (window_start, window_end)) FROM {table.source} WHERE {table.rows}"  # noqa: S608 - names of ours
    return int(snapshot.rows(sql)[0][0])


def count_rows(snapshot: View, table: Table, window: Window) -> tuple[Counted, ...]:
    """Return how many rows each window has, oldest first."""
    dialect = dialect_of(snapshot)
    return _counted(
        snapshot,
        f"SELECT window_start, window_end, count(*) FROM {table.source} "  # noqa: S608 - names of ours
        f"WHERE {table.rows} AND {_within(dialect, window)} {_BY_WINDOW}",
        dialect.bound,
    )


def peak_nodes(snapshot: View, table: Table, window: Window) -> tuple[float, int]:
    """Return the most cores and the most nodes that one window had, a core that ran for half of it counted half."""
    dialect = dialect_of(snapshot)
    ((cores, nodes),) = snapshot.rows(
        "SELECT max(cores), max(nodes) FROM (SELECT sum(cpu_core_hours)::DOUBLE AS cores, count(*) AS nodes "  # noqa: S608 - names of ours
        f"FROM {table.source} WHERE {table.rows} AND {_within(dialect, window)} GROUP BY window_start)",
        dialect.bound,
    )
    return round((cores or 0.0) * 3600 / table.resolution.seconds, 9), nodes or 0


def spread_of_names(snapshot: View, table: Table, column: str, window: Window) -> Spread:
    """Return how many labels, or annotations, a container has."""
    dialect = dialect_of(snapshot)
    names = dialect.label_names(column)
    ((least, mean, most),) = snapshot.rows(
        f"SELECT min(n), avg(n), max(n) FROM (SELECT coalesce({dialect.length(names)}, 0) AS n "  # noqa: S608 - names of ours
        f"FROM allocation_{table.resolution} WHERE {table.rows} AND {_within(dialect, window)})",
        dialect.bound,
    )
    return Spread(least, mean, most)


def without_node(snapshot: View, containers: Table, nodes: Table) -> tuple[Counted, ...]:
    """Return, by window, how many containers ran on a node that has no row: neither its id nor its name has one."""
    same = "n.cluster = c.cluster AND n.window_start = c.window_start AND n.window_end = c.window_end"
    on = f"SELECT 1 FROM {nodes.source} AS n WHERE n.{nodes.rows} AND {same} AND"  # noqa: S608 - names of ours
    return _counted(
        snapshot,
        f"SELECT window_start, window_end, count(*) FROM {containers.source} AS c WHERE {containers.rows} "  # noqa: S608 - names of ours
        f"AND NOT EXISTS ({on} n.name = c.node) "
        f"AND NOT EXISTS ({on} n.provider_id = c.provider_id AND c.provider_id <> '') {_BY_WINDOW}",
    )


def repeated_containers(snapshot: View, table: Table, *, with_id: bool) -> tuple[Counted, ...]:
    """Return, by window, how many rows share their names with another, and with `with_id` their pod's uid too."""
    return _repeated(snapshot, table, f"{_IDENTITY}, pod_uid, node" if with_id else _IDENTITY)


def repeated_nodes(snapshot: View, table: Table) -> tuple[Counted, ...]:
    """Return, by window, how many nodes share their provider id with another of the same cluster."""
    return _repeated(snapshot, table, "cluster, provider_id", "provider_id <> ''")


def _repeated(snapshot: View, table: Table, columns: str, condition: str = "TRUE") -> tuple[Counted, ...]:
    return _counted(
        snapshot,
        "SELECT window_start, window_end, sum(n - 1) FROM (SELECT window_start, window_end, count(*) AS n "  # noqa: S608 - names of ours
        f"FROM {table.source} WHERE {table.rows} AND {condition} GROUP BY window_start, window_end, {columns}) "
        f"WHERE n > 1 {_BY_WINDOW}",
    )


def _counted(snapshot: View, sql: str, bound: Mapping[str, Any] | None = None) -> tuple[Counted, ...]:
    found = snapshot.rows(sql, bound)
    return tuple(Counted(Window(aware(start), aware(end)), int(count)) for start, end, count in found)


def _within(dialect: Dialect, window: Window) -> str:
    return f"window_start >= {dialect.time(window.start)} AND window_start < {dialect.time(window.end)}"
