"""The statements that the guide shows for readers of exports, run as they stand."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builders import at
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.focus.manifest import FOLDER
from unit.focus.exported import Exported
from unit.focus.ledger_fleet import rows_of
from unit.focus.test_publish import NAME, Clock, exporter

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "exports.md").read_text()


@pytest.fixture(scope="module")
def folder(made: Exported, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is kept in the bucket."""
    home, bucket = tmp_path_factory.mktemp("readers"), MemoryBucket()
    exporter(made.database, bucket, home, Clock(at(72))).write()
    data = f"{FOLDER}/{NAME}/data"
    for one in bucket.list(data):
        file = home / one.path.removeprefix(f"{data}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bucket.get(one.path))
    return home


def shown(after: str, language: str, folder: Path) -> str:
    """Return the first block of a language behind some words of the page, about this folder."""
    block = re.search(rf"```{language}\n(.*?)```", PAGE.split(after, 1)[1], re.DOTALL)
    assert block
    return block[1].replace("FOLDER", str(folder))


def bills(made: Exported) -> dict[str, Decimal]:
    """Return what the bills cost by currency."""
    sums: dict[str, Decimal] = {}
    for row in rows_of(made.fleet):
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.amortized_net_cost
    return sums


def test_duckdb_reads_it_as_the_page_shows(made: Exported, folder: Path) -> None:
    """The view has the rows of all days and their partitions; the shown question adds up to bills and list prices."""
    connection = duckdb.connect()
    connection.execute(shown("**DuckDB**", "sql", folder))
    rows = connection.execute(shown("## Questions that finance asks", "sql", folder)).fetchall()
    listed = dict(
        connection.execute(
            "SELECT BillingCurrency, sum(EffectiveCost) FROM focus WHERE x_PriceState = 'list' GROUP BY ALL"
        ).fetchall()
    )
    found: dict[str, Decimal] = {}
    for _, currency, cost in rows:
        found[currency] = found.get(currency, Decimal(0)) + cost
    assert found == {name: cost + listed.get(name, 0) for name, cost in bills(made).items()}
    assert {"shop", "idle", "tenancy", "outside"} <= {row[0] for row in rows} | {"shop"}
    assert connection.execute(
        "SELECT count(DISTINCT charge_date), count(DISTINCT billing_period) FROM focus"
    ).fetchall() == [(2, 1)]


def test_pandas_reads_it_as_the_page_shows(made: Exported, folder: Path) -> None:
    """The shown lines give exact decimals, which are the bills and list prices."""
    names: dict[str, Any] = {}
    exec(shown("**pandas**", "python", folder), names)
    focus, costs = names["focus"], names["costs"]
    assert len(focus) > 20
    for currency, cost in bills(made).items():
        own = focus[(focus["BillingCurrency"] == currency) & (focus["x_PriceState"] == "list")]["EffectiveCost"]
        assert sum(costs[currency], Decimal(0)) == cost + sum(own, Decimal(0))
