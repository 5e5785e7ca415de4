"""Foreign agents' sets in a pass: loaded beside ours, ours first, decoded in processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import FOREVER, allocation_set, asset_set, bucket_of, open_tables, put
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.bucket.port import ObjectInfo
from fleetcost.errors import SetDamagedError
from fleetcost.ingest.budget import MIB, Budget
from fleetcost.ingest.decoders import GROWTH, Decoders
from fleetcost.ingest.passes import Pass
from fleetcost.ingest.plan import Load, plan
from fleetcost.ingest.run import Ingestor
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.states import ObjectState
from fleetcost.model.window import Resolution, Window
from fleetcost.sets.bingen.record import Record
from fleetcost.sets.discover import discover
from fleetcost.sets.files import header_from_bytes
from fleetcost.sets.layout import set_path
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import Entry, EntryState, ledger_of
from unit.sets.bingen.builders import END, START, properties, row
from unit.sets.test_foreign import LATER, allocations

WINDOW = Window(START, END)
FOREIGN = f"federated/c1/etl/bingen/allocations/1h/{WINDOW.start_epoch}-{WINDOW.end_epoch}"
BUDGET = Budget(engine_bytes=1 << 29, decoders=1, decoder_bytes=64 * MIB, download_bytes=MIB, threads=1, known_bytes=0)
ONE = allocations({"c1/n/ns/p/c": row(CPUCost=1.5)})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def passed(bucket: MemoryBucket, database: Database) -> Pass:
    """Do one pass, foreign costs being in euros."""
    return Ingestor(bucket, database, FOREVER, lambda: LATER, currency="EUR", budget=BUDGET).pass_once()


def costs(database: Database) -> list[tuple[object, ...]]:
    """Return cluster, currency and cost of every row."""
    with database.snapshot() as snapshot:
        return snapshot.rows(
            "SELECT cluster, currency, sum(cpu_cost)::DOUBLE FROM allocation_1h GROUP BY ALL ORDER BY 1"
        )


def foreign(content: bytes = ONE, path: str = FOREIGN) -> MemoryBucket:
    """Return a bucket with one foreign object."""
    bucket = MemoryBucket()
    bucket.put(path, content)
    return bucket


@dataclass(frozen=True, slots=True)
class Mixed:
    """What two passes made of a bucket with foreign sets of every kind and one of ours."""

    first: Pass
    second: Pass
    costs: list[tuple[object, ...]]
    ledger: Mapping[str, Entry]

    def entry(self, cluster: str) -> Entry:
        """Return what the ledger says of a cluster's foreign set."""
        return self.ledger[path_of(cluster)]


def path_of(cluster: str) -> str:
    """Return where a cluster's foreign set of the hour lies."""
    return FOREIGN.replace("/c1/", f"/{cluster}/")


def of(cluster: str, **facts: object) -> Record:
    """Return a row of a cluster."""
    return row(Properties=properties(Cluster=cluster), **facts)


BAD = {
    "cut": (ONE[:-1], EntryState.DAMAGED),
    "large": (b"x" * (MIB + 1), EntryState.REFUSED),
    "stranger": (allocations({"p": of("c9")}), EntryState.REFUSED),
}
"""Sets that cannot be used, by the cluster in whose folder they lie."""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    """One bucket for all that is only looked at: each pass with foreign sets starts a process, which takes seconds."""
    odd = {"odd/__idle__": of("odd", CPUCost=7), "x": None, "p": of("odd", CPUCost=float("nan"))}
    bucket = foreign()
    bucket.put(path_of("odd"), allocations(odd))
    bucket.put(path_of("none"), allocations({}))
    for cluster, (content, _) in BAD.items():
        bucket.put(path_of(cluster), content)
    put(bucket, asset_set(None, WINDOW), allocation_set(None, WINDOW, cluster="c2"))
    database = open_tables(tmp_path_factory.mktemp("mixed"))
    yield Mixed(passed(bucket, database), passed(bucket, database), costs(database), ledger_of(database))
    database.close()


def test_a_foreign_set_is_loaded_beside_ours(mixed: Mixed) -> None:
    """Its rows are in the same tables, in the currency of the setting, and its idle is derived; once is enough."""
    assert (mixed.first.loaded, mixed.second.loaded) == (5, 0)
    assert [one for one in mixed.costs if one[0] in {"c1", "c2"}] == [("c1", "EUR", 1.5), ("c2", "USD", 1.0)]
    entry = mixed.entry("c1")
    assert (entry.state, entry.agent_version, entry.reason) == (EntryState.INGESTED, "bingen 25", "")


def test_findings_are_counted_in_the_ledger(mixed: Mixed) -> None:
    """What a set has that ours do not is counted beside its entry, which is ingested all the same."""
    entry = mixed.entry("odd")
    assert (entry.state, entry.rows) == (EntryState.INGESTED, 1)
    assert entry.reason == "3 findings: idle row (1), nil row (1), not exact (1)"


@pytest.mark.parametrize("cluster", BAD)
def test_a_bad_foreign_set_stops_nobody(mixed: Mixed, cluster: str) -> None:
    """It is marked with its reason, and the others are loaded."""
    assert mixed.entry(cluster).state is BAD[cluster][1]
    assert mixed.entry(cluster).reason
    assert mixed.first.bad == len(BAD)


def test_what_is_too_large_is_not_even_fetched(mixed: Mixed) -> None:
    """The size in the listing decides before a byte is read."""
    assert "accepted are up to 1,048,576" in mixed.entry("large").reason


def test_empty_sets_leave_a_gap(mixed: Mixed) -> None:
    """A foreign set without rows is in the ledger with nothing observed, so its window is not complete."""
    entry = mixed.entry("none")
    assert (entry.state, entry.coverage_minutes, entry.rows) == (EntryState.INGESTED, 0.0, 0)


def test_ours_wins_and_the_double_is_named(database: Database) -> None:
    """Where a window exists in both forms ours is used; when it leaves, the foreign one comes back."""
    bucket = foreign()
    passed(bucket, database)
    assert costs(database) == [("c1", "EUR", 1.5)]
    ours = allocation_set(None, WINDOW)
    put(bucket, ours)
    assert passed(bucket, database) == Pass(loaded=1, forgotten=1, bad=0, unchanged=0)
    assert costs(database) == [("c1", "USD", 1.0)]
    ledger = ledger_of(database)
    assert ledger[FOREIGN].state is EntryState.DELETED
    assert ledger[FOREIGN].reason == f"{set_path(ours.header.key)} holds the same set and is used"
    todo = plan(discover(bucket), ledger, FOREVER, LATER)
    assert [(skip.path, skip.state) for skip in todo.skips] == [(FOREIGN, ObjectState.DOUBLE)]
    assert (todo.size, todo.unchanged) == (0, 1)
    bucket.delete(set_path(ours.header.key))
    passed(bucket, database)
    assert costs(database) == [("c1", "EUR", 1.5)]


def test_of_two_foreign_objects_the_newest_is_used(database: Database) -> None:
    """Agents may write one window under several names; the one written last counts."""
    bucket = foreign()
    bucket.put(f"{FOREIGN}.gz", allocations({"p": row(CPUCost=4.0)}))
    newest = max(bucket.list(), key=lambda info: (info.modified, info.path))
    assert passed(bucket, database).loaded == 1
    assert [path for path, entry in ledger_of(database).items() if entry.state is EntryState.INGESTED] == [newest.path]


def load(content: bytes) -> Load:
    """Return what the plan makes of a foreign object."""
    key = SetKey(ClusterId("c1"), SetKind.ALLOCATIONS, Resolution.HOUR, WINDOW)
    return Load(key, ObjectInfo(FOREIGN, len(content), "e", LATER), foreign=True)


def children() -> set[int]:
    """Return the pids of the processes that this one has started."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def test_a_dead_decoder_costs_nothing(tmp_path: Path) -> None:
    """When a decoding process is killed its set is tried again in another, and the processes end when asked to."""
    before = children()
    decoders = Decoders(1, 64 * MIB, "USD", lambda: LATER)
    try:
        decoders.convert(ONE, load(ONE), tmp_path / "a")
        for pid in children() - before:
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        header, _ = decoders.convert(ONE, load(ONE), tmp_path / "b")
        assert header_from_bytes((tmp_path / "b").read_bytes(), "b") == header
        decoders.convert(ONE, load(ONE), tmp_path / "c")
    finally:
        decoders.close()
    left = {pid for pid in children() - before if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    assert left == set()


def test_decoders_take_what_fits_their_memory(tmp_path: Path) -> None:
    """A set that would grow beyond a process's memory is refused before it is unpacked."""
    decoders = Decoders(1, GROWTH * (len(ONE) - 1), "USD", lambda: LATER)
    try:
        with pytest.raises(SetDamagedError, match="accepted is"):
            decoders.convert(ONE, load(ONE), tmp_path / "a")
    finally:
        decoders.close()


def test_ours_are_loaded_without_decoders(database: Database) -> None:
    """Without foreign sets no process is started."""
    before = children()
    passed(bucket_of(allocation_set(None, WINDOW)), database)
    assert children() == before
