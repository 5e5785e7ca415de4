"""The ledger: what is known of each object comes back as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from builders import at, day, hour, key, open_tables
from fleetcost.model.sets import SetKind
from fleetcost.tables.database import Database, Writer
from fleetcost.tables.ledger import (
    Entry,
    EntryState,
    aware,
    clusters,
    count_states,
    forget_expired,
    ledger_of,
    naive,
    read_ledger,
    write_entries,
)

FULL = Entry(
    key=key(hour(3), SetKind.ASSETS),
    path="federated/c1/x",
    etag='"e\'tag"',
    size_bytes=1 << 40,
    written_at=at(4) + timedelta(microseconds=5),
    ingested_at=at(5),
    state=EntryState.DAMAGED,
    reason='it\'s "bad"\nreally',
    rows=7,
    total_cost=Decimal("12345678901.000000001"),
    currency="EUR",
    coverage_minutes=59.5,
    final=True,
    cluster_uid="u",
    source="s",
    built_at=at(4.5),
    agent_version="0.1.0",
    digest="d",
    format_version=1,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


def write(database: Database, *entries: Entry) -> None:
    """Write entries in one transaction."""
    with database.transaction() as writer:
        write_entries(writer, entries)


@pytest.mark.parametrize("state", list(EntryState))
def test_an_entry_comes_back_as_it_was(database: Database, state: EntryState) -> None:
    """Every field survives, with exact amounts and times to the microsecond, in every state."""
    entry = replace(FULL, state=state)
    write(database, entry)
    assert ledger_of(database) == {FULL.path: entry}


def test_an_unreadable_object_has_no_build_time(database: Database) -> None:
    """What could not be read has no time at which it was built, and stays without."""
    bare = Entry(
        key=key(day()), path="p", etag="", size_bytes=0, written_at=at(0), ingested_at=at(0), state=EntryState.REFUSED
    )
    write(database, bare)
    assert ledger_of(database)["p"] == bare
    assert ledger_of(database)["p"].built_at is None


def test_an_entry_replaces_the_one_of_its_path(database: Database) -> None:
    """There is one entry a path; others stay."""
    other = replace(FULL, path="other")
    write(database, FULL, other)
    newer = replace(FULL, etag="new", state=EntryState.INGESTED, reason="")
    write(database, newer)
    assert ledger_of(database) == {FULL.path: newer, "other": other}


def test_writing_nothing_changes_nothing(database: Database) -> None:
    """An empty list of entries is no mistake."""
    write(database, FULL)
    write(database)
    assert ledger_of(database) == {FULL.path: FULL}


def test_clusters_are_those_with_an_entry() -> None:
    """The fleet is every cluster the ledger knows, once and sorted, in whatever state its objects are."""
    entries = [replace(FULL, key=key(hour(n), cluster=name)) for name in ("b", "a", "b") for n in (1, 2)]
    assert clusters(entries) == ("a", "b")
    assert clusters([]) == ()


def test_times_cross_the_door_in_utc() -> None:
    """A time of any zone is stored as UTC without a zone and comes back as UTC with one."""
    evening = datetime(2026, 1, 9, 23, tzinfo=timezone(timedelta(hours=-5)))
    assert naive(evening) == datetime(2026, 1, 10, 4)  # noqa: DTZ001 - what the tables hold
    assert aware(naive(evening)) == evening
    assert aware(naive(evening)).tzinfo is UTC


def test_a_generation_is_a_state_of_the_ledger(database: Database) -> None:
    """Views of one generation show the same ledger; every write begins another, and an old view keeps its own."""
    write(database, FULL)
    with database.snapshot() as early:
        assert generation(database) == early.generation
        write(database, replace(FULL, path="other"))
        assert set(read_ledger(early)) == {FULL.path}
        assert generation(database) == early.generation + 1
    assert set(ledger_of(database)) == {FULL.path, "other"}


def test_what_was_taken_back_is_no_generation(database: Database) -> None:
    """A transaction that was given up leaves ledger and generation as they were."""
    write(database, FULL)
    before = generation(database)
    with pytest.raises(duckdb.Error), database.transaction() as writer:
        _write_and_fail(writer)
    assert generation(database) == before
    assert set(ledger_of(database)) == {FULL.path}


def test_forgetting_nothing_is_no_generation(database: Database) -> None:
    """A pass that finds nothing too old does not make everybody read the ledger again."""
    write(database, FULL)
    before = generation(database)
    for time, changed in ((at(4) - timedelta(seconds=1), 0), (at(4), 1)):
        with database.transaction() as writer:
            forget_expired(writer, FULL.key.resolution, time)
        assert generation(database) == before + changed
    assert ledger_of(database) == {}


def test_states_are_counted(database: Database) -> None:
    """Each state that occurs is counted once for each of its objects."""
    write(database, FULL, replace(FULL, path="b"), replace(FULL, path="c", state=EntryState.INGESTED))
    assert count_states(database) == {EntryState.DAMAGED: 2, EntryState.INGESTED: 1}


def generation(database: Database) -> int:
    """Return the newest generation."""
    with database.snapshot() as snapshot:
        return snapshot.generation


def _write_and_fail(writer: Writer) -> None:
    write_entries(writer, [replace(FULL, path="second")])
    writer.execute("SELECT * FROM nothing")
