"""The page on the cost model says what the code does."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from fleetcost.costing.price_sheet import parse
from fleetcost.costing.prices import PriceBook
from fleetcost.model.finding import FindingKind

PAGE = (Path(__file__).parents[3] / "docs" / "cost-model.md").read_text()


@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_is_explained(kind: FindingKind) -> None:
    """Each finding stands in the table with its meaning."""
    assert f"| {kind} | {kind.meaning} |" in PAGE


def test_the_built_in_rates_are_those_of_the_code() -> None:
    """The table of rates has every number of the price book."""
    table = PAGE.partition("| built-in rate | an hour |")[2].partition("###")[0]
    storage = {"storage_gib_hourly", "local_disk_gib_hourly"}
    for field in fields(PriceBook):
        value = getattr(PriceBook(), field.name)
        if isinstance(value, float) and value and field.name not in storage:
            assert f"{value:g}" in table, field.name
    assert "0.04 / 730" in table


def test_the_example_of_a_price_sheet_is_one() -> None:
    """The example can be read as it stands."""
    example = PAGE.partition("### Price sheet")[2].partition("```yaml\n")[2].partition("```")[0]
    book = parse(example, "the page")
    assert (book.currency, book.discount, book.custom) == ("EUR", 0.3, True)
