"""Every field of the samples is filled by the queries that say so, with the records it is of."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import get_args, get_type_hints

import numpy as np
import pytest

from fleetcost.model.samples import Samples
from fleetcost.model.window import Window
from fleetcost.samples import queries
from fleetcost.samples.memory import MemorySource
from fleetcost.samples.query import Query
from fleetcost.samples.reader import RowReader
from making.cut import Always, grid, is_counter, series_of

START = 1_790_000_400 // 3600 * 3600
HOUR = Window.of_epochs(START, START + 3600)
FILLING = [query for query in queries.every() if query.fills is not None]


def test_every_field_is_filled() -> None:
    """No field of a group is left empty whatever the source has, and no query fills a field that is not there."""
    groups = [one.default_factory for one in fields(Samples) if one.default_factory is not MISSING]
    expected = {(group, one.name) for group in groups for one in fields(group)}  # type: ignore[arg-type]
    assert {(query.fills.group, query.fills.field) for query in FILLING if query.fills} == expected


@pytest.mark.parametrize("query", FILLING, ids=lambda query: query.name)
def test_records_are_of_their_field(query: Query) -> None:
    """What a query's rows become is what its field is declared to hold."""
    assert query.fills is not None
    times = grid(START - 300, START + 3600, 60)
    values = np.arange(len(times), dtype=np.float64) if is_counter(query) else np.ones(len(times))
    rows = MemorySource(Always(series_of(query, times, values))).query(query, HOUR, 60)
    assert len(rows) == 1
    record = query.fills.record(RowReader(rows[0].labels, rows[0].value))
    assert type(record) in get_args(get_type_hints(query.fills.group)[query.fills.field])
