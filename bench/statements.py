"""
What closing a month of the largest fleet costs: CPU, wall time, memory and bytes, beside the question it asks.

    python bench/statements.py [--clusters 67] [--containers 900] [--days 60] [--data DIR] [--database FILE]

Its last two months are closed, by team, and by cluster, namespace and controller: the finest key that anybody is
charged by. The second closing asks about the first month again. The yardstick is one answer about the month.
`--database` takes tables that hold the fleet already; they are copied.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from aggregator_fleet import LAST_DAY, Size, build

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.statement import CalendarMonth, month_of
from fleetcost.query.ask import ask_allocations
from fleetcost.query.known import Known
from fleetcost.statements.book import StatementBook, publish_book
from fleetcost.statements.close import ClosingOrder, close_month
from fleetcost.statements.live import StatementSources
from fleetcost.statements.verify import verify_book
from fleetcost.tables.database import Database, EngineLimits, open_database

GIB = 1 << 30
Made = TypeVar("Made")
NOW = LAST_DAY + timedelta(days=40)
KEYS = {"team": "label:team", "controllers": "cluster,namespace,controller"}


def cpu_seconds() -> float:
    """Return the CPU this process has used, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def resident_bytes() -> int:
    """Return the memory this process has in use."""
    words = Path("/proc/self/statm").read_text().split()
    return int(words[1]) * resource.getpagesize()


@contextmanager
def watched(found: dict[str, float]) -> Iterator[None]:
    """Measure CPU and wall time in seconds, and the most memory that was added meanwhile, in MiB."""
    before, stop = resident_bytes(), threading.Event()
    most = before

    def look() -> None:
        nonlocal most
        while not stop.wait(0.02):
            most = max(most, resident_bytes())

    thread = threading.Thread(target=look)
    thread.start()
    cpu, wall = cpu_seconds(), time.perf_counter()
    yield
    found |= {"cpu": cpu_seconds() - cpu, "wall": time.perf_counter() - wall}
    stop.set()
    thread.join()
    found["mib"] = (most - before) / (1 << 20)


def measured(name: str, work: Callable[[], Made]) -> Made:
    """Do something once and print what it took."""
    found: dict[str, float] = {}
    with watched(found):
        made = work()
    print(
        f"{name:52} CPU {found['cpu']:6.2f} s  wall {found['wall']:6.2f} s  memory +{found['mib']:4.0f} MiB", flush=True
    )
    return made


def opened(given: argparse.Namespace, folder: Path, fleet: Path) -> Database:
    """Return tables that hold the fleet."""
    engine = EngineLimits(2 * GIB, 2)
    if given.database:
        shutil.copy(given.database, folder / "bench.duckdb")
        return open_database(folder / "bench.duckdb", engine, NOW)
    build(Size("statements", given.clusters, given.containers, given.days), fleet)
    database = open_database(folder / "bench.duckdb", engine, NOW)
    Ingestor(FilesystemBucket(fleet), database, Retention(hourly=None, daily=None), lambda: NOW).pass_once()
    return database


def closed(bucket: FilesystemBucket, database: Database, book: str, month: CalendarMonth) -> None:
    """Close a month of a book and print what is in it."""
    sources = StatementSources(database, Known())
    order = ClosingOrder(book=book, month=month, by="bench", accepted="as made")
    header = measured(f"close {month} of {book}", lambda: close_month(bucket, sources, order, NOW)).header
    size = sum(one.size_bytes for one in bucket.list(f"fleetcost/statements/{book}/chain")) // header.number
    print(f"    {header.lines.rows:,} lines, {header.lines.size_bytes:,} bytes of lines, {size:,} bytes of header")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("clusters", 67), ("containers", 900), ("days", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--data", type=Path, help="where the fleet lies, or will")
    parser.add_argument("--database", type=Path, help="tables that hold it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = opened(given, folder, given.data or folder / "fleet")
        bucket = FilesystemBucket(folder / "statements")
        last = month_of(LAST_DAY.date())
        months = (last.after(-1), last)
        with database.snapshot() as snapshot:
            ((rows,),) = snapshot.rows("SELECT count(*) FROM container_1d")
        print(f"{rows:,} container-days; months {months[0]} and {months[1]}")
        for book, key in KEYS.items():
            definition = StatementBook(name=book, key=key, first_month=str(months[0]))
            publish_book(bucket, definition, NOW)
            for month in months:
                closed(bucket, database, book, month)
            asked = replace(definition.question(months[1]), now=NOW)
            with database.snapshot() as snapshot:
                measured(
                    f"    an answer about {months[1]} by {key}", lambda a=asked, s=snapshot: ask_allocations(s, a, NOW)
                )
            measured(f"verify {book}", lambda book=book: verify_book(bucket, book))
        database.close()


if __name__ == "__main__":
    main()
