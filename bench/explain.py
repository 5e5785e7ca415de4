"""
Explaining one number of a whole fleet: opening it from the root down to a workload, one request after the other.

    python bench/explain.py --data FLEET --tables DIR [--days 90] [--rounds 5]

The fleet is a bucket that `bench/aggregator_fleet.py` made; tables are made again where they are not there, before
anything is measured. A real server process answers over a real socket. Each round opens a number nobody asked for
before: its filter leaves out a cluster that is not there. The numbers are the total of the fleet and the dearest
namespace of a cluster, with idle apart and with idle shared; the steps are those a person takes: the figure, a
cluster's prices, a day's rows. *CPU* is what the server's process spent on a request, which a busy machine does not
lengthen; *SQL* the same rows of that namespace grouped by day and node, by the engine in this process, once the server
has stopped. Times in milliseconds. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from api import END, server, spent

LISTED = "part=cpu/basis=list"


def ask(port: int, path: str, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - a document
    """Ask for a document."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", f"{path}?{urllib.parse.urlencode(parameters)}")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path} {parameters}: {answer.status} {body[:400]!r}")
    return json.loads(body)


def steps(port: int, window: str, row: Mapping[str, Any], number: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what is asked in one round, each step from the answer to the one before."""
    fresh = {"window": window, "aggregate": "cluster,namespace", "filter": f'cluster!:"nobody-{number}"'}
    yield "the total of the fleet", fresh
    yield "the total, idle shared", fresh | {"idle": "share"}
    own = fresh | {"row": row["name"]}
    yield "a namespace of a cluster", own
    yield "the same, idle shared", own | {"idle": "share"}
    inside = own | {"path": f"{LISTED}/cluster={row['key']['cluster']}", "depth": "2"}
    yield "its prices and days", inside
    price = ask(port, "/api/v1/explain", inside)["tree"]["parts"][0]
    yield "a day's rows", own | {"path": price["parts"][-1]["path"], "depth": "2"}


def bare(tables: Path, row: Mapping[str, Any], start: datetime) -> float:
    """Return the median time of the same rows as plain SQL."""
    with duckdb.connect(str(tables / "fleetcost.duckdb"), read_only=True) as engine:
        engine.execute(f"SET threads = {len(os.sched_getaffinity(0))}")
        times = []
        for _ in range(5):
            began = time.perf_counter()
            engine.execute(
                "SELECT window_start, node, sum(cpu_cost), sum(cpu_core_hours) FROM container_1d "
                "WHERE cluster = $cluster AND namespace = $namespace AND window_start >= $start GROUP BY ALL",
                {**row["key"], "start": start.replace(tzinfo=None)},
            ).fetchall()
            times.append((time.perf_counter() - began) * 1000)
        return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the fleet")
    parser.add_argument("--tables", type=Path, required=True, help="where its tables are or will be")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    start = END - timedelta(days=chosen.days)
    window = f"{start.timestamp():.0f},{END.timestamp():.0f}"
    load = os.getloadavg()[0]
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with server(chosen.data, chosen.tables) as (port, pid):
        asked = {"window": window, "aggregate": "cluster,namespace", "idle": "hide", "tenancy": "hide", "limit": "1"}
        row = ask(port, "/api/v1/allocations", asked)["rows"][0]
        for number in range(chosen.rounds + 1):
            for name, parameters in steps(port, window, row, number):
                # What a step follows from was asked to find it, and is kept: this asks for another number of parts.
                parameters |= {"limit": "40"}
                before, began = spent(pid), time.perf_counter()
                ask(port, "/api/v1/explain", parameters)
                if number:
                    wall.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                    cpu.setdefault(name, []).append(spent(pid) - before)
    sql = bare(chosen.tables, row, start)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load before {load:.1f}, {chosen.days} days, ms")
    print(f"{'explain':28}{'p50':>8}{'most':>8}{'CPU':>8}")
    for name, times in wall.items():
        print(f"{name:28}{statistics.median(times):8.0f}{max(times):8.0f}{statistics.median(cpu[name]):8.0f}")
    print(f"{row['name']} by day and node as SQL: {sql:.1f}")


if __name__ == "__main__":
    main()
