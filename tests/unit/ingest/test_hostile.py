"""A bad neighbour hurts nobody: whatever lies in one cluster's folder, the others are as without it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builders import FOREVER, at, day, hour, key, pair, put
from compat.asgi import AsgiClient
from compat.engine import PAGE, InProcess
from compat.questions import answers
from fleetcost.api.app import create_app
from fleetcost.api.registry import Registry
from fleetcost.api.services import Services
from fleetcost.bucket.filesystem import FilesystemBucket
from fleetcost.ingest.budget import MIB, Budget, split
from fleetcost.ingest.run import Ingestor
from fleetcost.model.states import ObjectState
from fleetcost.sets.layout import locate, set_path
from fleetcost.tables.database import Database, EngineLimits, open_database
from fleetcost.tables.ledger import EntryState, clusters, ledger_of
from unit.ingest.hostile import VILLAIN, crafted, generated, heavy, name_oddly

GOOD = ("good-1", "good-2")
NOW = at(30)
BUDGET: Budget = split(512 * MIB, cores=1)
DAY = "2026-01-10T00:00:00Z,2026-01-11T00:00:00Z"
FLEET_QUESTIONS = (
    "/api/v1/clusters", f"/api/v1/allocations?window={DAY}", f"/api/v1/assets?window={DAY}",
    "/api/v1/repairs", f"/model/assets?window={DAY}",
    "/model/allocation?window=2026-01-01T00:00:00Z,2026-01-12T00:00:00Z",
)  # fmt: skip
FILTERED = tuple(
    f"{path}?window={DAY}&filter=cluster:%22{cluster}%22"
    for cluster in GOOD
    for path in ("/model/allocation", "/model/assets")
)


@dataclass(frozen=True, slots=True)
class Followed:
    """A bucket, tables that follow it, and who answers from them."""

    bucket: FilesystemBucket
    database: Database
    ingestor: Ingestor
    asked: InProcess


def good_sets(bucket: FilesystemBucket) -> None:
    """Publish what the other clusters have."""
    for cluster in GOOD:
        for window in (day(), hour(0), hour(1)):
            put(bucket, *pair(window, cluster))


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Any]:
    """Open tables that follow a bucket in a folder of this name."""
    opened: list[Database] = []
    clients: list[AsgiClient] = []

    def start(name: str) -> Followed:
        bucket = FilesystemBucket(tmp_path / name / "bucket")
        good_sets(bucket)
        file = tmp_path / name / "tables.duckdb"
        database = open_database(file, EngineLimits(BUDGET.engine_bytes, BUDGET.threads), NOW)
        ingestor = Ingestor(bucket, database, FOREVER, lambda: NOW, budget=BUDGET)
        registry = Registry(bucket, lambda: clusters(ledger_of(database).values()), lambda: 1)
        services = Services(database, lambda: ingestor.status, lambda: NOW, None, 600, registry=registry)
        client = AsgiClient(create_app(services, PAGE))
        clients.append(client.__enter__())
        opened.append(database)
        return Followed(bucket, database, ingestor, InProcess(client))

    yield start
    for client in clients:
        client.__exit__(None, None, None)
    for database in opened:
        database.close()


def others(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the other clusters in every table that names a cluster; paths hold no time of writing."""
    with database.snapshot() as snapshot:
        sql = "SELECT table_name FROM duckdb_columns() WHERE column_name = 'cluster' AND NOT internal ORDER BY 1"
        found = {}
        for (name,) in snapshot.rows(sql):
            left = "EXCLUDE (ingested_at, written_at, etag)" if name == "ledger" else ""
            found[name] = snapshot.rows(f"SELECT * {left} FROM {name} WHERE cluster <> '{VILLAIN}' ORDER BY ALL")
        return found


@pytest.mark.timeout(600)
def test_a_hostile_folder_changes_nothing_of_the_others(follow: Any) -> None:
    """Beside hundreds of hostile objects the others are as without them, each object has a state, and passes go on."""
    clean, attacked = follow("clean"), follow("attacked")
    clean.ingestor.pass_once()
    for path, content in (*crafted(), *generated(200)):
        file = Path(attacked.bucket.name.removeprefix("file://")) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    odd = name_oddly(Path(attacked.bucket.name.removeprefix("file://")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = attacked.ingestor.pass_once()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert done.bad > 150
    assert grown < 512 * MIB, f"{grown:,} bytes beside a budget of 512 MiB"
    assert others(attacked.database) == others(clean.database)
    reported = answers(attacked.asked, FILTERED)
    assert reported == answers(clean.asked, FILTERED)
    assert {status for status, _ in reported.values()} == {200}
    refused = {
        target: answer for target, answer in answers(attacked.asked, FLEET_QUESTIONS).items() if answer[0] != 200
    }
    assert refused == {}
    states = named_states(attacked)
    assert {path for path, state in states.items() if not state} == set()
    assert sum(state == ObjectState.UNKNOWN for state in states.values()) >= odd
    put(attacked.bucket, *pair(hour(2), GOOD[0]))
    assert attacked.ingestor.pass_once().loaded == 2


def named_states(followed: Followed) -> dict[str, str]:
    """Return the state of every object that is listed, empty where it has none."""
    ledger = ledger_of(followed.database)
    skips = {skip.path: skip.state for skip in followed.ingestor.skips}
    found: dict[str, str] = {}
    for info in followed.bucket.list():
        entry = ledger.get(info.path)
        known = entry.state if entry else skips.get(info.path, "")
        location = locate(info.path).state
        found[info.path] = known or (location if location is ObjectState.IDENTITY else "")
    return found


def test_what_is_too_large_is_refused_alone(follow: Any) -> None:
    """A set that unpacks to gigabytes is refused with the reason, whatever else comes in its batch."""
    followed = follow("heavy")
    path = set_path(key(hour(2), cluster=VILLAIN))
    followed.bucket.put(path, heavy(hour(2)))
    done = followed.ingestor.pass_once()
    assert (done.loaded, done.bad) == (12, 1)
    entry = ledger_of(followed.database)[path]
    assert (entry.state, "longer than" in entry.reason) == (EntryState.REFUSED, True), entry.reason
