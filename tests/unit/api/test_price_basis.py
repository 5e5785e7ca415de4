"""One price basis per answer: every part of every row is billed, or every part is at list price, on every route."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import at
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.model.allocation import ALLOCATION
from fleetcost.model.columns import COST
from fleetcost.query.question import Basis
from unit.api.apps import App, app
from unit.ingest.billed_fleet import CURRENCIES, DAYS, billed_fleet

BILLED, UNBILLED, MIXED = ("2026-01-10", "2026-01-11"), ("2026-01-11", "2026-01-12"), ("2026-01-10", "2026-01-12")
SPANS = {"billed": BILLED, "unbilled": UNBILLED, "mixed": MIXED}
"""The second day has no bill yet."""

WITHIN = {"rel": 1e-9, "abs": 1e-7}
RESOURCES = ("cpu", "ram", "gpu")
PARTS = (*ALLOCATION.of(COST), "shared_cost")
NOW = at(day=2, hour=12)
CLUSTER = st.sampled_from(sorted(CURRENCIES))
BASES, SPAN = st.sampled_from(Basis), st.sampled_from(sorted(SPANS))
QUESTIONS = st.fixed_dictionaries(
    {
        "aggregate": st.sampled_from(["cluster", "namespace", "pod", "node", "cluster,namespace", "all"]),
        "idle": st.sampled_from(["separate", "share", "hide"]),
        "idle_by": st.sampled_from(["cluster", "node"]),
        "tenancy": st.sampled_from(["separate", "share", "hide"]),
        "step": st.sampled_from(["all", "1d", "auto"]),
    },
    optional={"share_cost": st.just("365"), "share_namespaces": st.just("shop"), "limit": st.just("2")},
)
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def opened(folder: Any, *, bills: bool) -> Iterator[App]:
    """Open a made-up fleet, with the bills of its first day or without any."""
    fleet, bucket = billed_fleet(1), MemoryBucket()
    for number in DAYS:
        for cluster in CURRENCIES:
            fleet.publish_cluster(bucket, cluster, number)
    for integration, number in fleet.rows if bills else ():
        if number == DAYS[0]:
            fleet.publish_bill(bucket, integration, number)
    with app(folder, bucket, NOW, None) as found:
        found.ingestor.pass_once()
        yield found


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A fleet of which one of two days is billed."""
    yield from opened(tmp_path_factory.mktemp("billed"), bills=True)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The same fleet without any bill."""
    yield from opened(tmp_path_factory.mktemp("listed"), bills=False)


def ask(one: App, path: str, cluster: str, span: str, **more: Any) -> Any:
    """Ask about one cluster in one span, in its currency."""
    start, end = (f"{day}T00:00:00Z" for day in SPANS[span])
    more["currency"] = CURRENCIES[cluster]
    return one.get(path, window=f"{start},{end}", filter=f'cluster:"{cluster}"', **more)


def sums(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, float]:
    """Add up columns of rows."""
    return {name: sum(row[name] for row in rows) for name in names}


@many
@given(cluster=CLUSTER, span=SPAN, basis=BASES, question=QUESTIONS)
def test_parts_are_the_total(fleet: App, cluster: str, span: str, basis: Basis, question: dict[str, str]) -> None:
    """Of every row, of all rows, and of the totals of the answer, whatever is asked."""
    answer = ask(fleet, "/api/v1/allocations", cluster, span, basis=basis, **question)
    for row in (*answer["rows"], answer["totals"]):
        assert sum(row[name] for name in PARTS) == pytest.approx(row["total_cost"], **WITHIN)
    if "limit" not in question:
        for name, value in sums(answer["rows"], (*PARTS, "total_cost")).items():
            assert value == pytest.approx(answer["totals"][name], **WITHIN)
    assert sum(step["total_cost"] for step in answer["series"]) == pytest.approx(
        answer["totals"]["total_cost"], **WITHIN
    )
    assert answer["question"]["basis"] == answer["prices"]["basis"] == basis


@many
@given(cluster=CLUSTER, span=SPAN, basis=BASES, question=QUESTIONS)
def test_a_column_of_workloads_and_idle_is_that_of_their_nodes(
    fleet: App, cluster: str, span: str, basis: Basis, question: dict[str, str]
) -> None:
    """CPU, RAM and GPU of workloads with idle are those of the nodes: no part stands at another price than the rest."""
    question = {name: value for name, value in question.items() if not name.startswith(("share_", "limit"))}
    question |= {"idle": "separate" if question["idle"] == "hide" else question["idle"], "tenancy": "hide"}
    rows = ask(fleet, "/api/v1/allocations", cluster, span, basis=basis, **question)["rows"]
    assets = ask(fleet, "/api/v1/assets", cluster, span, basis=basis, aggregate="name")["rows"]
    for name, value in sums(rows, [f"{one}_cost" for one in RESOURCES]).items():
        assert value == pytest.approx(sums(assets, [name])[name], **WITHIN), name
    for row in assets:
        if row["type"] == "Node":
            assert sum(row[f"{one}_cost"] for one in RESOURCES) == pytest.approx(row["total_cost"], **WITHIN)


@many
@given(cluster=CLUSTER, span=SPAN, question=QUESTIONS)
def test_list_prices_know_no_bill(fleet: App, listed: App, cluster: str, span: str, question: dict[str, str]) -> None:
    """At list prices an answer is what it would be had no bill ever come; without bills both bases are one."""
    for path, more in (("/api/v1/allocations", question), ("/api/v1/assets", {"aggregate": "name"})):
        found = [
            {row["name"]: row for row in ask(one, path, cluster, span, basis=basis, **more)["rows"]}
            for one, basis in ((fleet, Basis.LIST), (listed, Basis.LIST), (listed, Basis.BILLED))
        ]
        for other in found[1:]:
            assert {name: row["total_cost"] for name, row in found[0].items()} == pytest.approx(
                {name: row["total_cost"] for name, row in other.items()}, **WITHIN
            )
            for name, row in found[0].items():
                costs = {key: value for key, value in row.items() if key.endswith("_cost")}
                assert costs == pytest.approx({key: other[name][key] for key in costs}, **WITHIN)


@pytest.mark.parametrize("cluster", CURRENCIES)
@pytest.mark.parametrize("span", SPANS)
def test_every_grouping_has_the_same_parts(fleet: App, cluster: str, span: str) -> None:
    """By cluster, namespace, node or pod, with idle inside or beside: each column has one sum per basis."""
    for basis in Basis:
        found = defaultdict(list)
        for by in ("cluster", "namespace", "pod", "node", "all"):
            answer = ask(fleet, "/api/v1/allocations", cluster, span, basis=basis, aggregate=by)
            for name in (*PARTS, "total_cost"):
                found[name].append(answer["totals"][name])
        for name, values in found.items():
            assert values == pytest.approx([values[0]] * len(values), **WITHIN), name


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("span", SPANS)
def test_compatible_routes_are_on_the_basis(fleet: App, basis: Basis, span: str) -> None:
    """A cost and its adjustment in the field's shapes are the native part, idle among them; at list prices none is."""
    for cluster in CURRENCIES:
        asked = {"accumulate": "true", "aggregate": "namespace", "basis": basis, "shareTenancyCosts": "false"}
        (found,) = ask(fleet, "/model/allocation", cluster, span, **asked)["data"]
        rows = ask(fleet, "/api/v1/allocations", cluster, span, basis=basis, aggregate="namespace", tenancy="hide")
        for one in RESOURCES:
            own = sum(row[f"{one}Cost"] + row[f"{one}CostAdjustment"] for row in found.values())
            assert own == pytest.approx(rows["totals"][f"{one}_cost"], abs=1e-4)
            if basis is Basis.LIST:
                assert not any(row[f"{one}CostAdjustment"] for row in found.values())
        assets = ask(fleet, "/model/assets", cluster, span, accumulate="true", basis=basis)["data"]
        listing = assets if isinstance(assets, dict) else assets[0]
        total = ask(fleet, "/api/v1/assets", cluster, span, basis=basis)["totals"]["total_cost"]
        assert sum(row["totalCost"] for row in listing.values()) == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(
    ("path", "synonym", "listed"),
    [
        ("/api/v1/allocations", "adjusted", "false"),
        ("/api/v1/assets", "adjusted", "false"),
        ("/model/allocation", "reconcile", "false"),
        ("/model/assets", "disableAdjustments", "true"),
    ],
)
def test_older_words_for_the_basis_stay(fleet: App, path: str, synonym: str, listed: str) -> None:
    """The synonym answers as `basis` does; both may be given where they agree, and contradiction is refused."""
    billed = {"true": "false", "false": "true"}[listed]
    for basis, word in ((Basis.LIST, listed), (Basis.BILLED, billed)):
        answers = [
            ask(fleet, path, "aws", "mixed", **asked)
            for asked in ({"basis": basis}, {synonym: word}, {"basis": basis, synonym: word})
        ]
        for answer in answers:
            answer.pop("took_ms", None)
        assert answers[0] == answers[1] == answers[2]
    refused = fleet.refused(path, window="2026-01-10T00:00:00Z,2026-01-11T00:00:00Z", basis="list", **{synonym: billed})
    assert refused.get("parameter", synonym) == synonym


def test_the_uncovered_share_is_said(fleet: App, listed: App) -> None:
    """Of a billed day it is what waits or no row names, of an unbilled one everything, of both what is between."""
    share = {span: ask(fleet, "/api/v1/allocations", "aws", span)["prices"]["uncovered_share"] for span in SPANS}
    assert 0 <= share["billed"] < share["mixed"] < share["unbilled"] == 1
    assert ask(listed, "/api/v1/allocations", "aws", "billed")["prices"]["uncovered_share"] == 1
    assert ask(fleet, "/api/v1/assets", "aws", "mixed", basis="list")["prices"]["uncovered_share"] is None
    days = ask(fleet, "/api/v1/assets", "aws", "mixed", step="1d")["series"]
    assert [day["uncovered_share"] for day in days] == [share["billed"], 1]
    mixed = ask(fleet, "/api/v1/assets", "aws", "mixed")["prices"]
    assert mixed["list_cost"] == pytest.approx(
        ask(fleet, "/api/v1/assets", "aws", "mixed", basis="list")["totals"]["total_cost"], **WITHIN
    )


def test_the_uncovered_share_of_hours_is_their_days(fleet: App) -> None:
    """An hour of a billed day is covered as its day is, an hour of the other not at all."""
    days = ask(fleet, "/api/v1/allocations", "aws", "mixed", step="1d")["series"]
    hours = ask(fleet, "/api/v1/allocations", "aws", "mixed", step="1h")["series"]
    for step in hours:
        (own,) = (day for day in days if day["window"]["start"][:10] == step["window"]["start"][:10])
        assert step["uncovered_share"] == pytest.approx(own["uncovered_share"], **WITHIN)


@pytest.mark.parametrize("basis", Basis)
def test_sheets_are_on_the_basis(fleet: App, basis: Basis) -> None:
    """A sheet has the answer's own parts, says the basis at its head, and has no adjustment beside a cost."""
    for path in ("/api/v1/allocations", "/api/v1/assets"):
        asked = {"window": "2026-01-10T00:00:00Z,2026-01-12T00:00:00Z", "filter": 'cluster:"aws"', "basis": basis}
        response = fleet.client.get(path, asked | {"format": "csv"})
        note, *lines = response.text.splitlines()
        assert f"basis={basis}" in note
        rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
        totals = fleet.get(path, **asked)["totals"]
        for name in {*PARTS, "total_cost"} & set(rows[0]):
            assert sum(float(row[name] or 0) for row in rows) == pytest.approx(totals[name], **WITHIN)
        if path.endswith("allocations"):
            assert not [name for name in rows[0] if name.endswith("_adjustment")]
