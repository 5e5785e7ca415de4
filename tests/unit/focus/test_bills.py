"""Bills as their providers write them, exported: conformant but for what they do not say, and read back the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from builders import allocation, allocation_set, asset_set, at, bucket_of, day, disk, ingest, node, open_tables, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.focus.check import check_focus
from fleetcost.focus.own import UNKNOWN
from fleetcost.focus.split import FocusAsked
from fleetcost.model.cloud_sets import CloudSetKey, IntegrationId
from fleetcost.model.focus import FocusFormat, FocusPart, FocusVersion
from fleetcost.model.window import Window
from fleetcost.sets.cloud.cloud_set import CloudSet
from fleetcost.sets.cloud.publish import publish
from fleetcost.tables.database import Database
from making.bills import amazon, others
from making.bills.reading import read_sets
from unit.focus.exported import LIMITS, ask, written

FIRST = at()
BILLS = {
    "aws": ("report.snappy.parquet", amazon.as_parquet(amazon.charges(FIRST, 2), version=2)),
    "azure": ("export.csv", others.azure_csv(others.azure(FIRST, 2))),
    "gcp": ("dump.json", others.google_json(others.google(FIRST, 2))),
    "focus": ("focus.parquet", others.focus_parquet(others.focus(FIRST, 2))),
}
VM = (
    "/subscriptions/0d2f8c1e-0000-4000-8000-000000000001/resourceGroups/MC_c2/providers/Microsoft.Compute"
    "/virtualMachineScaleSets/aks-gpu-vmss/virtualMachines/3"
)
NODES = {"aws": ("i-0a1", "i-0a2", "i-0a3", "i-0a4"), "azure": (f"azure://{VM}",), "gcp": ("gke-c1-batch-1",)}
VOLUMES = {"aws": "vol-0d1", "gcp": "pvc-7"}
WHOLE = Window(at(), at(day=2))
Totals = dict[str, tuple[Decimal, Decimal]]


def billed(folder: Path, *names: str) -> tuple[Database, list[CloudSet]]:
    """Return tables with the bills of these clouds, and of each a cluster that uses a part of what they name."""
    bucket, made = bucket_of(), []
    for name in names:
        for number, one in enumerate(read_sets(folder / name, BILLS[name]).values()):
            key = CloudSetKey(IntegrationId(f"bills-{name}"), day(number))
            made.append(replace(one, header=replace(one.header, key=key)))
            publish(bucket, made[-1], force=True)
        _cluster(bucket, name)
    database = open_tables(folder)
    assert ingest(bucket, database).bad == 0
    return database, made


def _cluster(bucket: MemoryBucket, name: str) -> None:
    for number in (0, 1):
        window = day(number)
        ids = NODES.get(name, ("unknown",))
        machines = [node(window, name=f"n{n}", provider_id=one, cpu_cost=6, ram_cost=2) for n, one in enumerate(ids)]
        volumes = [disk(window, provider_id=VOLUMES[name], cost=1, byte_hours=10**9)] if name in VOLUMES else []
        used = {"cpu_cost": 4, "ram_cost": 1, "labels": {"team": "web"}}
        pods = [allocation(window, **used, node=f"n{n}", pod=f"p{n}", pod_uid=f"u{n}") for n in range(len(ids))]
        put(bucket, allocation_set(pods, window, name), asset_set([*machines, *volumes], window, name))


@pytest.mark.parametrize("names", [("aws",), ("azure",), ("gcp",), ("focus", "aws")], ids="+".join)
def test_a_bill_of_the_field_is_conformant(tmp_path: Path, names: Sequence[str]) -> None:
    """Exports of each provider's bills, and of two in two currencies, break only rules on what bills do not say."""
    database, sets = billed(tmp_path, *names)
    for version in FocusVersion if len(names) > 1 else (FocusVersion.V1_3,):
        file = written(database, tmp_path, FocusAsked(version, FocusPart.CONTAINER), FocusFormat.PARQUET, WHOLE)
        found = {one.rule for one in check_focus(file, version, LIMITS).breaches}
        allowed = {rule for rule in found if rule.partition("-GIVEN-")[0].removesuffix("-NULL") in UNKNOWN}
        assert found - allowed == set()
        assert totals(file) == in_sets(sets)
    database.close()


def test_our_own_reader_reads_what_was_written(tmp_path: Path) -> None:
    """An export that is read as a bill has the same costs by currency as the bills it was made of, in both forms."""
    database, sets = billed(tmp_path, "focus", "aws")
    for how in FocusFormat:
        file = written(database, tmp_path, FocusAsked(), how, WHOLE)
        again = read_sets(tmp_path / f"again-{how}", (file.name, file.read_bytes()))
        listed = dict(
            ask(file, "BillingCurrency, sum(EffectiveCost::DECIMAL(28, 9))", "WHERE x_PriceState = 'list' GROUP BY ALL")
        )
        expected = {name: (billed, cost + listed.get(name, 0)) for name, (billed, cost) in in_sets(sets).items()}
        assert in_sets(list(again.values())) == expected
    database.close()


def totals(file: Path) -> Totals:
    """Return what the rows of bills cost, billed and in effect, by currency."""
    found = ask(
        file, "BillingCurrency, sum(BilledCost), sum(EffectiveCost)", "WHERE x_PriceState <> 'list' GROUP BY ALL"
    )
    return {currency: (billed, cost) for currency, billed, cost in found}


def in_sets(sets: Sequence[CloudSet]) -> Totals:
    """Return what sets cost, invoiced and amortized, by currency."""
    sums: Totals = {}
    for one in (total for made in sets for total in made.header.totals):
        billed, cost = sums.get(one.currency, (Decimal(0), Decimal(0)))
        sums[one.currency] = (billed + one.invoiced_cost, cost + one.amortized_net_cost)
    return sums
