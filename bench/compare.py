"""
What comparing two windows costs: CPU and wall time of each question beside bare SQL over the same rows, in one run.

    python bench/compare.py [--clusters 67] [--containers 900] [--rounds 3] [--data DIR]

The fleet has sixty days; the later thirty are compared with the earlier. Sixty-seven clusters of nine hundred
containers are the largest fleet the targets speak of; fewer clusters are a part of it. The yardstick is one statement
that reads the single rows of both windows and adds up, by workload and node, what a comparison needs.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from aggregator_fleet import LAST_DAY, Size, build

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.filters import parse_filter
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.query.sharing import Tenancy
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.why.compare_ask import ask_change

GIB = 1 << 30
DAYS = 60
NOW = LAST_DAY + timedelta(days=1, hours=1)
AFTER = Window(LAST_DAY - timedelta(days=29), LAST_DAY + timedelta(days=1))
BEFORE = Window(AFTER.start - timedelta(days=30), AFTER.start)
BARE = (
    "SELECT cluster, namespace, controller_kind, controller, node, window_start < TIMESTAMP '{middle}' AS earlier, "
    "sum(cpu_cost), sum(cpu_cost_adjustment), sum(cpu_core_hours), sum(cpu_core_request_hours), sum(ram_cost), "
    "sum(ram_cost_adjustment), sum(ram_byte_hours), sum(ram_byte_request_hours), sum(pv_cost), sum(network_cost) "
    "FROM container_1d WHERE {where} GROUP BY ALL"
)
QUESTIONS = {
    "one namespace, by controller": ("controller", 'namespace:"payments-api"', "namespace = 'payments-api'"),
    "one cluster, by namespace": ("namespace", 'cluster:"{cluster}"', "cluster = '{cluster}'"),
    "the fleet, by cluster": ("cluster", "", "TRUE"),
    "the fleet, by namespace": ("namespace", "", "TRUE"),
}


def question(by: str, filter_text: str) -> Question:
    """Return a question about the later window."""
    return Question(
        kind=SetKind.ALLOCATIONS, frame=Frame(AFTER, Resolution.DAY), step=Step.ALL,
        dimensions=parse_dimensions(by, SetKind.ALLOCATIONS), filter=parse_filter(filter_text),
        idle=Idle.SEPARATE, tenancy=Tenancy.SEPARATE, joined=True,
    )  # fmt: skip


def cpu_seconds() -> float:
    """Return the CPU this process has used, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return CPU and wall time in milliseconds, each the least of some rounds."""
    found = []
    for _ in range(rounds):
        cpu, wall = cpu_seconds(), time.perf_counter()
        work()
        found.append(((cpu_seconds() - cpu) * 1000, (time.perf_counter() - wall) * 1000))
    return min(one[0] for one in found), min(one[1] for one in found)


def opened(fleet: Path, folder: Path) -> Database:
    """Return tables that hold a fleet."""
    database = open_database(folder / "bench.duckdb", EngineLimits(2 * GIB, 2), NOW)
    Ingestor(FilesystemBucket(fleet), database, Retention(hourly=None, daily=None), lambda: NOW).pass_once()
    return database


def compare(database: Database, asked: Question, known: Known) -> int:
    """Compare the two windows; return how many drivers were found."""
    with database.snapshot() as snapshot:
        return len(ask_change(snapshot, asked, BEFORE, known, NOW).change.drivers)


def bare(database: Database, where: str) -> int:
    """Read and add up what a comparison reads."""
    with database.snapshot() as snapshot:
        return len(snapshot.rows(BARE.format(where=where, middle=f"{AFTER.start:%Y-%m-%d}")))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("clusters", 67), ("containers", 900), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--data", type=Path, help="where the fleet lies, or will")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fleet = given.data or Path(folder) / "fleet"
        build(Size("compared", given.clusters, given.containers, DAYS), fleet)
        database, known = opened(fleet, Path(folder)), Known()
        with database.snapshot() as snapshot:
            ((rows, cluster),) = snapshot.rows("SELECT count(*), min(cluster) FROM container_1d")
        print(f"{rows:,} container-days of {given.clusters} clusters; ms, the least of {given.rounds} rounds")
        for name, (by, filter_text, where) in QUESTIONS.items():
            asked = question(by, filter_text.format(cluster=cluster))
            found = measured(lambda asked=asked: compare(database, asked, known), given.rounds)
            beside = measured(lambda where=where: bare(database, where.format(cluster=cluster)), given.rounds)
            print(
                f"{name:30} CPU {found[0]:7.0f}  wall {found[1]:7.0f}   bare SQL CPU {beside[0]:7.0f}  "
                f"wall {beside[1]:7.0f}   {found[0] / beside[0]:.1f} ×"
            )
        database.close()


if __name__ == "__main__":
    main()
