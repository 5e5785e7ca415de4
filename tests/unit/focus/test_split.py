"""FOCUS exports: each row of a bill adds up to itself in every cost column, and workloads cost what pages say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bills import cloud_cost, cloud_set
from builders import allocation, allocation_set, asset_set, at, bucket_of, day, hour, ingest, node, open_tables
from fleetcost.focus.check import check_focus
from fleetcost.focus.own import OWN_COLUMNS, UNKNOWN
from fleetcost.focus.split import FocusAsked
from fleetcost.model.cloud_cost import Category
from fleetcost.model.focus import FocusFormat, FocusPart, FocusVersion, focus_columns
from fleetcost.model.window import Window
from fleetcost.query.filters import parse_filter
from fleetcost.sets.cloud.publish import publish
from unit.focus.exported import COSTS, DAY, LIMITS, Exported, ask, ledger, written
from unit.focus.ledger_fleet import GAP, WAITING, ledger_fleet, published, rows_of
from unit.ingest.billed_fleet import CURRENCIES, DAYS


@pytest.mark.parametrize("level", [FocusPart.CONTAINER, FocusPart.CLUSTER])
def test_each_row_of_a_bill_adds_up_to_itself(made: Exported, level: FocusPart) -> None:
    """The parts of each row of a bill are the row, to the last digit, in each of the four cost columns."""
    file = made.file(FocusAsked(level=level))
    parts = ask(file, f"InvoiceId, {COSTS}", "WHERE x_PriceState <> 'list' GROUP BY InvoiceId")
    assert {invoice: tuple(costs) for invoice, *costs in parts} == ledger(made.fleet)


def test_each_day_and_account_adds_up_to_its_bill(made: Exported) -> None:
    """Per day, billing account and currency the file is the bill; nothing is added over currencies."""
    file = made.file()
    found = ask(
        file, f"{DAY}, BillingAccountId, BillingCurrency, {COSTS}",
        "WHERE x_PriceState <> 'list' GROUP BY ALL",
    )  # fmt: skip
    bill: dict[tuple[str, str, str], list[Decimal]] = {}
    by_invoice = ledger(made.fleet)
    for one in rows_of(made.fleet):
        sums = bill.setdefault((f"{one.start:%Y-%m-%d}", one.invoice_entity_id, one.currency), [Decimal(0)] * 4)
        for number, cost in enumerate(by_invoice[one.invoice_id]):
            sums[number] += cost
    assert {(start, account, currency): costs for start, account, currency, *costs in found} == bill
    assert len(bill) == len(DAYS) * 2


def test_clusters_cost_what_pages_say(made: Exported) -> None:
    """Per cluster, day and currency the rows of a cluster's assets are list price and adjustment of the assets."""
    file = made.file()
    kinds = "('workload', 'unmounted', 'idle', 'tenancy', 'unassigned')"
    on_assets = f"x_CostKind IN {kinds} AND (AllocatedMethodId IS NOT NULL OR x_CostKind = 'tenancy')"
    found = ask(file, f"x_Cluster, {DAY}, BillingCurrency, sum(EffectiveCost)", f"WHERE {on_assets} GROUP BY ALL")
    with made.database.snapshot() as snapshot:
        assets = snapshot.rows(
            "SELECT cluster, strftime(window_start, '%Y-%m-%d'), currency, sum(cost + adjustment) "
            "FROM asset_1d GROUP BY ALL"
        )
    assert sorted(found) == sorted(assets)


def test_pods_cost_what_pages_say(made: Exported) -> None:
    """What a pod costs on nodes and for traffic is in the file what it is on pages, to the last digit."""
    file = made.file(FocusAsked(level=FocusPart.POD))
    found = ask(
        file, f"{DAY}, x_Pod, sum(EffectiveCost)",
        "WHERE x_Pod IS NOT NULL AND AllocatedMethodId IN ('fleetcost-node-2', 'fleetcost-network-1') GROUP BY ALL",
    )  # fmt: skip
    parts = " + ".join(f"{name}_cost + {name}_cost_adjustment" for name in ("cpu", "ram", "gpu", "network"))
    with made.database.snapshot() as snapshot:
        pages = snapshot.rows(
            f"SELECT strftime(window_start, '%Y-%m-%d'), pod, sum({parts}) FROM container_1d WHERE kind = 'workload' "
            f"GROUP BY ALL HAVING sum({parts}) <> 0"
        )
    assert sorted(row for row in found if row[2]) == sorted(pages)


@pytest.mark.parametrize("version", FocusVersion)
@pytest.mark.parametrize("how", FocusFormat)
def test_a_file_breaks_only_rules_that_a_bill_cannot_answer(
    made: Exported, version: FocusVersion, how: FocusFormat
) -> None:
    """A file holds every rule but those on what the bill does not say; its columns are of its version, then our own."""
    file = made.file(FocusAsked(version=version, level=FocusPart.CONTAINER), how)
    verdict = check_focus(file, version, LIMITS)
    assert {one.rule for one in verdict.breaches if one.rule.partition("-GIVEN-")[0] not in UNKNOWN} == set()
    names = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()]
    assert names == [*(one.name for one in focus_columns(version)), *(one.name for one in OWN_COLUMNS)]


def test_levels_are_sums_of_the_finer_ones(made: Exported) -> None:
    """Whatever a row of a workload stands for, the costs of each cluster and kind are the same, of fewer rows."""
    levels = (FocusPart.CONTAINER, FocusPart.CONTROLLER, FocusPart.CLUSTER)
    files = [made.file(FocusAsked(level=level)) for level in levels]
    sums = [ask(file, f"x_Cluster, x_CostKind, {COSTS}", "GROUP BY ALL ORDER BY ALL") for file in files]
    assert sums[0] == sums[1] == sums[2]
    counts = [ask(file, "count(*)")[0][0] for file in files]
    assert counts == sorted(counts, reverse=True)


def test_what_was_not_seen_is_nobodys(made: Exported) -> None:
    """On a day without allocations the nodes are unassigned, not idle; elsewhere what nobody takes of them is idle."""
    file, number = made.file(), GAP[1]
    found = ask(
        file, "DISTINCT x_CostKind", f"WHERE x_Cluster = '{GAP[0]}' AND ResourceType = 'Node' "
        f"AND {DAY} = '{at(day=number):%Y-%m-%d}'",
    )  # fmt: skip
    assert found == [("unassigned",)]
    assert ("idle",) in ask(file, "DISTINCT x_CostKind", "WHERE x_Cluster = 'aws' AND ResourceType = 'Node'")


def test_a_bill_on_its_way_is_topped_up_to_list_price(made: Exported) -> None:
    """Of a bill that has not come far enough the file has its rows, and what is missing as a row of its own."""
    file = made.file()
    where = f"WHERE x_Cluster = 'azure' AND {DAY} = '{at(day=WAITING[1]):%Y-%m-%d}'"
    states = {row[0] for row in ask(file, "DISTINCT x_PriceState", where)}
    assert {"partial", "list"} <= states
    missing = ask(
        file,
        "DISTINCT ChargeCategory, BilledCost, ListCost",
        f"{where} AND ChargeCategory = 'Adjustment' AND x_PriceState = 'list'",
    )
    assert missing == [("Adjustment", 0, 0)]


def test_fees_of_commitments_are_bought_and_unused(made: Exported) -> None:
    """A fee is a Purchase that costs nothing in effect, beside the use that nobody made of it."""
    found = ask(
        made.file(),
        "ChargeCategory, CommitmentDiscountStatus, bool_and(EffectiveCost = 0), bool_and(BilledCost = 0), count(*)",
        "WHERE CommitmentDiscountId LIKE '%reserved-instances%' GROUP BY ALL ORDER BY ALL",
    )  # fmt: skip
    count = 2 * len(CURRENCIES) * len(DAYS)
    assert found == [("Purchase", None, True, False, count), ("Usage", "Unused", False, True, count // 2)]


def test_a_restated_bill_replaces_its_day(tmp_path: Path) -> None:
    """When a bill says something else, so does the file; the other days stay byte by byte."""
    fleet, database = ledger_fleet(5), open_tables(tmp_path)
    bucket = published(fleet)
    ingest(bucket, database)
    before = written(database, tmp_path, FocusAsked(), FocusFormat.CSV, Window(at(), at(day=1))).read_bytes()
    for number, row in enumerate(fleet.rows["bills-aws", 1]):
        changed = replace(
            row.cost, invoiced_cost=row.cost.invoiced_cost + number, amortized_net_cost=row.cost.amortized_net_cost / 2
        )
        fleet.rows["bills-aws", 1][number] = replace(
            row, cost=replace(changed, amortized_net_cost=round(changed.amortized_net_cost, 9))
        )
    fleet.publish_bill(bucket, "bills-aws", 1)
    ingest(bucket, database)
    assert written(database, tmp_path, FocusAsked(), FocusFormat.CSV, Window(at(), at(day=1))).read_bytes() == before
    file = written(database, tmp_path, FocusAsked(), FocusFormat.PARQUET)
    parts = ask(file, f"InvoiceId, {COSTS}", "WHERE x_PriceState <> 'list' GROUP BY InvoiceId")
    assert {invoice: tuple(costs) for invoice, *costs in parts} == ledger(fleet)
    database.close()


def test_a_filter_lets_through_its_rows_only(made: Exported) -> None:
    """With a filter there are the workloads that pass, of the same costs as without, and nothing of other clusters."""
    whole = made.file(FocusAsked(level=FocusPart.POD))
    costs = f"ChargePeriodStart::VARCHAR, InvoiceId, ResourceId, {COSTS}"
    wanted = ask(whole, costs, "WHERE x_Pod = 'aws-0-0' GROUP BY ALL ORDER BY ALL")
    narrow = FocusAsked(level=FocusPart.POD, filter=parse_filter('pod:"aws-0-0"'), origins=False)
    file = made.file(narrow)
    assert ask(file, costs, "GROUP BY ALL ORDER BY ALL") == wanted
    assert ask(file, "count(AllocatedMethodDetails), count(x_SplitOriginCost)") == [(0, 0)]
    cluster = made.file(FocusAsked(level=FocusPart.CLUSTER, filter=parse_filter('cluster:"aws"')))
    assert ask(cluster, "DISTINCT x_Cluster") == [("aws",)]
    assert {row[0] for row in ask(cluster, "DISTINCT x_CostKind")} >= {"workload", "idle", "tenancy"}
    assert made.file(FocusAsked(filter=parse_filter('cluster:"none"')), FocusFormat.CSV).read_text().count("\n") == 1


def test_a_fleet_without_bills_is_at_list_price(tmp_path: Path) -> None:
    """A cluster that no bill covers costs its list price, is billed nothing, is marked so, and breaks no rule."""
    web = {"node": "n1", "controller": "web", "controller_kind": "deployment", "ram_cost": 1}
    pods = [
        allocation(day(), **web, pod=f"p{n}", pod_uid=f"u{n}", cpu_cost=n, labels={"team": "web", "pod": f"p{n}"})
        for n in (1, 2)
    ]
    bare = allocation(
        day(), pod="bare", pod_uid="u3", node="n1", controller="", controller_kind="", cpu_cost=1, labels={}
    )
    machine = node(day(), name="n1", provider_id="i-1", cpu_cost=8, ram_cost=4, gpu_cost=0, cost=12, region="rack-1")
    bucket = bucket_of(allocation_set([*pods, bare], day(), "onprem"), asset_set([machine], day(), "onprem"))
    database = open_tables(tmp_path)
    ingest(bucket, database)
    for version in FocusVersion:
        file = written(database, tmp_path, FocusAsked(version=version), FocusFormat.PARQUET, day())
        assert check_focus(file, version, LIMITS).breaches == ()
    what = "AllocatedResourceId, AllocatedTags, x_CostKind, x_PriceState, BilledCost, EffectiveCost, ListCost"
    place = '"fleetcost/cluster":"onprem","fleetcost/namespace":"shop",'
    tags = f'{{"team":"web",{place}"fleetcost/controller_kind":"deployment","fleetcost/controller":"web"}}'
    own = f'{{{place}"fleetcost/controller_kind":"pod","fleetcost/controller":"bare"}}'
    assert ask(file, what, "ORDER BY x_CostKind, AllocatedResourceId") == [
        (None, None, "idle", "list", 0, 6, 6),
        ("onprem/shop/deployment/web", tags, "workload", "list", 0, 5, 5),
        ("onprem/shop/pod/bare", own, "workload", "list", 0, 1, 1),
    ]
    database.close()


def test_hours_stand_for_a_day_and_an_agents_own_numbers_weigh(tmp_path: Path) -> None:
    """Where a cluster has no day its hours are divided; a node of which too much is taken has negative idle."""
    what = "x_PriceState, x_CostKind, x_Pod, EffectiveCost::VARCHAR, BilledCost = EffectiveCost"
    sets = []
    for number in range(3):
        window = hour(number)
        pod = allocation(window, pod=f"p{number}", pod_uid=f"u{number}", cpu_cost=2)
        machine = node(window, provider_id="i-1", cpu_cost=3, ram_cost=1)
        sets += [allocation_set([pod], window, "hourly"), asset_set([machine], window, "hourly")]
    big = allocation(day(), pod="big", pod_uid="b", node="m", cpu_cost=10, cpu_cost_adjustment=1)
    full = node(day(), name="m", provider_id="i-9", cpu_cost=6, ram_cost=1, adjustment=0.5)
    bucket = bucket_of(*sets, allocation_set([big], day(), "own"), asset_set([full], day(), "own"))
    bill = [
        cloud_cost(0, cost, provider_id=one, category=Category.COMPUTE, invoice_id=one)
        for one, cost in (("i-1", 9), ("i-9", 5))
    ]
    publish(bucket, cloud_set(bill), force=True)
    database = open_tables(tmp_path)
    ingest(bucket, database)
    file = written(database, tmp_path, FocusAsked(level=FocusPart.POD), FocusFormat.PARQUET, day())
    found = ask(file, what, "ORDER BY ALL")
    assert found == [
        ("agent", "idle", None, "-2.333333333", True),
        ("agent", "workload", "big", "7.333333333", True),
        ("billed", "idle", None, "4.500000000", True),
        *(("billed", "workload", f"p{number}", "1.500000000", True) for number in range(3)),
    ]
    database.close()
