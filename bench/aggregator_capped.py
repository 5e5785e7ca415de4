"""
A whole rebuild, the small passes and questions by an aggregator that may not hold more memory than this.

    python bench/aggregator_capped.py [--size quick|F-99|F-max] [--cap 2GiB] [--data DIR]

The cap works as a container's does: processes that together hold more are killed. They are looked at fifty times a
second. A limit on what a process asks for (`RLIMIT_DATA`) is no measure: the allocator keeps address space that
it has given back. The aggregator is given the same number.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from aggregator import CACHE, MIB, seconds, step
from aggregator_fleet import SIZES, build

from fleetcost.ops.memory import Size as Bytes
from fleetcost.ops.memory import parse_size


def main() -> None:
    """Parse arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--days", type=int, help="instead of the size's")
    parser.add_argument("--cap", type=parse_size, default=Bytes(2 << 30))
    parser.add_argument("--memory", type=parse_size, help="the setting; the cap itself where it is not given")
    parser.add_argument("--data", type=Path, default=CACHE, help="where fleets and databases lie")
    asked = parser.parse_args()
    size = replace(SIZES[asked.size], days=asked.days or SIZES[asked.size].days)
    fleet = asked.data / f"{size.name}-{size.days}"
    build(size, fleet)
    work = asked.data / "work"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="capped-") as place:
        done = step("parquet", fleet, place, int(asked.memory or asked.cap), cap_bytes=int(asked.cap))
    facts = done.facts
    print(
        f"{size.name}, {size.days} days, capped at {asked.cap}: finished, {facts['rows']:,} rows in "
        f"{seconds(facts['seconds'])}, peak {done.peak_bytes / MIB:,.0f} MiB, {facts['bytes'] / 1e6:,.0f} MB on disk"
    )


if __name__ == "__main__":
    main()
