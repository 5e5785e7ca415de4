"""What a group pays: its own, its part of what is idle, its part of what is shared."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from decimal import Decimal

import pytest

from builders import allocation, allocation_set, asset_set, at, bucket_of, day, disk, node
from unit.api.apps import App, app

WINDOW = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
WAYS = [
    {"idle": idle, "tenancy": tenancy, **sharing}
    for idle, tenancy, sharing in itertools.product(
        ("separate", "share", "hide"),
        ("separate", "share", "hide"),
        ({}, {"share_namespaces": "kube-system", "share_cost": "73", "share_split": "even"}),
    )
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A day of two teams and what runs for both, on a machine that is half idle."""
    pods = [
        allocation(day(), pod="a", namespace="shop", labels={"team": "web"}, cpu_cost=3, ram_cost=1),
        allocation(day(), pod="b", namespace="crm", labels={"team": "crm"}, cpu_cost=1, pv_cost=2),
        allocation(day(), pod="c", namespace="kube-system", cpu_cost=0.5),
    ]
    machine = node(day(), cpu_cost=9, ram_cost=4)
    disks = [disk(day(), cost=2), disk(day(), name="root", volume_name="root", cost=1, local=True)]
    bucket = bucket_of(allocation_set(pods, day()), asset_set([machine, *disks], day()))
    with app(tmp_path_factory.mktemp("show-back"), bucket, at(96)) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.mark.parametrize("by", ["label:team", "label:team,cluster", "namespace"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: ",".join(way.values()))
def test_a_total_is_direct_idle_and_shared(fleet: App, by: str, way: dict[str, str]) -> None:
    """However costs are shared, the three parts of every row are its total, and the file says the same."""
    asked = {"window": WINDOW, "aggregate": by, "step": "all", **way}
    rows = fleet.get("/api/v1/allocations", **asked)["rows"]
    for row in rows:
        assert row["direct_cost"] + row["idle_cost"] + row["shared_cost"] == pytest.approx(row["total_cost"])
        assert row["name"].endswith("__idle__") <= (row["direct_cost"] == 0)
    text = fleet.client.get("/api/v1/allocations", {"format": "csv", **asked}).text
    lines = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    written = {line["name"]: line for line in lines}
    assert set(written) == {row["name"] for row in rows}
    for row in rows:
        for name in ("direct_cost", "idle_cost", "shared_cost", "total_cost"):
            assert float(Decimal(written[row["name"]][name] or 0)) == pytest.approx(row[name])


def test_the_parts_of_a_team(fleet: App) -> None:
    """Of nine for CPU, four and a half are idle; who pays how much of it and of kube-system follows their own costs."""
    asked = {"aggregate": "label:team", "idle": "share", "tenancy": "hide", "share_namespaces": "kube-system"}
    rows = {row["name"]: row for row in fleet.get("/api/v1/allocations", window=WINDOW, **asked)["rows"]}
    assert {name: row["direct_cost"] for name, row in rows.items()} == {"web": 4.0, "crm": 3.0}
    assert sum(row["total_cost"] for row in rows.values()) == pytest.approx(15.0)
    assert rows["web"]["idle_cost"] > rows["crm"]["idle_cost"] > 0
