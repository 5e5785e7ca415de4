"""Rows and headers: what their totals and keys say."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from builders import allocation, allocation_set, day, disk, hour, key, money, node
from fleetcost.model.allocation import ALLOCATION_COSTS, NO_LABELS, Allocation
from fleetcost.model.asset import Asset
from fleetcost.model.sets import SetHeader, SetKind
from fleetcost.sets.schema import SCHEMAS


def test_every_cost_is_in_the_total_once() -> None:
    """A row with one of each cost and adjustment totals their number; parts of the network cost do not count again."""
    row = allocation(**dict.fromkeys(ALLOCATION_COSTS, 1), network_zone_cost=5, network_internet_cost=5)
    assert row.total_cost == len(ALLOCATION_COSTS)


def test_every_cost_column_is_known_to_the_total() -> None:
    """A cost that is added to the row and forgotten in the total would be lost; only network's parts may be."""
    named = {f.name for f in fields(Allocation) if f.name.endswith(("_cost", "_cost_adjustment"))}
    assert named - set(ALLOCATION_COSTS) == {"network_zone_cost", "network_region_cost", "network_internet_cost"}


def test_an_asset_totals_cost_and_adjustment() -> None:
    """The adjustment a bill makes is part of an asset's total."""
    assert disk(cost=3, adjustment=-1).total_cost == money(2)
    assert node(cpu_cost=1, ram_cost=2).total_cost == money(3)


def test_rows_are_frozen() -> None:
    """Values cannot be changed after they were made, labels included."""
    row = allocation()
    with pytest.raises(FrozenInstanceError):
        row.pod = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        NO_LABELS["a"] = "b"  # type: ignore[index]


@pytest.mark.parametrize(("kind", "row"), [(SetKind.ALLOCATIONS, Allocation), (SetKind.ASSETS, Asset)])
def test_fields_and_columns_are_one_word(kind: SetKind, row: type) -> None:
    """Every field of a row is a column of the format and the other way round."""
    assert {f.name for f in fields(row)} == set(SCHEMAS[kind].names)


def test_a_header_is_complete_when_final_and_fully_observed() -> None:
    """A set that may grow, or whose window has an unobserved minute, is not complete."""
    header: SetHeader = allocation_set().header
    assert header.complete
    assert not replace(header, final=False).complete
    assert not replace(header, coverage_minutes=59.0).complete


def test_a_key_prints_what_it_names() -> None:
    """The text of a key has cluster, kind, resolution and window."""
    assert str(key(hour(1))) == "c1 allocations 1h [2026-01-10T01:00:00Z, 2026-01-10T02:00:00Z)"


def test_keys_sort() -> None:
    """Keys of unlike clusters, kinds and windows can be sorted."""
    keys = [key(hour(1)), key(day()), key(hour(0), SetKind.ASSETS), key(cluster="a")]
    assert min(keys).cluster == "a"
