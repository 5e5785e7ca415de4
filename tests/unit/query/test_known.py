"""What questions remember of the ledger: one generation of it, and no more."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import FOREVER, at, hour, open_tables, pair, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.run import Ingestor
from fleetcost.query.dialect import DuckDb
from fleetcost.query.known import THING_BYTES, Known
from fleetcost.tables.ledger import read_ledger


@dataclass(frozen=True, slots=True)
class Seen:
    """A view that is only asked for its generation."""

    generation: int


def test_only_one_generation_is_kept() -> None:
    """With a new generation everything made of the former one is let go of, and nothing of it is given again."""
    known = Known()
    made: list[Any] = []

    def ask(generation: int) -> object:
        return known.remembered(Seen(generation), "entries", lambda: made.append(generation) or object())  # type: ignore[arg-type, func-returns-value]

    first = ask(1)
    assert ask(1) is first
    second = ask(2)
    assert ask(2) is second
    assert ask(1) is not first
    assert made == [1, 2, 1]


def test_what_is_remembered_keeps_its_budget() -> None:
    """Whatever is asked, it takes no more than its budget; what was asked for longest ago goes, the rest is kept."""
    known = Known(10 * THING_BYTES)
    seen: Any = Seen(1)
    first = known.remembered(seen, "first", lambda: (1, 2, 3))
    for number in range(20):
        assert known.remembered(seen, "first", tuple) is first
        known.remembered(seen, number, lambda: (1, 2))
        assert known.bytes <= 10 * THING_BYTES
    assert known.remembered(seen, 19, tuple) == (1, 2)
    assert known.remembered(seen, 0, tuple) == ()


def test_what_is_larger_than_the_budget_is_made_for_each_question() -> None:
    """A ledger that does not fit is not kept, and every question is answered all the same."""
    known = Known(10 * THING_BYTES)
    seen: Any = Seen(1)
    assert known.remembered(seen, "ledger", lambda: tuple(range(50))) == tuple(range(50))
    assert known.remembered(seen, "ledger", lambda: tuple(range(60))) == tuple(range(60))
    assert known.bytes == 0


def test_an_entry_weighs_what_is_reckoned(tmp_path: Path) -> None:
    """A ledger as it is read takes no more memory than is reckoned for its entries."""
    database, bucket = open_tables(tmp_path), MemoryBucket()
    for number in range(10):
        put(bucket, *pair(hour(number), "a-cluster-with-a-name-of-some-length"))
    Ingestor(bucket, database, FOREVER, lambda: at(5)).pass_once()
    with database.snapshot() as snapshot:
        tracemalloc.start()
        kept = [read_ledger(snapshot) for _ in range(20)]
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    database.close()
    assert taken <= THING_BYTES * sum(map(len, kept))


def test_the_latest_of_equals_does_not_depend_on_their_order(tmp_path: Path) -> None:
    """Of rows that are equally new the same one is taken, in whatever order they were written."""
    database = open_tables(tmp_path)
    latest = DuckDb().latest("label", "begun", "ended")
    with database.snapshot() as snapshot:
        found = [
            snapshot.rows(f"SELECT {latest} FROM (VALUES {rows}) AS t(label, begun, ended)")
            for rows in ("('a', 1, 1), ('b', 1, 1)", "('b', 1, 1), ('a', 1, 1)")
        ]
    database.close()
    assert found == [[("b",)], [("b",)]]
