"""
Applying a batch: fetch, check, then one transaction that replaces rows, derives from them and writes the ledger.

A bad object never stops the others: it becomes a ledger entry with its reason.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DamagedError, ObjectMissingError, SetDamagedError, StoreRefusedError
from fleetcost.ingest.plan import Batch, Load
from fleetcost.sets.files import header_from_bytes
from fleetcost.tables.database import Database, Writer
from fleetcost.tables.ledger import Entry, EntryState, write_entries
from fleetcost.tables.rows import SetFile, derive, drop_rows, load_files

FETCHES = 8
"""Objects fetched at once."""


@dataclass(frozen=True, slots=True)
class Applied:
    """
    What a batch came to.

    Attributes:
        entries: the ledger entries written, one per object
    """

    entries: tuple[Entry, ...]

    @property
    def bad(self) -> tuple[Entry, ...]:
        """Those that could not be used."""
        return tuple(entry for entry in self.entries if entry.state in {EntryState.DAMAGED, EntryState.REFUSED})


@dataclass(frozen=True, slots=True)
class _Fetched:
    entry: Entry
    file: Path | None


def apply(batch: Batch, bucket: BucketReader, database: Database, now: datetime) -> Applied:
    """
    Carry out a batch.

    Raises:
        StoreError: the bucket did not give an object; nothing has changed.
        TryAgainError: the engine has run out of memory or disk; nothing has changed.
    """
    with _staging(database) as staging:
        fetched = tuple(_fetch_all(batch.loads, bucket, staging, now))
        gone = [_deleted(forget.entry, now) for forget in batch.forgets]
        try:
            entries = _replace(database, batch, fetched, gone)
        except SetDamagedError:
            # One file's rows are bad: find it by loading each alone, which is slow and rare.
            fetched = tuple(_proved(item, database) for item in fetched)
            entries = _replace(database, batch, fetched, gone)
    return Applied(entries)


@contextmanager
def _staging(database: Database) -> Iterator[Path]:
    """Give an empty folder for the files of one batch; what a killed process left there is removed."""
    folder = database.file.parent / "ingest"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetch_all(loads: Sequence[Load], bucket: BucketReader, staging: Path, now: datetime) -> Iterator[_Fetched]:
    with ThreadPoolExecutor(FETCHES, thread_name_prefix="fetch") as pool:
        yield from pool.map(
            lambda numbered: _fetch(numbered[1], bucket, staging / f"{numbered[0]}.parquet", now), enumerate(loads)
        )


def _fetch(load: Load, bucket: BucketReader, file: Path, now: datetime) -> _Fetched:
    entry = Entry(
        key=load.key,
        path=load.info.path,
        etag=load.info.etag,
        size_bytes=load.info.size_bytes,
        written_at=load.info.modified,
        ingested_at=now,
        state=EntryState.INGESTED,
    )
    try:
        content = bucket.get(load.info.path)
        header = header_from_bytes(content, load.info.path)
    except ObjectMissingError:
        return _Fetched(replace(entry, state=EntryState.DELETED, reason="deleted while it was read"), None)
    except StoreRefusedError as error:
        # Without an etag it is not known, so that every pass tries again: the permission may be given.
        return _Fetched(replace(entry, state=EntryState.REFUSED, reason=str(error), etag=""), None)
    except DamagedError as error:
        return _Fetched(replace(entry, state=EntryState.DAMAGED, reason=str(error)), None)
    if header.key != load.key:
        reason = f"the file says it is {header.key}; it was copied or renamed"
        return _Fetched(replace(entry, state=EntryState.REFUSED, reason=reason), None)
    file.write_bytes(content)
    known = replace(
        entry,
        rows=header.rows,
        total_cost=header.total_cost,
        currency=header.currency,
        coverage_minutes=header.coverage_minutes,
        final=header.final,
        cluster_uid=header.cluster_uid,
        source=header.source,
        built_at=header.built_at,
        agent_version=header.agent_version,
        digest=header.digest,
    )
    return _Fetched(known, file)


def _replace(database: Database, batch: Batch, fetched: Sequence[_Fetched], gone: Sequence[Entry]) -> tuple[Entry, ...]:
    entries = (*(item.entry for item in fetched), *gone)
    with database.transaction() as writer:
        drop_rows(writer, batch.keys)
        load_files(writer, _files(fetched))
        write_entries(writer, entries)
        derive(writer, batch.keys)
    return entries


def _proved(item: _Fetched, database: Database) -> _Fetched:
    """Load one file alone and throw the result away; a file that cannot be loaded is damaged."""
    if item.file is None:
        return item
    try:
        with _discarded(database) as writer:
            load_files(writer, _files([item]))
    except SetDamagedError as error:
        return _Fetched(replace(item.entry, state=EntryState.DAMAGED, reason=str(error)), None)
    return item


class _DiscardError(Exception):
    """Leaves a transaction without committing it."""


def _discard() -> None:
    raise _DiscardError


@contextmanager
def _discarded(database: Database) -> Iterator[Writer]:
    try:
        with database.transaction() as writer:
            yield writer
            _discard()
    except _DiscardError:
        return


def _files(fetched: Sequence[_Fetched]) -> list[SetFile]:
    return [SetFile(item.entry.key, item.entry.currency, item.file) for item in fetched if item.file is not None]


def _deleted(entry: Entry, now: datetime) -> Entry:
    return replace(entry, state=EntryState.DELETED, reason="no longer in the bucket", ingested_at=now)
