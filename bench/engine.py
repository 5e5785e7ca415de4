"""
The same questions on every engine, beside bare SQL on the same Parquet, and a day derived by each, in one run.

    python bench/engine.py --data BUCKET [--work DIR] [--days 91] [--engines duckdb,sail,spark] [--rounds 3]

`--data` is a bucket in a folder, such as `aggregator_fleet.py` makes. The database and the lake made of it are kept in
`--work` and used again. Every answer is compared with the embedded engine's. Engines run one after the other; Spark is
a master, two workers with a core each and a Connect server on this machine. Times are of warm engines, in milliseconds.
Deriving is measured on the newest day, after another day has warmed the engine: sets in, every table of the lake out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.engine.derive_run import EngineAt
from fleetcost.engine.deriver import Deriver
from fleetcost.engine.remote import RemoteTables
from fleetcost.ingest.budget import split
from fleetcost.ingest.passes import Pass
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.lake.manifest import read
from fleetcost.lake.write import LakeWriter
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dialect_spark import Spark
from fleetcost.query.dimensions import Dimension
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle, Ordering, Page, Question, Step
from fleetcost.tables.database import EngineLimits, open_database
from fleetcost.tables.view import Tables
from servers.engines import children_of, sail, spark

LAST = datetime(2026, 10, 1, tzinfo=UTC)
MIB = 1 << 20
TOTAL = "cpu_cost + ram_cost + gpu_cost + pv_cost + network_cost + load_balancer_cost + external_cost"
SHAPES = {
    "namespace": (Dimension("namespace"), "namespace"),
    "cluster": (Dimension("cluster"), "cluster"),
    "controller": (Dimension("controller"), "controller_kind || ':' || controller"),
    "pod": (Dimension("pod"), "pod"),
    "label app": (Dimension("label", "app"), ""),
}
ASKED = [
    ("namespace", 1), ("namespace", 30), ("namespace", 90), ("cluster", 90), ("controller", 30), ("controller", 90),
    ("label app", 30), ("label app", 90), ("pod", 7),
]  # fmt: skip


def question(shape: str, days: int) -> Question:
    """Return the question the UI asks for a page of fifty rows, with idle."""
    return Question(
        kind=SetKind.ALLOCATIONS,
        frame=Frame(Window(LAST - timedelta(days=days), LAST), Resolution.DAY),
        step=Step.ALL,
        dimensions=(SHAPES[shape][0],),
        idle=Idle.SEPARATE,
        properties=(),
        page=Page(order=Ordering(), limit=50),
    )


def bare(shape: str, days: int, files: list[str], labels: list[str]) -> str:
    """Return what somebody would write by hand on the rows of the lake: names and costs, no idle, no completeness."""
    since = f"window_start >= TIMESTAMP '{LAST - timedelta(days=days):%Y-%m-%d}'"
    rows = f"read_parquet({files})"
    key = SHAPES[shape][1]
    if not key:
        key, rows = "labels['app']", f"{rows} JOIN read_parquet({labels}) USING (label_set)"
    return f"SELECT {key} AS name, sum({TOTAL}) AS cost FROM {rows} WHERE {since} GROUP BY 1 ORDER BY 2 DESC LIMIT 50"


def prepared(data: Path, work: Path, days: int) -> tuple[Any, FilesystemBucket]:
    """Ingest and write the lake, unless that is there."""
    work.mkdir(parents=True, exist_ok=True)
    now = LAST + timedelta(hours=6)
    budget = split(4 << 30, os.cpu_count() or 1)
    database = open_database(work / "bench.duckdb", EngineLimits(budget.engine_bytes, budget.threads), now)
    began = time.monotonic()
    done = Ingestor(
        FilesystemBucket(data), database, Retention(None, timedelta(days=days)), lambda: now, budget=budget
    ).pass_once()
    print(f"ingested {done.loaded} objects in {time.monotonic() - began:.0f} s")
    bucket = FilesystemBucket(work / "lake")
    began = time.monotonic()
    written = LakeWriter(database, bucket, work, lambda: now).write()
    print(f"lake: {written.files} files, {written.size_bytes / MIB:.0f} MiB in {time.monotonic() - began:.0f} s")
    return database, bucket


def timed(rounds: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median of some runs after a first one, in milliseconds, and what came back."""
    made, times = work(), []
    for _ in range(rounds):
        began = time.perf_counter()
        made = work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times), made


def asked(tables: Tables, one: Question, known: Known) -> list[tuple[str, float]]:
    """Ask, and return name and cost of each row."""
    with tables.snapshot() as view:
        answer = ask_allocations(view, one, LAST + timedelta(hours=6), known)
    return [(row.name, round(row.total_cost, 6)) for step in answer.steps for row in step.rows]


@contextmanager
def remote(name: str, bucket: FilesystemBucket, folder: Path) -> Iterator[RemoteTables]:
    """Start an engine and give its tables."""
    began = time.monotonic()
    with engine_url(name, folder) as url:
        tables = RemoteTables(bucket, url)
        tables.refresh()
        print(f"{name}: ready in {time.monotonic() - began:.1f} s")
        yield tables
        tables.close()


@contextmanager
def engine_url(name: str, folder: Path) -> Iterator[str]:
    """Start an engine."""
    if name == "sail":
        with sail(folder) as url:
            yield url
    else:
        with spark(folder, executor_memory="2g", tuned_for_tests=False) as cluster, cluster.connect():
            yield cluster.url


def measured(
    name: str, tables: Tables, rounds: int, questions: list[tuple[str, int]]
) -> dict[tuple[str, int], tuple[float, Any]]:
    """Ask everything."""
    known = Known()
    found = {}
    for shape, days in questions:
        one = question(shape, days)
        found[shape, days] = timed(rounds, lambda one=one: asked(tables, one, known))
        print(f"  {name:7} {shape:10} {days:3} d  {found[shape, days][0]:8.0f} ms", flush=True)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(__file__).parents[1] / ".cache" / "bench" / "engine")
    parser.add_argument("--engines", default="duckdb,sail,spark")
    parser.add_argument("--days", type=int, default=91, help="how many of the newest days")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("questions", "derive"), help="one half of it")
    parser.add_argument("--prepare", action="store_true", help="make the database and the lake, and end")
    chosen = parser.parse_args()
    if chosen.only != "derive":
        questions_of(chosen)
    if chosen.only != "questions" and not chosen.prepare:
        derive_all(chosen.data, chosen.engines.split(","))


def questions_of(chosen: argparse.Namespace) -> None:
    """Ask everybody everything."""
    database, bucket = prepared(chosen.data, chosen.work, chosen.days)
    if chosen.prepare:
        return
    found = read(bucket)
    assert found is not None
    root = bucket.name.removeprefix("file://")
    paths = {name: [f"{root}/{file.path}" for file in table.files] for name, table in found.manifest.tables.items()}
    by_hand = duckdb.connect()
    results: dict[str, dict[tuple[str, int], tuple[float, Any]]] = {"bare": {}}
    questions = [(shape, min(days, chosen.days)) for shape, days in ASKED]
    for shape, days in questions:
        since = LAST - timedelta(days=days)
        files = [
            f"{root}/{file.path}"
            for file in found.manifest.tables["container_1d"].files
            if file.start is not None and file.start >= since
        ]
        sql = bare(shape, days, files, paths["label_set"])
        results["bare"][shape, days] = timed(chosen.rounds, lambda sql=sql: by_hand.execute(sql).fetchall())
    for name in chosen.engines.split(","):
        if name == "duckdb":
            results[name] = measured(name, database, chosen.rounds, questions)
            per_core(name, database, chosen.days)
            continue
        with tempfile.TemporaryDirectory() as folder, remote(name, bucket, Path(folder)) as tables:
            results[name] = measured(name, tables, chosen.rounds, questions)
            per_core(name, tables, chosen.days)
    report(results)


@dataclass(frozen=True, slots=True)
class Maker:
    """Something that makes a lake of a bucket's sets: a pass, and what was running meanwhile."""

    passed: Callable[[], Pass]
    bucket: FilesystemBucket


@contextmanager
def maker(name: str, folder: Path) -> Iterator[Maker]:
    """Start an engine, or open a database, over an empty bucket."""
    now, keep = LAST + timedelta(hours=6), Retention(None, None)
    bucket, budget = FilesystemBucket(folder / "bucket"), split(4 << 30, os.cpu_count() or 1)
    if name == "duckdb":
        database = open_database(folder / "bench.duckdb", EngineLimits(budget.engine_bytes, budget.threads), now)
        ingestor = Ingestor(bucket, database, keep, lambda: now, budget=budget)
        lake = LakeWriter(database, bucket, folder, lambda: now)

        def both() -> Pass:
            done = ingestor.pass_once()
            lake.write()
            return done

        yield Maker(both, bucket)
        database.close()
        return
    with engine_url(name, folder) as url:
        deriver = Deriver(bucket, EngineAt(url, bucket.name), folder, keep, lambda: now, currency="USD", budget=budget)
        yield Maker(deriver.pass_once, bucket)
        deriver.close()


def derive_all(data: Path, names: list[str]) -> None:
    """Derive a day by each, and hold the lakes' totals against each other."""
    print("\n| deriving a day | seconds | core seconds | containers a core second | cost in the lake |")
    print("|---|---|---|---|---|")
    for name in names:
        with tempfile.TemporaryDirectory() as folder, maker(name, Path(folder)) as one:
            copy_day(data, one.bucket, LAST - timedelta(days=2))
            one.passed()
            copy_day(data, one.bucket, LAST - timedelta(days=1))
            began, spent = time.monotonic(), cpu_seconds()
            done = one.passed()
            seconds, spent = time.monotonic() - began, cpu_seconds() - spent
            assert done.bad == 0
            rows, cost = newest(one.bucket)
            print(f"| {name} | {seconds:.1f} | {spent:.1f} | {rows / spent:.0f} | {rows} rows, {cost} |", flush=True)


def copy_day(data: Path, bucket: FilesystemBucket, start: datetime) -> None:
    """Copy the sets of a day into a bucket."""
    root = Path(bucket.name.removeprefix("file://"))
    for file in data.glob(f"federated/*/etl/parquet/*/1d/{int(start.timestamp())}-*.parquet"):
        target = root / file.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def newest(bucket: FilesystemBucket) -> tuple[int, Any]:
    """Return rows and cost of the newest day of a lake, by a reader that made neither."""
    found = read(bucket)
    assert found is not None
    root, start = bucket.name.removeprefix("file://"), LAST - timedelta(days=1)
    files = [f"{root}/{file.path}" for file in found.manifest.tables["container_1d"].files if file.start == start]
    ((rows, cost),) = duckdb.sql(f"SELECT count(*), sum({TOTAL}) FROM read_parquet({files})").fetchall()
    return rows, cost


def cpu_seconds() -> float:
    """Return what this process and all below it have computed so far."""
    spent = 0
    for pid in (os.getpid(), *children_of(os.getpid())):
        with suppress(OSError):
            spent += sum(int(part) for part in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])
    return spent / os.sysconf("SC_CLK_TCK")


def per_core(name: str, tables: Tables, days: int) -> None:
    """Print how many single rows one core of an engine adds up in a second, without rollups."""
    one = question("namespace", days)
    dialect = (DuckDb if name == "duckdb" else Spark)(rollups=False)
    now = LAST + timedelta(hours=6)
    for last in (False, True):
        began = cpu_seconds()
        with tables.snapshot() as view:
            ((rows,),) = view.rows("SELECT count(*) FROM container_1d")
            ask_allocations(view, one, now, Known(), dialect)
        spent = cpu_seconds() - began
        if last:
            print(
                f"{name}: {rows} single rows by namespace in {spent:.1f} core seconds: {rows / spent:.0f} a core second"
            )


def report(results: dict[str, dict[tuple[str, int], tuple[float, Any]]]) -> None:
    """Print the table, and whether the answers are the same."""
    names = list(results)
    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds, median, warm\n")
    print("| question | " + " | ".join(names) + " | answers |")
    print("|---|" + "---|" * (len(names) + 1))
    for key in results["bare"]:
        answers = [results[name][key][1] for name in names if name != "bare"]
        same = "equal" if all(same_answer(answers[0], other) for other in answers[1:]) else "DIFFERENT"
        times = " | ".join(f"{results[name][key][0]:.0f}" for name in names)
        print(f"| {key[0]}, {key[1]} d | {times} | {same} |")


def same_answer(one: list[tuple[str, float]], other: list[tuple[str, float]]) -> bool:
    """Tell whether two answers have the same rows in the same order, amounts to the sixth place."""
    return [name for name, _ in one] == [name for name, _ in other] and all(
        abs(a - b) <= 1.1e-6 for (_, a), (_, b) in zip(one, other, strict=True)
    )


if __name__ == "__main__":
    main()
