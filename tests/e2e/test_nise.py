"""
Bills that an independent program makes up: what is read is their plain sum, per currency, service and day.

The program is `koku-nise`, in an environment of its own: it is no part of fleetcost, its licence is the AGPL, and
nothing of it or of what it writes is kept. `make nise` runs it; without NISE these tests are skipped.
"""

from __future__ import annotations

import csv
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from making.bills.reading import read_sets

NISE = os.environ.get("NISE", "")
DAYS = ("-s", "2026-10-01", "-e", "2026-10-03", "--write-monthly")

pytestmark = [
    pytest.mark.corner,
    pytest.mark.skipif(not NISE, reason="no independent bills here: NISE names no program; `make nise` installs it"),
]


@dataclass(frozen=True, slots=True)
class Export:
    """How a provider's export is asked for, and where its charges stand in it."""

    arguments: tuple[str, ...]
    service: str
    begins: str
    currency: str
    cost: Callable[[Mapping[str, str]], Decimal]


def credited(row: Mapping[str, str]) -> Decimal:
    """Return what a row of GCP costs after its credits, which the program writes as a single amount or none."""
    assert row["credits"] in {"", "[]", "{}"}, row["credits"]
    return Decimal(row["cost"])


EXPORTS = {
    "aws": Export(
        ("aws",), "lineItem/ProductCode", "lineItem/UsageStartDate", "lineItem/CurrencyCode",
        lambda row: Decimal(row["lineItem/UnblendedCost"]),
    ),
    "azure": Export(
        ("azure",), "ConsumedService", "Date", "BillingCurrency", lambda row: Decimal(row["CostInBillingCurrency"])
    ),
    "gcp": Export(("gcp", "--resource-level"), "service.description", "usage_start_time", "currency", credited),
}  # fmt: skip

Sums = dict[tuple[str, str, str], Decimal]


def made_up(folder: Path, export: Export) -> list[dict[str, str]]:
    """Return the rows that the program makes up; it writes Python's None where there is nothing."""
    subprocess.run([NISE, "report", *export.arguments, *DAYS], cwd=folder, check=True, capture_output=True, timeout=240)
    rows: list[dict[str, str]] = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows += [
                {name: "" if cell == "None" else cell for name, cell in row.items()} for row in csv.DictReader(text)
            ]
    return rows


@pytest.mark.parametrize("provider", EXPORTS)
def test_sums_are_those_of_plain_decimals(tmp_path: Path, provider: str) -> None:
    """Every row is read, and each currency, service and day has the file's sum, but for the ninth place of each row."""
    export = EXPORTS[provider]
    rows = made_up(tmp_path, export)
    right: Sums = defaultdict(Decimal)
    for row in rows:
        day = datetime.fromisoformat(row[export.begins]).strftime("%Y-%m-%d")
        right[row[export.currency], row[export.service], day] += export.cost(row)
    clean = tmp_path / "clean.csv"
    with clean.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    found: Sums = defaultdict(Decimal)
    sets = read_sets(tmp_path / "read", (clean.name, clean.read_bytes()))
    for day, made in sets.items():
        for one in made.table.select(["currency", "service", "invoiced_cost"]).to_pylist():
            found[one["currency"], one["service"], f"{day:%Y-%m-%d}"] += one["invoiced_cost"]
    assert sum(made.header.bill_rows for made in sets.values()) == len(rows) > 0
    assert found.keys() == right.keys()
    assert max(abs(found[key] - right[key]) for key in right) <= Decimal("0.5e-9") * len(rows)
