"""Times and numbers out of all bounds are never in the tables, whatever column they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from builders import at, bucket_of, ingest, open_tables, pair
from fleetcost.model.bounds import MARGIN, largest
from fleetcost.sets.cost_set import CostSet
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, ledger_of

BEYOND = timedelta(microseconds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def changed(one: CostSet, name: str, value: Any) -> CostSet:
    """Return a set in which every row has this value."""
    place, field = one.table.schema.get_field_index(name), one.table.schema.field(name)
    column = pa.array([value] * one.table.num_rows, field.type)
    return replace(one, table=one.table.set_column(place, field, column))


def edges(field: pa.Field) -> tuple[list[Any], list[Any]]:
    """Return the last values of a column that can be, and the first that cannot; none where any can."""
    if pa.types.is_timestamp(field.type):
        first, last = at(0) - MARGIN, at(1) + MARGIN
        return [first, last], [first - BEYOND, last + BEYOND, datetime(1, 1, 1, tzinfo=first.tzinfo)]
    if pa.types.is_floating(field.type):
        most = largest(field.name)
        return [-most, most, None], [-most * 1.001, most * 1.001, float("nan"), float("inf"), float("-inf")]
    return [], []


def test_only_what_can_be_is_loaded(database: Database) -> None:
    """Every time and number is loaded up to its bounds and refused beyond them, by its file's and its column's name."""
    sets: list[CostSet] = []
    expected: dict[str, str] = {}
    for one in pair():
        for field in one.table.schema:
            for fits, values in zip((True, False), edges(field), strict=True):
                for value in values:
                    cluster = f"c{len(expected)}"
                    key = replace(one.header.key, cluster=cluster)
                    expected[cluster] = "" if fits else f" {field.name} holds "
                    sets.append(changed(replace(one, header=replace(one.header, key=key)), field.name, value))
    ingest(bucket_of(*sets), database)
    entries = list(ledger_of(database).values())
    assert len(entries) == len(expected) > 60
    for entry in entries:
        said = expected[entry.key.cluster]
        assert entry.state is (EntryState.DAMAGED if said else EntryState.INGESTED), entry
        assert said in entry.reason
