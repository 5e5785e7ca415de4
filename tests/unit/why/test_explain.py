"""Explaining a number: a tree of exact parts, over a fleet with bills, gaps, currencies, shared costs, both bases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builders import at
from fleetcost.api.services import CurrencyFacts
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.query.asset_charges import ASSET_FIGURES
from fleetcost.why.explain import FIGURES
from unit.api.apps import App, app
from unit.api.mixed import book, rate_table
from unit.ingest.billed_fleet import CURRENCIES, DAYS, billed_fleet, estimate_thirds

WINDOW = "2026-01-10T00:00:00Z,2026-01-12T00:00:00Z"
NOW = at(day=2, hour=12)
QUESTIONS = st.fixed_dictionaries(
    {
        "aggregate": st.sampled_from(["cluster", "namespace", "pod", "node", "cluster,namespace", "all"]),
        "idle": st.sampled_from(["separate", "share", "hide"]),
        "idle_by": st.sampled_from(["cluster", "node"]),
        "idle_split": st.sampled_from(["weighted", "even"]),
        "tenancy": st.sampled_from(["separate", "share", "hide"]),
        "basis": st.sampled_from(["billed", "list"]),
        "estimated": st.sampled_from(["include", "exclude"]),
        "currency": st.sampled_from(["USD", "EUR"]),
        "step": st.sampled_from(["auto", "1h"]),
    },
    optional={
        "share_cost": st.just("365"),
        "share_namespaces": st.just("shop"),
        "filter": st.sampled_from(['cluster:"gcp"', 'namespace:"shop"', 'cluster!:"aws"', 'node:"n0","n1"']),
    },
)
many = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Three clusters in two currencies: one of two days is billed, two have estimates, one has a gap."""
    made, bucket = billed_fleet(1), MemoryBucket()
    estimate_thirds(made, ("aws", "gcp"))
    for number in DAYS:
        for cluster in CURRENCIES:
            if (cluster, number) != ("azure", DAYS[1]):
                made.publish_cluster(bucket, cluster, number)
    for integration, number in made.rows:
        if number == DAYS[0]:
            made.publish_bill(bucket, integration, number)
    with app(
        tmp_path_factory.mktemp("explain"), bucket, NOW, None, money=CurrencyFacts(rates="ecb", book=book(rate_table()))
    ) as found:
        found.ingestor.pass_once()
        yield found


def explained(one: App, **asked: Any) -> Any:
    """Ask for a tree."""
    response = one.client.get("/api/v1/explain", {"window": WINDOW, **asked})
    assert response.status_code == 200, response.text
    return response.json()


def amount(part: Any) -> Decimal:
    """Return what a part is."""
    return Decimal(part["amount"])


def check(part: Any) -> int:
    """Hold every part against the sum of its parts, and every leaf against its formula; return how many there are."""
    parts = part.get("parts", [])
    if parts:
        rest = Decimal(part["rest"]["amount"]) if part.get("rest") else Decimal(0)
        assert sum((amount(one) for one in parts), rest) == amount(part), part["path"]
    elif (formula := part.get("formula")) and part["kind"] == "piece":
        product = Decimal(formula["quantity"]) * Decimal(formula["price"]) * Decimal(formula.get("factor", "1"))
        assert product == amount(part), part["path"]
    return 1 + sum(check(one) for one in parts)


def descend(one: App, asked: dict[str, Any], part: Any, turns: Iterator[int]) -> list[str]:
    """Open one of the parts that can be opened, and one of its own, to the end; what is behind a part is exactly it."""
    shut = [each for each in leaves(part) if each.get("opens")]
    if not shut:
        return []
    chosen = shut[next(turns) % len(shut)]
    again = explained(one, **asked, path=chosen["path"], limit="1000")["tree"]
    assert amount(again) == amount(chosen), chosen["path"]
    assert again.get("parts"), chosen["path"]
    check(again)
    return [chosen["path"], *descend(one, asked, again, turns)]


def leaves(part: Any) -> Iterator[Any]:
    """Yield the parts without parts."""
    if not part.get("parts"):
        yield part
    for each in part.get("parts", []):
        yield from leaves(each)


@many
@given(question=QUESTIONS, field=st.sampled_from(FIGURES), place=st.integers(0, 40))
def test_a_tree_is_the_number_of_the_answer(fleet: App, question: dict[str, str], field: str, place: int) -> None:
    """The root is the figure that the answer has, of a row or of the total, and every level sums to it exactly."""
    answer = fleet.get("/api/v1/allocations", window=WINDOW, **question)
    row = answer["rows"][place] if place < len(answer["rows"]) else None
    named = {} if row is None or not row["name"] else {"row": row["name"]}
    if not answer["rows"]:
        return
    shown = row if named else answer["totals"]
    with localcontext() as exact:
        exact.prec = 120
        found = explained(fleet, **question, **named, field=field)
        tree = found["tree"]
        if field in shown and (named or field not in {"idle_cost", "direct_cost"}):
            assert float(amount(tree)) == pytest.approx(shown[field], abs=5e-10), field
        assert found["currency"] == question["currency"]
        check(tree)
        assert "not explained" not in str(tree)


ASSETS = st.fixed_dictionaries(
    {
        "aggregate": st.sampled_from(["type", "cluster", "cluster,type", "name", "all"]),
        "basis": st.sampled_from(["billed", "list"]),
        "estimated": st.sampled_from(["include", "exclude"]),
        "currency": st.sampled_from(["USD", "EUR"]),
    },
    optional={"filter": st.sampled_from(['cluster:"gcp"', 'assetType:"node"', 'name:"n0"'])},
)


@settings(many, max_examples=10)
@given(
    question=ASSETS,
    field=st.sampled_from(ASSET_FIGURES),
    place=st.integers(0, 12),
    turns=st.lists(st.integers(0, 99), min_size=10, max_size=10),
)
def test_a_tree_of_assets_is_the_number_of_the_answer(
    fleet: App, question: dict[str, str], field: str, place: int, turns: list[int]
) -> None:
    """The same holds of assets: the root is the answer's figure, and every part opens into exactly itself."""
    answer = fleet.get("/api/v1/assets", window=WINDOW, **question)
    row = answer["rows"][place] if place < len(answer["rows"]) else None
    named = {} if row is None or not row["name"] else {"row": row["name"]}
    if not answer["rows"]:
        return
    asked = question | named | {"field": field, "kind": "assets"}
    with localcontext() as exact:
        exact.prec = 120
        tree = explained(fleet, **asked)["tree"]
        shown = row if row is not None and named else answer["totals"]
        assert float(amount(tree)) == pytest.approx(shown[field], abs=5e-10), field
        check(tree)
        descend(fleet, asked, tree, iter(turns))


@settings(many, max_examples=8)
@given(question=QUESTIONS, place=st.integers(0, 40), turns=st.lists(st.integers(0, 99), min_size=10, max_size=10))
def test_every_part_opens_into_exactly_itself(
    fleet: App, question: dict[str, str], place: int, turns: list[int]
) -> None:
    """However deep somebody opens it, what is behind a part is the part, to the last digit."""
    rows = fleet.get("/api/v1/allocations", window=WINDOW, **question)["rows"]
    named = {"row": rows[place]["name"]} if place < len(rows) and rows[place]["name"] else {}
    if rows:
        with localcontext() as exact:
            exact.prec = 120
            descend(fleet, question | named, explained(fleet, **question, **named)["tree"], iter(turns))


def test_idle_of_one_node_opens_into_that_node(fleet: App) -> None:
    """Where idle belongs to nodes, the row of one node is explained by that node alone."""
    asked = {"aggregate": "cluster", "idle_by": "node", "currency": "USD", "row": "aws/n0/__idle__"}
    tree = explained(fleet, **asked, depth="4")["tree"]
    window = tree["parts"][0]["parts"][0]["parts"][0]["parts"][0]
    again = explained(fleet, **asked, path=window["path"], depth="1")["tree"]
    assert amount(again) == amount(window)
    assert [part["label"] for part in again["parts"]] == ["n0"]
