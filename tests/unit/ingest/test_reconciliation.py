"""Bills and assets: the books close to the last digit, against what is true of made-up fleets and bills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from bills import cloud_cost, cloud_key, cloud_set
from builders import asset_set, at, day, disk, hour, node, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import Bucket
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.cloud_cost import BillState, Category
from fleetcost.model.reconciliation import AssetOutcome, RowOutcome
from fleetcost.model.window import Window
from fleetcost.query.kinds import CLOUD
from fleetcost.query.question import Question, Step, framed
from fleetcost.query.reports import exchanged_days
from fleetcost.query.shown import Shown
from fleetcost.rates.table import RatePolicy
from fleetcost.sets.cloud.layout import set_path
from fleetcost.sets.cloud.publish import publish
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.report import DayReport, carried, report_days, report_outcomes, unmonitored
from unit.api.mixed import factor, rate_table
from unit.ingest.billed_fleet import (
    CURRENCIES,
    DAYS,
    NANO,
    SCALE_SET,
    BilledFleet,
    billed,
    billed_fleet,
    listed,
    names,
)

ALL = Window(at(), at(day=2))
NOW = at(day=8)
SEEDS = (1, *(pytest.param(seed, marks=pytest.mark.corner) for seed in (2, 3)))


class Tables:
    """A database that follows a bucket."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        folder.mkdir(exist_ok=True)
        self.database: Database = open_database(
            folder / "tables.duckdb", EngineLimits(memory_bytes=1 << 29, threads=2), NOW
        )
        self.ingestor = Ingestor(bucket, self.database, Retention(None, None), lambda: NOW)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        with self.database.snapshot() as snapshot:
            return snapshot.rows(sql)

    def asset(self, name: tuple[str, str, str], number: int, table: str = "asset_1d") -> tuple[Decimal, Decimal]:
        """Return an asset's list price and adjustment on a day."""
        cluster, kind, own = name
        ((cost, adjustment),) = self.rows(
            f"SELECT sum(cost), sum(adjustment) FROM {table} WHERE cluster = '{cluster}' AND type = '{kind}' "
            f"AND name = '{own}' AND date_trunc('day', window_start) = '{at(day=number):%Y-%m-%d}'"
        )
        return cost, adjustment

    def everything(self, where: str = "TRUE") -> dict[str, list[tuple[Any, ...]]]:
        """Return what reconciliation may write, whatever the order of rows."""
        key = "cluster, window_start"
        adjusted = "node, pod, cpu_cost_adjustment, ram_cost_adjustment, gpu_cost_adjustment, pv_cost_adjustment, "
        adjusted += "network_cost_adjustment, load_balancer_cost_adjustment"
        chosen = {
            **{f"asset_{r}": f"{key}, type, name, cost, adjustment" for r in ("1h", "1d")},
            **{f"container_{r}": f"{key}, {adjusted}" for r in ("1h", "1d")},
            **{f"idle_{r}": f"{key}, node, cpu_cost, ram_cost, gpu_cost" for r in ("1h", "1d")},
            **{
                f"namespace_{r}": f"{key}, namespace, kind, cpu_cost_adjustment, pv_cost_adjustment"
                for r in ("1h", "1d")
            },
            "reconciled_asset": f"{key}, type, name, local, list_cost, billed_cost, adjustment, outcome",
            "reconciled_day": f"{key}, bill_state",
        }
        return {t: self.rows(f"SELECT {c} FROM {t} WHERE {where} ORDER BY ALL") for t, c in chosen.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """A fleet and its tables."""

    fleet: BilledFleet
    tables: Tables


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A place for databases."""
    return tmp_path


@pytest.fixture(scope="module", params=SEEDS)
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A fleet in tables that nobody changes."""
    fleet = billed_fleet(request.param)
    made, _ = tables(tmp_path_factory.mktemp("known"), fleet)
    yield Known(fleet, made)
    made.database.close()


def tables(folder: Path, fleet: BilledFleet) -> tuple[Tables, MemoryBucket]:
    """Publish a fleet and ingest it."""
    bucket = MemoryBucket()
    fleet.publish(bucket)
    made = Tables(folder, bucket)
    assert made.ingestor.pass_once().bad == 0
    return made, bucket


def test_an_asset_costs_what_it_was_billed(known: Known) -> None:
    """List price and adjustment are the rows that were made for the asset; without rows list price stands."""
    fleet, made = known.fleet, known.tables
    for number in DAYS:
        for cluster in CURRENCIES:
            for name in names(fleet, cluster, number):
                cost, adjustment = made.asset(name, number)
                truth = billed(fleet, name, number)
                assert cost == listed(fleet, name, number)
                if truth is None:
                    assert adjustment == 0, name
                else:
                    whole, exact = truth
                    assert abs(cost + adjustment - whole) <= (0 if exact else 3 * NANO), name


def test_the_books_close_with_the_bill(known: Known) -> None:
    """Reconciled assets and unmatched rows are the bill, exactly, in each currency, in total and per cluster-day."""
    fleet, made = known.fleet, known.tables
    with made.database.snapshot() as snapshot:
        outcomes, assets = report_outcomes(snapshot, ALL), carried(snapshot, ALL)
        days = [one for one in report_days(snapshot, ALL) if one.currency == CURRENCIES[one.cluster]]
    every = [row for rows in fleet.rows.values() for row in rows]
    for currency in ("EUR", "USD"):
        bill = sum((r.cost.amortized_net_cost for r in every if r.cost.currency == currency), Decimal(0))
        loose = sum(
            (o.cost for o in outcomes if o.currency == currency and o.outcome is not RowOutcome.MATCHED), Decimal(0)
        )
        assert assets[currency] + loose == bill
    for one in days:
        number = (one.day - at()).days
        own = [r for r in fleet.rows[f"bills-{one.cluster}", number] if r.assets]
        assert one.matched_cost == sum((r.cost.amortized_net_cost for r in own), Decimal(0))
        assert one.matched_rows == len(own)
        unbilled = [n for n in names(fleet, one.cluster, number) if billed(fleet, n, number) is None]
        assert one.unbilled_cost == sum((listed(fleet, n, number) for n in unbilled), Decimal(0))
        assert one.list_cost + one.adjustment == one.matched_cost + one.unbilled_cost
        assert one.state is BillState.FINAL
    assert len(days) == len(CURRENCIES) * len(DAYS)


def test_no_line_of_a_day_adds_two_currencies(known: Known) -> None:
    """In each currency the lines of all clusters and days, and the rows of no cluster, are the bill."""
    with known.tables.database.snapshot() as snapshot:
        days = report_days(snapshot, ALL)
    loose = known.tables.rows("SELECT currency, amortized_net_cost FROM cloud_cost_1d WHERE cluster = ''")
    for currency in ("EUR", "USD"):
        lines = [one for one in days if one.currency == currency]
        whole = sum((one.matched_cost + one.waiting_cost + one.unmatched_cost for one in lines), Decimal(0))
        whole += sum((cost for own, cost in loose if own == currency), Decimal(0))
        rows = [row.cost for own in known.fleet.rows.values() for row in own]
        assert whole == sum((one.amortized_net_cost for one in rows if one.currency == currency), Decimal(0))
    apart = [one for one in days if one.currency != CURRENCIES[one.cluster]]
    assert {(one.cluster, one.list_cost, one.unmatched_rows) for one in apart} == {("gcp", 0, 1)}
    assert len(days) == len(CURRENCIES) * len(DAYS) + len(apart)


def test_a_converted_day_is_one_line_of_both_currencies(known: Known) -> None:
    """With rates a cluster's day is one line: both currencies, each times its rate; without, they stay apart."""
    with known.tables.database.snapshot() as snapshot:
        days = report_days(snapshot, ALL)
    question = Question(kind=CLOUD, frame=framed(ALL, Step.DAY, at(), NOW)[0], step=Step.ALL, dimensions=())
    rates = RatePolicy(rate_table())
    shown = exchanged_days(days, replace(question, shown=Shown("EUR", ("USD",), rates)))
    assert [(one.cluster, one.currency) for one in shown] == [(name, "EUR") for name in CURRENCIES for _ in DAYS]
    for one in shown:
        parts = [own for own in days if (own.cluster, own.day) == (one.cluster, one.day)]
        worth = {"EUR": Decimal(1), "USD": factor("USD", "EUR", (one.day - at()).days)}
        for name in ("list_cost", "matched_cost", "unmatched_cost", "idle_cost"):
            assert getattr(one, name) == sum(getattr(own, name) * worth[own.currency] for own in parts)
        assert one.unmatched_rows == sum(own.unmatched_rows for own in parts)
    assert exchanged_days(days, replace(question, shown=Shown("EUR", ("USD",)))) == days


def test_a_converted_day_has_every_digit() -> None:
    """A day's amount of all places times a factor of twelve is exact, however large it is."""
    large, window = Decimal("98765432109876543.123456789"), Window(at(), at(day=1))
    names = ("list_cost", "adjustment", "matched_cost", "waiting_cost", "unbilled_cost", "unmatched_cost",
             "allocated_cost", "idle_cost")  # fmt: skip
    day = DayReport(
        cluster="a", day=at(), state=BillState.FINAL, currency="USD", matched_assets=0, waiting_assets=0,
        unbilled_assets=0, matched_rows=0, unmatched_rows=0, **dict.fromkeys(names, large),
    )  # fmt: skip
    question = Question(kind=CLOUD, frame=framed(window, Step.DAY, at(), NOW)[0], step=Step.ALL, dimensions=())
    shown = Shown("EUR", ("USD",), RatePolicy(rate_table()))
    (one,) = exchanged_days([day, replace(day, currency="EUR")], replace(question, shown=shown))
    with localcontext(prec=100):
        assert one.idle_cost == large * factor("USD", "EUR", 0) + large


def test_a_day_of_hours_in_two_currencies_is_two_assets(folder: Path) -> None:
    """Where prices changed currency within a day, hours in the bill's cost what it says, the others list price."""
    bucket = MemoryBucket()
    hours = [(hour(3), "USD", Decimal(2)), (hour(4), "EUR", Decimal(3)), (hour(5), "EUR", Decimal(4))]
    for window, currency, cost in hours:
        one = node(window, name="n0", provider_id="i-0", cpu_cost=cost)
        put(bucket, asset_set([one], window, "aws", currency=currency))
    row = cloud_cost(0, Decimal(5), currency="USD", provider="AWS", provider_id="i-0", category=Category.COMPUTE)
    publish(bucket, cloud_set([row], 0, "bills-aws", BillState.FINAL))
    made = Tables(folder, bucket)
    assert made.ingestor.pass_once().bad == 0
    found = made.rows("SELECT currency, cost, adjustment FROM asset_1h ORDER BY window_start")
    assert found == [("USD", 2, 3), ("EUR", 3, 0), ("EUR", 4, 0)]
    with made.database.snapshot() as snapshot:
        lines = {one.currency: one for one in report_days(snapshot, ALL)}
    assert (lines["USD"].list_cost, lines["USD"].matched_cost, lines["USD"].matched_rows) == (2, 5, 1)
    assert (lines["EUR"].list_cost, lines["EUR"].matched_cost, lines["EUR"].unbilled_cost) == (7, 0, 7)
    made.database.close()


def test_the_os_disk_of_a_machine_outside_of_scale_sets_is_its_own(folder: Path) -> None:
    """Azure names it after the machine and a random end; it is the node's own disk, not another machine's."""
    bucket, window = MemoryBucket(), hour(3)
    group = "/subscriptions/s1/resourceGroups/mc_rg/providers/Microsoft.Compute"
    assets = []
    for name in ("aks-a", "aks-a1"):
        own = f"azure://{group}/virtualMachines/{name}"
        assets.append(node(window, name=name, provider_id=own))
        assets.append(disk(window, name=name, volume_name="", provider_id=own, local=True, cost=Decimal(1)))
    put(bucket, asset_set(assets, window, "azure"))
    billed_disk = f"{group}/disks/aks-a_OsDisk_1_0a1b2c"
    row = cloud_cost(0, Decimal(5), provider="Azure", provider_id=billed_disk, category=Category.STORAGE)
    publish(bucket, cloud_set([row], 0, "bills-azure", BillState.FINAL))
    made = Tables(folder, bucket)
    assert made.ingestor.pass_once().bad == 0
    assert made.rows("SELECT name, type FROM asset_1h WHERE adjustment <> 0") == [("aks-a", "Disk")]
    made.database.close()


@pytest.mark.parametrize("resolution", ["1h", "1d"])
def test_allocations_and_idle_are_the_assets(known: Known, resolution: str) -> None:
    """After reconciliation workloads and idle cost what nodes do, and volumes, balancers and traffic what theirs do."""
    made = known.tables
    by = "cluster, window_start"
    for resource in ("cpu", "ram", "gpu"):
        off = made.rows(
            f"SELECT {by}, n.node, n.{resource}_cost + n.{resource}_adjustment - i.{resource}_cost "
            f"- coalesce(c.cost, 0) AS off FROM node_share_{resolution} AS n "
            f"JOIN idle_{resolution} AS i USING ({by}, node) "
            f"LEFT JOIN (SELECT {by}, node, sum({resource}_cost + {resource}_cost_adjustment) AS cost "
            f"FROM container_{resolution} WHERE kind = 'workload' GROUP BY ALL) AS c USING ({by}, node) WHERE off <> 0"
        )
        assert off == []
    for resource, kind in (("pv", "Disk"), ("network", "Network"), ("load_balancer", "LoadBalancer")):
        assets = made.rows(
            f"SELECT {by}, sum(cost + adjustment) FROM asset_{resolution} WHERE type = '{kind}' AND NOT local "
            "GROUP BY ALL ORDER BY ALL"
        )
        shares = made.rows(
            f"SELECT {by}, sum({resource}_cost + {resource}_cost_adjustment) FROM container_{resolution} "
            "GROUP BY ALL ORDER BY ALL"
        )
        assert shares == assets
        rolled = made.rows(
            f"SELECT {by}, sum({resource}_cost + {resource}_cost_adjustment) FROM namespace_{resolution} "
            "GROUP BY ALL ORDER BY ALL"
        )
        assert rolled == assets


def test_a_workload_takes_its_part_of_its_node(known: Known) -> None:
    """A workload's adjustment is its share of the node's resource, to within what rounding can move."""
    made = known.tables
    rows = made.rows(
        "SELECT c.cpu_cost, c.cpu_cost_adjustment, n.cpu_cost, n.cpu_adjustment FROM container_1d AS c "
        "JOIN node_share_1d AS n USING (cluster, window_start, node) WHERE c.kind = 'workload' AND c.cpu_cost <> 0"
    )
    assert rows
    for cost, adjustment, whole, of_node in rows:
        assert abs(adjustment - of_node * cost / whole) < 8 * NANO


def test_hours_are_their_day(known: Known) -> None:
    """An asset's adjustments of its hours add up to its day's, in proportion to their costs."""
    fleet, made = known.fleet, known.tables
    for number in DAYS:
        for cluster in CURRENCIES:
            for name in names(fleet, cluster, number):
                assert made.asset(name, number, "asset_1h") == made.asset(name, number)


def test_a_restated_day_changes_that_day_alone(folder: Path) -> None:
    """A late credit is a new version of its day: nothing of the other days is written, and the books close again."""
    fleet = billed_fleet(1, "aws", "gcp")
    made, bucket = tables(folder, fleet)
    others = f"date_trunc('day', window_start) <> '{at(day=1):%Y-%m-%d}' OR cluster <> 'aws'"
    before = made.everything(others)
    first = fleet.rows["bills-aws", 1][0]
    credit = replace(first.cost, amortized_net_cost=Decimal("-1.5"), line_type="Credit", usage_type="late")
    fleet.rows["bills-aws", 1].append(replace(first, cost=credit))
    fleet.publish_bill(bucket, "bills-aws", 1)
    assert made.ingestor.pass_once().loaded == 1
    assert made.everything(others) == before
    truth = billed(fleet, ("aws", "Node", "n0"), 1)
    assert truth is not None
    assert sum(made.asset(("aws", "Node", "n0"), 1)) == truth[0]
    made.database.close()


@pytest.mark.parametrize("clusters", [("aws",), pytest.param((), marks=pytest.mark.corner)], ids=["one", "all"])
def test_the_order_of_arrival_does_not_matter(folder: Path, clusters: tuple[str, ...]) -> None:
    """Bills before sets, sets before bills, days in any order, a cluster-day twice: the same digits everywhere."""
    fleet = billed_fleet(1, *clusters)
    made, _ = tables(folder / "once", fleet)
    bucket = MemoryBucket()
    slowly = Tables(folder / "slowly", bucket)
    for integration, number in sorted(fleet.rows, key=lambda key: (key[1], key)):
        fleet.publish_bill(bucket, integration, number)
        slowly.ingestor.pass_once()
        fleet.publish_cluster(bucket, integration.removeprefix("bills-"), 1 - number)
        slowly.ingestor.pass_once()
    assert slowly.everything() == made.everything()
    made.database.close()
    slowly.database.close()


def test_a_bill_that_leaves_takes_its_adjustments_along(folder: Path) -> None:
    """When a day's bill is deleted, list prices stand again on that day."""
    fleet = billed_fleet(2, "aws")
    made, bucket = tables(folder, fleet)
    bucket.delete(set_path(cloud_key(0, "bills-aws")))
    made.ingestor.pass_once()
    own = "cluster = 'aws' AND date_trunc('day', window_start) = '2026-01-10'"
    for table in ("asset_1d", "asset_1h"):
        assert made.rows(f"SELECT count(*) FROM {table} WHERE adjustment <> 0 AND {own}") == [(0,)]
    assert made.rows(f"SELECT count(*) FROM container_1h WHERE cpu_cost_adjustment <> 0 AND {own}") == [(0,)]
    assert made.rows("SELECT count(*) FROM container_1d WHERE cpu_cost_adjustment <> 0") != [(0,)]
    made.database.close()


def test_an_estimated_bill_is_not_believed(folder: Path) -> None:
    """While a day is not over its assets stay at list price, and its rows wait."""
    fleet = billed_fleet(3, "aws")
    fleet.states["bills-aws", 1] = BillState.ESTIMATED
    made, _ = tables(folder, fleet)
    with made.database.snapshot() as snapshot:
        (one,) = [d for d in report_days(snapshot, day(1)) if d.cluster == "aws"]
    assert (one.state, one.adjustment, one.matched_cost) == (BillState.ESTIMATED, 0, 0)
    own = [row for row in fleet.rows["bills-aws", 1] if row.assets]
    assert one.waiting_cost == sum((row.cost.amortized_net_cost for row in own), Decimal(0))
    made.database.close()


def test_a_partial_bill_is_believed_where_it_tells_of_all_the_time(folder: Path) -> None:
    """Of a partial bill, an asset whose rows end hours before it does stays at list price."""
    fleet = billed_fleet(3, "aws")
    fleet.states["bills-aws", 1] = BillState.PARTIAL
    rows = fleet.rows["bills-aws", 1]
    for place, row in enumerate(rows):
        if row.assets == (("aws", "Node", "n0"),):
            rows[place] = replace(row, cost=replace(row.cost, end=at(1, day=1)))
    made, _ = tables(folder, fleet)
    outcomes = dict(
        made.rows(
            "SELECT name, outcome FROM reconciled_asset WHERE cluster = 'aws' AND type = 'Node' "
            f"AND window_start = '{at(day=1):%Y-%m-%d}'"
        )
    )
    assert outcomes == {"n0": AssetOutcome.WAITING, "n1": AssetOutcome.MATCHED, "n2": AssetOutcome.MATCHED}
    made.database.close()


def test_outcomes_say_why(known: Known) -> None:
    """A row that no asset carries says why: no asset, no cluster, another's cluster, another currency."""
    made = known.tables
    found = made.rows(
        "SELECT DISTINCT provider_id, service, outcome FROM cloud_cost_1d WHERE outcome <> 'matched' ORDER BY ALL"
    )
    assert found == [
        ("", "Tax", "outside of clusters"),
        (f"{SCALE_SET.partition('/Microsoft')[0]}/Microsoft.Network/publicIPAddresses/kubernetes-b2", "", "no asset"),
        ("db-1", "Database", "outside of clusters"),
        ("gke-2", "", "other currency"),
        ("gone-1", "", "no asset"),
        ("other-1", "", "unmonitored cluster"),
    ]
    with made.database.snapshot() as snapshot:
        (one,) = unmonitored(snapshot, at())
    assert (one.name, one.nodes, one.currency) == ("elsewhere", 1, "")
