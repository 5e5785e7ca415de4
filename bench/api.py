"""
Questions at the HTTP door of an aggregator that holds a whole fleet, beside the bare SQL on the same tables.

    python bench/api.py --data FLEET --tables DIR [--clients 1,4,16] [--seconds 90] [--rounds 20] [--before TREE]

The fleet is a bucket that `bench/aggregator_fleet.py` made. Tables of this build in the folder are used as they are,
others are made again from the bucket before anything is measured, which takes minutes. Measuring ends when `--seconds`
are over, whatever was reached by then: each number of clients has its part of them, and the report says how often a
question was asked in it.
A real server process answers over real sockets: fifty rows, and the series of their costs by day. *First* is a question
that has no kept answer: each request leaves out a cluster that is not there, another each time. *Again* is one that was
answered before. The bare SQL is the same grouping of the same costs over the same 90 days, run by the engine in this
process once the server has stopped, with as many threads: over the single rows, and over the rollup the server reads.
Times are in milliseconds; *CPU* is what the server's process spent on a first question, which a busy machine does not
lengthen as it does the others. Nothing leaves the machine.

Then what a question costs by each route, over seven days unless `--days` says otherwise, with a filter of clusters, of
namespaces and of labels that leaves nothing out; milliseconds of CPU of a first ask. With `--before`, the root of
another version's tree, its server answers the same questions in the same run, in turn, from tables of its own.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
END = datetime(2026, 10, 1, tzinfo=UTC)
START = END - timedelta(days=90)
WINDOW = f"{START.timestamp():.0f},{END.timestamp():.0f}"
PATIENCE_SECONDS = 3600
"""For the first pass, where the tables are not there yet."""

SUMS = ", ".join(
    f"sum({name})"
    for name in (
        "cpu_core_hours", "cpu_core_request_hours", "cpu_core_usage_hours", "cpu_cost", "cpu_cost_adjustment",
        "ram_byte_hours", "ram_byte_request_hours", "ram_byte_usage_hours", "ram_cost", "ram_cost_adjustment",
        "gpu_cost", "pv_cost", "network_cost", "load_balancer_cost", "external_cost",
    )
)  # fmt: skip
FRAME = f"window_start >= '{START:%Y-%m-%d}' AND window_start < '{END:%Y-%m-%d}'"
LABEL = "(SELECT label_set, any_value(labels['team']::VARCHAR) AS team FROM label_set GROUP BY label_set)"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One question of the design.

    Attributes:
        name: for the report
        path, parameters: as a client asks it
        rows, rolled: the same as plain SQL, over single rows and over a rollup
    """

    name: str
    path: str
    parameters: dict[str, str]
    rows: str
    rolled: str

    def target(self, number: int) -> str:
        """Return the address; each number is another question with the same answer."""
        asked = {"window": WINDOW, **self.parameters, "limit": "50", "filter": f'cluster!:"nobody-{number}"'}
        return f"{self.path}?{urllib.parse.urlencode(asked)}"


def grouped(keys: str, table: str, join: str = "") -> str:
    """Return plain SQL that groups a table."""
    return f"SELECT {keys}, {SUMS} FROM {table} {join} WHERE {FRAME} GROUP BY {keys}"


BY_TEAM = f"JOIN {LABEL} USING (label_set)"
ALLOCATIONS = "/api/v1/allocations"
QUESTIONS = (
    Asked("by namespace", ALLOCATIONS, {"aggregate": "namespace"}, grouped("namespace", "container_1d"),
          grouped("namespace", "namespace_1d")),
    Asked("by cluster", ALLOCATIONS, {"aggregate": "cluster"}, grouped("cluster", "container_1d"),
          grouped("cluster", "namespace_1d")),
    Asked("by controller", ALLOCATIONS, {"aggregate": "controller"}, grouped("controller", "container_1d"),
          grouped("controller", "workload_1d")),
    Asked("by label", ALLOCATIONS, {"aggregate": "label:team"}, grouped("team", "container_1d", BY_TEAM),
          grouped("team", "workload_1d", BY_TEAM)),
    Asked("summary by namespace", "/model/allocation/summary", {"aggregate": "namespace", "accumulate": "true"},
          grouped("namespace", "container_1d"), grouped("namespace", "namespace_1d")),
)  # fmt: skip
"""Ninety days by namespace, cluster, controller and label; and as Kubecost's clients ask."""


def measure(port: int, targets: list[list[str]]) -> dict[str, list[float]]:
    """Let each client ask its addresses one after the other; return the times of each question."""

    def client(own: list[str]) -> list[tuple[str, float]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        taken: list[tuple[str, float]] = []
        for target in own:
            began = time.perf_counter()
            connection.request("GET", target, headers={"accept-encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            taken.append((target.rpartition("&filter=")[0], (time.perf_counter() - began) * 1000))
            if answer.status != http.client.OK:
                raise SystemExit(f"{target}: {answer.status}")
        connection.close()
        return taken

    times: dict[str, list[float]] = {}
    with ThreadPoolExecutor(len(targets)) as pool:
        for name, milliseconds in itertools.chain.from_iterable(pool.map(client, targets)):
            times.setdefault(name, []).append(milliseconds)
    return times


def spent(pid: int) -> float:
    """Return the milliseconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], part: float) -> float:
    """Return the value that this part of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


FILTERS = {
    "cluster": 'cluster!:"nobody-{}"',
    "namespace": 'namespace!:"nobody-{}"',
    "label": 'label[nobody]!:"nobody-{}"',
}
ROUTES = {
    "native namespace": (ALLOCATIONS, {"aggregate": "namespace", "limit": "50"}),
    "native controller": (ALLOCATIONS, {"aggregate": "controller", "limit": "50"}),
    "native label": (ALLOCATIONS, {"aggregate": "label:team", "limit": "50"}),
    "native compare": (ALLOCATIONS, {"aggregate": "namespace", "compare": "prev"}),
    "native idle shared": (ALLOCATIONS, {"aggregate": "namespace", "idle": "share", "tenancy": "share"}),
    "native namespace shared": (ALLOCATIONS, {"aggregate": "namespace", "share_namespaces": "kube-system"}),
    "allocation": ("/model/allocation", {"aggregate": "namespace", "accumulate": "true"}),
    "allocation by day": ("/model/allocation", {"aggregate": "namespace"}),
    "summary": ("/model/allocation/summary", {"aggregate": "namespace", "accumulate": "true"}),
    "topline": ("/model/allocation/summary/topline", {"aggregate": "namespace", "accumulate": "true"}),
    "native assets": ("/api/v1/assets", {"aggregate": "type"}),
    "assets": ("/model/assets", {"aggregate": "type"}),
}
"""What a question costs whatever it reads is measured of these; rows of assets have no namespace."""
ASKED = 6
"""First asks of each route and filter in one turn; a process' CPU is counted in hundredths of a second."""
TURNS = 2


def fixed(port: int, pid: int, numbers: Iterator[int], days: int) -> dict[tuple[str, str], float]:
    """Return the CPU of a first ask over some days, by route and filter."""
    window = f"{(END - timedelta(days=days)).timestamp():.0f},{END.timestamp():.0f}"
    found = {}
    for name, (path, parameters) in ROUTES.items():
        for kind, text in FILTERS.items():
            if "assets" in path and kind == "namespace":
                continue
            asked = [{"window": window, **parameters, "filter": text.format(next(numbers))} for _ in range(ASKED + 1)]
            targets = [f"{path}?{urllib.parse.urlencode(one)}" for one in asked]
            measure(port, [targets[:1]])
            before = spent(pid)
            measure(port, [targets[1:]])
            found[name, kind] = (spent(pid) - before) / ASKED
    return found


def print_fixed(chosen: argparse.Namespace, numbers: Iterator[int]) -> None:
    """Measure what questions cost whatever they read, of this tree and of another in turn, and print the least."""
    trees = {"now": ROOT} | ({"before": chosen.before.resolve()} if chosen.before else {})
    least: dict[str, dict[tuple[str, str], float]] = {which: {} for which in trees}
    for _ in range(TURNS):
        for which, root in trees.items():
            tables = chosen.tables if which == "now" else chosen.tables.with_name(f"{chosen.tables.name}-before")
            with server(chosen.data, tables, root) as (port, pid):
                for key, cost in fixed(port, pid, numbers, chosen.days).items():
                    least[which][key] = min(cost, least[which].get(key, cost))
    print(
        f"\n{f'{chosen.days} days, CPU of a first ask, ms':<32}"
        + "".join(f"{f'{kind} {which}':>18}" for kind in FILTERS for which in trees)
    )
    for name in ROUTES:
        costs = [least[which].get((name, kind)) for kind in FILTERS for which in trees]
        print(f"{name:<32}" + "".join("                 –" if one is None else f"{one:>18.0f}" for one in costs))


@contextmanager
def server(bucket: Path, data: Path, root: Path = ROOT) -> Iterator[tuple[int, int]]:
    """Run an aggregator until the block ends; its first pass is over. Gives its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "federated-store.yaml"
        config.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {bucket.resolve()}\n")
        command = [sys.executable, "-m", "fleetcost", "aggregator", "run", "--storage-config", str(config)]
        command += ["--data-dir", str(data), "--port", str(port), "--daily-retention-days", "0"]
        command += ["--hourly-retention-hours", "0", "--interval-seconds", "86400"]
        environment = os.environ | {"PYTHONPATH": str(root / "src")}
        said = Path(folder) / "said.log"
        with said.open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait(lambda: passed(port), process, said)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(60)


def wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], said: Path) -> None:
    """Wait until a server is ready."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the server did not come up: {said.read_text()[-2000:]}")
        time.sleep(0.2)


def passed(port: int) -> bool:
    """Tell whether the first pass is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/model/debug/orchestrator")
        return bool(json.loads(connection.getresponse().read())["data"]["passes"] > 0)
    except OSError:
        return False
    finally:
        connection.close()


def bare(data: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median time of each question as plain SQL: over single rows, and over the rollup."""
    with duckdb.connect(str(data / "fleetcost.duckdb"), read_only=True) as engine:
        engine.execute(f"SET threads = {len(os.sched_getaffinity(0))}")

        def taken(sql: str) -> float:
            times = []
            for _ in range(rounds):
                began = time.perf_counter()
                engine.execute(sql).fetchall()
                times.append((time.perf_counter() - began) * 1000)
            return statistics.median(times)

        return {one.name: (taken(one.rows), taken(one.rolled)) for one in QUESTIONS}


def merge(found: dict[str, list[float]], more: dict[str, list[float]]) -> None:
    """Add times to those found before."""
    for name, times in more.items():
        found.setdefault(name, []).extend(times)


def rounds_of(
    port: int, clients: int, rounds: int, numbers: Iterator[int], until: float
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """
    Let so many clients ask at once, each question once at least, and then the same again.

    Returns:
        The times of first and of repeated questions.
    """
    first: dict[str, list[float]] = {}
    again: dict[str, list[float]] = {}
    for number in range(rounds):
        fresh = [[one.target(next(numbers)) for one in QUESTIONS] for _ in range(clients)]
        began = time.perf_counter()
        merge(first, measure(port, fresh))
        # Answers are kept for the minute they are given in: what is asked again is computed again right before.
        measure(port, fresh[:1])
        merge(again, measure(port, [fresh[0] * 4] * clients))
        # Another round will take as long as this one.
        if number + 1 < rounds and 2 * time.perf_counter() - began > until:
            break
    return first, again


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the fleet")
    parser.add_argument("--tables", type=Path, required=True, help="where its tables are or will be")
    parser.add_argument("--rounds", type=int, default=20, help="how often each client asks each question at most")
    parser.add_argument("--clients", default="1,4,16")
    parser.add_argument("--seconds", type=float, default=90, help="for all measuring together")
    parser.add_argument("--before", type=Path, help="the root of another version's tree")
    parser.add_argument("--days", type=int, default=7, help="of what is asked by each route with each filter")
    parser.add_argument("--only-fixed", action="store_true", help="leave out the ninety days")
    chosen = parser.parse_args()
    numbers = itertools.count()
    print_fixed(chosen, numbers)
    if chosen.only_fixed:
        return
    rows = []
    cpu: dict[str, float] = {}
    several = [int(clients) for clients in chosen.clients.split(",")]
    load = os.getloadavg()[0]
    with server(chosen.data, chosen.tables) as (port, pid):
        began = time.perf_counter()
        measure(port, [[one.target(next(numbers)) for one in QUESTIONS]])
        for one in QUESTIONS:
            before = spent(pid)
            asked = measure(port, [[one.target(next(numbers)) for _ in range(3)]])
            cpu[one.name] = (spent(pid) - before) / sum(map(len, asked.values()))
        left = began + chosen.seconds - time.perf_counter()
        for number, clients in enumerate(several, 1):
            until = began + chosen.seconds - left * (1 - number / len(several))
            first, again = rounds_of(port, clients, chosen.rounds, numbers, until)
            rows += [(clients, one, first, again) for one in QUESTIONS]
    plain = bare(chosen.tables, 3)
    size = (chosen.tables / "fleetcost.duckdb").stat().st_size
    print(f"{os.cpu_count()} cores, load before {load:.1f}, tables {size / 2**20:.0f} MiB, ms")
    print(f"{'90 days':<22}{'clients':>8}{'asked':>7}{'first p50':>11}{'p95':>8}{'again p50':>11}{'p95':>8}{'CPU':>7}"
          f"{'SQL rows':>10}{'SQL rollup':>12}")  # fmt: skip
    for clients, one, first, again in rows:
        name = one.target(0).rpartition("&filter=")[0]
        over_rows, over_rollup = plain[one.name]
        print(f"{one.name:<22}{clients:>8}{len(first[name]):>7}"
              f"{percentile(first[name], 0.5):>11.1f}{percentile(first[name], 0.95):>8.1f}"
              f"{percentile(again[name], 0.5):>11.2f}{percentile(again[name], 0.95):>8.2f}"
              f"{cpu[one.name]:>7.0f}"
              f"{over_rows:>10.1f}{over_rollup:>12.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
