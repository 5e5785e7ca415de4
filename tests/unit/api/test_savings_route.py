"""`/api/v1/savings`: read from real tables, judged, narrowed, put aside and taken back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bills import cloud_cost, cloud_set
from builders import GIB, allocation, allocation_set, asset_set, at, bucket_of, day, disk, hour, money, node, unmounted
from fleetcost.api.access import Tokens
from fleetcost.api.state import FolderState
from fleetcost.model.allocation import VolumeShare
from fleetcost.model.histogram import UsageScale, histogram_of
from fleetcost.model.window import Window
from fleetcost.sets.cloud.publish import publish
from unit.api.apps import App, app
from unit.api.test_access import TOKENS, entry, get, status, write

DAYS = 8
SEEN = DAYS - 1
"""Days of the sets in the window, which ends with today."""
MIB = 1 << 20
NODES = ("n1", "n2", "n3", "n4")
ZONE = {"labels": {"topology_kubernetes_io_zone": "eu-1a"}}


def hours_of(window: Window) -> float:
    """Return how many hours a window has."""
    return window.seconds / 3600


def sets_of(window: Window, cluster: str = "c1") -> list[Any]:
    """Return a cluster of four nodes with small pods, one of them idle, and a large and a forgotten volume."""
    hours = hours_of(window)
    pods = []
    for number in range(8):
        name, idle = f"web-{number}", number == 7
        pods.append(allocation(
            window, node=NODES[number % 4], controller="idle" if idle else "web", pod=name, pod_uid=name,
            cpu_core_hours=0.2 * hours, cpu_core_request_hours=0.2 * hours, cpu_core_usage_hours=0.001 * hours,
            cpu_core_usage_max=0.002 if idle else 0.5, cpu_cost=money(0.01 * hours),
            ram_byte_hours=int(0.5 * GIB * hours), ram_byte_request_hours=int(0.5 * GIB * hours),
            ram_byte_usage_hours=int(0.1 * GIB * hours), ram_cost=money(0.002 * hours),
            network_receive_bytes=0 if idle else int(10_000 * 3600 * hours),
            cpu_usage_histogram=histogram_of([0.02] * round(12 * hours), UsageScale.CPU),
            ram_usage_histogram=histogram_of([0.1 * GIB] * round(12 * hours), UsageScale.RAM),
            ram_byte_usage_max=0.1 * GIB, restarts=0, oom_kills=0,
        ))  # fmt: skip
    share = VolumeShare("pv-spare", "vol-2", int(50 * GIB * hours), money(0.01 * hours))
    pods.append(unmounted(window, pv_cost=share.cost, pv_byte_hours=share.byte_hours, volumes=(share,)))
    assets = [
        node(window, name=name, provider_id=name, pool="general", node_type="m5.large", cpu_core_hours=2 * hours,
             ram_byte_hours=int(8 * GIB * hours), cpu_cost=money(0.07 * hours), ram_cost=money(0.026 * hours), **ZONE)
        for name in NODES
    ]  # fmt: skip
    assets += [
        disk(window, cost=money(0.02 * hours), byte_hours=int(100 * GIB * hours), byte_usage_max=float(10 * GIB),
             claim_name="data", claim_namespace="shop"),
        disk(window, name="pv-spare", volume_name="pv-spare", provider_id="vol-2", cost=money(0.01 * hours),
             byte_hours=int(50 * GIB * hours)),
    ]  # fmt: skip
    return [allocation_set(pods, window, cluster), asset_set(assets, window, cluster)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Two such clusters over eight whole days, with hours of the first one's last day."""
    sets = [one for number in range(DAYS) for cluster in ("c1", "c2") for one in sets_of(day(number), cluster)]
    sets += [one for number in range(24) for one in sets_of(hour(number, DAYS - 1))]
    folder = tmp_path_factory.mktemp("savings")
    with app(folder / "tables", bucket_of(*sets), at(0.5, DAYS), state=FolderState(folder / "state")) as opened:
        opened.ingestor.pass_once()
        yield opened


def ask(found: App, path: str = "", **asked: Any) -> Any:
    """Ask for savings of the eight days."""
    return found.get(f"/api/v1/savings{path}", window=f"{DAYS}d", **asked)


def test_every_kind_is_found_in_real_tables(found: App) -> None:
    """The forgotten and the large volume, the idle workload and spare nodes are found, with their money."""
    answer = ask(found, cluster="c1")
    by_kind = {one["kind"]: one for one in answer["savings"]}
    assert {kind: one["name"] or one["controller"] for kind, one in by_kind.items()} == {
        "unmounted-volumes": "pv-spare", "oversized-volumes": "pv-1", "idle-workloads": "idle", "nodes": "general",
        "requests": "app",
    }  # fmt: skip
    monthly = {kind: (Decimal(one["expected"]), Decimal(one["freed"])) for kind, one in by_kind.items()}
    assert monthly["unmounted-volumes"] == (Decimal("7.3"), 0)
    assert monthly["oversized-volumes"] == (Decimal("14.6") * Decimal("0.85"), 0)
    assert monthly["idle-workloads"] == (0, Decimal("8.76"))
    assert monthly["nodes"] == (Decimal("140.16"), 0)
    facts = {fact["name"]: fact["value"] for fact in by_kind["nodes"]["facts"]}
    assert (facts["nodes now"], facts["nodes that its pods need"], facts["could go"]) == ("4", "2", "n1, n2")


def test_what_cannot_be_judged_is_counted(found: App) -> None:
    """The cluster without hours is withheld for its nodes, and the unmeasured volume is not judged by size."""
    kinds = {one["kind"]: one for one in ask(found)["kinds"]}
    assert [(one["reason"], one["count"]) for one in kinds["nodes"]["withheld"]] == [("no hours", 1)]
    assert kinds["nodes"]["judged"] == 2
    assert kinds["oversized-volumes"]["withheld"] == []


def test_the_sums_are_of_the_rows(found: App) -> None:
    """Totals are what is sure of the rows, by amount, and within what is spent; a kind of its own has its own."""
    answer = ask(found)
    (total,) = answer["totals"]
    for name in ("expected", "low", "high", "freed"):
        assert Decimal(total[name]) == sum(Decimal(one[name]) for one in answer["savings"] if one["verdict"] == "ok")
    assert Decimal(total["expected"]) <= Decimal(total["spent"])
    of_kind = ask(found, "/idle-workloads")
    assert {one["kind"] for one in of_kind["savings"]} == {"idle-workloads"}
    assert [one["kind"] for one in of_kind["kinds"]] == ["idle-workloads"]


def test_the_most_money_is_first_and_pages_follow(found: App) -> None:
    """Rows come by what is expected, then by what is freed, and a page begins where the one before ended."""
    rows = ask(found)["savings"]
    order = [(-Decimal(one["expected"]), -Decimal(one["freed"])) for one in rows]
    assert order == sorted(order)
    assert [ask(found, limit=1, offset=number)["savings"][0]["id"] for number in range(3)] == [
        one["id"] for one in rows[:3]
    ]


def test_a_file_has_the_same_rows(found: App) -> None:
    """The CSV has the rows of the answer, their money and their facts."""
    text = found.client.get("/api/v1/savings", {"window": f"{DAYS}d", "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["id"], one["expected"]) for one in rows] == [
        (one["id"], one["expected"]) for one in ask(found)["savings"]
    ]
    assert "nodes now: 4" in rows[0]["facts"]


def test_a_recommendation_has_its_evidence(found: App) -> None:
    """The container's request now, what it should be, its distribution and what it rests on are those of the sets."""
    (one,) = ask(found, "/requests", cluster="c1")["savings"]
    advice, cpu, ram = one["advice"], one["advice"]["cpu"], one["advice"]["ram"]
    assert (one["namespace"], one["controller"], one["name"], one["verdict"]) == ("shop", "web", "app", "ok")
    assert (cpu["now"], ram["now"], ram["request"]) == (0.2, GIB // 2, 118 * MIB)
    assert 0.02 / 0.65 <= cpu["request"] <= 0.02 * 1.0906 / 0.65 + 0.001
    assert sum(cpu["distribution"]["points"]) == 7 * SEEN * 288
    evidence = advice["evidence"]
    assert (evidence["coverage"], evidence["days"], evidence["weekdays_seen"], evidence["restarts"]) == (1, SEEN, 7, 0)
    assert evidence["hours_observed"] == evidence["hours_running"] == 7 * SEEN * 24
    assert Decimal(one["freed"]) == Decimal(advice["cpu_freed"]) + Decimal(advice["ram_freed"]) > 0
    (listed,) = (saving for saving in ask(found, cluster="c1")["savings"] if saving["kind"] == "requests")
    assert (listed["id"], listed["advice"]["cpu"]["distribution"]) == (one["id"], None)
    assert ask(found, "/requests", id=one["id"])["savings"] == [one]


def test_a_patch_is_text(found: App) -> None:
    """Recommendations come as patches of workloads, each below the command that would apply it."""
    text = found.client.get("/api/v1/savings/requests", {"window": f"{DAYS}d", "format": "patch", "cluster": "c1"}).text
    assert "# cluster c1: kubectl --namespace shop patch deployment web --patch-file FILE" in text
    assert '      - name: "app"\n        resources:\n          requests:\n            cpu: ' in text
    assert "            memory: 118Mi\n" in text


def test_verdicts_are_chosen(found: App) -> None:
    """Only savings of the verdicts that are asked for come back, and one that is none is refused."""
    assert ask(found, verdict="withheld")["savings"] == []
    assert found.refused("/api/v1/savings", verdict="sure")["parameter"] == "verdict"


def test_a_saving_is_put_aside_and_taken_back(found: App) -> None:
    """What is put aside leaves rows and sums until its time is over, says who did it, and can be taken back."""
    first, *_ = ask(found)["savings"]
    path = f"/api/v1/savings/archive/{first['id']}"
    body = json.dumps({"until": "2030-01-01T00:00:00Z", "note": "black friday"}).encode()
    assert found.client.send("PUT", path, body).status_code == 200
    answer = ask(found)
    assert first["id"] not in {one["id"] for one in answer["savings"]}
    assert answer["archived_count"] == 1
    (aside,) = (one for one in ask(found, archived="true")["savings"] if one["archived"])
    assert aside["archived"]["note"] == "black friday"
    assert [one["id"] for one in found.get("/api/v1/savings/archive")["archived"]] == [first["id"]]
    assert found.client.send("DELETE", path).status_code == 200
    assert ask(found)["archived_count"] == 0


@pytest.mark.parametrize("until", ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00", "soon"])
def test_a_time_that_is_none_or_over_is_refused(found: App, until: str) -> None:
    """A saving is put aside until a time to come, with its zone."""
    answer = found.client.send("PUT", f"/api/v1/savings/archive/{'0' * 16}", json.dumps({"until": until}).encode())
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [("", "window", "93d"), ("", "profile", "brave"), ("", "limit", "5001"), ("/everything", "limit", "1")],
)
def test_what_cannot_be_asked_is_refused(found: App, path: str, name: str, value: str) -> None:
    """Windows, profiles, pages and kinds that are none are named."""
    answer = found.refused(f"/api/v1/savings{path}", **{name: value})
    assert answer["parameter"] in {name, "kind"}


def test_another_profile_leaves_more_room(found: App) -> None:
    """High availability keeps three nodes of a pool and twice a volume's use."""
    asked = {one["kind"]: one for one in ask(found, cluster="c1", profile="high-availability")["savings"]}
    assert Decimal(asked["nodes"]["expected"]) == Decimal("70.08")
    assert Decimal(asked["oversized-volumes"]["expected"]) == Decimal("14.6") * Decimal("0.8")


def test_what_bills_name_alone(tmp_path: Path) -> None:
    """Who sees the whole fleet sees an idle address of a bill, in no sum of another currency; nobody else sees it."""
    address = {"provider_id": "eip-1", "usage_type": "ElasticIP:IdleAddress", "currency": "EUR"}
    bucket = bucket_of(*(one for number in range(DAYS) for one in sets_of(day(number))))
    for number in range(DAYS):
        publish(bucket, cloud_set([cloud_cost(number, 2, **address)], number))
    tokens = Tokens(write(tmp_path / "tokens.yaml", [*TOKENS, entry("rest", filter='cluster!:"c9"')]))
    with app(tmp_path, bucket, at(0.5, DAYS), tokens=tokens, state=FolderState(tmp_path / "state")) as opened:
        opened.ingestor.pass_once()
        whole, one = (get(opened, name, "/api/v1/savings", window=f"{DAYS}d") for name in ("boss", "rest"))
        found = [saving for saving in whole["savings"] if saving["kind"] == "orphaned-resources"]
        assert [(saving["name"], saving["currency"]) for saving in found] == [("eip-1", "EUR")]
        assert "eip-1" not in json.dumps(one)
        assert get(opened, "boss", "/model/savings")["orphanedResources"]["savings_per_month"] == 0


def test_a_commitment_is_held_against_what_it_could_cover(tmp_path: Path) -> None:
    """What a plan of machines leaves unused could cover machines at on-demand prices; one of databases covers none."""
    bucket = bucket_of(*(one for number in range(DAYS) for one in sets_of(day(number))))
    machines = {"service": "AmazonEC2", "category": "Compute", "rule": "usage", "provider_id": "i-1"}
    fees = [
        {"rule": "commitment fee", "commitment_id": name, "commitment_status": "Unused", "service": service}
        for name, service in (("plan", "ComputeSavingsPlans"), ("databases", "AmazonRDS"))
    ]
    for number in range(DAYS):
        rows = [cloud_cost(number, 2, **fee) for fee in fees]
        publish(bucket, cloud_set([cloud_cost(number, 1, **machines), *rows], number))
    with app(tmp_path, bucket, at(0.5, DAYS), state=FolderState(tmp_path / "state")) as opened:
        opened.ingestor.pass_once()
        found = ask(opened, "/commitments")["savings"]
    assert [(one["name"], one["verdict"], [why["reason"] for why in one["reasons"]]) for one in found] == [
        ("plan", "ok", []), ("databases", "withheld", ["no demand"]),
    ]  # fmt: skip


def test_who_sees_a_part_of_the_fleet(tmp_path: Path) -> None:
    """A token of whole clusters sees their savings and spending alone; one of a namespace is told why it sees none."""
    sets = [one for cluster in ("c1", "c2") for one in sets_of(day(DAYS - 1), cluster)]
    tokens = Tokens(write(tmp_path / "tokens.yaml", TOKENS))
    with app(tmp_path, bucket_of(*sets), at(0.5, DAYS), tokens=tokens, state=FolderState(tmp_path / "state")) as opened:
        opened.ingestor.pass_once()
        asked = {"window": "2d", "profile": "development"}
        both, one = (get(opened, name, "/api/v1/savings", **asked) for name in ("boss", "one"))
        assert {saving["cluster"] for saving in both["savings"]} == {"c1", "c2"}
        assert {saving["cluster"] for saving in one["savings"]} == {"c1"}
        assert 2 * sum(kind["judged"] for kind in one["kinds"]) == sum(kind["judged"] for kind in both["kinds"])
        for path in ("/api/v1/savings", "/model/savings", "/model/savings/abandonedWorkloads"):
            assert status(opened, "shop", path) == 403
        assert get(opened, "shop", "/model/savings/requestSizingV2", window="2d")["Count"] == 4
