"""A bucket full of real files of other products' agents, every version and form, beside ours."""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from builders import FOREVER, open_tables, pair, put
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.bucket.memory import MemoryBucket
from fleetcost.ingest.passes import Pass
from fleetcost.ingest.run import Ingestor
from fleetcost.model.window import Window
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, ledger_of
from unit.cli.conftest import Command
from unit.sets.bingen.fixtures import ABSENT, DAMAGED, FILES, FOLDER, beside, file, kind_of

NOW = datetime(2024, 11, 1, tzinfo=UTC)
DAY = Window(datetime(2024, 10, 20, tzinfo=UTC), datetime(2024, 10, 21, tzinfo=UTC))
HOUR = Window(datetime(2024, 10, 20, 5, tzinfo=UTC), datetime(2024, 10, 20, 6, tzinfo=UTC))
WRITER = b"prod-eu-1"
"""The cluster in the files; a name of the same length in its place leaves a file whole."""

LARGEST_AMOUNT = 1e9
"""What is as large or larger is a finding and counts as nothing."""

GOOD = [one for one in FILES if one.name != DAMAGED and ("__allocations_" in one.name or "__assets_" in one.name)]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT)


@dataclass(frozen=True, slots=True)
class Placed:
    """A file in a bucket: which, where, and whether it is good there."""

    file: Path
    path: str
    content: bytes

    @property
    def of_two_clusters(self) -> bool:
        """Whether its rows name two clusters: the files of the field's mock fleet."""
        return "_mock." in self.file.name

    @property
    def without_window(self) -> bool:
        """Whether it has rows and says of no time what it is about: files made of the strangest values there are."""
        window = beside(self.file)["dump"]["Window"]
        return "_edge." in self.file.name and not (
            window["Start"] and window["End"] and window["Start"] < window["End"]
        )

    @property
    def document(self) -> dict[str, Any]:
        """Its rows in its writer's own words."""
        dump = beside(self.file)["dump"]
        return dict(dump.get("Allocations") or dump.get("Assets") or {})


def placed(number: int, one: Path, *, packed: bool) -> Placed:
    """Give a file a cluster of its own and put it where that cluster's agent would."""
    cluster = f"agent-{number:03}"
    assert len(cluster) == len(WRITER)
    plain = one.read_bytes()
    plain = gzip.decompress(plain) if one.suffix == ".gz" else plain
    content = plain.replace(WRITER, cluster.encode())
    hourly = "_1h." in one.name or "_empty." in one.name
    window, resolution = (HOUR, "1h") if hourly else (DAY, "1d")
    name = f"{window.start_epoch}-{window.end_epoch}{'.gz' if packed else ''}"
    path = f"federated/{cluster}/etl/bingen/{kind_of(one)}/{resolution}/{name}"
    return Placed(one, path, gzip.compress(content, 1, mtime=0) if packed else content)


@pytest.fixture(scope="module")
def every() -> list[Placed]:
    """Every good file of allocations and assets, every second one packed."""
    return [placed(number, one, packed=number % 2 == 1) for number, one in enumerate(GOOD)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def passed(bucket: MemoryBucket, database: Database) -> Pass:
    """Do one pass."""
    return Ingestor(bucket, database, FOREVER, lambda: NOW).pass_once()


def bucket_with(every: list[Placed]) -> MemoryBucket:
    """Return a bucket that holds these files."""
    bucket = MemoryBucket()
    for one in every:
        bucket.put(one.path, one.content)
    return bucket


def cost_in(document: dict[str, Any]) -> float:
    """Add what the writer says its allocations' CPUs cost: rows of idle left out, and numbers that no column holds."""
    costs = [row["CPUCost"] for name, row in document.items() if row is not None and "__idle__" not in name]
    return math.fsum(cost for cost in costs if isinstance(cost, int | float) and abs(cost) < LARGEST_AMOUNT)


def test_every_version_and_form_is_in_the_tables(every: list[Placed], database: Database) -> None:
    """Of every good file the rows are there with the costs its writer names; two clusters or no window are refused."""
    done = passed(bucket_with(every), database)
    refused = {one.path: EntryState.REFUSED for one in every if one.of_two_clusters}
    refused |= {one.path: EntryState.DAMAGED for one in every if one.without_window}
    assert (done.loaded, done.bad) == (len(every) - len(refused), len(refused))
    ledger = ledger_of(database)
    assert {path: ledger[path].state for path in refused} == refused
    with database.snapshot() as snapshot:
        counts = dict(
            snapshot.rows(
                "SELECT cluster, count(*) FROM (SELECT cluster FROM container_1h UNION ALL SELECT cluster FROM "
                "container_1d UNION ALL SELECT cluster FROM asset_1h UNION ALL SELECT cluster FROM asset_1d) GROUP BY 1"
            )
        )
        costs = dict(snapshot.rows("SELECT cluster, sum(cpu_cost)::DOUBLE FROM container_1d GROUP BY 1"))
    for one in (one for one in every if one.path not in refused):
        entry = ledger[one.path]
        assert entry.state is EntryState.INGESTED, entry
        assert counts.get(str(entry.key.cluster), 0) == entry.rows
        if "_edge." not in one.file.name:
            kept = {name: row for name, row in one.document.items() if row is not None and "__idle__" not in name}
            assert entry.rows == len(kept), one.file.name
        if "allocations_1d" in one.file.name or "big5000" in one.file.name:
            expected = cost_in(one.document)
            assert costs[str(entry.key.cluster)] == pytest.approx(expected, rel=1e-9), one.file.name


def test_doubles_unknown_and_damaged_are_named(tmp_path: Path, command: Command) -> None:
    """The command tells which objects are doubles, which version nobody reads and which is damaged, each by name."""
    folder = tmp_path / "bucket"
    bucket = FilesystemBucket(folder)
    theirs = placed(1, file("v25__allocations_1d.bin"), packed=True)
    bucket.put(theirs.path, theirs.content)
    put(bucket, *pair(DAY, "agent-001"))
    unknown = theirs.path.replace("agent-001", "agent-002")
    bucket.put(unknown, _of_version_99(placed(2, file("v25__allocations_1d.bin"), packed=False).content))
    damaged = theirs.path.replace("agent-001", "agent-003").removesuffix(".gz")
    bucket.put(damaged, file(DAMAGED).read_bytes())
    config = tmp_path / "store.yaml"
    config.write_text(f"type: FILESYSTEM\nconfig:\n  directory: {folder}\n")
    done = command(
        "aggregator", "ingest", "--storage-config", config, "--data-dir", tmp_path / "data",
        "--daily-retention-days", "0",
    )  # fmt: skip
    assert done.code == 1
    said = " ".join(done.out.split())
    assert "2 loaded, 0 forgotten, 2 not usable, 0 unchanged, 1 skipped" in said
    assert f"skipped {theirs.path}: double" in said
    assert unknown in done.err
    assert "version 99" in done.err
    assert damaged in done.err


def _of_version_99(content: bytes) -> bytes:
    """Return an allocation set whose codec version nobody knows: the byte behind the table of strings."""
    count = int.from_bytes(content[4:8], "little", signed=True)
    place = 8
    for _ in range(count):
        place += 2 + int.from_bytes(content[place : place + 2], "little")
    return content[:place] + bytes([99]) + content[place + 1 :]
