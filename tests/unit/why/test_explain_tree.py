"""Growing a tree: sums, limits and what is left."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetcost.why.explain_path import PathStep, parse_path, value_of, written
from fleetcost.why.explain_tree import ROUNDING, UNEXPLAINED, Explained, PlacedCharge, grow

AMOUNTS = st.decimals(-1000, 1000, places=9)
STEPS = st.tuples(*(st.builds(PathStep, st.just(kind), st.sampled_from("abc")) for kind in ("part", "cluster", "row")))
CHARGES = st.lists(st.builds(PlacedCharge, STEPS, AMOUNTS), min_size=1, max_size=12)


def check(part: Explained) -> None:
    """Hold every part against its parts and their rest."""
    if part.parts:
        assert sum((one.amount for one in part.parts), part.rest or Decimal(0)) == part.amount
    for one in part.parts:
        check(one)


@given(charges=CHARGES, whole=AMOUNTS, depth=st.integers(0, 4), limit=st.integers(1, 5))
def test_every_level_sums_whatever_is_left_out(
    charges: list[PlacedCharge], whole: Decimal, depth: int, limit: int
) -> None:
    """Parts and their rest are exactly the whole, at any depth and limit, and where the whole is another amount."""
    grown = grow(charges, Explained((), "answer", "", whole), depth, limit)
    assert grown.amount == whole
    assert all(len(part.parts) <= limit for part in (grown, *grown.parts))
    check(grown)


@pytest.mark.parametrize(("left", "name"), [("0.000000001", ROUNDING), ("0.01", UNEXPLAINED)])
def test_a_difference_is_rounding_only_as_far_as_rounding_goes(left: str, name: str) -> None:
    """What is more than rounding is called what it is."""
    charge = PlacedCharge((PathStep("part", "cpu"),), Decimal(1))
    grown = grow([charge], Explained((), "answer", "", 1 + Decimal(left)), 1, 9)
    assert [part.label for part in grown.parts] == ["cpu", name]


@given(value=st.text(min_size=1).filter(lambda text: text.isprintable()))
def test_a_path_is_read_as_it_was_written(value: str) -> None:
    """Whatever a name holds, its step says it again."""
    steps = (PathStep("cluster", value), PathStep("window", "2026-01-10T00:00:00Z"))
    path = parse_path(written(step.id for step in steps))
    assert value_of(path, "cluster") == value
    assert path == tuple(step.id for step in steps)
