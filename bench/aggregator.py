"""
How fast the aggregator is, beside a bare DuckDB that loads the same Parquet in the same run.

    python bench/aggregator.py [--size quick|F-99|F-max] [--rounds 1] [--memory 2GiB] [--skip bingen] [--data DIR]

Every step runs in a process of its own; its peak is what that process and its children held in memory together. The
fleets are made by `aggregator_fleet.py`, the same each time, and kept below `.cache/bench`. Ratios are what counts:
seconds are this machine's, with whatever else it did meanwhile (the load is printed).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aggregator_bingen import build_bingen
from aggregator_fleet import SIZES, Size, build

from fleetcost.ops.memory import Size as Bytes
from fleetcost.ops.memory import parse_size

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache" / "bench"
MIB = 1024 * 1024
GLANCE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Measured:
    """What a step said of itself, and the most memory its processes held together."""

    facts: dict[str, Any]
    peak_bytes: int


def tree(root: int) -> list[int]:
    """Return a process and all below it."""
    found = [root]
    for pid in found:
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def resident_bytes(pid: int) -> int:
    """Return what a process holds in memory; 0 when it has gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def step(name: str, *arguments: object, cap_bytes: int = 0) -> Measured:
    """
    Run a step in a process of its own and watch its memory.

    Args:
        name: of the step
        arguments: its own
        cap_bytes: more than this in memory, and its processes are killed, as a container's would be; 0 is no limit

    Raises:
        SystemExit: it failed, or was killed.
    """
    command = [sys.executable, str(HERE / "aggregator_steps.py"), name, *(str(argument) for argument in arguments)]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said)
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(resident_bytes(pid) for pid in tree(process.pid)))
            if cap_bytes and peak > cap_bytes:
                for pid in tree(process.pid):
                    os.kill(pid, signal.SIGKILL)
                raise SystemExit(f"{name}: killed, it held {peak / MIB:,.0f} MiB, more than {Bytes(cap_bytes)}")
            time.sleep(GLANCE_SECONDS)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
        said.seek(0)
        return Measured(json.loads(said.read().splitlines()[-1]), peak)


def line(what: str, value: str, beside: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:<52} {value:>14}  {beside}", flush=True)


def seconds(value: float) -> str:
    """Write seconds."""
    return f"{value:,.1f} s" if value >= 10 else f"{value:.2f} s"


def times(ours: dict[str, Any], bare: dict[str, Any]) -> str:
    """Write the ratio of the times, and of the work: a loaded machine blurs the first and hardly the second."""
    ratios = [ours[name] / bare[name] for name in ("seconds", "cpu")]
    return f"{ratios[0]:.2f} x bare; CPU {ours['cpu']:,.1f} s, {ratios[1]:.2f} x"


def best(name: str, rounds: int, folder: Path, work: Path, memory: int) -> Measured:
    """Run a step several times, each on an empty disk; return the fastest."""
    runs = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(dir=work, prefix=f"{name}-{number}-") as place:
            runs.append(step(name, folder, place, int(memory)))
    return min(runs, key=lambda one: float(one.facts["seconds"]))


def report_parquet(ours: Measured, bare: Measured) -> None:
    """Print the rebuild and the passes after it."""
    facts, yard = ours.facts, bare.facts
    line(
        "bare DuckDB: load all, checkpoint",
        seconds(yard["seconds"]),
        f"{yard['rows']:,} rows; CPU {yard['cpu']:,.1f} s",
    )
    line("rebuild from Parquet, empty disk to all visible", seconds(facts["seconds"]),
         times(facts, yard))  # fmt: skip
    line("  newest day of all clusters visible after", seconds(facts["newest"]),
         f"bare DuckDB loads that day in {seconds(yard['newest'])}")  # fmt: skip
    line("one new hour of one cluster: written to visible", seconds(facts["hour"]),
         f"bare DuckDB loads that hour in {seconds(yard['hour'])}")  # fmt: skip
    line("a pass with nothing new, listing left out", seconds(facts["nothing"] - facts["listing"]),
         f"listing {facts['objects']:,} objects: {seconds(facts['listing'])}")  # fmt: skip
    line("peak memory, ingest and queries", f"{ours.peak_bytes / MIB:,.0f} MiB",
         f"bare {bare.peak_bytes / MIB:,.0f} MiB, without a limit")  # fmt: skip
    line("database", f"{facts['bytes'] / 1e6:,.0f} MB",
         f"{facts['bytes'] / yard['bytes']:.2f} x bare ({yard['bytes'] / 1e6:,.0f} MB), "
         f"{facts['bytes'] / facts['rows']:.0f} bytes a row")  # fmt: skip
    line("rows of rollups", "", ", ".join(f"{name} {rows:,}" for name, rows in facts["rolled_up"].items()))
    for name, (median, late, cpu, single, rows) in facts["questions"].items():
        line(f"{name}, p50 and p95 of 20", f"{median * 1000:,.0f} {late * 1000:,.0f} ms",
             f"CPU {cpu * 1000:,.0f} ms; from single rows {single * 1000:,.0f} ms; {rows:,} rows")  # fmt: skip


def report_bingen(ours: Measured, bare: Measured) -> None:
    """Print the rebuild from another product's files."""
    facts = ours.facts
    line("rebuild from bingen, empty disk to all visible", seconds(facts["seconds"]),
         f"{times(facts, bare.facts)} Parquet; {facts['read'] / 1e6:,.0f} MB")  # fmt: skip
    line("  newest day of all clusters visible after", seconds(facts["newest"]))
    line("  peak memory, all processes", f"{ours.peak_bytes / MIB:,.0f} MiB")


def main() -> None:
    """Parse arguments, build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--days", type=int, help="instead of the size's")
    parser.add_argument("--rounds", type=int, default=1, help="of bare DuckDB and the rebuild; the fastest counts")
    parser.add_argument("--memory", type=parse_size, default=Bytes(2 << 30), help="the aggregator's setting")
    parser.add_argument("--skip", choices=("bingen", "parquet"), help="leave one form out")
    parser.add_argument("--data", type=Path, default=CACHE, help="where fleets and databases lie")
    asked = parser.parse_args()
    size = replace(SIZES[asked.size], days=asked.days or SIZES[asked.size].days)
    work = asked.data / "work"
    work.mkdir(parents=True, exist_ok=True)
    parquet = asked.data / f"{size.name}-{size.days}"
    written = build(size, parquet)
    describe(size, written, asked.memory)
    bare = best("bare", asked.rounds, parquet, work, asked.memory)
    if asked.skip != "parquet":
        report_parquet(best("parquet", asked.rounds, parquet, work, asked.memory), bare)
    if asked.skip != "bingen":
        bingen = asked.data / f"{size.name}-{size.days}-bingen"
        build_bingen(size, bingen)
        report_bingen(best("bingen", 1, bingen, work, asked.memory), bare)
    line("load of the machine at the end (1, 5, 15 minutes)", "", " ".join(f"{one:.1f}" for one in os.getloadavg()))


def describe(size: Size, written: int, memory: Bytes) -> None:
    """Print what is measured."""
    cores = len(os.sched_getaffinity(0))
    print(
        f"{size.name}: {size.clusters} clusters, {size.containers} containers each, {size.days} days, "
        f"{written / 1e6:,.0f} MB of Parquet; {cores} cores, memory {memory}; "
        f"load before {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
