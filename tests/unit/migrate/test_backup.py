"""An ETL backup of several clusters in one file becomes a folder for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from fleetcost.bucket.memory import MemoryBucket
from fleetcost.errors import SettingsError
from fleetcost.migrate.backup import Done, read_backup
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.bingen.fields_allocation import ALLOCATION_SET
from fleetcost.sets.bingen.fields_asset import ASSET_SET, CLOUD, NODE
from fleetcost.sets.bingen.fields_asset import PROPERTIES as ASSET_PROPERTIES
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.foreign import Origin, convert
from fleetcost.sets.publish import Outcome, publish, read
from unit.sets.bingen.builders import END, HOUR, START, asset, properties, row
from unit.sets.bingen.writer import Writer, build

NOW = END + timedelta(days=2)
NAME = f"{int(START.timestamp())}-{int(END.timestamp())}"
ALLOCATIONS, ASSETS = (f"etl/bingen/{kind}/1h/{NAME}" for kind in SetKind)


def rows(*names: str) -> dict[str, Record | None]:
    """Return one allocation for each `cluster/pod`; its cost is its number."""
    made = {}
    for number, name in enumerate(names, 1):
        cluster, pod = name.split("/")
        made[name] = row(Properties=properties(Cluster=cluster, Pod=pod), CPUCost=float(number))
    return made


def allocations(entries: dict[str, Record | None]) -> bytes:
    """Return a file of allocations."""
    return Writer().file(ALLOCATION_SET, build(ALLOCATION_SET, 25, Allocations=entries, Window=HOUR))


def backup() -> MemoryBucket:
    """Return a backup of three clusters, two of which have assets, beside a cloud asset of nobody's."""
    bucket = MemoryBucket()
    bucket.put(ALLOCATIONS, allocations(rows("a/1", "b/1", "a/2", "c/1")))
    owner = build(ASSET_PROPERTIES, 21, Cluster="a", Name="n1")
    entries = {
        "a/n1": replace_properties(asset(NODE, CPUCost=2.0), owner),
        "cloud": replace_properties(asset(CLOUD), build(ASSET_PROPERTIES, 21, Cluster="", Name="bill")),
    }
    bucket.put(ASSETS, Writer().file(ASSET_SET, build(ASSET_SET, 21, Assets=entries, Window=HOUR)))
    return bucket


def replace_properties(record: Record, owner: Record) -> Record:
    """Return a record with other properties."""
    values = list(record.values)
    values[record.layout.places["Properties"]] = owner
    return Record(record.layout, tuple(values))


def split(bucket: MemoryBucket, *, dry_run: bool = False) -> dict[str, Done]:
    """Split a backup within its bucket; return what became of each object."""
    done = read_backup(bucket, bucket, "etl/bingen", "EUR", NOW, dry_run=dry_run)
    return {one.path: one for one in done}


def found(bucket: MemoryBucket, cluster: str, kind: SetKind = SetKind.ALLOCATIONS) -> CostSet:
    """Return a cluster's set."""
    return read(bucket, SetKey(ClusterId(cluster), kind, Resolution.HOUR, Window(START, END)))


def test_each_cluster_gets_its_own_rows() -> None:
    """Three clusters of one file become three sets, each with its rows, cost and currency, and nothing is lost."""
    bucket = backup()
    done = split(bucket)

    assert {one.cluster: one.rows for one in done[ALLOCATIONS].written} == {"a": 2, "b": 1, "c": 1}
    assert [found(bucket, name).header.total_cost for name in "abc"] == [Decimal(4), Decimal(2), Decimal(4)]
    assert found(bucket, "a").header.currency == "EUR"
    assert "coverage assumed" in found(bucket, "a").header.source
    assert {one.path for one in map(done.get, done) if one and one.reason} == set()
    assert bucket.get(ALLOCATIONS) == allocations(rows("a/1", "b/1", "a/2", "c/1"))


def test_the_parts_are_the_whole() -> None:
    """What was one file of three clusters is row for row what three files of one cluster each convert to."""
    bucket = backup()
    split(bucket)
    every = rows("a/1", "b/1", "a/2", "c/1")
    for cluster in "abc":
        own = {name: entry for name, entry in every.items() if name.startswith(cluster)}
        key = SetKey(ClusterId(cluster), SetKind.ALLOCATIONS, Resolution.HOUR, Window(START, END))
        alone = convert(allocations(own), Origin(key, "alone", NOW, "EUR"), NOW).cost_set

        assert found(bucket, cluster).table.equals(alone.table)


def test_rows_of_nobody_are_counted() -> None:
    """An asset without a cluster is in no folder and is counted."""
    bucket = backup()
    done = split(bucket)

    assert done[ASSETS].homeless == 1
    assert [one.cluster for one in done[ASSETS].written] == ["a"]


def test_a_dry_run_writes_nothing() -> None:
    """A dry run says what would be created and leaves the bucket as it was."""
    bucket = backup()
    before = list(bucket.list())
    done = split(bucket, dry_run=True)

    assert {one.outcome for one in done[ALLOCATIONS].written} == {Outcome.CREATED}
    assert list(bucket.list()) == before


def test_a_second_run_changes_nothing() -> None:
    """Run again, every part is found unchanged."""
    bucket = backup()
    split(bucket)
    before = list(bucket.list())

    assert {one.outcome for done in split(bucket).values() for one in done.written} == {Outcome.UNCHANGED}
    assert list(bucket.list()) == before


def test_what_an_agent_built_stays() -> None:
    """A set of ours that saw as much, and a folder another product's agent writes, are never replaced."""
    bucket = backup()
    key = SetKey(ClusterId("a"), SetKind.ALLOCATIONS, Resolution.HOUR, Window(START, END))
    own = convert(allocations(rows("a/9")), Origin(key, "own", NOW, "EUR"), NOW).cost_set
    publish(bucket, own)
    bucket.put(f"federated/b/etl/bingen/allocations/1h/{NAME}", allocations(rows("b/9")))
    done = split(bucket)

    assert {one.cluster: one.outcome for one in done[ALLOCATIONS].written} == {
        "a": Outcome.KEPT_FULLER, "b": Outcome.KEPT_FULLER, "c": Outcome.CREATED,
    }  # fmt: skip
    assert found(bucket, "a").header.digest == own.header.digest


def test_an_emptier_set_is_replaced() -> None:
    """A set of ours that saw less of the window than the backup's gives way."""
    bucket = backup()
    key = SetKey(ClusterId("a"), SetKind.ALLOCATIONS, Resolution.HOUR, Window(START, END))
    own = convert(allocations(rows("a/9")), Origin(key, "own", NOW, "EUR"), NOW).cost_set
    publish(bucket, CostSet(replace(own.header, coverage_minutes=20.0), own.table))

    assert {one.cluster: one.outcome for one in split(bucket)[ALLOCATIONS].written}["a"] is Outcome.REPLACED


def test_what_cannot_be_used_is_reported() -> None:
    """A damaged object, a name that is no set and a default cluster id are reported, and the rest is done."""
    bucket = backup()
    bucket.put(f"etl/bingen/allocations/1d/{NAME}", b"x")
    bucket.put("etl/bingen/allocations/1h/1729404000-1729407600", b"x")
    bucket.put("etl/bingen/readme.txt", b"x")
    bucket.put(ALLOCATIONS, allocations(rows("cluster-one/1", "b/1")))
    done = split(bucket)

    assert "no 1d window" in done[f"etl/bingen/allocations/1d/{NAME}"].reason
    assert "bingen" in done["etl/bingen/allocations/1h/1729404000-1729407600"].reason
    assert "not etl/" in done["etl/bingen/readme.txt"].reason
    assert "product's default" in done[ALLOCATIONS].reason
    assert [one.cluster for one in done[ALLOCATIONS].written] == ["b"]


def test_no_backup_is_an_error() -> None:
    """A folder without objects is refused with the flag that names another."""
    with pytest.raises(SettingsError, match="--prefix"):
        split(MemoryBucket())
