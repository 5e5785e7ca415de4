"""The native API: its envelope, pages, comparison, problems, health."""

from __future__ import annotations

import msgspec
import pytest

from compat.started import Fleets, ask
from fleetcost.api import schema
from fleetcost.api.problem import Problem

WINDOW = "window=1704067200,1704153600"
BOTH_DAYS = "window=1704067200,1704240000"


def test_the_envelope(fleets: Fleets) -> None:
    """An answer says what was understood, what stands behind it and when, with rows dearest first."""
    answer = ask(fleets, "averages", f"/api/v1/allocations?{BOTH_DAYS}&aggregate=namespace&filter=cluster:%22c1%22")

    assert answer["question"] == {
        "kind": "allocations", "window": {"start": "2024-01-01T00:00:00Z", "end": "2024-01-03T00:00:00Z"},
        "aggregate": ["namespace"], "step": "1d", "idle": "separate", "filter": 'cluster:"c1"', "resolution": "1d",
        "tenancy": "separate", "basis": "billed", "estimated": "include",
    }  # fmt: skip
    assert answer["currency"] == "USD"
    assert [row["name"] for row in answer["rows"]] == ["shop", "gap", "twins", "__idle__"]
    assert answer["rows"][0]["key"] == {"namespace": "shop"}
    assert answer["rows"][3]["key"] == {"cluster": "c1"}
    assert answer["totals"]["total_cost"] == 62
    assert [step["total_cost"] for step in answer["series"]] == [38, 24]
    assert answer["series"][0]["state"] == "complete"
    assert answer["completeness"] == [
        {"cluster": "c1", "state": "complete", "windows": {"complete": 2}, "first": "2024-01-01T00:00:00Z",
         "last": "2024-01-03T00:00:00Z", "coverage_minutes": 2880, "expected_minutes": 2880, "causes": [], "bills": {},
         "estimated_minutes": 0, "rate_missing": []}
    ]  # fmt: skip
    assert answer["page"] == {"count": 4, "offset": 0, "limit": None}
    assert answer["warnings"] == []


@pytest.mark.parametrize(
    ("idle", "names"),
    [
        ("separate", {"c1", "c2", "c1/__idle__", "c2/__idle__"}),
        ("share", {"c1", "c2"}),
        ("hide", {"c1", "c2"}),
    ],
)
def test_idle(fleets: Fleets, idle: str, names: set[str]) -> None:
    """Idle is in rows of its own per cluster, shared, or left out."""
    answer = ask(fleets, "topology", f"/api/v1/allocations?{WINDOW}&idle={idle}")
    assert {row["name"] for row in answer["rows"]} == names
    assert answer["totals"]["total_cost"] == (82 if idle == "hide" else 112)


def test_idle_by_node_and_even(fleets: Fleets) -> None:
    """Idle may belong to nodes, and be divided evenly."""
    answer = ask(fleets, "topology", f"/api/v1/allocations?{WINDOW}&idle_by=node")
    assert {"c1/n1/__idle__", "c2/n2/__idle__", "c2/n3/__idle__"} < {row["name"] for row in answer["rows"]}
    even = ask(fleets, "topology", f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=share&idle_split=even")
    assert {row["name"]: row["total_cost"] for row in even["rows"]} == {"ns1": 38, "ns2": 51, "ns3": 23}
    assert even["rows"][0]["cpu_cost_idle"] > 0


@pytest.mark.parametrize(("tenancy", "total"), [("separate", 16), ("share", 16), ("hide", 10)])
def test_tenancy(fleets: Fleets, tenancy: str, total: float) -> None:
    """Books close with the assets while tenancy is shown or shared."""
    answer = ask(fleets, "tenants", f"/api/v1/allocations?{WINDOW}&tenancy={tenancy}")
    names = {row["name"] for row in answer["rows"]}
    assert answer["totals"]["total_cost"] == total
    assert ("c1/__tenancy__" in names) == (tenancy == "separate")
    assert ("c2/__shared__" in names) == (tenancy == "share")
    if tenancy != "hide":
        assert ask(fleets, "tenants", f"/api/v1/assets?{WINDOW}")["totals"]["total_cost"] == total


def test_sharing(fleets: Fleets) -> None:
    """Namespaces, labels and an overhead are shared; a wrong value is reported under its native name."""
    shared = ask(fleets, "topology", f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide&share_namespaces=ns1")
    assert {row["name"]: row["shared_cost"] for row in shared["rows"]} == {"ns2": 18.666666667, "ns3": 9.333333333}
    wrong = fleets.client("topology").ask(f"/api/v1/allocations?{WINDOW}&share_cost=x")
    assert wrong.document["parameter"] == "share_cost"


def test_the_window_before(fleets: Fleets) -> None:
    """compare=prev adds what each row cost in the part observed in both windows, and the change."""
    target = "/api/v1/allocations?window=2024-05-13T00:00:00Z,2024-05-15T00:00:00Z&aggregate=namespace&compare=prev"
    answer = ask(fleets, "calendar", target)
    row = next(row for row in answer["rows"] if row["name"] == "shop")
    assert row["previous"] == {
        "total_cost": 23, "change": 4, "relative": pytest.approx(4 / 23), "compared_cost": 27,
    }  # fmt: skip
    assert answer["previous"]["window"] == {"start": "2024-05-11T00:00:00Z", "end": "2024-05-13T00:00:00Z"}
    assert answer["previous"]["total_cost"] == 23
    new = ask(fleets, "averages", f"/api/v1/allocations?{WINDOW}&aggregate=namespace&compare=prev")
    assert new["rows"][0]["previous"]["relative"] is None


def test_pages_and_order(fleets: Fleets) -> None:
    """Pages have the order asked for; totals are of everything, points only of the page."""
    target = f"/api/v1/allocations?{WINDOW}&aggregate=namespace&idle=hide&sort=ram_cost&limit=2&offset=1"
    answer = ask(fleets, "topology", target)
    assert [row["name"] for row in answer["rows"]] == ["ns2", "ns1"]
    assert answer["page"] == {"count": 3, "offset": 1, "limit": 2}
    assert answer["totals"]["total_cost"] == 82
    assert {point["name"] for point in answer["series"][0]["rows"]} == {"ns1", "ns2"}
    assert answer["series"][0]["total_cost"] == 82


def test_columns(fleets: Fleets) -> None:
    """A row has its name, its key and the figures that were asked for."""
    rows = ask(fleets, "topology", f"/api/v1/allocations?{WINDOW}&columns=total_cost,cpu_cost")["rows"]
    assert all(set(row) == {"name", "key", "total_cost", "cpu_cost"} for row in rows)


@pytest.mark.parametrize("columns", ["cpu_core_hours", "idle_cost,ram_byte_usage_hours", "total_efficiency", "name"])
def test_columns_change_no_figure(fleets: Fleets, columns: str) -> None:
    """A figure that is asked for is what it is among all figures, and totals have all of them."""
    target = f"/api/v1/allocations?{WINDOW}&aggregate=namespace&sort=-ram_byte_hours"
    whole, some = ask(fleets, "topology", target), ask(fleets, "topology", f"{target}&columns={columns}")
    wanted = ("name", "key", *(name for name in columns.split(",") if name != "name"))
    if columns != "name":
        assert some["rows"] == [{name: row[name] for name in wanted} for row in whole["rows"]]
    assert some["totals"] == whole["totals"]
    assert some["series"] == whole["series"]


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("/api/v1/allocations?window=never", "window"),
        ("/api/v1/allocations?aggregate=colour", "aggregate"),
        ("/api/v1/allocations?step=fortnight", "step"),
        ("/api/v1/allocations?idle=maybe", "idle"),
        ("/api/v1/allocations?filter=colour:%22x%22", "filter"),
        ("/api/v1/allocations?columns=colour", "columns"),
        ("/api/v1/allocations?sort=-colour", "sort"),
        ("/api/v1/allocations?limit=x", "limit"),
        ("/api/v1/allocations?compare=next", "compare"),
        ("/api/v1/allocations?format=xls", "format"),
        ("/api/v1/assets?idle=hide", "idle"),
        ("/api/v1/health/windows?kind=clouds", "kind"),
        ("/api/v1/health/windows?resolution=1w", "resolution"),
        ("/api/v1/health/windows?window=0,2000000000", "window"),
        ("/api/v1/clusters?x=1", "x"),
    ],
)
def test_problems_name_the_parameter(fleets: Fleets, target: str, parameter: str) -> None:
    """What cannot be used is reported by name, with what was read and what is accepted."""
    answer = fleets.client("topology").ask(target)
    problem = msgspec.json.decode(answer.body, type=Problem)
    assert answer.status == problem.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem.parameter == parameter
    assert problem.accepted
    assert "Traceback" not in problem.detail


def test_rows_are_what_the_schema_says(fleets: Fleets) -> None:
    """Real answers decode into the types of the OpenAPI document, nothing unknown in them."""
    client = fleets.client("details")
    for target, kind in (
        (f"/api/v1/allocations?{WINDOW}&aggregate=namespace,pod&compare=prev", schema.AllocationsJson),
        (f"/api/v1/allocations?{WINDOW}&columns=cpu_cost", schema.AllocationsJson),
        (f"/api/v1/assets?{WINDOW}&aggregate=type,name", schema.AssetsJson),
        (f"/model/allocation?{WINDOW}&includeProportionalAssetResourceCosts=true", schema.AllocationEnvelope),
        (f"/model/allocation?{WINDOW}&aggregate=namespace&shareNamespaces=shop", schema.AllocationEnvelope),
        (f"/model/allocation/summary?{WINDOW}&aggregate=namespace", schema.SummaryEnvelope),
        (f"/model/allocation/summary/topline?{WINDOW}", schema.ToplineEnvelope),
        (f"/model/assets?{WINDOW}", schema.AssetsEnvelope),
        (f"/assets?{WINDOW}", schema.AssetSetEnvelope),
        (f"/model/assets/topline?{WINDOW}", schema.AssetToplineEnvelope),
    ):
        answer = client.ask(target)
        assert answer.status == 200, target
        msgspec.json.decode(answer.body, type=kind)


def test_health_has_a_cell_per_window(fleets: Fleets) -> None:
    """Every cluster's windows are reported with their state and the object behind them."""
    answer = ask(fleets, "calendar", "/api/v1/health/windows?window=today&resolution=1h")
    (cluster,) = answer["clusters"]
    assert cluster["cluster"] == "c1"
    assert [cell["state"] for cell in cluster["cells"]] == ["complete"] * 10 + ["partial"]
    first = cluster["cells"][0]
    assert first["path"] == "federated/c1/etl/parquet/allocations/1h/1715731200-1715734800.parquet"
    assert first["rows"] == 1
    assert first["coverage_minutes"] == 60
    assert first["written_at"] is not None
    days = ask(fleets, "calendar", "/api/v1/health/windows?window=3d&resolution=1d&kind=assets")
    assert [cell["state"] for cell in days["clusters"][0]["cells"]] == ["complete", "complete", "partial"]


def test_clusters_say_where_they_are(fleets: Fleets) -> None:
    """A cluster's entry has its state, its times and what its nodes say."""
    answer = ask(fleets, "details", "/api/v1/clusters")
    (cluster,) = answer["clusters"]
    assert cluster["provider"] == "AWS"
    assert cluster["region"] == "eu-1"
    assert cluster["nodes"] == 2
    assert cluster["first"] == "2024-01-01T00:00:00Z"
    assert cluster["source"] == "a test"
