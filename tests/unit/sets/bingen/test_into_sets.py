"""Foreign rows in sets of ours: every value fits its column."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.sets.bingen.allocations import to_allocations
from fleetcost.sets.bingen.assets import to_assets
from fleetcost.sets.bingen.decode import decode
from fleetcost.sets.bingen.findings import Findings
from fleetcost.sets.bingen.rows import facts
from fleetcost.sets.cost_set import CostSet, Provenance, from_allocations, from_assets
from unit.sets.bingen.fixtures import kind_of, params

PROVENANCE = Provenance("", "USD", 1440.0, final=True, source="bingen", built_at=datetime(2024, 10, 21, tzinfo=UTC))


def built(path: Path) -> tuple[CostSet, int]:
    """Return a file as a set of ours, and its number of entries."""
    decoded = decode(path.read_bytes(), kind_of(path), path.name)
    found = facts(decoded)
    assert found.window is not None
    key = SetKey(ClusterId("c1"), SetKind(decoded.kind.value), Resolution.DAY, found.window)
    if key.kind is SetKind.ASSETS:
        return from_assets(key, list(to_assets(decoded, Findings())), PROVENANCE), found.rows
    return from_allocations(key, list(to_allocations(decoded, Findings())), PROVENANCE), found.rows


@pytest.mark.parametrize("path", params("*__allocations_1d.bin", "*__assets_1d.bin"))
def test_random_values_of_every_version_fit_our_columns(path: Path) -> None:
    """Sets full of random numbers, texts and labels become tables in our schema."""
    cost_set, entries = built(path)
    assert entries * 0.8 < cost_set.header.rows <= entries


@pytest.mark.parametrize("path", params("v25__allocations_mock.bin"))
def test_a_sets_total_is_the_sum_of_its_rows(path: Path) -> None:
    """The header's total is that of the rows that were kept: 82 of 112, the rest is idle."""
    assert built(path)[0].header.total_cost == 82
