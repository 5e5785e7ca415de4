"""Passes over a bucket: what is in the tables afterwards."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import (
    FOREVER,
    allocation,
    allocation_set,
    asset_set,
    at,
    bucket_of,
    day,
    disk,
    hour,
    ingest,
    key,
    money,
    node,
    open_tables,
    pair,
    put,
    unmounted,
)
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import FleetcostError, ObjectMissingError, StoreError, StoreRefusedError
from fleetcost.ingest.passes import Pass, Phase
from fleetcost.ingest.plan import Retention
from fleetcost.ingest.run import Ingestor
from fleetcost.model.allocation import VolumeShare
from fleetcost.model.asset import Asset, AssetType
from fleetcost.model.sets import SetKind
from fleetcost.ops import metrics
from fleetcost.sets.checksum import with_checksum
from fleetcost.sets.cost_set import CostSet
from fleetcost.sets.files import to_bytes
from fleetcost.sets.layout import set_path
from fleetcost.sets.parquet import FOOTER_KEY
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, ledger_of

TABLES = [f"{name}_{res}" for name in ("allocation", "asset", "idle") for res in ("1h", "1d")]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """Ask the tables."""
    with database.snapshot() as snapshot:
        return snapshot.rows(sql)


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table but the ledger, which tells when it was written."""
    return {table: rows(database, f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


def state(database: Database, one: CostSet) -> EntryState:
    """Return what the ledger says of a set."""
    return ledger_of(database)[set_path(one.header.key)].state


def test_a_set_is_in_the_tables_column_by_column(database: Database) -> None:
    """Every value of a row is found again, labels and shares included."""
    full = allocation(
        services=("b", "a"), labels={"team": "web"}, annotations={"x": "y"}, cpu_cost=1.25, cpu_core_usage_hours=0.5,
        volumes=(VolumeShare("pv-1", "vol-1", 5, money(2)),), ram_byte_hours=1 << 40,
    )  # fmt: skip
    ingest(bucket_of(allocation_set([full]), asset_set()), database)
    (row,) = rows(
        database,
        "SELECT cluster, currency, pod, services, labels['team']::VARCHAR, labels['none']::VARCHAR, cpu_cost, "
        "cpu_core_usage_hours, ram_byte_usage_hours, volumes[1].cost, ram_byte_hours, window_end - window_start "
        "FROM allocation_1h",
    )
    assert row == (
        "c1", "USD", "web-1", ["b", "a"], "web", None, money(1.25), money(0.5), None, money(2), 1 << 40,
        timedelta(hours=1),
    )  # fmt: skip


def test_a_pass_loads_what_is_new_and_a_second_does_nothing(database: Database) -> None:
    """The first pass loads everything, the next finds everything as it was and changes nothing."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(1)), *pair(day()))
    assert ingest(bucket, database) == Pass(loaded=6, forgotten=0, bad=0, unchanged=0)
    before, ledger = contents(database), ledger_of(database)
    assert ingest(bucket, database, at(80)) == Pass(loaded=0, forgotten=0, bad=0, unchanged=6)
    assert contents(database) == before
    assert ledger_of(database) == ledger


def test_a_rebuilt_set_replaces_its_rows(database: Database) -> None:
    """A changed object replaces the rows of its own cluster-window and touches no other."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(1)), *pair(hour(0), "c2"))
    ingest(bucket, database)
    put(bucket, allocation_set([allocation(cpu_cost=1.5), allocation(pod="b", cpu_cost=0.25)]))
    assert ingest(bucket, database) == Pass(loaded=1, forgotten=0, bad=0, unchanged=5)
    found = rows(
        database, "SELECT cluster, hour(window_start), sum(cpu_cost) FROM allocation_1h GROUP BY ALL ORDER BY ALL"
    )
    assert found == [("c1", 0, money(1.75)), ("c1", 1, money(1)), ("c2", 0, money(1))]
    idle = rows(database, "SELECT cpu_cost FROM idle_1h WHERE cluster = 'c1' AND hour(window_start) = 0")
    assert idle == [(money(0.25),)]


def test_a_deleted_object_leaves_a_tombstone(database: Database) -> None:
    """When an object leaves the bucket its rows go, the ledger says so, and its return brings them back."""
    gone = pair(hour(0))
    bucket = bucket_of(*gone, *pair(hour(1)))
    ingest(bucket, database)
    before = contents(database)
    for one in gone:
        bucket.delete(set_path(one.header.key))
    assert ingest(bucket, database) == Pass(loaded=0, forgotten=2, bad=0, unchanged=2)
    assert {state(database, one) for one in gone} == {EntryState.DELETED}
    assert rows(database, "SELECT DISTINCT hour(window_start) FROM allocation_1h") == [(1,)]
    assert ingest(bucket, database).forgotten == 0
    put(bucket, *gone)
    ingest(bucket, database)
    assert contents(database) == before


def test_half_a_pair_has_no_idle(database: Database) -> None:
    """Without allocations a whole node would look idle, so idle waits for both sets; when one leaves, idle goes."""
    bucket = bucket_of(asset_set())
    ingest(bucket, database)
    assert rows(database, "SELECT count(*) FROM idle_1h") == [(0,)]
    put(bucket, allocation_set([]))
    ingest(bucket, database)
    assert rows(database, "SELECT cpu_cost FROM idle_1h") == [(money(2),)]
    bucket.delete(set_path(key()))
    ingest(bucket, database)
    assert rows(database, "SELECT count(*) FROM idle_1h") == [(0,)]


def test_hours_and_days_have_their_own_idle(database: Database) -> None:
    """An hour that begins with its day does not touch the day's idle, and the other way round."""
    bucket = bucket_of(*pair(hour(0)), asset_set(None, day()))
    ingest(bucket, database)
    assert rows(database, "SELECT (SELECT count(*) FROM idle_1h), (SELECT count(*) FROM idle_1d)") == [(1, 0)]


GARBAGE = [b"", b"garbage", to_bytes(allocation_set())[:-9], to_bytes(allocation_set()).replace(b"USD", b"EUR")]


@pytest.mark.parametrize("content", GARBAGE, ids=["empty", "garbage", "truncated", "changed"])
def test_a_damaged_object_never_stops_the_others(database: Database, content: bytes) -> None:
    """It becomes a ledger entry with its reason, its rows are removed, and everything else is loaded."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(1)))
    ingest(bucket, database)
    bucket.put(set_path(key(hour(0))), content)
    put(bucket, *pair(hour(2)))
    assert ingest(bucket, database) == Pass(loaded=2, forgotten=0, bad=1, unchanged=3)
    entry = ledger_of(database)[set_path(key(hour(0)))]
    assert entry.state is EntryState.DAMAGED
    assert set_path(key(hour(0))) in entry.reason
    found = rows(database, "SELECT DISTINCT hour(window_start) FROM allocation_1h ORDER BY 1")
    assert found == [(1,), (2,)]
    assert ingest(bucket, database).unchanged == 6
    put(bucket, allocation_set())
    assert ingest(bucket, database).loaded == 1
    assert state(database, allocation_set()) is EntryState.INGESTED


def odd_rows(table: pa.Table) -> bytes:
    """Write rows that are not our columns behind a header and hash of ours."""
    footer = msgspec.json.decode(pq.read_metadata(io.BytesIO(to_bytes(allocation_set()))).metadata[FOOTER_KEY])
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table.schema) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(footer | {"file_sha256": "0" * 64})})
    return with_checksum(sink.getvalue())


TABLE = allocation_set().table
POD, MODEL = TABLE.schema.get_field_index("pod"), TABLE.schema.get_field_index("gpu_model")
ODD = {
    "column missing": (TABLE.drop_columns(["cpu_cost"]), "columns differ"),
    "column too many": (TABLE.append_column("cluster", pa.array(["c9"])), "columns differ"),
    "wrong type": (TABLE.set_column(POD, "pod", pa.array([5])), "columns differ"),
    "other order": (TABLE.select(sorted(TABLE.schema.names)), "columns differ"),
    "row too many": (pa.concat_tables([TABLE, TABLE]), "2 rows found, 1 in the footer"),
    "null": (TABLE.set_column(POD, "pod", pa.array([None], pa.string())), "NOT NULL constraint"),
    "later null": (TABLE.set_column(MODEL, "gpu_model", pa.array([None], pa.string())), "NOT NULL constraint"),
}


@pytest.mark.parametrize(("table", "reason"), ODD.values(), ids=ODD)
def test_a_file_whose_rows_cannot_be_loaded_is_isolated(database: Database, table: pa.Table, reason: str) -> None:
    """A well-formed file with rows that do not fit is found among those of its batch and marked; the others load."""
    others = [one for number in range(1, 6) for one in pair(hour(number))]
    bucket = bucket_of(asset_set(), *others)
    bucket.put(set_path(key()), odd_rows(table))
    assert ingest(bucket, database) == Pass(loaded=11, forgotten=0, bad=1, unchanged=0)
    entry = ledger_of(database)[set_path(key())]
    assert (entry.state, reason in entry.reason) == (EntryState.DAMAGED, True)
    assert rows(database, "SELECT count(*), sum(cpu_cost) FROM allocation_1h") == [(5, money(5))]


@pytest.mark.parametrize(
    "wrong",
    [allocation_set([], hour(5)), allocation_set([], cluster="c2"), allocation_set([], day())],
    ids=["hour", "cluster", "day"],
)
def test_a_file_under_anothers_name_is_refused(database: Database, wrong: CostSet) -> None:
    """A file that was copied or renamed does not count where it lies, and the ledger says what it is."""
    bucket = MemoryBucket()
    bucket.put(set_path(key()), to_bytes(wrong))
    assert ingest(bucket, database).bad == 1
    entry = ledger_of(database)[set_path(key())]
    assert (entry.state, str(wrong.header.key) in entry.reason) == (EntryState.REFUSED, True)
    assert rows(database, "SELECT count(*) FROM allocation_1h") == [(0,)]


class Faulty(MemoryBucket):
    """A bucket in which getting some objects goes wrong."""

    def __init__(self, faults: dict[str, FleetcostError]) -> None:
        super().__init__()
        self.faults = faults

    def get(self, path: str, *, largest_bytes: int | None = None) -> bytes:
        """Get, or fail as arranged."""
        if path in self.faults:
            raise self.faults[path]
        return super().get(path, largest_bytes=largest_bytes)


def test_an_object_without_permission_does_not_stop_the_others(database: Database) -> None:
    """An object the bucket refuses is marked with the bucket's words and tried again at every pass."""
    path = set_path(key(hour(1)))
    bucket = Faulty({path: StoreRefusedError("access denied: give s3:GetObject")})
    put(bucket, *pair(hour(0)), asset_set(None, hour(1)))
    MemoryBucket.put(bucket, path, to_bytes(allocation_set(None, hour(1))))
    assert ingest(bucket, database) == Pass(loaded=3, forgotten=0, bad=1, unchanged=0)
    assert ledger_of(database)[path].reason == "access denied: give s3:GetObject"
    bucket.faults.clear()
    assert ingest(bucket, database) == Pass(loaded=1, forgotten=0, bad=0, unchanged=3)


def test_an_object_that_is_deleted_meanwhile_is_deleted(database: Database) -> None:
    """An object that goes between listing and reading is reported as deleted, not as loaded or damaged."""
    path = set_path(key(hour(0)))
    bucket = Faulty({path: ObjectMissingError("gone")})
    MemoryBucket.put(bucket, path, to_bytes(allocation_set()))
    assert ingest(bucket, database) == Pass(loaded=0, forgotten=1, bad=0, unchanged=0)
    assert state(database, allocation_set()) is EntryState.DELETED


def test_a_bucket_that_does_not_answer_leaves_the_tables(database: Database) -> None:
    """A batch of which an object does not come changes nothing; newer batches that were applied stay."""
    bucket = Faulty({})
    put(bucket, *pair(hour(0)))
    ingest(bucket, database)
    before = contents(database)
    put(bucket, *pair(hour(1)), allocation_set([]))
    bucket.faults[set_path(key(hour(0)))] = StoreError("time-out")
    with pytest.raises(StoreError):
        ingest(bucket, database)
    assert rows(database, "SELECT count(*) FROM allocation_1h") == [(2,)]
    del bucket.faults[set_path(key(hour(0)))]
    put(bucket, *pair(hour(0)))
    bucket.delete(set_path(key(hour(1))))
    bucket.delete(set_path(key(hour(1), SetKind.ASSETS)))
    ingest(bucket, database)
    assert contents(database) == before


def test_what_a_killed_pass_left_behind_is_removed(database: Database) -> None:
    """Files that were fetched by a process that was killed do not pile up."""
    stale = database.file.parent / "ingest"
    stale.mkdir()
    (stale / "7.parquet").write_bytes(b"old")
    ingest(bucket_of(*pair()), database)
    assert not stale.exists()


def test_a_rebuilt_database_is_the_same(database: Database, tmp_path: Path) -> None:
    """Deleting the database and starting again gives the same rows in every table, byte for byte."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(1)), *pair(day()), *pair(day(), "c2"))
    ingest(bucket, database)
    put(bucket, allocation_set([allocation(cpu_cost=0.3)]))
    ingest(bucket, database)
    again = open_tables(tmp_path / "again")
    ingest(bucket, again)
    assert contents(again) == contents(database)
    again.close()


KEEP = Retention(hourly=timedelta(hours=49), daily=timedelta(days=91))


def test_rows_leave_after_their_retention(database: Database) -> None:
    """Hourly rows leave after theirs, daily rows stay until theirs, and the ledger forgets with the tables."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(9)), *pair(day()))
    clock = [at(24)]
    ingestor = Ingestor(bucket, database, KEEP, lambda: clock[0])
    assert ingestor.pass_once().loaded == 6
    clock[0] = at(55)
    assert ingestor.pass_once() == Pass(loaded=0, forgotten=0, bad=0, unchanged=4)
    assert rows(database, "SELECT DISTINCT hour(window_start) FROM allocation_1h") == [(9,)]
    assert {entry.key.window for entry in ledger_of(database).values()} == {hour(9), day()}
    clock[0] = at(24 * 93)
    ingestor.pass_once()
    assert all(found == [] for found in contents(database).values())
    assert ledger_of(database) == {}


def test_a_longer_retention_brings_rows_back(database: Database) -> None:
    """Raising the retention reads again what had left the tables for its age."""
    bucket = bucket_of(*pair(hour(0)), *pair(day()))
    Ingestor(bucket, database, KEEP, lambda: at(24)).pass_once()
    Ingestor(bucket, database, KEEP, lambda: at(60)).pass_once()
    assert rows(database, "SELECT count(*) FROM allocation_1h") == [(0,)]
    Ingestor(bucket, database, FOREVER, lambda: at(61)).pass_once()
    assert rows(database, "SELECT count(*) FROM allocation_1h") == [(1,)]


def test_currencies_stay_with_their_rows(database: Database) -> None:
    """Each row knows the currency of its set, which is in the file's header only."""
    ingest(bucket_of(*pair(), *pair(cluster="c2", currency="EUR")), database)
    assert rows(database, "SELECT cluster, currency FROM allocation_1h ORDER BY 1") == [("c1", "USD"), ("c2", "EUR")]
    assert rows(database, "SELECT cluster, currency FROM idle_1h ORDER BY 1") == [("c1", "USD"), ("c2", "EUR")]


def test_over_committed_nodes_have_negative_idle(database: Database) -> None:
    """More charged than a node costs is negative idle, per resource, and is kept."""
    charged = allocation(cpu_cost=3, ram_cost=1)
    ingest(bucket_of(allocation_set([charged]), asset_set([node(cpu_cost=2, ram_cost=2)])), database)
    assert rows(database, "SELECT cpu_cost, ram_cost, gpu_cost FROM idle_1h") == [(money(-1), money(1), money(0))]


def test_costs_on_a_node_without_an_asset_make_no_idle(database: Database) -> None:
    """A container on an unknown node keeps its cost, and there is nothing it could be subtracted from."""
    stray = allocation(node="unknown", cpu_cost=1)
    ingest(bucket_of(allocation_set([stray]), asset_set([node(cpu_cost=2)])), database)
    assert rows(database, "SELECT node, cpu_cost FROM idle_1h") == [("n1", money(2))]


amounts = st.decimals(0, 1000, places=9)
signed = st.decimals(-100, 100, places=9)


@st.composite
def clusters(draw: st.DrawFn) -> tuple[CostSet, CostSet]:
    """Both sets of an hour: nodes with bills, containers on them, volumes paid for by pods or by nobody."""
    assets: list[Asset] = []
    pods = []
    names = draw(st.lists(st.sampled_from(["n1", "n2", "n3"]), min_size=1, unique=True))
    for name in names:
        parts = {part: draw(amounts) for part in ("cpu_cost", "ram_cost", "gpu_cost")}
        assets.append(node(name=name, **parts, cost=sum(parts.values()), adjustment=draw(signed)))
    for number in range(draw(st.integers(0, 4))):
        costs = {part: draw(amounts) for part in ("cpu_cost", "ram_cost", "gpu_cost")}
        adjusted = {f"{part}_adjustment": draw(signed) for part in costs}
        pods.append(allocation(pod=f"p{number}", node=draw(st.sampled_from(names)), **costs, **adjusted))
    for number in range(draw(st.integers(0, 3))):
        mounted, lost = draw(amounts), draw(amounts)
        assets.append(disk(name=f"pv-{number}", cost=mounted + lost))
        pods.append(allocation(pod=f"v{number}", node=names[0], pv_cost=mounted))
        pods.append(unmounted(namespace=f"n{number}", pv_cost=lost))
    return allocation_set(pods), asset_set(assets)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all examples; each replaces the sets of the one before."""
    opened = open_tables(tmp_path_factory.mktemp("books"))
    yield opened
    opened.close()


@given(clusters())
@settings(max_examples=25, deadline=None)
def test_the_books_close(shared: Database, both: tuple[CostSet, CostSet]) -> None:
    """What was allocated, what is idle and what nobody mounted add up to the assets, to the last digit."""
    ingest(bucket_of(*both), shared)
    total = rows(
        shared,
        "SELECT (SELECT coalesce(sum(cpu_cost + cpu_cost_adjustment + ram_cost + ram_cost_adjustment + gpu_cost + "
        "gpu_cost_adjustment + pv_cost), 0) FROM allocation_1h), "
        "(SELECT coalesce(sum(cpu_cost + ram_cost + gpu_cost), 0) FROM idle_1h), "
        "(SELECT sum(cost + adjustment) FROM asset_1h)",
    )
    ((allocated, idle, assets),) = total
    assert allocated + idle == assets
    assert assets == both[1].header.total_cost
    assert isinstance(idle, Decimal)


def test_every_asset_type_is_loaded(database: Database) -> None:
    """An asset of any type is in the tables; only nodes have idle."""
    others = [replace(node(cpu_cost=1), type=kind, name=kind.value) for kind in AssetType]
    ingest(bucket_of(allocation_set([]), asset_set(others)), database)
    assert rows(database, "SELECT count(DISTINCT type) FROM asset_1h") == [(len(AssetType),)]
    assert rows(database, "SELECT node FROM idle_1h") == [("Node",)]


def test_the_status_tells_what_the_loop_does(database: Database) -> None:
    """Before, during and after a pass the status says so, with progress, and what is not read by its path."""
    bucket = bucket_of(*pair())
    bucket.put("federated/c1/odd", b"")
    ingestor = Ingestor(bucket, database, FOREVER, lambda: at(5))
    assert (ingestor.status.phase, ingestor.status.passes) == (Phase.STARTING, 0)
    ingestor.pass_once()
    status = ingestor.status
    assert (status.phase, status.passes, status.done, status.total) == (Phase.WAITING, 1, 2, 2)
    assert (status.last_pass_at, status.last_error, status.skipped) == (at(5), "", ("federated/c1/odd",))


def test_the_plan_changes_nothing(database: Database) -> None:
    """Planning reads and writes nothing, so it can be printed at any time."""
    ingestor = Ingestor(bucket_of(*pair()), database, FOREVER, lambda: at(5))
    assert ingestor.plan() == ingestor.plan()
    assert ledger_of(database) == {}


class Once(threading.Event):
    """A stop that lets the loop go round once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Stop instead of pausing."""
        assert timeout == 7
        self.set()
        return True


def broken_clock() -> datetime:
    """Fail as a mistake of ours would."""
    raise RuntimeError("a mistake of ours")


@pytest.mark.parametrize("trouble", ["bucket", "bug"])
def test_the_loop_goes_on_whatever_a_pass_raises(database: Database, trouble: str) -> None:
    """A pass that fails, even by a mistake of ours, is shown and counted; the thread lives and tries again."""
    bucket = Faulty({set_path(key()): StoreError("time-out")} if trouble == "bucket" else {})
    MemoryBucket.put(bucket, set_path(key()), b"x")
    ingestor = Ingestor(bucket, database, FOREVER, broken_clock if trouble == "bug" else lambda: at(5))
    before = metrics.REGISTRY.get_sample_value("fleetcost_aggregator_passes_total", {"outcome": "failed"}) or 0
    ingestor.run(Once(), 7)
    assert ingestor.status.phase is Phase.FAILED
    assert ingestor.status.last_error in {"time-out", "a mistake of ours"}
    after = metrics.REGISTRY.get_sample_value("fleetcost_aggregator_passes_total", {"outcome": "failed"})
    assert after == before + 1


def test_a_good_pass_clears_the_error(database: Database) -> None:
    """After a failed pass a good one shows no error any more."""
    bucket = Faulty({set_path(key()): StoreError("time-out")})
    MemoryBucket.put(bucket, set_path(key()), to_bytes(allocation_set()))
    ingestor = Ingestor(bucket, database, FOREVER, lambda: at(5))
    ingestor.run(Once(), 7)
    bucket.faults.clear()
    ingestor.run(Once(), 7)
    assert (ingestor.status.phase, ingestor.status.last_error, ingestor.status.passes) == (Phase.WAITING, "", 1)


def test_objects_are_counted_by_state(database: Database) -> None:
    """The metric has every state, also those that do not occur, so that a return to zero is seen."""
    bucket = bucket_of(*pair(hour(0)), *pair(hour(1)), *pair(hour(0, day=-9)))
    bucket.put(set_path(key(hour(2))), b"garbage")
    bucket.put("federated/c1/odd", b"")
    ingestor = Ingestor(bucket, database, KEEP, lambda: at(5))
    ingestor.pass_once()

    def value(name: str) -> float | None:
        return metrics.REGISTRY.get_sample_value("fleetcost_aggregator_objects", {"state": name})

    names = ("ingested", "damaged", "refused", "deleted", "foreign set", "combined", "unknown", "past retention")
    assert [value(name) for name in names] == [4, 1, 0, 0, 0, 0, 1, 2]
    bucket.delete("federated/c1/odd")
    ingestor.pass_once()
    assert value("unknown") == 0


def test_listing_entries_are_what_the_ledger_keeps(database: Database) -> None:
    """Etag, size and time in the ledger are those of the listing, or every pass would read everything again."""
    bucket = bucket_of(allocation_set())
    (info,) = list(bucket.list())
    assert isinstance(info, ObjectInfo)
    ingest(bucket, database)
    entry = ledger_of(database)[info.path]
    assert (entry.etag, entry.size_bytes, entry.written_at) == (info.etag, info.size_bytes, info.modified)
