"""The tables of columns: every column says what it holds, and what it says fits its type."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Annotated

import pytest

from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET
from fleetcost.model.cloud_cost import CLOUD_COST, CLOUD_COSTS, CloudCostTotal
from fleetcost.model.cloud_sets import CLOUD_FORMAT_VERSION
from fleetcost.model.columns import (
    ADJUSTMENT,
    COST,
    DISTRIBUTION,
    FLAG,
    FRACTION,
    LABELS,
    MEASURE,
    PART,
    PEAK,
    TEXT,
    ColumnTable,
    Holds,
    SetColumn,
    table_of,
)
from fleetcost.model.sets import FORMAT_VERSION

TABLES = {"allocations": ALLOCATION, "assets": ASSET, "cloud costs": CLOUD_COST}
COLUMNS = [pytest.param(one, id=f"{name} {one.name}") for name, table in TABLES.items() for one in table.columns]
MONEY = (COST, PART, ADJUSTMENT)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_says_what_it_holds(column: SetColumn) -> None:
    """Its meaning is there, its type is one its kind can have, and a number that is no money and no part has a unit."""
    kinds = {
        TEXT: {str}, LABELS: {dict, list}, FLAG: {bool}, PEAK: {float}, FRACTION: {float}, MEASURE: {Decimal, int},
        DISTRIBUTION: {bytes},
    }  # fmt: skip
    assert column.holds.meaning.strip()
    assert column.type in kinds.get(column.holds.kind, {column.type})
    assert bool(column.holds.unit) == (column.holds.kind in {MEASURE, PEAK, DISTRIBUTION})
    assert (column.type is Decimal) or column.holds.kind not in MONEY


@pytest.mark.parametrize("column", COLUMNS)
def test_what_may_not_be_known_has_no_default_of_zero(column: SetColumn) -> None:
    """A column a row may be without is null where nothing is said; money of the first version is always there."""
    assert not column.nullable or column.default is None
    # Money that came later is unknown in older files, which is no zero either.
    assert not (column.nullable and column.holds.kind in MONEY and column.holds.since == 1)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_names_and_kinds_agree(table: ColumnTable) -> None:
    """What is called a cost is money that adds up, what is called an adjustment is one, and keys are columns."""
    names = {one.name for one in table.columns}
    assert {name for name in names if name.endswith("cost")} <= {*table.of(COST, PART)}
    assert {name for name in names if name.endswith("adjustment")} == {*table.adjustments}
    assert {*table.keys} <= names
    assert len(names) == len(table.columns)


def test_the_version_of_a_format_is_its_newest_column() -> None:
    """Nobody raises a version by hand: a column that came later raises it."""
    assert max(ALLOCATION.newest, ASSET.newest) == FORMAT_VERSION
    assert CLOUD_COST.newest == CLOUD_FORMAT_VERSION


def test_totals_of_bills_have_every_cost() -> None:
    """The totals in the header of a cloud cost set are of the costs its rows have."""
    assert [one.name for one in fields(CloudCostTotal)] == ["currency", *CLOUD_COSTS]


def test_a_field_without_a_meaning_is_refused() -> None:
    """A row whose field does not say what it holds cannot become a table."""

    @dataclass
    class Silent:
        cost: Decimal

    with pytest.raises(TypeError, match="cost does not say what it holds"):
        table_of(Silent, keys=())


def test_a_later_column_needs_a_default() -> None:
    """Files of older versions do not have it, so something must stand there."""
    with pytest.raises(TypeError, match=r"Later\.limit is since version 2: give it a default"):
        table_of(Later, keys=())


@dataclass
class Later:
    """A row with a later column that has no default."""

    limit: Annotated[Decimal, Holds(MEASURE, "its limit", "cores", since=2)]
