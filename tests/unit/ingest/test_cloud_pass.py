"""Bills in the bucket become rows: a day alone is replaced, a bad one is named, one that goes is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bills import cloud_cost, cloud_key, cloud_set
from builders import allocation, allocation_set, asset_set, at, bucket_of, day, disk, node
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.cloud import cloud_ledger_of
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.cloud_cost import BillState
from fleetcost.ops import metrics
from fleetcost.sets.cloud.layout import set_path
from fleetcost.sets.cloud.publish import publish
from fleetcost.tables.cloud import CloudEntry
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.ledger import EntryState


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    made = open_database(tmp_path / "tables.duckdb", EngineLimits(memory_bytes=1 << 28, threads=1), at(day=5))
    yield made
    made.close()


def passed(bucket: MemoryBucket, database: Database, daily_days: int | None = None) -> None:
    """Do one pass."""
    keep = None if daily_days is None else at(day=daily_days) - at()
    Ingestor(bucket, database, Retention(None, keep), lambda: at(day=5)).pass_once()


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """Run a query."""
    with database.snapshot() as snapshot:
        return snapshot.rows(sql)


def entry(database: Database, number: int, integration: str = "aws-1") -> CloudEntry:
    """Return the ledger's entry of a day."""
    return cloud_ledger_of(database)[set_path(cloud_key(number, integration))]


def test_a_day_is_loaded_once_and_replaced_alone(database: Database) -> None:
    """A second pass reads nothing; a new version of one day leaves the rows of the other as they are."""
    bucket = MemoryBucket()
    for number in (0, 1):
        publish(bucket, cloud_set([cloud_cost(number, number + 1)], number))
    passed(bucket, database)
    before = entry(database, 0)
    assert (before.state, before.version, before.rows, before.bill_state) == (
        EntryState.INGESTED,
        1,
        1,
        BillState.FINAL,
    )
    publish(bucket, cloud_set([cloud_cost(1, 5), cloud_cost(1, -2, usage_type="credit")], 1))
    passed(bucket, database)
    assert entry(database, 0) == before
    assert (entry(database, 1).version, entry(database, 1).rows) == (2, 2)
    assert [float(cost) for (cost,) in rows(database, "SELECT net_cost FROM cloud_cost_1d ORDER BY 1")] == [-2, 1, 5]


def test_a_damaged_day_is_named_and_stops_nobody(database: Database) -> None:
    """A file that is not what it says has an entry with its reason; the others' rows are there."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(0, 1)], 0))
    publish(bucket, cloud_set([cloud_cost(1, 2)], 1))
    path = set_path(cloud_key(1))
    bucket.put(path, bucket.get(path)[:-40])
    passed(bucket, database)
    assert entry(database, 1).state is EntryState.DAMAGED
    assert "not a whole Parquet file" in entry(database, 1).reason
    assert rows(database, "SELECT count(*) FROM cloud_cost_1d") == [(1,)]


def test_a_renamed_day_is_refused(database: Database) -> None:
    """A file in another day's place is not counted twice."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(0, 1)], 0))
    bucket.put(set_path(cloud_key(1)), bucket.get(set_path(cloud_key(0))))
    passed(bucket, database)
    assert entry(database, 1).state is EntryState.REFUSED
    assert rows(database, "SELECT count(*) FROM cloud_cost_1d") == [(1,)]


def test_a_day_that_goes_is_forgotten(database: Database) -> None:
    """A deleted object's rows leave the tables, and its entry says so."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(0, 1)], 0))
    passed(bucket, database)
    bucket.delete(set_path(cloud_key(0)))
    passed(bucket, database)
    assert entry(database, 0).state is EntryState.DELETED
    assert rows(database, "SELECT count(*) FROM cloud_cost_1d") == [(0,)]


def test_old_days_expire(database: Database) -> None:
    """Bills are kept as long as daily rows; a longer retention reads them again."""
    bucket = MemoryBucket()
    publish(bucket, cloud_set([cloud_cost(0, 1)], 0))
    publish(bucket, cloud_set([cloud_cost(3, 2)], 3))
    passed(bucket, database)
    passed(bucket, database, daily_days=3)
    assert rows(database, "SELECT count(*) FROM cloud_cost_1d") == [(1,)]
    passed(bucket, database)
    assert rows(database, "SELECT count(*) FROM cloud_cost_1d") == [(2,)]


def test_a_set_with_adjustments_of_its_own_keeps_them(database: Database) -> None:
    """What its agent has reconciled is not reconciled again, and the rows say so."""
    window = day()
    assets = asset_set([node(window, cpu_cost=4, adjustment=-1)], window)
    bucket = bucket_of(allocation_set([allocation(window, cpu_cost=2, cpu_cost_adjustment=-0.5)], window), assets)
    publish(bucket, cloud_set([cloud_cost(0, 9, provider_id="i-1", category="Compute")], 0))
    passed(bucket, database)
    assert rows(database, "SELECT adjustment FROM asset_1d") == [(-1,)]
    assert rows(database, "SELECT outcome FROM cloud_cost_1d") == [("reconciled by its agent",)]


def test_metrics_tell_of_bills(database: Database) -> None:
    """Days by state, rows by outcome and the unmatched part are reported; amounts and names are not."""
    window = day()
    bucket = bucket_of(
        allocation_set([allocation(window, cpu_cost=2)], window), asset_set([node(window, cpu_cost=4)], window)
    )
    found = cloud_cost(0, 9, provider_id="i-1", category="Compute", kubernetes=True)
    lost = cloud_cost(0, 3, provider_id="i-2", category="Compute", kubernetes=True)
    publish(bucket, cloud_set([found, lost], 0, "reported"))
    passed(bucket, database)
    page = metrics.page().decode()
    assert 'fleetcost_bill_days{state="final"} 1.0' in page
    assert 'fleetcost_bill_rows{outcome="matched"} 1.0' in page
    assert 'fleetcost_bill_rows{outcome="no asset"} 1.0' in page
    assert 'fleetcost_bill_unmatched_ratio{currency="USD"} 0.25' in page
    assert "reported" not in page


def test_equal_ids_of_two_clusters_are_told_apart_by_their_names(database: Database) -> None:
    """Where a row names the cluster it is of, another cluster's volume of the same id is not meant."""
    window = day()
    sets = []
    for cluster in ("c1", "c2"):
        sets.append(allocation_set([allocation(window, cpu_cost=2)], window, cluster))
        sets.append(asset_set([disk(window, cost=4)], window, cluster))
    bucket = bucket_of(*sets)
    tagged = {"provider_id": "vol-1", "category": "Storage", "labels": {"eks:cluster-name": "c2"}}
    publish(bucket, cloud_set([cloud_cost(0, 9, **tagged)], 0))
    passed(bucket, database)
    assert rows(database, "SELECT cluster, adjustment FROM asset_1d ORDER BY 1") == [("c1", 0), ("c2", 5)]


def test_a_name_in_another_project_is_taken_where_nothing_else_is_there(database: Database) -> None:
    """A machine is found by its name alone, unless a row of its own project has that name."""
    window = day()
    machine = node(window, cpu_cost=4, provider_id="gke-1", project="shop")
    bucket = bucket_of(allocation_set([allocation(window, cpu_cost=2)], window), asset_set([machine], window))
    known = {"provider": "GCP", "provider_id": "gke-1", "category": "Compute"}
    publish(bucket, cloud_set([cloud_cost(0, 7, account_id="4711", **known)], 0))
    passed(bucket, database)
    assert rows(database, "SELECT adjustment FROM asset_1d") == [(3,)]
    own = cloud_cost(0, 5, account_id="shop", **known)
    publish(bucket, cloud_set([cloud_cost(0, 7, account_id="4711", **known), own], 0))
    passed(bucket, database)
    assert rows(database, "SELECT adjustment FROM asset_1d") == [(1,)]
