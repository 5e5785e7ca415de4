"""Small fleets in real tables, and short ways to ask them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from builders import allocation, allocation_set, asset_set, at, bucket_of, day, ingest, node, open_tables
from fleetcost.model.allocation import Allocation
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.answer import AllocationRow, Answer, AssetRow
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.sets.cost_set import CostSet
from fleetcost.tables.database import Database

NOW = at(48)
ONE = {"cpu_cost": 1, "ram_cost": 1, "gpu_cost": 1, "pv_cost": 1, "network_cost": 1, "load_balancer_cost": 1}


@contextmanager
def tables(folder: Path, *sets: CostSet) -> Iterator[Database]:
    """Give tables that hold these sets."""
    database = open_tables(folder)
    ingest(bucket_of(*sets), database, max(NOW, *(one.header.key.window.end for one in sets)))
    try:
        yield database
    finally:
        database.close()


def container(namespace: str, pod: str, name: str, **facts: Any) -> Allocation:
    """Return a container of the topology; every cost is one unless said otherwise."""
    return allocation(day(), namespace=namespace, pod=pod, pod_uid=pod, container=name, **ONE | facts)


FIRST = [
    container("ns1", "pod1", "container1", ram_cost=11),
    container("ns1", "pod-abc", "container2"),
    container("ns1", "pod-def", "container3"),
    container("ns2", "pod-ghi", "container4"),
    container("ns2", "pod-ghi", "container5"),
    container("ns2", "pod-jkl", "container6"),
]
SECOND = [
    container("ns2", "pod-mno", "container4"),
    container("ns2", "pod-mno", "container5"),
    container("ns2", "pod-pqr", "container6"),
    container("ns3", "pod-stu", "container7"),
    container("ns3", "pod-vwx", "container8"),
    container("ns3", "pod-vwx", "container9"),
]


@contextmanager
def mock_topology(folder: Path) -> Iterator[Database]:
    """Give the topology with 20 of idle in c1 and 10 in c2."""
    with tables(
        folder,
        allocation_set(FIRST, day()),
        asset_set([node(day(), cpu_cost=6 + 5, ram_cost=16 + 15, gpu_cost=6)], day()),
        allocation_set(SECOND, day(), "c2"),
        asset_set([node(day(), cpu_cost=6 + 5, ram_cost=6 + 5, gpu_cost=6)], day(), "c2"),
    ) as database:
        yield database


def question(kind: SetKind = SetKind.ALLOCATIONS, **asked: Any) -> Question:
    """Return a question as the API would read it; the whole day by default."""
    window: Window = asked.pop("window", day())
    resolution: Resolution = asked.pop("resolution", Resolution.DAY)
    known: dict[str, Any] = {
        "step": Step.ALL,
        "dimensions": parse_dimensions(asked.pop("by", "all"), kind),
        "filter": parse_filter(asked.pop("filter", "")),
        "idle": Idle.SEPARATE,
    }
    return Question(kind=kind, frame=Frame(window, resolution), **known | asked)


def ask(database: Database, now: datetime = NOW, **asked: Any) -> Answer[AllocationRow]:
    """Ask about allocations."""
    with database.snapshot() as snapshot:
        return ask_allocations(snapshot, question(**asked), now)


def ask_about_assets(database: Database, now: datetime = NOW, **asked: Any) -> Answer[AssetRow]:
    """Ask about assets."""
    with database.snapshot() as snapshot:
        return ask_assets(snapshot, question(SetKind.ASSETS, **asked), now)


def totals(answer: Answer[Any]) -> dict[str, float]:
    """Return total cost by name."""
    return {row.name: row.total_cost for row in answer.rows}
