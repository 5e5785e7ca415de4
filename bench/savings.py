"""
Savings of a whole fleet, in this process: what is read of the tables, what is judged, what an answer is made of.

    python bench/savings.py [--clusters 67] [--containers 900] [--days 14] [--to DIR]

The fleet is that of `bench/aggregator_fleet.py` with a distribution in each row and one hour of each cluster. *CPU* is
what the process spent, engine's threads included, which a busy machine does not lengthen; the yardstick is one plain
pass of the engine over the same rows. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from aggregator_fleet import LAST_DAY, Cluster

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.histogram import UsageScale, encode, histogram_of
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.inventory import inventory_question, read_inventory
from fleetcost.query.known import Known
from fleetcost.query.question import Frame
from fleetcost.query.usage import read_usage
from fleetcost.savings.ask import cluster_times
from fleetcost.savings.find import PROFILES, find_savings
from fleetcost.savings.workloads import QUIET_BYTES_PER_SECOND
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.sets.schema import SCHEMAS
from fleetcost.tables.database import EngineLimits, open_database

VARIANTS = 40
COLUMNS = ("cpu_usage_histogram", "ram_usage_histogram")
NOW = LAST_DAY + timedelta(days=1, minutes=30)


@cache
def distributions(mean: float, scale: UsageScale) -> list[bytes]:
    """Return distributions of a day around a mean."""
    draw = np.random.default_rng(round(mean * 1000))
    return [encode(histogram_of((mean * draw.lognormal(0, 0.4, 288)).tolist(), scale)) for _ in range(VARIANTS)]


class Measured(Cluster):
    """A cluster whose rows have distributions."""

    def allocations(self, window: Window, pool: pa.Table, places: np.ndarray, facts: dict[str, np.ndarray]) -> CostSet:
        """Return the allocations of a window."""
        self.means = facts["cores"][places] * 0.4, facts["gib"][places] * 0.6 * 2**30
        return super().allocations(window, pool, places, facts)

    def _set(self, kind: SetKind, window: Window, columns: dict[str, Any]) -> CostSet:
        if kind is SetKind.ALLOCATIONS:
            count = len(self.means[0])
            draw = np.random.default_rng(count).integers(0, VARIANTS, count)
            for name, scale, means in zip(COLUMNS, (UsageScale.CPU, UsageScale.RAM), self.means, strict=True):
                values = [distributions(float(mean), scale)[one] for mean, one in zip(means, draw, strict=True)]
                columns |= {name: pa.array(values, SCHEMAS[kind].field(name).type)}
        return super()._set(kind, window, columns)


def write_cluster(job: tuple[int, int, int, Path]) -> None:
    """Write the days of a cluster, and the last hour."""
    number, containers, days, folder = job
    cluster = Measured(number, containers)
    hour = Window(LAST_DAY + timedelta(hours=12), LAST_DAY + timedelta(hours=13))
    last = cluster.rows(days - 1)
    for cost_set in (*cluster.sets(days, LAST_DAY), *cluster.made([(hour, last)])):
        file = folder / set_path(cost_set.header.key)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(to_bytes(cost_set))


def spent() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(name: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what is made
    """Do something and print what it took."""
    began = spent()
    found = work()
    print(f"{name:<44} {spent() - began:8.2f} s CPU")
    return found


def main() -> None:
    """Build, ingest, ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=67)
    parser.add_argument("--containers", type=int, default=900)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--to", type=Path)
    asked = parser.parse_args()
    folder = asked.to or Path(tempfile.mkdtemp(prefix="fleetcost-savings-"))
    bucket = folder / "bucket"
    if not bucket.exists():
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(write_cluster, [(n, asked.containers, asked.days, bucket) for n in range(asked.clusters)]))
    database = open_database(folder / "tables.duckdb", EngineLimits(2 << 30, 2), LAST_DAY)
    ingestor = Ingestor(FilesystemBucket(bucket), database, Retention(None, None), lambda: NOW)
    ingestor.pass_once()
    measure(database, asked.days)


def measure(database: Any, days: int) -> None:  # noqa: ANN401 - the tables
    """Print what each step takes."""
    window = Window(LAST_DAY + timedelta(days=1 - days), LAST_DAY + timedelta(days=1))
    question = inventory_question(Frame(window, Resolution.DAY), None)
    known = Known()
    with database.snapshot() as snapshot:
        plain = (
            "SELECT cluster, namespace, controller, container, sum(cpu_cost), max(ram_byte_usage_max), "
            "sum(octet_length(cpu_usage_histogram)) FROM container_1d GROUP BY ALL"
        )
        both = " + ".join(f"octet_length({name})" for name in COLUMNS)
        rows = snapshot.rows(f"SELECT count(*), sum({both}) FROM container_1d")
        print(f"{rows[0][0]:,} container-days, {rows[0][1] / max(rows[0][0], 1):.1f} bytes of distributions a row")
        measured("a plain pass over the same rows", lambda: snapshot.rows(plain))
        hours = Frame(window, Resolution.HOUR)
        quiet, of_rows = QUIET_BYTES_PER_SECOND, replace(question, kind=SetKind.ALLOCATIONS)
        held = measured("what the fleet holds is read", lambda: read_inventory(snapshot, question, hours, quiet))
        usage = measured("use of containers is read and merged", lambda: read_usage(snapshot, of_rows))
        times = measured("times of clusters", lambda: cluster_times(snapshot, question, known, NOW))
        found = measured("savings are found", lambda: find_savings(held, usage, times, PROFILES["production"]))
        print(f"{len(usage):,} containers of controllers, {len(found):,} savings, {len(held.workloads):,} workloads")
        for kind in found.kinds:
            print(
                f"  {kind.kind:<20} {kind.judged:>8,} judged, found {dict(kind.found)}, withheld {dict(kind.withheld)}"
            )


if __name__ == "__main__":
    main()
