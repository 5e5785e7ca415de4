"""Explaining a number, by cases: amount × price, request and use, gaps, volumes, and what a narrowed token sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builders import GIB, allocation, allocation_set, asset_set, at, bucket_of, day, disk, hour, node
from fleetcost.api.access import Tokens
from fleetcost.api.app import create_app
from fleetcost.model.allocation import Allocation, VolumeShare
from unit.api.apps import WEB, App, Client, app
from unit.api.test_narrowed import entry, tokens_file

WINDOW = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
PRICE = Decimal("0.031611")
TEAM = "sees-the-shop"
TOKENS = [entry("team", TEAM, filter='cluster:"c1"+namespace:"shop"'), entry("all", "sees-everything")]


def _hour(number: int, charged: int) -> Allocation:
    """Return an hour of the shop, which asks for one core."""
    return allocation(hour(number), cpu_core_hours=charged, cpu_core_request_hours=1)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Two clusters of one node each: a workload that used more than it asked for, one whose price changed, a volume."""
    shop = allocation(
        day(), cpu_core_hours=30, cpu_core_request_hours=24, cpu_core_usage_hours=26, cpu_cost=30 * PRICE,
        ram_byte_hours=48 * GIB, ram_byte_request_hours=48 * GIB, ram_cost=0.2034,
        pv_byte_hours=24 * GIB, pv_cost=0.5, volumes=(VolumeShare("pv-1", "vol-1", 24 * GIB, Decimal("0.5")),),
    )  # fmt: skip
    jobs = allocation(day(), namespace="jobs", pod="job", pod_uid="u2", cpu_core_hours=10, cpu_cost=0.9)
    machine = node(
        day(), cpu_core_hours=96, cpu_cost=96 * PRICE, ram_byte_hours=384 * GIB, ram_cost=1.6272, node_type="m5.large"
    )
    sets = [
        allocation_set([shop, jobs], day()), asset_set([machine, disk(day(), cost=0.5, byte_hours=24 * GIB)], day()),
        allocation_set([shop], day(), "secret"), asset_set([machine], day(), "secret"),
        *(allocation_set([_hour(number, charged)], hour(number)) for number, charged in ((3, 2), (4, 1), (5, 3))),
    ]  # fmt: skip
    with app(tmp_path_factory.mktemp("cases"), bucket_of(*sets), at(36), None) as opened:
        opened.ingestor.pass_once()
        yield opened


def tree(one: App, headers: dict[str, str] | None = None, **asked: Any) -> Any:
    """Return a tree, of the row of the shop unless said otherwise."""
    known = {"window": WINDOW, "aggregate": "cluster,namespace", "row": "c1/shop", "depth": "9"} | asked
    response = one.client.get("/api/v1/explain", known, headers)
    assert response.status_code == 200, response.text
    return response.json()["tree"]


def named(part: Any) -> dict[str, Any]:
    """Return a part's parts by their labels."""
    return {each["label"]: each for each in part["parts"]}


def test_a_cost_is_what_was_requested_and_what_was_used_above_it(one: App) -> None:
    """Of 30 core-hours charged, 24 were requested; the price is the node's, with its source and type."""
    inside = tree(one, path="part=cpu/basis=list/cluster=c1")
    (price,) = inside["parts"]
    assert price["label"] == "0.031611 USD per core-hour, m5.large, price from the exporter's metric"
    assert price["formula"] == {
        "quantity": "30", "unit": "core-hours", "price": "0.031611", "currency": "USD",
    }  # fmt: skip
    (window,) = price["parts"]
    assert [each["kind"] for each in window["objects"]] == ["allocations", "assets"]
    assert window["objects"][0]["coverage_minutes"] == 1440
    (row,) = tree(one, path=window["path"])["parts"]
    assert row["label"] == "shop/web-1/app"
    pieces = {label: Decimal(each["amount"]) for label, each in named(row).items()}
    assert pieces == {"requested": 24 * PRICE, "used above the request": 6 * PRICE}
    facts = named(row)["requested"]["facts"]
    assert facts["used"] == "26.000000 core-hours"
    assert facts["above the request"] == "in 2 of 3 hours, 03:00 to 06:00 UTC"


def test_what_is_not_amount_times_price_is_said_and_not_invented(one: App) -> None:
    """A row whose cost is not the amount × its node's price is one part with a note."""
    inside = tree(one, row="c1/jobs", path="part=cpu/basis=list/cluster=c1")
    (price,) = inside["parts"]
    assert price["label"] == "prices changed within a window"
    (row,) = tree(one, row="c1/jobs", path=price["parts"][0]["path"])["parts"]
    assert row["amount"] == "0.9"
    assert row["note"].startswith("not split further")
    assert "parts" not in row


def test_volumes_are_named(one: App) -> None:
    """What a row pays for volumes opens into each volume."""
    (row,) = tree(one, path="part=pv/basis=list/cluster=c1/window=2026-01-10T00:00:00Z")["parts"]
    assert [(each["label"], each["amount"]) for each in row["parts"]] == [("pv-1", "0.5")]


def test_idle_is_what_nodes_cost_and_nobody_was_charged_for(one: App) -> None:
    """A row of idle opens into its nodes: their cost, less what workloads were charged."""
    window = tree(one, row="c1/__idle__", path="part=idle/resource=cpu/cluster=c1/window=2026-01-10T00:00:00Z")
    (machine,) = window["parts"]
    parts = {label: Decimal(each["amount"]) for label, each in named(machine).items()}
    assert parts == {
        "the node at list price": 96 * PRICE, "charged to workloads at list price": -(30 * PRICE + Decimal("0.9")),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [({"field": "cpu_core_hours"}, "field"), ({"row": "nothing"}, "row"), ({"path": "part=gpu"}, "path"),
     ({"path": "what=ever"}, "path"), ({"path": "part=cpu/window=soon"}, "path")],
)  # fmt: skip
def test_what_is_no_figure_of_the_answer_is_refused(one: App, asked: dict[str, str], parameter: str) -> None:
    """A figure that is not in a currency, a row that is not there and a path to nothing are errors, never zero."""
    known = {"window": WINDOW, "aggregate": "cluster,namespace", "row": "c1/shop"} | asked
    response = one.client.get("/api/v1/explain", known)
    assert response.status_code == 400
    assert response.json()["parameter"] == parameter


ASKED = [
    {"aggregate": "cluster,namespace", "idle": "share", "tenancy": "share", "share_cost": "365"},
    {"aggregate": "cluster,namespace", "idle": "separate", "tenancy": "separate"},
    {"aggregate": "node", "idle": "share", "tenancy": "separate", "basis": "list"},
]


@pytest.fixture(scope="module")
def guarded(one: App, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The same tables behind tokens."""
    folder: Path = tmp_path_factory.mktemp("tokens")
    services = one.client.application.state.services
    made = create_app(replace(services, tokens=Tokens(tokens_file(folder, TOKENS))), WEB)
    return App(Client(made), one.ingestor, one.database)


@pytest.mark.parametrize("asked", ASKED)
def test_a_narrowed_token_never_sees_what_is_not_its_own(guarded: App, asked: dict[str, str]) -> None:
    """No part, name, object, weight or whole of another cluster or namespace is in any of its trees."""
    headers = {"authorization": f"Bearer {TEAM}"}
    known = {"window": WINDOW, "depth": "9", **asked}
    rows = guarded.client.get("/api/v1/allocations", {"window": WINDOW, **asked}, headers).json()["rows"]
    paths: list[dict[str, str]] = [{}, *({"row": row["name"]} for row in rows)]
    for chosen in paths:
        response = guarded.client.get("/api/v1/explain", known | chosen, headers)
        assert response.status_code == 200, response.text
        for each in [response, *opened(guarded, known | chosen, response.json()["tree"], headers)]:
            assert "secret" not in each.text
            assert "jobs" not in each.text
            assert "weight" not in each.text
            assert "all of it" not in each.text
            assert "at list price, charged" not in each.text


def opened(one: App, asked: dict[str, str], part: Any, headers: dict[str, str]) -> Iterator[Any]:
    """Yield the answers behind every part that opens."""
    if part.get("opens") and not part.get("parts"):
        response = one.client.get("/api/v1/explain", asked | {"path": part["path"]}, headers)
        assert response.status_code == 200, response.text
        yield response
        part = response.json()["tree"]
    for each in part.get("parts", []):
        yield from opened(one, asked, each, headers)


@pytest.mark.parametrize("path", [
    "part=idle/resource=cpu/cluster=secret/window=2026-01-10T00:00:00Z",
    "part=tenancy/cluster=secret/window=2026-01-10T00:00:00Z",
    "part=cpu/basis=list/cluster=secret/window=2026-01-10T00:00:00Z",
    "part=cpu/basis=list/cluster=secret",
])  # fmt: skip
def test_a_path_to_another_cluster_leads_nowhere(guarded: App, path: str) -> None:
    """A path that somebody writes by hand opens nothing that the token does not see."""
    asked = {"window": WINDOW, "path": path}
    assert guarded.client.get("/api/v1/explain", asked, {"authorization": f"Bearer {TEAM}"}).status_code == 400


def test_a_file_says_where_its_numbers_are_explained(one: App) -> None:
    """The note of a file has the address that explains any row and column of it, with fixed dates."""
    asked = {"window": WINDOW, "aggregate": "cluster,namespace", "idle": "share", "format": "csv"}
    note, header, first = one.client.get("/api/v1/allocations", asked).text.splitlines()[:3]
    row = dict(zip(header.split(","), first.split(","), strict=True))
    address = note.rpartition("why a number is what it is: ")[2]
    address = address.replace("row=NAME", f"row={row['name']}").replace("field=COLUMN", "field=cpu_cost")
    assert float(one.client.get(f"/{address}").json()["tree"]["amount"]) == float(row["cpu_cost"])
