"""
A month of a fleet as one FOCUS file, beside the engine's own copy of the same rows.

    python bench/focus.py --tables FILE [--days 30] [--level container] [--memory 2GiB]

FILE is the database of an aggregator, `fleetcost.duckdb`, that nobody has open. The export and the copy run in
processes of their own, one after the other, with the same limits. *CPU* is user and system time; *memory* is the most
that the process had.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from fleetcost.focus.export import put_together, write_days
from fleetcost.focus.split import FocusAsked
from fleetcost.model.focus import FocusFormat, FocusPart
from fleetcost.model.window import Window
from fleetcost.tables.database import EngineLimits, open_database

THREADS = 2


def export(tables: Path, days: int, level: str, memory: int, file: Path) -> None:
    """Write the newest days of the tables as one file."""
    database = open_database(tables, EngineLimits(memory, THREADS), datetime.now(UTC))
    asked = FocusAsked(level=FocusPart(level))
    with database.snapshot() as snapshot, tempfile.TemporaryDirectory(dir=file.parent) as folder:
        ((newest,),) = snapshot.rows("SELECT max(window_start) FROM asset_1d")
        end = newest.replace(tzinfo=UTC) + timedelta(days=1)
        made = list(write_days(snapshot, asked, Window(end - timedelta(days=days), end), Path(folder)))
        put_together(snapshot, asked, made, FocusFormat.PARQUET, file)
    database.close()


def copy(source: Path, memory: int, file: Path) -> None:
    """Let the engine copy the rows of a file as they are."""
    connection = duckdb.connect(config={"memory_limit": f"{memory}B", "threads": THREADS})
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"COPY (SELECT * FROM '{source}') TO '{file}' (FORMAT parquet, COMPRESSION zstd)")


def measured(*arguments: str) -> dict[str, float]:
    """Run a part of this script in a process of its own; return its seconds, CPU and memory."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--level", default="container")
    parser.add_argument("--memory", default="2GiB")
    parser.add_argument("--part", choices=("export", "copy"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--source", type=Path)
    given = parser.parse_args()
    memory = int(float(given.memory.removesuffix("GiB")) * (1 << 30))
    if given.part:
        began = time.perf_counter()
        if given.part == "export":
            export(given.tables, given.days, given.level, memory, given.file)
        else:
            copy(given.source, memory, given.file)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(
                {
                    "seconds": time.perf_counter() - began,
                    "cpu": used.ru_utime + used.ru_stime,
                    "memory": used.ru_maxrss / 1024,
                }
            )
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        file, again = Path(folder) / "focus.parquet", Path(folder) / "copy.parquet"
        same = (
            "--tables",
            str(given.tables),
            "--days",
            str(given.days),
            "--level",
            given.level,
            "--memory",
            given.memory,
        )
        for name, found in (
            ("export", measured(*same, "--part", "export", "--file", str(file))),
            ("copy", measured(*same, "--part", "copy", "--source", str(file), "--file", str(again))),
        ):
            print(f"{name:8}{found['seconds']:8.1f} s{found['cpu']:8.1f} s CPU{found['memory']:8.0f} MiB")
        ((rows,),) = duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchall()
        size, load = file.stat().st_size / 1e6, os.getloadavg()[0]
        print(f"{rows} rows, {size:.0f} MB; {given.days} days by {given.level}, load {load:.1f}")


if __name__ == "__main__":
    main()
