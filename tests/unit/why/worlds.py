"""Made worlds: clusters that are alike over two windows but for the one thing that changes in the later one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from builders import GIB, allocation, allocation_set, asset_set, at, bucket_of, day, ingest, node, open_tables
from fleetcost.model.window import Window
from fleetcost.query.known import Known
from fleetcost.query.question import Question
from fleetcost.query.shown import Shown
from fleetcost.rates.table import ExchangeRate, RateKind, RatePolicy, RateTable
from fleetcost.sets.cost_set import CostSet
from fleetcost.tables.database import Database
from fleetcost.why.compare_ask import ComparedWindows, ask_change
from unit.query.fleets import question

LENGTH = 7
"""Days of each of the two windows; the earlier one begins with day 0."""

BEFORE, AFTER = Window(at(), at(day=LENGTH)), Window(at(day=LENGTH), at(day=2 * LENGTH))


@dataclass(frozen=True, slots=True)
class Workload:
    """One workload of a made world, and what a core-hour of its node costs."""

    name: str
    replicas: int = 2
    request_cores: float = 1.0
    used_cores: float = 0.5
    core_price: float = 0.04
    node_type: str = "m5.large"
    spot: bool = False
    billed: float = 1.0
    team: str = "web"
    namespace: str = "shop"


FLEET = (
    Workload("web", replicas=3, used_cores=1.4),
    Workload("search", request_cores=2.0, team="find"),
    Workload("batch", request_cores=0.0, used_cores=0.7, namespace="jobs", team="find"),
    Workload("cart", replicas=1, billed=0.8, namespace="jobs"),
)
GIB_PRICE = 0.005


def sets_of(number: int, workloads: Iterable[Workload], cluster: str, **facts: Any) -> tuple[CostSet, CostSet]:
    """Return a cluster's day: each workload on a node of its own that is a quarter larger than it."""
    window, pods, nodes = day(number), [], []
    for one in workloads:
        cores = max(one.request_cores, one.used_cores)
        hours = cores * 24
        cost = hours * one.core_price
        node_name = f"n-{one.name}"
        pods += [
            allocation(
                window, namespace=one.namespace, controller=one.name, pod=f"{one.name}-{place}",
                pod_uid=f"{cluster}-{one.name}-{place}", node=node_name, provider_id=node_name,
                labels={"team": one.team}, cpu_core_hours=hours, cpu_core_request_hours=one.request_cores * 24,
                cpu_core_usage_hours=one.used_cores * 24, cpu_cost=cost, cpu_cost_adjustment=cost * (one.billed - 1),
                ram_byte_hours=24 * GIB, ram_byte_request_hours=24 * GIB, ram_cost=24 * GIB_PRICE,
            )
            for place in range(one.replicas)
        ]  # fmt: skip
        whole = cost * one.replicas * 1.25
        nodes.append(
            node(
                window, name=node_name, provider_id=node_name, node_type=one.node_type, preemptible=float(one.spot),
                region="eu", cpu_core_hours=hours * one.replicas * 1.25, cpu_cost=whole,
                ram_cost=24 * GIB_PRICE * one.replicas, adjustment=whole * (one.billed - 1),
            )
        )  # fmt: skip
    return allocation_set(pods, window, cluster, **facts), asset_set(nodes, window, cluster, **facts)


Changed = Callable[[Workload], Workload | None]


def only(name: str, **facts: Any) -> Changed:
    """Return what changes one workload alone."""
    return lambda one: replace(one, **facts) if one.name == name else one


def cluster(name: str, change: Changed, missing: Collection[int] = (), **facts: Any) -> Iterator[CostSet]:
    """Give the sets of a cluster that changes in the later window and lacks some days."""
    for number in range(2 * LENGTH):
        workloads = [one for old in FLEET if (one := change(old)) is not None] if number >= LENGTH else FLEET
        if number not in missing:
            yield from sets_of(number, workloads, name, **facts)


def made_rates(dollars: Iterable[Decimal]) -> Shown:
    """Return an answer in dollars, in which a euro is worth so many of them on each day from the first."""
    rates = tuple(ExchangeRate(at(day=number).date(), "EUR", "USD", one) for number, one in enumerate(dollars))
    return Shown("USD", ("EUR",), RatePolicy(RateTable("made", 1, RateKind.DAILY, rates)))


@contextmanager
def tables(folder: Path, sets: Iterable[CostSet], now: datetime) -> Iterator[Database]:
    """Give tables that hold sets."""
    database = open_tables(folder)
    try:
        ingest(bucket_of(*sets), database, now)
        yield database
    finally:
        database.close()


def compare(
    database: Database, before: Window = BEFORE, after: Window = AFTER, now: datetime | None = None, **asked: Any
) -> ComparedWindows:
    """Compare two windows."""
    wanted: Question = question(window=after, **asked)
    with database.snapshot() as snapshot:
        latest = now or max(before.end, after.end) + timedelta(hours=12)
        return ask_change(snapshot, wanted, before, Known(), latest)
