"""Answers of a fleet in several currencies: without rates, with them, and with some missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builders import at
from fleetcost.api.services import CurrencyFacts
from fleetcost.rates.book import RateBook
from fleetcost.rates.store import publish_rates
from fleetcost.rates.table import RateKind
from unit.api.apps import App, app
from unit.api.mixed import (
    CLUSTERS,
    DAYS,
    FRIDAY,
    NO_YEN,
    PARTS,
    RATES,
    SHOPS,
    WINDOW,
    amount,
    book,
    fleet_bucket,
    ledger,
    rate_table,
)

FIELD_ROUTES = (
    "/model/allocation", "/model/allocation/summary", "/model/allocation/summary/topline", "/model/allocation/view",
    "/model/allocation/trends", "/allocation", "/allocation/summary", "/allocation/compute",
    "/allocation/compute/summary", "/model/allocation/compute", "/model/assets", "/model/assets/topline",
    "/model/assets/graph", "/assets", "/model/cloudCost", "/model/cloudCost/view", "/model/cloudCost/view/graph",
    "/model/cloudCost/view/totals", "/model/cloudCost/view/table", "/cloudCost", "/cloudCost/view/totals",
)  # fmt: skip
NATIVE_ROUTES = ("/api/v1/allocations", "/api/v1/assets", "/api/v1/cloudcosts")
BY = {"/api/v1/allocations": "namespace", "/api/v1/assets": "cluster", "/api/v1/cloudcosts": "service"}
SUMS = {
    currency: sum(amount(cluster, part, n) for part in PARTS for n in DAYS) for cluster, currency in CLUSTERS.items()
}


@contextmanager
def mixed(folder: Path, money: CurrencyFacts) -> Iterator[App]:
    """Give an application over the fleet."""
    with app(folder, fleet_bucket(), now=at(12, day=3), money=money) as opened:
        opened.ingestor.pass_once()
        yield opened


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The fleet where nobody has set or imported anything."""
    with mixed(tmp_path_factory.mktemp("bare"), CurrencyFacts()) as opened:
        yield opened


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The fleet shown in euros by the central bank's rates."""
    money = CurrencyFacts(display="EUR", rates="ecb", book=book(rate_table()))
    with mixed(tmp_path_factory.mktemp("rated"), money) as opened:
        yield opened


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The same where the table has no yen."""
    money = CurrencyFacts(display="EUR", rates="ecb", book=book(rate_table(NO_YEN)))
    with mixed(tmp_path_factory.mktemp("lacking"), money) as opened:
        yield opened


def exactly(value: Decimal) -> str:
    """Write an amount without zeros at its end."""
    return f"{value:f}".rstrip("0").rstrip(".")


@pytest.mark.parametrize("path", FIELD_ROUTES)
def test_the_field_gets_one_currency_and_is_warned_of_the_others(bare: App, path: str) -> None:
    """Without rates each compatible route answers in one currency, and says what is left out, of whom, exactly."""
    asked = {"window": WINDOW} | ({"names": "front"} if path.endswith("trends") else {})
    asked |= {"includeIdle": "true"} if "allocation" in path else {}
    response = bare.client.get(path, asked)
    assert response.status_code == 200, response.text
    assert response.headers["fleetcost-currency"] == "EUR"
    warning = response.json()["warning"]
    for cluster, currency in CLUSTERS.items():
        owner = f"bill-{cluster}" if "loudCost" in path else cluster
        said = f"{exactly(SUMS[currency])} {currency} of {owner}"
        assert (said in warning) == (currency != "EUR")
    left = response.headers["fleetcost-left-out"]
    assert left.startswith(", ".join(f"{exactly(SUMS[currency])} {currency}" for currency in ("JPY", "USD")))


@pytest.mark.parametrize("aggregate", ["controller", "namespace,controller", "namespace", "cluster"])
@pytest.mark.parametrize("how", [{}, {"currency": "USD"}])
def test_a_page_has_no_other_currency(bare: App, aggregate: str, how: dict[str, str]) -> None:
    """The first rows of an answer without rates are those of its currency alone, however they are grouped."""
    asked = {"window": WINDOW, "aggregate": aggregate, "accumulate": "true", "limit": "9", "idle": "false"}
    asked |= {"shareTenancyCosts": "false"}
    (rows,) = bare.get("/model/allocation", **asked, **how)["data"]
    cluster = "us" if how else "eu"
    whole = float(sum(amount(cluster, shop, n) for shop in SHOPS for n in DAYS))
    assert sum(row["totalCost"] for row in rows.values()) == pytest.approx(whole, abs=1e-4)


@pytest.mark.parametrize("clusters", ['cluster:"us"', 'cluster:"jp"', 'cluster:"eu"', ""])
def test_the_currency_does_not_follow_the_filter(bare: App, clusters: str) -> None:
    """Whatever a client filters by, the currency stays; clients read it from the configuration as well."""
    response = bare.client.get("/model/allocation", {"window": WINDOW, "filter": clusters})
    assert response.headers["fleetcost-currency"] == "EUR"
    assert bare.get("/model/getConfigs")["data"]["currencyCode"] == "EUR"


@pytest.mark.parametrize("home", CLUSTERS)
def test_the_home_cluster_has_its_currency(tmp_path: Path, home: str) -> None:
    """Where a server knows which cluster it runs in, the field's clients get that cluster's currency."""
    with mixed(tmp_path, CurrencyFacts(home=home)) as opened:
        response = opened.client.get("/model/allocation/summary", {"window": WINDOW, "accumulate": "true"})
    assert response.headers["fleetcost-currency"] == CLUSTERS[home]
    rows = response.json()["data"]["sets"][0]["allocations"].values()
    assert sum(row["totalCost"] for row in rows) == pytest.approx(float(SUMS[CLUSTERS[home]]))


@pytest.mark.parametrize("path", NATIVE_ROUTES)
def test_native_rows_keep_their_currencies(bare: App, path: str) -> None:
    """Without a currency asked for there is no error and no sum: rows and totals are per currency."""
    answer = bare.get(path, window=WINDOW, aggregate=BY[path], compare="prev")
    assert (answer["currency"], answer["totals"], answer["series"]) == ("", {}, [])
    totals = {one["currency"]: one["totals"]["total_cost"] for one in answer["by_currency"]}
    assert totals == pytest.approx({currency: float(cost) for currency, cost in SUMS.items()})
    assert {row["currency"] for row in answer["rows"]} == set(SUMS)
    assert next(one["code"] for one in answer["warnings"]) == "several-currencies"


@pytest.mark.parametrize("path", NATIVE_ROUTES)
@pytest.mark.parametrize("into", ["EUR", "USD", "JPY"])
@pytest.mark.parametrize("basis", ["billed", "list"])
def test_converted_answers_are_what_the_ledger_says(rated: App, path: str, into: str, basis: str) -> None:
    """Rows, totals and series of every kind are in the currency asked for, to the last place."""
    more = {} if path.endswith("cloudcosts") else {"basis": basis}
    answer = rated.get(path, window=WINDOW, aggregate=BY[path], currency=into, step="day", **more)
    assert answer["currency"] == into
    assert answer["totals"]["total_cost"] == float(ledger(into))
    assert [step["total_cost"] for step in answer["series"]] == [float(ledger(into, days=[n])) for n in DAYS]
    for row in answer["rows"]:
        mine = {"clusters": [row["name"]]} if path.endswith("assets") else {"parts": [row["name"].strip("_")]}
        assert row["total_cost"] == float(ledger(into, **mine)), row["name"]
    assert "by_currency" not in answer or len(answer["by_currency"]) == 1
    said = answer["conversion"]
    assert (said["table"], said["version"], said["policy"], said["missing"]) == ("ecb", 1, "daily", [])
    assert {one["currency"] for one in said["from"]} == set(SUMS) - {into}


def test_weekends_have_the_rates_of_friday(rated: App) -> None:
    """The answer says the rates and their days: Saturday and Sunday are converted with Friday's."""
    (usd,) = [
        one for one in rated.get("/api/v1/allocations", window=WINDOW)["conversion"]["from"] if one["currency"] == "USD"
    ]
    assert usd == {
        "currency": "USD", "amount": exactly(SUMS["USD"]), "converted": exactly(ledger("EUR", ["us"])), "days": 3,
        "first_rate": "0.860363073217", "last_rate": "0.858000858001",
        "first_rate_day": FRIDAY.isoformat(), "last_rate_day": (FRIDAY + timedelta(days=3)).isoformat(),
    }  # fmt: skip


@pytest.mark.parametrize("path", FIELD_ROUTES)
def test_the_field_gets_converted_answers_without_a_warning(rated: App, path: str) -> None:
    """With rates each compatible route answers for the whole fleet, and says in headers by which rates."""
    asked = {"window": WINDOW} | ({"names": "front"} if path.endswith("trends") else {})
    response = rated.client.get(path, asked)
    assert response.status_code == 200, response.text
    assert "left out" not in response.json().get("warning", "")
    assert (response.headers["fleetcost-currency"], response.headers["fleetcost-rates"]) == ("EUR", "ecb 1 daily")


def test_sums_of_the_field_are_what_the_ledger_says(rated: App) -> None:
    """Totals of allocations, assets and bills in the field's shapes are the whole fleet's."""
    whole = float(ledger("USD"))
    asked = {"window": WINDOW, "currency": "USD"}
    topline = rated.get("/model/allocation/summary/topline", **asked)["data"]
    assert topline["combined"]["allocations"]["total"]["totalCost"] == whole
    assert rated.get("/model/assets/topline", **asked)["data"]["totalCost"] == whole
    assert rated.get("/model/cloudCost/view/totals", **asked)["data"]["combined"]["cost"] == pytest.approx(
        whole, abs=1e-5
    )


def test_what_has_no_rate_stays_apart(lacking: App) -> None:
    """A native answer keeps such rows in their own currency, and says amount, days, clusters and why."""
    answer = lacking.get("/api/v1/allocations", window=WINDOW, aggregate="cluster")
    assert answer["totals"]["total_cost"] == float(ledger("EUR", rates=NO_YEN)) == float(ledger("EUR", ["eu", "us"]))
    assert [one["currency"] for one in answer["by_currency"]] == ["EUR", "JPY"]
    assert {row["name"]: row["currency"] for row in answer["rows"] if not row["idle"]} == {
        "eu": "EUR", "us": "EUR", "jp": "JPY",
    }  # fmt: skip
    (missing,) = answer["conversion"]["missing"]
    assert missing == {
        "currency": "JPY", "amount": exactly(SUMS["JPY"]), "owners": ["jp"],
        "days": ["2026-01-10", "2026-01-11", "2026-01-12"],
        "why": "ecb has no rate of JPY to EUR on 2026-01-10 or in the 7 days before",
    }  # fmt: skip
    assert next(one["code"] for one in answer["warnings"]) == "rate-missing"


def test_a_day_without_a_rate_is_left_out_by_itself(tmp_path: Path) -> None:
    """Where only the last day has no rate, the others are converted, and the field is warned of that day's cost."""
    money = CurrencyFacts(display="EUR", rates="ecb", max_age_days=1, book=book(rate_table({FRIDAY: RATES[FRIDAY]})))
    with mixed(tmp_path, money) as opened:
        answer = opened.get("/api/v1/assets", window=WINDOW)
        warning = opened.get("/model/assets", window=WINDOW)["warning"]
    assert answer["conversion"]["missing"][0]["days"] == ["2026-01-11", "2026-01-12"]
    late = sum((amount("jp", part, n) for part in PARTS for n in (1, 2)), Decimal())
    assert f"left out is {exactly(late)} JPY" in warning
    eu = sum((amount("eu", part, n) for part in PARTS for n in (1, 2)), Decimal())
    assert answer["totals"]["total_cost"] == float(ledger("EUR", days=[0]) + eu)


def test_files_are_in_the_currency_that_is_asked_for(rated: App, lacking: App) -> None:
    """An export has the converted amounts with nine places, and its note says the rates and what is not converted."""
    text = rated.client.get("/api/v1/allocations", {"window": WINDOW, "aggregate": "namespace", "format": "csv"}).text
    note, _, table = text.partition("\n")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    assert "currency=EUR by ecb version 1 (daily)" in note
    assert {shop: Decimal(rows[shop]["total_cost"]) for shop in SHOPS} == {
        shop: ledger("EUR", parts=[shop]) for shop in SHOPS
    }
    note = lacking.client.get("/api/v1/allocations", {"window": WINDOW, "format": "csv"}).text.partition("\n")[0]
    assert f"not converted: {exactly(SUMS['JPY'])} JPY" in note


def test_a_corrected_table_changes_answers_that_were_kept(tmp_path: Path) -> None:
    """Once another version of a table is known the same question is answered by it, and says so."""
    known = book(rate_table())
    with mixed(tmp_path, CurrencyFacts(display="EUR", rates="ecb", book=known)) as opened:
        before = opened.get("/api/v1/allocations", window=WINDOW)
        corrected = RATES | {FRIDAY: {"USD": "1.2", "JPY": "178.35"}}
        known.know({"ecb": rate_table(corrected, version=2)})
        after = opened.get("/api/v1/allocations", window=WINDOW)
    assert (before["conversion"]["version"], after["conversion"]["version"]) == (1, 2)
    assert before["totals"]["total_cost"] == float(ledger("EUR"))
    assert after["totals"]["total_cost"] == float(ledger("EUR", rates=corrected))


def test_one_day_can_count_for_all(rated: App) -> None:
    """`rates=ecb@day` converts every day with the rates of one, for comparing without the noise of the market."""
    answer = rated.get("/api/v1/allocations", window=WINDOW, rates=f"ecb@{FRIDAY}")
    assert answer["conversion"]["policy"] == FRIDAY.isoformat()
    assert answer["totals"]["total_cost"] == float(ledger("EUR", rates={FRIDAY: RATES[FRIDAY]}))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"currency": "euros"}, "ISO 4217"),
        ({"currency": "EUR'; DROP"}, "ISO 4217"),
        ({"rates": "cbe"}, "did you mean `ecb`"),
        ({"rates": "invoice"}, "without the rate that an invoice was converted with"),
        ({"rates": "ecb@yesterday"}, "ecb@2026-01-31"),
        ({"rates": "ecb@0001-01-03"}, "1970-01-01"),
    ],
)
def test_what_cannot_be_a_currency_or_a_table_is_refused(rated: App, asked: dict[str, Any], says: str) -> None:
    """A question that names no currency or no table that there is says what would be accepted."""
    assert says in rated.refused("/api/v1/allocations", window=WINDOW, **asked)["detail"]


def test_what_there_is_to_choose_from_is_listed(tmp_path: Path) -> None:
    """`/api/v1/rates` has the tables of the bucket with what is wrong with them, and the currencies of the rows."""
    bucket = fleet_bucket()
    publish_rates(bucket, "ecb", RateKind.DAILY, rate_table().rates, "eurofxref-hist.csv", at(0))
    known = RateBook(bucket)
    known.refresh()
    with app(tmp_path, bucket, now=at(12, day=3), money=CurrencyFacts(rates="ecb", book=known)) as opened:
        opened.ingestor.pass_once()
        before = opened.get("/api/v1/allocations", window=WINDOW, currency="EUR")["totals"]
        bucket.put("fleetcost/rates/ecb/current.json", b"{")
        known.refresh()
        opened.ingestor.pass_once()
        listed = opened.get("/api/v1/rates")
        after = opened.get("/api/v1/allocations", window=WINDOW, currency="EUR")["totals"]
    assert listed["row_currencies"] == sorted(SUMS)
    (table,) = listed["tables"]
    assert (table["table"], table["version"], table["currencies"]) == ("ecb", 1, ["EUR", "JPY", "USD"])
    assert "current.json" in table["fault"]
    assert before == after


@pytest.mark.parametrize("into", ["EUR", "USD", "JPY"])
def test_the_report_of_bills_is_converted(rated: App, into: str) -> None:
    """The whole bill, what is on no asset and each day of a cluster are in one currency, and the bill closes in it."""
    report = rated.get("/api/v1/reconciliation", window=WINDOW, currency=into)
    (whole,) = report["bills"]
    assert (whole["currency"], Decimal(whole["billed_cost"]), whole["closes"]) == (into, ledger(into), True)
    assert sum(one["cost"] for one in report["outcomes"]) == pytest.approx(float(ledger(into)), abs=1e-8)
    assert {row["currency"] for row in (*report["outcomes"], *report["unmatched_rows"])} == {into}
    assert report["conversion"]["table"] == "ecb"


def test_each_currency_has_its_place_among_what_is_shown(lacking: App) -> None:
    """However few rows are shown, the dearest of each currency are among them."""
    for limit in (1, 2, 3, 5):
        rows = lacking.get("/api/v1/reconciliation", window=WINDOW, limit=limit, currency="native")["unmatched_rows"]
        shown = [row["currency"] for row in rows]
        assert shown == sorted(shown)
        assert (len(shown), len(set(shown))) == (limit, min(limit, len(CLUSTERS)))


def test_the_report_says_what_has_no_rate(lacking: App) -> None:
    """Bills without a rate stay apart in their own currency."""
    report = lacking.get("/api/v1/reconciliation", window=WINDOW)
    assert [one["currency"] for one in report["bills"]] == ["EUR", "JPY"]
    assert Decimal(report["bills"][0]["billed_cost"]) == ledger("EUR", rates=NO_YEN)
    assert Decimal(report["bills"][1]["billed_cost"]) == SUMS["JPY"]
    assert report["conversion"]["missing"][0]["amount"] == exactly(SUMS["JPY"])


def test_what_nobody_claimed_is_converted(rated: App, lacking: App) -> None:
    """Costs of nodes are compared in one currency; nodes without a rate come last, in their own."""
    nodes = rated.get("/api/v1/unclaimed", window=WINDOW)["nodes"]
    assert {one["currency"] for one in nodes} == {"EUR"}
    for one in nodes:
        assert one["cost"] == pytest.approx(float(ledger("EUR", [one["cluster"]], ["idle"])), abs=1e-6)
    without = lacking.get("/api/v1/unclaimed", window=WINDOW)
    assert [one["currency"] for one in without["nodes"]] == ["EUR", "EUR", "JPY"]
    (missing,) = without["conversion"]["missing"]
    assert (missing["currency"], missing["owners"], len(missing["days"])) == ("JPY", ["jp"], len(DAYS))
    assert missing["amount"] == exactly(sum((amount("jp", "idle", n) for n in DAYS), Decimal()))
