"""Every column of money on every route: what is shown adds up to what is shown as its total."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, bucket_of, day, money
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.asset import ASSET, Asset, AssetType
from fleetcost.model.cloud_cost import CLOUD_COST
from fleetcost.model.columns import ADJUSTMENT, COST, PART, ColumnTable
from fleetcost.query.question import Basis
from fleetcost.sets.cloud.publish import publish
from unit.api.apps import App, app

DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
HIDDEN = {"idle": "hide", "tenancy": "hide"}
TABLES: dict[str, ColumnTable] = {"allocations": ALLOCATION, "assets": ASSET, "cloudcosts": CLOUD_COST}
GROUPS = {"allocations": "pod", "assets": "name", "cloudcosts": "providerID"}
IN_SETS_ONLY = {("cloudcosts", "contracted_cost")}
"""Money that sets keep and no route answers with."""
NATIVE = [
    (kind, name)
    for kind, table in TABLES.items()
    for name in table.of(COST, PART, ADJUSTMENT)
    if (kind != "allocations" or name not in table.adjustments) and (kind, name) not in IN_SETS_ONLY
]
"""Columns of native answers; a cost of allocations has its adjustment inside."""
WIRE = {"network_zone_cost": "networkCrossZoneCost", "network_region_cost": "networkCrossRegionCost"}
"""What compatible routes call otherwise."""

ROWS = 3


def amounts(table: ColumnTable, row: int) -> dict[str, Decimal]:
    """Return an amount for every column of money, each another one, so that no two can be mistaken."""
    names = table.of(COST, PART, ADJUSTMENT)
    return {name: money(f"{row + 1}.{place:03}000001") for place, name in enumerate(names, start=1)}


def expected(kind: str, name: str) -> float:
    """Return what a column adds up to over all rows."""
    return float(sum(amounts(TABLES[kind], row)[name] for row in range(ROWS)))


def joined(kind: str, name: str) -> float:
    """Return what a native column adds up to as billed: with its adjustment, or its part of the cost's it is inside."""
    if kind != "allocations":
        return expected(kind, name)
    whole = "network_cost" if name in ALLOCATION.of(PART) else name
    rows = [amounts(ALLOCATION, row) for row in range(ROWS)]
    return float(sum(row[name] * (1 + row.get(f"{whole}_adjustment", Decimal(0)) / row[whole]) for row in rows))


@pytest.fixture(scope="module")
def costly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An application whose rows have every kind of cost."""
    window = day()
    pods = [allocation(window, pod=f"p{row}", node="", **amounts(ALLOCATION, row)) for row in range(ROWS)]
    assets = [
        Asset(type=AssetType.CLOUD, name=f"a{row}", start=window.start, end=window.end, **amounts(ASSET, row))
        for row in range(ROWS)
    ]
    bucket = bucket_of(allocation_set(pods, window), asset_set(assets, window))
    publish(bucket, cloud_set([cloud_cost(provider_id=f"i-{row}", **amounts(CLOUD_COST, row)) for row in range(ROWS)]))
    with app(tmp_path_factory.mktemp("costs"), bucket) as opened:
        opened.ingestor.pass_once()
        yield opened


def native(costly: App, kind: str, **more: str) -> Any:
    """Ask a native route about single rows."""
    hidden = HIDDEN if kind == "allocations" else {}
    return costly.get(f"/api/v1/{kind}", window=DAY, aggregate=GROUPS[kind], **hidden, **more)


def sheet(costly: App, path: str, **parameters: str) -> list[dict[str, str]]:
    """Return the lines of a CSV answer, without the note at its head."""
    response = costly.client.get(path, {"window": DAY, "format": "csv"} | parameters)
    assert response.status_code == 200, response.text
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


@pytest.mark.parametrize(("kind", "name"), NATIVE)
def test_a_column_adds_up_on_the_native_route(costly: App, kind: str, name: str) -> None:
    """Its rows add up to its total, which is what the sets hold, adjustments inside."""
    answer = native(costly, kind)
    assert sum(row[name] for row in answer["rows"]) == pytest.approx(joined(kind, name), abs=1e-8)
    assert answer["totals"][name] == pytest.approx(joined(kind, name), abs=1e-8)


@pytest.mark.parametrize(("kind", "name"), NATIVE)
def test_a_column_adds_up_in_a_native_sheet(costly: App, kind: str, name: str) -> None:
    """The sheet has the column, and its lines add up to what the sets hold, adjustments inside."""
    hidden = HIDDEN if kind == "allocations" else {}
    lines = sheet(costly, f"/api/v1/{kind}", aggregate=GROUPS[kind], **hidden)
    assert float(sum(Decimal(line[name]) for line in lines)) == pytest.approx(joined(kind, name), abs=1e-8)


@pytest.mark.parametrize("name", ALLOCATION.of(COST, PART))
def test_a_column_at_list_prices_is_the_sets_own(costly: App, name: str) -> None:
    """Without bills every cost is what its set says, to the last digit."""
    lines = sheet(costly, "/api/v1/allocations", aggregate="pod", basis="list", **HIDDEN)
    assert float(sum(Decimal(line[name]) for line in lines)) == expected("allocations", name)


@pytest.mark.parametrize("kind", ["allocations", "assets"])
@pytest.mark.parametrize("basis", Basis)
def test_costs_are_the_total(costly: App, kind: str, basis: Basis) -> None:
    """Of each row, of the answer, of each line of the sheet: nothing of the total is shown nowhere, nothing twice."""
    costs = [name for own, name in NATIVE if own == kind and name in TABLES[kind].costs]
    answer = native(costly, kind, basis=basis)
    for row in (*answer["rows"], answer["totals"]):
        assert sum(row[name] for name in costs) == pytest.approx(row["total_cost"], abs=1e-8)
    hidden = HIDDEN if kind == "allocations" else {}
    for line in sheet(costly, f"/api/v1/{kind}", aggregate=GROUPS[kind], basis=basis, **hidden):
        assert sum(Decimal(line[name]) for name in costs) == Decimal(line["total_cost"])


def test_the_total_of_a_bill_is_the_cost_that_was_asked_for(costly: App) -> None:
    """Each of the five is one view of the charge: the total is one of them, never several."""
    for name in CLOUD_COST.costs:
        assert native(costly, "cloudcosts", metric=name)["totals"]["total_cost"] == expected("cloudcosts", name)


def camel(name: str) -> str:
    """Return what compatible routes call a column."""
    first, *rest = name.split("_")
    return WIRE.get(name, first + "".join(map(str.capitalize, rest)))


@pytest.mark.parametrize("name", ALLOCATION.of(COST, PART, ADJUSTMENT))
def test_a_column_adds_up_on_the_compatible_route(costly: App, name: str) -> None:
    """Every column of money of allocations is there under the field's name."""
    (found,) = costly.get("/model/allocation", window=DAY, aggregate="pod", accumulate="true")["data"]
    shown = sum(row[camel(name)] for row in found.values())
    assert shown == pytest.approx(expected("allocations", name), abs=ROWS * 1e-5)


def test_compatible_rows_add_up_to_their_totals(costly: App) -> None:
    """Costs with adjustments are the total, in the route's rows, in summaries and in the summaries' sheet."""
    (found,) = costly.get("/model/allocation", window=DAY, aggregate="pod", accumulate="true")["data"]
    for row in found.values():
        costs = [row[camel(name)] for name in ALLOCATION.costs]
        assert sum(costs) == pytest.approx(row["totalCost"], abs=len(costs) * 1e-5)
    parts = (*(camel(name) for name in ALLOCATION.of(COST)), "sharedCost")
    summaries = costly.get("/model/allocation/summary", window=DAY, aggregate="pod", accumulate="true")
    for row in summaries["data"]["sets"][0]["allocations"].values():
        assert sum(row[name] for name in parts) == pytest.approx(row["totalCost"], abs=1e-8)
    for line in sheet(costly, "/model/allocation/summary", aggregate="pod", accumulate="true"):
        assert sum(float(line[name]) for name in parts) == pytest.approx(float(line["totalCost"]), abs=1e-8)


def test_compatible_assets_have_their_adjustment_in_the_total(costly: App) -> None:
    """An asset's total is its cost and its adjustment, in the document and in the sheet."""
    whole = sum(expected("assets", name) for name in ASSET.costs)
    found = costly.get("/model/assets", window=DAY, aggregate="name", accumulate="true")["data"]
    rows = list((found if isinstance(found, dict) else found[0]).values())
    assert sum(row["totalCost"] for row in rows) == pytest.approx(whole, abs=ROWS * 1e-6)
    assert sum(row["adjustment"] for row in rows) == pytest.approx(expected("assets", "adjustment"), abs=ROWS * 1e-6)
    lines = sheet(costly, "/model/assets", aggregate="name", accumulate="true")
    assert sum(float(line["totalCost"]) for line in lines) == pytest.approx(whole, abs=ROWS * 1e-6)


@pytest.mark.parametrize("name", CLOUD_COST.costs)
def test_a_cost_of_bills_adds_up_on_the_compatible_route(costly: App, name: str) -> None:
    """Every one of the five is there under the field's name, in the document and in the sheet."""
    found = costly.get("/model/cloudCost", window=DAY, aggregate="providerID", accumulate="all")["data"]
    rows = [row for one in found["sets"] for row in one["cloudCosts"].values()]
    assert sum(row[camel(name)]["cost"] for row in rows) == pytest.approx(expected("cloudcosts", name), abs=ROWS * 1e-5)
    lines = sheet(costly, "/model/cloudCost", aggregate="providerID", accumulate="all")
    assert sum(float(line[camel(name)]) for line in lines) == pytest.approx(expected("cloudcosts", name), abs=1e-8)
