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
from fleetcost.tables.ledger import Entry, EntryState, aware, clusters, ledger_of, naive, read_ledger, write_entries

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


def test_the_ledger_is_read_once_until_it_changes(database: Database) -> None:
    """Readers of one state share what was made of it; after a write nobody sees the old one in a new snapshot."""
    write(database, FULL)
    first = ledger_of(database)
    assert ledger_of(database) is first
    with database.snapshot() as early:
        write(database, replace(FULL, path="other"))
        assert read_ledger(early) == first
        assert set(ledger_of(database)) == {FULL.path, "other"}
        assert read_ledger(early) == first
    assert set(ledger_of(database)) == {FULL.path, "other"}


def test_what_was_taken_back_is_not_remembered(database: Database) -> None:
    """A transaction that was given up leaves the ledger, and what is remembered of it, as they were."""
    write(database, FULL)
    with pytest.raises(duckdb.Error), database.transaction() as writer:
        _write_and_fail(writer)
    assert set(ledger_of(database)) == {FULL.path}
    write(database, replace(FULL, path="third"))
    assert set(ledger_of(database)) == {FULL.path, "third"}


def _write_and_fail(writer: Writer) -> None:
    write_entries(writer, [replace(FULL, path="second")])
    assert "second" in read_ledger(writer)
    writer.execute("SELECT * FROM nothing")


def test_a_snapshot_makes_a_thing_once(database: Database) -> None:
    """What is computed within one snapshot is computed once for each key."""
    made: list[str] = []
    with database.snapshot() as snapshot:
        for key_ in ("a", "b", "a"):
            assert snapshot.once(key_, lambda name=key_: made.append(name) or name.upper()) == key_.upper()  # type: ignore[misc]
    assert made == ["a", "b"]
