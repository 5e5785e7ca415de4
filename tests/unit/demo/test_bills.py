"""The demonstration's bills are read like any other's, and bill the machines its agents see."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from fleetcost.billing.config import read_integrations
from fleetcost.billing.open import open_source
from fleetcost.billing.plan import BillTiming
from fleetcost.billing.refresh import Work
from fleetcost.billing.run import Billing
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.costing.provider_ids import node_id
from fleetcost.demo.bills import write_bills
from fleetcost.demo.fleet import FLEET
from fleetcost.demo.pods import nodes, volume_id
from fleetcost.demo.series import SimulatedCluster
from fleetcost.model.cloud_sets import CloudSetKey, ConnectionStatus, integration_id
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud.publish import read
from making.bills.reading import ENGINE

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_the_demo_is_billed(tmp_path: Path) -> None:
    """Every provider's bill becomes sets that add up to the files, each in its currency, over a change of month."""
    settings = write_bills(tmp_path / "bills", FLEET[:4], NOW - timedelta(days=3), NOW)
    bucket = MemoryBucket()
    billing = Billing(
        read_integrations(settings), Work(bucket, tmp_path / "work", ENGINE, lambda: NOW), BillTiming(),
        lambda one: open_source(one, lambda _seconds: None, timedelta(days=7), {}),
    )  # fmt: skip
    done = billing.run_once()
    assert {name: run.status for name, run in done.items()} == dict.fromkeys(
        ("demo-aws", "demo-azure", "demo-gcp", "demo-on-prem"), ConnectionStatus.SUCCESSFUL
    )
    for name, run in done.items():
        billed = sum(total.invoiced_cost for day in run.days for total in day.header.totals)
        files = (tmp_path / "bills" / name.removeprefix("demo-")).rglob("*.csv")
        rows = [row for file in files for row in csv.DictReader(file.read_text().splitlines())]
        assert abs(billed - sum(Decimal(row["BilledCost"]) for row in rows)) < Decimal("1e-6")
        assert {total.currency for day in run.days for total in day.header.totals} == {
            "EUR" if name == "demo-on-prem" else "USD"
        }
        assert not any(day.header.unmapped_rows for day in run.days)


def test_machines_are_billed_by_their_ids(tmp_path: Path) -> None:
    """Each node of a cluster is in its provider's bill under the id that its asset has."""
    settings = write_bills(tmp_path / "bills", FLEET[:1], NOW - timedelta(days=1), NOW)
    bucket = MemoryBucket()
    billing = Billing(
        read_integrations(settings), Work(bucket, tmp_path / "work", ENGINE, lambda: NOW), BillTiming(),
        lambda one: open_source(one, lambda _seconds: None, timedelta(days=7), {}),
    )  # fmt: skip
    billing.run_once()
    made = read(bucket, CloudSetKey(integration_id("demo-aws"), Resolution.DAY.window_of(NOW - timedelta(days=1))))
    billed = set(made.table["provider_id"].to_pylist())
    assert {node_id(node.provider_id) for node in nodes(FLEET[0])} <= billed


def test_a_disk_is_billed_to_one_cluster() -> None:
    """No two disks of the fleet have one id, though volumes of several clusters have the same name."""
    disks = [
        (cluster, name) for cluster in FLEET for name, _, _, _ in SimulatedCluster(cluster, 0, NOW.timestamp).disks()
    ]
    assert len({name for _, name in disks}) < len(disks)
    assert len({volume_id(*disk) for disk in disks}) == len(disks)
