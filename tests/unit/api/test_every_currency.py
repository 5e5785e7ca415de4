"""Every route of the route table on a fleet in three currencies: its money is what a plain ledger of decimals says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from builders import at
from fleetcost.api.routes.operations import EVERY
from fleetcost.api.services import CurrencyFacts
from unit.api.apps import App, app
from unit.api.mixed import CLUSTERS, DAYS, NO_YEN, PARTS, RATES, WINDOW, amount, book, fleet_bucket, ledger, rate_table

CHANGE = Decimal("-0.25")
"""What a bill changed of each part: the two price bases differ."""
BEFORE = "2026-01-07T00:00:00Z,2026-01-10T00:00:00Z"
INTO = ("EUR", "USD", "JPY")


@dataclass(frozen=True, slots=True)
class Shown:
    """
    Where a route shows money.

    Attributes:
        total: what its answer adds up to
        asked: what is asked, beside window and currency
        billed: the total has what bills changed inside, at the basis billed
        based: it can be asked at list prices too
        of: clusters, or bills
        parts: of the ledger
        near: how far a sum of its rounded figures may lie from the ledger
    """

    total: Callable[[Any], object] | None
    asked: Mapping[str, str] = field(default_factory=dict)
    billed: bool = True
    based: bool = False
    of: str = "clusters"
    parts: tuple[str, ...] = PARTS
    near: float = 1e-8


def summed(rows: Any, name: str = "totalCost") -> float:
    """Add up a figure of rows."""
    return sum(float(row[name]) for row in rows)


def flat(sets: Any) -> list[Any]:
    """Return the rows of several sets."""
    return [row for one in sets for row in one.values()]


def sets_of(found: Any) -> Any:
    """Return the sets of an answer."""
    return found["data"]["sets"]


def bars(steps: Any) -> float:
    """Add up the items of a graph."""
    return summed((item for step in steps for item in step["items"]), "value")


FIELD = 2e-5
"""Rows in the field's shapes have five or six places."""
WHOLE = {"aggregate": "cluster", "accumulate": "true", "shareTenancyCosts": "false"}
IDLE = {**WHOLE, "includeIdle": "true"}
SETS = Shown(lambda found: summed(flat(found["data"])), WHOLE, near=FIELD)
COMPUTED = Shown(SETS.total, IDLE, near=FIELD)
SUMMARY = Shown(lambda found: summed(flat(one["allocations"] for one in found["data"]["sets"])), WHOLE)
SUMMARY_COMPUTED = Shown(SUMMARY.total, IDLE)
BILLS = {"billed": False, "of": "bills", "near": FIELD}
CLOUD: dict[str, Shown] = {
    "": Shown(
        lambda found: sum(row["amortizedNetCost"]["cost"] for row in flat(one["cloudCosts"] for one in sets_of(found))),
        {"aggregate": "service", "accumulate": "true"}, **BILLS,
    ),
    "/view": Shown(lambda found: found["data"]["tableTotal"]["combined"]["cost"], **BILLS),
    "/view/graph": Shown(lambda found: bars(found["data"]), {"aggregate": "service"}, **BILLS),
    "/view/totals": Shown(lambda found: found["data"]["combined"]["cost"], **BILLS),
    "/view/table": Shown(lambda found: summed(found["data"], "cost"), {"aggregate": "service"}, **BILLS),
    "/view/trends": Shown(None, {"aggregate": "service", "names": "front"}, **BILLS),
}  # fmt: skip
NATIVE = {"aggregate": "cluster"}
ROUTES: dict[str, Shown] = {
    "/api/v1/allocations": Shown(lambda found: found["totals"]["total_cost"], NATIVE, based=True, near=0),
    "/api/v1/assets": Shown(lambda found: found["totals"]["total_cost"], NATIVE, based=True, near=0),
    "/api/v1/cloudcosts": Shown(
        lambda found: found["totals"]["total_cost"], {"aggregate": "service"}, billed=False, of="bills", near=0
    ),
    "/api/v1/explain": Shown(lambda found: found["tree"]["amount"], NATIVE, based=True, near=0),
    "/api/v1/compare": Shown(lambda found: summed(found["totals"], "after"), NATIVE | {"base": BEFORE}, based=True),
    "/api/v1/reconciliation": Shown(
        lambda found: summed(found["bills"], "billed_cost"), billed=False, of="bills", near=0
    ),
    "/api/v1/unclaimed": Shown(lambda found: summed(found["nodes"], "cost"), billed=False, parts=("idle",)),
    "/api/v1/efficiency": Shown(
        lambda found: sum(summed(found["totals"], name) for name in ("cost", "overhead")), NATIVE, based=True
    ),
    "/api/v1/savings": Shown(None),
    "/api/v1/savings/{kind}": Shown(None),
    "/model/allocation": SETS,
    "/allocation": COMPUTED,
    "/model/allocation/summary": SUMMARY,
    "/allocation/summary": SUMMARY_COMPUTED,
    "/model/allocation/summary/topline": Shown(
        lambda found: found["data"]["combined"]["allocations"]["total"]["totalCost"], WHOLE
    ),
    "/model/allocation/trends": Shown(None, WHOLE),
    "/model/allocation/view": Shown(lambda found: found["data"]["totals"]["totalCost"], IDLE),
    "/allocation/compute": COMPUTED,
    "/model/allocation/compute": COMPUTED,
    "/allocation/compute/summary": SUMMARY_COMPUTED,
    "/model/allocation/compute/summary": SUMMARY_COMPUTED,
    "/model/assets": SETS,
    "/assets": Shown(lambda found: summed(found["data"].values()), WHOLE, near=FIELD),
    "/model/assets/topline": Shown(lambda found: found["data"]["totalCost"], WHOLE),
    "/model/assets/diff": Shown(None, {"aggregate": "cluster", "before": BEFORE, "after": WINDOW}),
    "/model/assets/graph": Shown(lambda found: bars(found["data"]), {"aggregate": "cluster"}),
    **{f"{prefix}{tail}": shown for prefix in ("/model/cloudCost", "/cloudCost") for tail, shown in CLOUD.items()},
}
"""Every route that takes `currency`; a total of None is of an answer that has shares and differences alone."""

OWN = {
    "/api/v1/clusters": "what bills alone know of a cluster, beside its currency",
    "/api/v1/statements": "closed months are in the currency of their book",
    "/api/v1/focus": "a bill's rows are in the currency of the bill",
    "/api/v1/anomalies": "each event is of one cluster, in its currency",
    "/api/v1/prices": "prices, beside their currency",
    "/model/clusters/status": "what bills alone know of a cluster, beside its currency",
}
"""What routes with money that stays as it is begin with, and why it does."""

SAVINGS = "/model/savings"
"""What routes of savings begin with: parts of costs in one currency, which follow from use and not from a ledger."""

BARE = (
    "/api/v1/health/", "/api/v1/rates", "/api/v1/repairs", "/api/v1/savings/archive", "/api/v1/views",
    "/model/clusterInfo", "/clusterInfo",
    "/model/clusters", "/model/getConfigs", "/model/debug/", "/model/diagnostic", "/model/multi-cluster-diagnostics",
    "/model/mcd", "/mcd",
)  # fmt: skip
"""What routes without money begin with."""
BARE_ENDS = ("/autocomplete", "/status", "/rebuild", "/repair")
CUSTOM = ("/model/customCost/", "/customCost/")
"""Costs of a kind that no set holds: their routes answer with none."""


def test_every_route_is_in_the_table() -> None:
    """A route is in the table of money, keeps its own currency for a reason, or has no money; a new one fails here."""
    taking = {one.path for one in EVERY if any(parameter.name == "currency" for parameter in one.parameters)}
    assert {path for path in taking if not path.startswith(SAVINGS)} == set(ROUTES)
    others = {one.path for one in EVERY} - taking
    without = (*OWN, *BARE, *CUSTOM)
    assert not [path for path in others if not path.startswith(without) and not path.endswith(BARE_ENDS)]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The fleet with bills and with the central bank's rates, and a table that has no yen."""
    tables = book(rate_table(), rate_table(NO_YEN, name="lacking"))
    money = CurrencyFacts(display="EUR", rates="ecb", book=tables)
    with app(tmp_path_factory.mktemp("three"), fleet_bucket(CHANGE), now=at(12, day=3), money=money) as opened:
        opened.ingestor.pass_once()
        yield opened


def said(shown: Shown, into: str, basis: str = "billed", lacking: tuple[str, ...] = ()) -> Decimal:
    """Return what the ledger says that a route shows."""
    change = CHANGE if shown.billed and basis == "billed" else Decimal()
    clusters = [one for one in CLUSTERS if CLUSTERS[one] not in lacking]
    return ledger(into, clusters, shown.parts, change=change)


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_shows_what_the_ledger_says(three: App, path: str) -> None:
    """In each currency and at both price bases, and its header or document says by which rates and from what."""
    shown = ROUTES[path]
    for into in INTO:
        for basis in ("billed", "list") if shown.based else ("billed",):
            asked = {"window": WINDOW, "currency": into, **shown.asked} | ({"basis": basis} if shown.based else {})
            asked |= {} if "before" not in asked else {"window": WINDOW}
            response = sent(three, path, asked)
            assert response.status_code == 200, response.text
            if shown.total is not None:
                total, right = shown.total(response.json()), float(said(shown, into, basis))
                assert float(str(total)) == pytest.approx(right, abs=shown.near), basis
            assert "left out" not in response.json().get("warning", "")
            assert converted(response) == set(CLUSTERS.values()) - {into}


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_says_what_has_no_rate(three: App, path: str) -> None:
    """Without yen's rates it shows the others' costs, names the cost that is left out, and its owner."""
    shown = ROUTES[path]
    asked = {"window": WINDOW, "currency": "EUR", "rates": "lacking", **shown.asked}
    response = sent(three, path, asked)
    assert response.status_code == 200, response.text
    found, change = response.json(), CHANGE if shown.billed else Decimal()
    owner = "bill-jp" if shown.of == "bills" else "jp"
    lost = sum((amount("jp", part, number) + change for part in shown.parts for number in DAYS), Decimal())
    lost_text = f"{lost:f}".rstrip("0").rstrip(".")
    if "/api/" in path:
        (missing,) = found["conversion"]["missing"]
        assert (missing["currency"], missing["amount"], missing["owners"]) == ("JPY", lost_text, [owner])
        for one in found.get("completeness", ()):
            name = one.get("cluster", one.get("integration"))
            assert bool(one["rate_missing"]) == (name == owner)
            assert "cluster" not in one or (one["state"] == "rate missing") == (name == owner)
        return
    if shown.total is not None:
        left = float(said(shown, "EUR", lacking=("JPY",)))
        assert float(str(shown.total(found))) == pytest.approx(left, abs=shown.near)
    assert f"left out is {lost_text} JPY ({lost_text} JPY of {owner})" in found["warning"]
    assert response.headers["fleetcost-left-out"] == f"{lost_text} JPY"


def sent(three: App, path: str, asked: Mapping[str, str]) -> Any:
    """Ask a route with those parameters that it takes."""
    (operation,) = [one for one in EVERY if one.path == path]
    known = {parameter.name for parameter in operation.parameters}
    address = path.replace("{kind}", "idle-workloads")
    return three.client.get(address, {name: text for name, text in asked.items() if name in known})


def converted(response: Any) -> set[str]:
    """Return the currencies that an answer was converted from, as it says itself; its amounts are the ledger's."""
    if "fleetcost-converted" in response.headers:
        return {part.split()[1] for part in response.headers["fleetcost-converted"].split(", ")}
    return {one["currency"] for one in response.json()["conversion"]["from"] if Decimal(one["amount"]) > 0}


@pytest.mark.parametrize("kind", ["allocations", "assets", "cloudcosts"])
@pytest.mark.parametrize("basis", ["billed", "list"])
def test_what_was_converted_is_said_by_currency(three: App, kind: str, basis: str) -> None:
    """Amounts before and after conversion are the ledger's, and with the answer's own currency they are the total."""
    asked = {} if kind == "cloudcosts" else {"basis": basis}
    found = three.get(f"/api/v1/{kind}", window=WINDOW, currency="EUR", **asked)
    change = CHANGE if kind != "cloudcosts" and basis == "billed" else Decimal()
    for one in found["conversion"]["from"]:
        (cluster,) = [name for name, currency in CLUSTERS.items() if currency == one["currency"]]
        assert Decimal(one["amount"]) == ledger(one["currency"], [cluster], change=change)
        assert Decimal(one["converted"]) == ledger("EUR", [cluster], change=change)
    parts = [Decimal(one["converted"]) for one in found["conversion"]["from"]] + [ledger("EUR", ["eu"], change=change)]
    assert float(sum(parts)) == pytest.approx(found["totals"]["total_cost"], abs=2e-9)


@pytest.mark.parametrize("kind", ["allocations", "assets", "cloudcosts"])
@pytest.mark.parametrize("into", INTO)
def test_an_export_shows_what_the_ledger_says(three: App, kind: str, into: str) -> None:
    """The lines of a file are in the currency asked for, and its note says the rates and what was converted."""
    asked = {"window": WINDOW, "currency": into, "aggregate": "cluster", "format": "csv"}
    text = three.client.get(f"/api/v1/{kind}", asked).text
    note, _, table = text.partition("\n")
    change = Decimal() if kind == "cloudcosts" else CHANGE
    lines = list(csv.DictReader(io.StringIO(table)))
    assert {line["currency"] for line in lines} == {into}
    total = sum((Decimal(line["total_cost"]) for line in lines), Decimal())
    assert abs(total - ledger(into, change=change)) <= Decimal("2e-9")
    assert f"currency={into} by ecb version 1 (daily) | converted: " in note


def test_the_rates_are_those_of_the_days() -> None:
    """The fleet's days are a weekend and the Monday after it: the table has Friday and Monday alone."""
    assert [day.weekday() for day in RATES] == [4, 0]
