"""The steps of `aggregator.py`, each in a process of its own: `aggregator_steps.py STEP FLEET PLACE MEMORY`."""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
from aggregator_fleet import LAST_DAY, SIZES, Size, write_hour

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.cli.aggregator import cores
from fleetcost.ingest.budget import split
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dimensions import Dimension
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.rollups import ROLLUPS

NOW = LAST_DAY + timedelta(days=1, hours=6, minutes=5)
HOUR = Window(NOW - timedelta(hours=1, minutes=5), NOW - timedelta(minutes=5))
RETENTION = Retention(hourly=timedelta(hours=49), daily=timedelta(days=92))
QUESTIONS = {"90 days by namespace": "namespace", "90 days by cluster": "cluster",
             "90 days by controller": "controller", "90 days by label team": "label:team"}  # fmt: skip
ASKED = 20


class Cpu:
    """What this process and those it has waited for have worked since."""

    def __init__(self) -> None:
        self._since = self._now()

    def _now(self) -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used)

    def seconds(self) -> float:
        """Return the seconds of all cores together."""
        return self._now() - self._since


def timed(action: Callable[[], Any]) -> float:
    """Return how long an action takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def size_of(fleet: Path) -> Size:
    """Return the size whose fleet this is."""
    return next(size for size in SIZES.values() if fleet.name.startswith(f"{size.name}-"))


def bare(fleet: Path, place: Path, _memory: int) -> dict[str, Any]:
    """Load the same Parquet into tables of its own columns, with the engine's defaults."""
    connection = duckdb.connect(str(place / "bare.duckdb"))
    cpu = 0.0
    found: dict[str, float] = {}
    newest = f"{int(LAST_DAY.timestamp())}-*.parquet"
    for kind in ("allocations", "assets"):
        files = f"read_parquet('{fleet}/federated/*/etl/parquet/{kind}/1d/*.parquet', filename = true)"
        one = f"read_parquet('{fleet}/federated/*/etl/parquet/{kind}/1d/{newest}', filename = true)"
        for name, rows in (("newest", one), ("seconds", files)):
            sql = f"CREATE TABLE {kind}_{name} AS SELECT * FROM {rows}"
            began = Cpu()
            found[name] = found.get(name, 0.0) + timed(lambda sql=sql: connection.execute(sql))  # type: ignore[misc]
            cpu += began.seconds() if name == "seconds" else 0
        connection.execute(f"DROP TABLE {kind}_newest")
    began = Cpu()
    found["seconds"] += timed(lambda: connection.execute("CHECKPOINT"))
    found["cpu"] = cpu + began.seconds()
    ((rows,),) = connection.execute("SELECT (SELECT count(*) FROM allocations_seconds)").fetchall()
    hour = write_hour(size_of(fleet), place, HOUR)
    for file in hour:
        kind = "allocations" if "allocations" in file.parts else "assets"
        sql = f"INSERT INTO {kind}_seconds SELECT * FROM read_parquet('{file}', filename = true)"
        found["hour"] = found.get("hour", 0.0) + timed(lambda sql=sql: connection.execute(sql))  # type: ignore[misc]
    connection.close()
    return found | {"rows": rows, "bytes": (place / "bare.duckdb").stat().st_size}


class Newest(threading.Thread):
    """Notes when the newest day of all clusters is visible."""

    def __init__(self, database: Database, clusters: int) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._clusters = clusters
        self._began = time.monotonic()
        self.seen = 0.0

    def run(self) -> None:
        """Look ten times a second."""
        sql = "SELECT count(DISTINCT cluster) FROM namespace_1d WHERE window_start = $day"
        while not self.seen:
            with self._database.snapshot() as snapshot:
                if snapshot.rows(sql, {"day": LAST_DAY.replace(tzinfo=None)}) == [(self._clusters,)]:
                    self.seen = time.monotonic() - self._began
            time.sleep(0.1)


def opened(fleet: Path, place: Path, memory: int) -> tuple[FilesystemBucket, Database, Ingestor]:
    """Put an aggregator's parts together, as the command does."""
    budget = split(memory, cores())
    bucket = FilesystemBucket(fleet)
    database = open_database(place / "fleetcost.duckdb", EngineLimits(budget.engine_bytes, budget.threads), NOW)
    return bucket, database, Ingestor(bucket, database, RETENTION, lambda: NOW, budget=budget)


def rebuilt(fleet: Path, database: Database, ingestor: Ingestor) -> dict[str, Any]:
    """Fill empty tables; say how long it took, and until the newest day was there."""
    watch = Newest(database, len(list((fleet / "federated").iterdir())))
    watch.start()
    cpu = Cpu()
    took = timed(ingestor.pass_once)
    watch.join(1)
    return {"seconds": took, "newest": watch.seen, "cpu": cpu.seconds()}


def parquet(fleet: Path, place: Path, memory: int) -> dict[str, Any]:
    """Rebuild from our own sets, then the small passes, then questions."""
    bucket, database, ingestor = opened(fleet, place, memory)
    found = rebuilt(fleet, database, ingestor)
    found["bytes"] = database.size_bytes()
    hour = write_hour(size_of(fleet), fleet, HOUR)
    try:
        found["hour"] = timed(ingestor.pass_once)
        found["nothing"] = timed(ingestor.pass_once)
        found["listing"] = timed(lambda: list(bucket.list()))
        found["objects"] = len(list(bucket.list()))
    finally:
        for file in hour:
            shutil.rmtree(file.parent)
    with database.snapshot() as snapshot:
        ((found["rows"],),) = snapshot.rows("SELECT count(*) FROM container_1d")
        found["rolled_up"] = {one.name: snapshot.rows(f"SELECT count(*) FROM {one.name}_1d")[0][0] for one in ROLLUPS}
    days = Window(LAST_DAY - timedelta(days=size_of(fleet).days - 2), LAST_DAY + timedelta(days=1))
    found["questions"] = {name: asked(database, days, dimension) for name, dimension in QUESTIONS.items()}
    database.close()
    return found


def asked(database: Database, days: Window, dimension: str) -> tuple[float, ...]:
    """Return the median and the 19th of 20 answers' seconds, the CPU's of one, those from single rows, and its rows."""
    name, _, key = dimension.partition(":")
    question = Question(
        kind=SetKind.ALLOCATIONS, frame=Frame(days, Resolution.DAY), step=Step.ALL,
        dimensions=(Dimension(name, key),), idle=Idle.SEPARATE,
    )  # fmt: skip
    known = Known()

    def ask(dialect: DuckDb) -> int:
        with database.snapshot() as snapshot:
            return len(ask_allocations(snapshot, question, NOW, known, dialect).rows)

    rows = ask(DuckDb())
    cpu = Cpu()
    taken = sorted(timed(lambda: ask(DuckDb())) for _ in range(ASKED))
    work = cpu.seconds() / ASKED
    return statistics.median(taken), taken[ASKED - 2], work, timed(lambda: ask(DuckDb(rollups=False))), rows


def bingen(fleet: Path, place: Path, memory: int) -> dict[str, Any]:
    """Rebuild from another product's sets."""
    bucket, database, ingestor = opened(fleet, place, memory)
    found = rebuilt(fleet, database, ingestor)
    database.close()
    return found | {"read": sum(info.size_bytes for info in bucket.list()), "bytes": database.size_bytes()}


STEPS: dict[str, Callable[[Path, Path, int], dict[str, Any]]] = {"bare": bare, "parquet": parquet, "bingen": bingen}


def main(arguments: Iterable[str]) -> None:
    """Run one step and print what it says as JSON."""
    name, fleet, place, memory = arguments
    print(json.dumps(STEPS[name](Path(fleet), Path(place), int(memory))))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1:])
