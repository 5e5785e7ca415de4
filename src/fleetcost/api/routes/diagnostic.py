"""Counts of the tables at `/model/diagnostic/…`, in the field's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fleetcost.api.compat.warning import enveloped
from fleetcost.api.context import Context
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.reads.diagnostic import (
    CONTAINER,
    NODE,
    TABLES,
    Counted,
    Table,
    count_rows,
    count_windows,
    peak_nodes,
    repeated_containers,
    repeated_nodes,
    spread_of_names,
    table_of,
    without_node,
)
from fleetcost.api.schema import Envelope
from fleetcost.api.words import Family
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.question import Step, framed
from fleetcost.query.windows import ACCEPTED, parse_window
from fleetcost.tables.view import View

EVERY = "*"

_TWO_DAYS = Parameter("window", f"whose rows are counted: {ACCEPTED}", default="2d")
_WEEK = Parameter("window", f"whose rows are counted: {ACCEPTED}", default="7d")
_CONTAINERS = Parameter("containerTable", "which containers", "container_1d", ("container_1h", "container_1d"))
_NODES = Parameter("nodeTable", "which nodes", "node_1d", ("node_1h", "node_1d"))


def table_window_count(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many distinct windows one table has, or each."""
    asked = context.parameters.get("table", EVERY)
    tables = TABLES if asked == EVERY else (table_of(asked, "table"),)
    with context.snapshot() as snapshot:
        return enveloped({table.name: count_windows(snapshot, table) for table in tables})


def core_count(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the most cores that were there at once, to the resolution of the windows."""
    return enveloped(_peak(context)[0])


def node_count(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the most nodes that were there in one window."""
    return enveloped(_peak(context)[1])


def containers_per_day(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many container rows each day has."""
    return _per_day(context, "container_1d")


def nodes_per_day(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many node rows each day has."""
    return _per_day(context, "node_1d")


def label_stats(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many labels a container has: least, mean, most."""
    return _spread(context, "labels")


def annotation_stats(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return how many annotations a container has: least, mean, most."""
    return _spread(context, "annotations")


def containers_without_node(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return, by window, how many containers ran on a node that has no row."""
    containers, nodes = _table(context, _CONTAINERS, CONTAINER), _table(context, _NODES, NODE)
    return _listed(context, lambda snapshot: without_node(snapshot, containers, nodes))


def duplicates_without_id(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return, by window, how many containers share every name with another; a pod that was made again is one."""
    table = _table(context, _CONTAINERS, CONTAINER)
    return _listed(context, lambda snapshot: repeated_containers(snapshot, table, with_id=False))


def duplicates_with_id(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return, by window, how many containers are there twice; none ever should be."""
    table = _table(context, _CONTAINERS, CONTAINER)
    return _listed(context, lambda snapshot: repeated_containers(snapshot, table, with_id=True))


def node_duplicates(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return, by window, how many nodes share their provider id with another of their cluster."""
    table = _table(context, _NODES, NODE)
    return _listed(context, lambda snapshot: repeated_nodes(snapshot, table))


def database_directory(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """Return the files the tables are in with their sizes: the database's, or the lake's by table."""
    database = context.tables.database
    files = [{"name": name, "bytes": size} for name, size in sorted(database.files().items())]
    return enveloped({"path": str(database.file.parent) if database.file else database.place, "files": files})


def _per_day(context: Context, name: str) -> Any:  # noqa: ANN401 - a JSON document
    window = _frame(context, _WEEK, days=True)[0]
    with context.snapshot() as snapshot:
        found = count_rows(snapshot, table_of(name, "table"), window)
    counts = [one.count for one in found]
    return enveloped({"days": _windows(found), "min": min(counts, default=0), "max": max(counts, default=0)})


def _peak(context: Context) -> tuple[float, int]:
    window, resolution = _frame(context, _TWO_DAYS)
    with context.snapshot() as snapshot:
        return peak_nodes(snapshot, table_of(f"{NODE}_{resolution}", "window"), window)


def _spread(context: Context, column: str) -> Any:  # noqa: ANN401 - a JSON document
    window, resolution = _frame(context, _TWO_DAYS)
    with context.snapshot() as snapshot:
        found = spread_of_names(snapshot, table_of(f"{CONTAINER}_{resolution}", "window"), column, window)
    return enveloped({"min": found.least, "avg": found.mean, "max": found.most})


def _listed(context: Context, count: Callable[[View], Sequence[Counted]]) -> Any:  # noqa: ANN401 - a JSON document
    with context.snapshot() as snapshot:
        found = count(snapshot)
    return enveloped({"windows": _windows(found), "total": sum(one.count for one in found)})


def _windows(found: Sequence[Counted]) -> list[dict[str, Any]]:
    return [
        {"window": {"start": rfc3339(one.window.start), "end": rfc3339(one.window.end)}, "count": one.count}
        for one in found
    ]


def _table(context: Context, parameter: Parameter, kind: str) -> Table:
    return table_of(context.parameters.get(parameter.name, parameter.default), parameter.name, kind)


def _frame(context: Context, parameter: Parameter, *, days: bool = False) -> tuple[Window, Resolution]:
    window = parse_window(context.parameters.get("window", parameter.default), context.now)
    frame, _ = framed(window, Step.DAY if days else Step.ALL, context.hourly_from(), context.now)
    if days:
        return Window(Resolution.DAY.floor(window.start), Resolution.DAY.ceil(window.end)), Resolution.DAY
    return frame.window, frame.resolution


def _get(name: str, handler: Any, summary: str, *parameters: Parameter) -> Operation:  # noqa: ANN401
    return Operation(
        path=f"/model/diagnostic/{name}", handler=handler, family=Family.KUBECOST, whole_fleet=True, summary=summary,
        answers=Envelope, parameters=parameters,
    )  # fmt: skip


OPERATIONS: tuple[Operation, ...] = (
    _get("tableWindowCount", table_window_count, "How many distinct windows each table has",
         Parameter("table", "a table, or `*` for every one", EVERY, (EVERY, *(one.name for one in TABLES)))),
    _get("coreCount", core_count, "The most cores that were there at once", _TWO_DAYS),
    _get("nodeCount", node_count, "The most nodes that were there in one window", _TWO_DAYS),
    _get("containersPerDay", containers_per_day, "Container rows of each day", _WEEK),
    _get("nodesPerDay", nodes_per_day, "Node rows of each day", _WEEK),
    _get("containerLabelStats", label_stats, "How many labels containers have", _TWO_DAYS),
    _get("containerAnnotationStats", annotation_stats, "How many annotations containers have", _TWO_DAYS),
    _get("containerWithoutMatchingNode", containers_without_node, "Containers whose node has no row",
         _CONTAINERS, _NODES),
    _get("containerDuplicateNoId", duplicates_without_id, "Containers that share every name with another", _CONTAINERS),
    _get("containerDuplicateWithId", duplicates_with_id, "Containers that are there twice", _CONTAINERS),
    _get("nodeDuplicateNoId", node_duplicates, "Nodes that share their provider id with another", _NODES),
    Operation(
        path="/model/diagnostic/databaseDirectory", handler=database_directory, family=Family.KUBECOST, cached=False,
        whole_fleet=True, summary="The database's files with their sizes", answers=Envelope,
    ),
)  # fmt: skip
