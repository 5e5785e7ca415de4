"""What questions remember of the ledger: one generation of it, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import open_tables
from fleetcost.query.dialect import DuckDb
from fleetcost.query.known import Known


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
