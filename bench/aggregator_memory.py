"""
Resident memory of an aggregator over many passes that write, with questions between: `aggregator_memory.py [PASSES]`.

Each pass replaces the newest sets of a small fleet, so that the ledger has a new generation every time. Prints what the
process holds after some passes, and how much it grew from the 50th to the last.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from builders import FOREVER, allocation, allocation_set, asset_set, at, day, node, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.run import Ingestor
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dimensions import Dimension
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle, Question, Step
from fleetcost.tables.database import EngineLimits, open_database

CLUSTERS, DAYS, PODS = 20, 30, 5
MIB = 1 << 20


def resident() -> int:
    """Return the bytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def publish(bucket: MemoryBucket, cluster: int, number: int, cost: int) -> None:
    """Put both sets of a day."""
    window, name = day(-number), f"cluster-{cluster}"
    pods = [allocation(window, pod=f"p{each}", pod_uid=f"u{each}", cpu_cost=cost + each) for each in range(PODS)]
    put(bucket, allocation_set(pods, window, name), asset_set([node(window, cpu_cost=cost * 99)], window, name))


def main() -> None:
    """Measure."""
    passes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    now = at(day=2)
    bucket = MemoryBucket()
    for cluster in range(CLUSTERS):
        for number in range(DAYS):
            publish(bucket, cluster, number, 1)
    known = Known()
    held: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "tables.duckdb", EngineLimits(256 * MIB, threads=1), now)
        ingestor = Ingestor(bucket, database, FOREVER, lambda: now)
        for number in range(passes + 1):
            publish(bucket, number % CLUSTERS, 0, 2 + number)
            ingestor.pass_once()
            with database.snapshot() as snapshot:
                for days in (1, 7, 30):
                    frame = Frame(Window(at(day=1) - timedelta(days=days), at(day=1)), Resolution.DAY)
                    question = Question(
                        kind=SetKind.ALLOCATIONS, frame=frame, step=Step.ALL, dimensions=(Dimension("cluster"),),
                        idle=Idle.SEPARATE,
                    )  # fmt: skip
                    ask_allocations(snapshot, question, now, known)
                    known.completeness(snapshot, frame, tuple(SetKind), now)
            held[number] = resident()
            if number in (1, 10, 50, 100, 150, passes):
                print(f"pass {number:4}: {held[number] / MIB:7.1f} MiB resident", flush=True)
        database.close()
    if passes > 50:
        print(f"from pass 50 to {passes}: {held[passes] / held[50] - 1:+.1%}", flush=True)


if __name__ == "__main__":
    main()
