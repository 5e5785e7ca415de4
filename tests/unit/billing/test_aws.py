"""AWS reports in every layout become the rows that the ledger says, to the last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from making.bills import amazon
from making.bills.ledger import totals, truth
from making.bills.reading import all_rows, read_sets

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("net", [False, True])
def test_a_legacy_csv_report(tmp_path: Path, *, net: bool) -> None:
    """Every row of every day, with and without the net columns of an enterprise agreement."""
    charges = amazon.charges(FIRST, 3, net=net)
    sets = read_sets(tmp_path, ("report-00001.csv.gz", amazon.as_csv_gz(charges, net=net)))
    assert all_rows(sets) == truth(charges)


@pytest.mark.parametrize("version", [1, 2])
def test_a_parquet_report(tmp_path: Path, version: int) -> None:
    """The legacy report and version 2.0, whose tags are a map, give the same rows, with tags as Athena spells them."""
    charges = amazon.charges(FIRST, 2)
    sets = read_sets(tmp_path, ("report-00001.snappy.parquet", amazon.as_parquet(charges, version=version)))
    assert all_rows(sets) == truth(amazon.athena_labels(charges))


def test_a_report_in_parts(tmp_path: Path) -> None:
    """Rows of one resource and day in several files are one row."""
    charges = amazon.charges(FIRST, 2)
    halves = [("a-00001.csv.gz", amazon.as_csv_gz(charges[::2])), ("a-00002.csv.gz", amazon.as_csv_gz(charges[1::2]))]
    assert all_rows(read_sets(tmp_path, *halves)) == truth(charges)


def test_a_month_adds_up_in_every_currency(tmp_path: Path) -> None:
    """The totals of a month's sets are the ledger's, to a millionth; euros and dollars stay apart."""
    charges = amazon.charges(FIRST, 28, seed=3)
    euros = [replace(charge, currency="EUR", account_id="444") for charge in amazon.charges(FIRST, 28, seed=4)]
    sets = read_sets(tmp_path, ("r-00001.csv.gz", amazon.as_csv_gz([*charges, *euros])))
    found: dict[str, Decimal] = {}
    for made in sets.values():
        for total in made.header.totals:
            found[total.currency] = found.get(total.currency, Decimal(0)) + total.amortized_net_cost
    expected = {currency: costs[3] for currency, costs in totals([*charges, *euros]).items()}
    assert found.keys() == expected.keys()
    assert all(abs(found[currency] - expected[currency]) < Decimal("1e-6") for currency in expected)


def test_the_invoice_adds_up(tmp_path: Path) -> None:
    """What savings plans negate, charge and cover comes to the invoice; nothing is left out, unmapped rows included."""
    charges = amazon.charges(FIRST, 2)
    sets = read_sets(tmp_path, ("r-00001.csv.gz", amazon.as_csv_gz(charges)))
    invoiced = sum(total.invoiced_cost for made in sets.values() for total in made.header.totals)
    written = sum(Decimal(row["lineItem/UnblendedCost"]) for row in amazon.rows(charges))
    assert abs(invoiced - written) < Decimal("1e-6")
    unmapped = sum(total.invoiced_cost for made in sets.values() for total in made.header.unmapped)
    assert abs(unmapped - sum(c.costs[4] for c in charges if c.rule == "unmapped")) < Decimal("1e-6")
    assert sum(made.header.bill_rows for made in sets.values()) == len(charges)
