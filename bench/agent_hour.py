"""
The agent's process of `bench/agent.py`: reads and builds one hour, prints what that took as JSON.

    PYTHONPATH=TREE/src python bench/agent_hour.py URL START_EPOCH STEP_SECONDS

It imports nothing but the agent, of whichever tree PYTHONPATH names, so that older ones run beside this one.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from resource import RUSAGE_SELF, getrusage

import fleetcost.cli.agent  # noqa: F401 - all that its command imports belongs to the start
from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.model.window import Window
from fleetcost.samples.client import PrometheusSource
from fleetcost.samples.read import read


def main(url: str, start: int, step_seconds: int) -> None:
    """Read, build, print."""
    with suppress(ImportError):  # trees of before have no such part
        from fleetcost.ops.garbage import collect_rarely  # noqa: PLC0415

        collect_rarely()
    times = [(0.0, time.process_time()), (time.perf_counter(), time.process_time())]
    samples = read(PrometheusSource(url), Window.of_epochs(start, start + 3600), step_seconds)
    times.append((time.perf_counter(), time.process_time()))
    built = build(samples, PriceBook())
    times.append((time.perf_counter(), time.process_time()))
    steps = zip(("read", "build"), times[1:], times[2:], strict=False)
    taken = {
        "start_cpu": times[0][1],
        **{f"{name}_cpu": after[1] - before[1] for name, before, after in steps},
        "wall": times[3][0] - times[1][0],
        "peak_mib": getrusage(RUSAGE_SELF).ru_maxrss / 1024,
        "allocations": len(built.allocations),
        "assets": len(built.assets),
        "digest": _digest((*built.allocations, *built.assets, *built.findings)),
    }
    print(json.dumps(taken))


def _digest(rows: Iterable[object]) -> str:
    """Return a digest of every field of every row: the same where two trees build the same."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


if __name__ == "__main__" and sys.argv[1:]:  # `make bench` runs every file; on its own this one measures nothing
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
