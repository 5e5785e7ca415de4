"""
What a converted question costs beside the same question unconverted: CPU of both, in one process and in turn.

    python bench/rates.py [--clusters 100] [--days 30] [--namespaces 40] [--workloads 5] [--rounds 5]

The rows of two fleets are made up inside the tables: clusters × days × namespaces × workloads, and their rollups. They
differ in their currencies alone: euros in one, three in the other. Each question is asked in turn of the one as it is
and of the other converted into euros by daily rates. What is known of the ledger is known before, as in a server that
runs. The CPU of all threads counts, the least of the rounds.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import ask_allocations, judged
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Idle, Ordering, Page, Question, Step
from fleetcost.query.sharing import Sharing, Tenancy
from fleetcost.query.shown import Shown
from fleetcost.rates.table import ExchangeRate, RateKind, RatePolicy, RateTable
from fleetcost.tables.database import Database, EngineLimits, Writer, open_database
from fleetcost.tables.view import View

START = datetime(2026, 7, 1, tzinfo=UTC)
GIB = 1 << 30
FRIDAY = 4
PLACE = ("cluster", "window_start", "window_end", "currency", "kind", "signs")
AMOUNTS = {
    name: f"(({place + 7} * c + w + d) % 1000)::DECIMAL(38, 9) / 100" for place, name in enumerate(ALLOCATION.sums)
}


def fill(
    database: Database, clusters: int, days: int, namespaces: int, workloads: int, currencies: tuple[str, ...]
) -> int:
    """Make the rows up; return how many workloads times days there are."""
    start = f"TIMESTAMP '{START:%Y-%m-%d}'"
    begin, end = (f"{start} + {number} * INTERVAL 1 DAY" for number in ("d", "(d + 1)"))
    keys = {
        "cluster": "'c' || c", "window_start": begin, "window_end": end,
        "currency": f"{list(currencies)}[1 + c % {len(currencies)}]",
        "kind": "'workload'", "namespace": f"'n' || (w % {namespaces})", "controller_kind": "'deployment'",
        "controller": "'w' || w", "start": begin, "end": end,
        "members": "1", "cost": " + ".join(AMOUNTS[name] for name in ALLOCATION.costs if "adjust" not in name),
    }  # fmt: skip
    with database.transaction() as writer:
        known = columns(writer, "workload_1d")
        made = {name: "''" if kind == "VARCHAR" else "0" for name, kind in known.items()} | AMOUNTS | keys
        chosen = ", ".join(f'({made[name]})::{kind} AS "{name}"' for name, kind in known.items())
        writer.rows(
            f"INSERT INTO workload_1d BY NAME SELECT {chosen} FROM range({clusters}) AS a(c), range({days}) AS b(d), "
            f"range({namespaces * workloads}) AS e(w)"
        )
        for table, by in (("namespace_1d", (*PLACE, "namespace")), ("cluster_1d", PLACE)):
            add_up(writer, table, by)
    return clusters * days * namespaces * workloads


def columns(writer: Writer, table: str) -> dict[str, str]:
    """Return a table's columns and their types."""
    found = writer.rows(f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}'")
    return {row[0]: row[1] for row in found}


def add_up(writer: Writer, table: str, by: tuple[str, ...]) -> None:
    """Fill a rollup from the workloads."""
    made = {"start": 'min("start")', "end": 'max("end")'}
    made |= {name: f"sum({name})" for name in (*AMOUNTS, "cost", "adjustment", "members")} | {name: name for name in by}
    chosen = ", ".join(f"""{made.get(name, "''")} AS "{name}\"""" for name in columns(writer, table))
    writer.rows(f"INSERT INTO {table} BY NAME SELECT {chosen} FROM workload_1d GROUP BY {', '.join(by)}")


def rates(days: int) -> RatePolicy:
    """Return a rate for every working day."""
    rows = []
    for number in range(-7, days):
        day = (START + timedelta(days=number)).date()
        if day.weekday() <= FRIDAY:
            rows += [
                ExchangeRate(day, "EUR", "USD", Decimal("1.16") + Decimal(number) / 10000),
                ExchangeRate(day, "EUR", "JPY", Decimal("178.3") + Decimal(number) / 100),
            ]
    return RatePolicy(RateTable("bench", 1, RateKind.DAILY, tuple(sorted(rows))))


def questions(days: int) -> dict[str, Question]:
    """Return the questions that are measured."""
    base = Question(
        kind=SetKind.ALLOCATIONS,
        frame=Frame(Window(START, START + timedelta(days=days)), Resolution.DAY),
        step=Step.ALL,
        series=Step.DAY,
        dimensions=(),
        idle=Idle.HIDE,
        tenancy=Tenancy.HIDE,
        joined=True,
        properties=("cluster",),
        page=Page(Ordering(), 50),
    )
    by = {
        f"by {name}": replace(base, dimensions=parse_dimensions(name, SetKind.ALLOCATIONS))
        for name in ("cluster", "namespace", "controller")
    }
    shared = Sharing(namespaces=("n1",))
    return by | {"by namespace, one shared": replace(by["by namespace"], sharing=shared)}


def cpu_seconds() -> float:
    """Return the CPU this process has used, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Whole(Known):
    """Knows a ledger in which every amount occurs."""

    def absent(self, snapshot: View, resolution: Resolution) -> frozenset[str]:
        """Leave nothing out but what bills change: single containers, which say what is there, are not made up."""
        del snapshot, resolution
        return frozenset(ALLOCATION.adjustments)


def measured(database: Database, question: Question) -> float:
    """Return the CPU of asking, in milliseconds."""
    with database.snapshot() as snapshot:
        known = Whole()
        judged(snapshot, question, START, known)
        began = cpu_seconds()
        ask_allocations(snapshot, question, START, known)
        return (cpu_seconds() - began) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("clusters", 100), ("days", 30), ("namespaces", 40), ("workloads", 5), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", default="", help="part of the names of the questions to ask, empty for all")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        size = (asked.clusters, asked.days, asked.namespaces, asked.workloads)
        euros, three = (
            open_database(Path(folder) / f"{name}.duckdb", EngineLimits(3 * GIB, 2), START) for name in ("one", "three")
        )
        fill(euros, *size, ("EUR",))
        rows = fill(three, *size, ("EUR", "USD", "JPY"))
        print(f"{rows:,} workload-days; CPU in ms, the least of {asked.rounds} rounds in turn")
        policy = rates(asked.days)
        for name, plain in questions(asked.days).items():
            if asked.only not in name:
                continue
            converted = replace(plain, shown=Shown("EUR", ("JPY", "USD"), policy))
            pairs = [[measured(euros, plain), measured(three, converted)] for _ in range(asked.rounds)]
            before, after = (min(pair[place] for pair in pairs) for place in range(2))
            print(f"{name:26} unconverted {before:7.0f}   converted {after:7.0f}   {after / before - 1:+.0%}")
        euros.close()
        three.close()


if __name__ == "__main__":
    main()
