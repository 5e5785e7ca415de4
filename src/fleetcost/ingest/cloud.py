"""
Bills: the sets below `cloudcosts/` are listed, compared with the ledger of bills and loaded, newest days first.

A day of an integration is replaced as a whole and alone. A bad object becomes an entry with its reason, and stops
nobody.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from fleetcost.bucket.port import BucketReader, ObjectInfo
from fleetcost.errors import (
    DamagedError,
    FleetcostError,
    NoRoomError,
    ObjectMissingError,
    SetDamagedError,
    StoreRefusedError,
    WorkTooLargeError,
)
from fleetcost.ingest.fetch import LONGEST_REASON
from fleetcost.ingest.plan import Retention, is_known
from fleetcost.ingest.transfer import checked
from fleetcost.model.cloud_sets import CloudSetHeader, CloudSetKey
from fleetcost.model.window import Resolution
from fleetcost.sets.cloud.files import checked_header
from fleetcost.sets.cloud.layout import CloudFound, CloudObject, discover
from fleetcost.sets.limits import check_values
from fleetcost.tables.cloud import (
    CloudEntry,
    CloudFile,
    drop_cloud,
    load_cloud,
    read_cloud_ledger,
    write_cloud_entries,
)
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState
from fleetcost.tables.reconcile import reconcile_days

BATCH_DAYS = 8
"""Objects that one transaction replaces."""

UNPACKED_BYTES = 1 << 30
"""Of a day's bill, at most."""

MARGIN = timedelta(days=400)
"""How far outside of its day a row may begin or end: a fee is for a month or a year."""

FOLDER = "bills"
"""Where objects wait beside the database until their transaction is over."""


@dataclass(frozen=True, slots=True)
class CloudLoad:
    """Read one day's object and put its rows in place of those of the same day."""

    key: CloudSetKey
    info: ObjectInfo


@dataclass(frozen=True, slots=True)
class CloudPlan:
    """
    What a pass does about bills.

    Attributes:
        loads: days to replace, newest first
        gone: entries whose object has left the bucket
        skips: paths nobody understands, with the reason
        unchanged: days whose rows are in the tables already
    """

    loads: tuple[CloudLoad, ...]
    gone: tuple[CloudEntry, ...]
    skips: tuple[tuple[str, str], ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class BillRead:
    """A day's object: what was to be read, what the ledger will say of it, its file where it can be used."""

    load: CloudLoad
    entry: CloudEntry
    file: CloudFile | None = None


def plan_cloud(
    listing: Iterable[CloudFound], ledger: Mapping[str, CloudEntry], retention: Retention, now: datetime,
    tries: Mapping[str, int] = MappingProxyType({}),
) -> CloudPlan:  # fmt: skip
    """Compare the bills in the bucket with those in the tables; pure."""
    loads, skips, seen, unchanged = [], [], set(), 0
    for found in listing:
        key = found.location.key
        if found.location.state is CloudObject.UNKNOWN:
            skips.append((found.info.path, found.location.reason))
        if found.location.state is not CloudObject.SET or key is None or not _kept(key, retention, now):
            continue
        seen.add(found.info.path)
        entry = ledger.get(found.info.path)
        if entry is not None and is_known(entry, found.info, now, tries):
            unchanged += 1
        else:
            loads.append(CloudLoad(key, found.info))
    gone = [
        entry
        for path, entry in ledger.items()
        if path not in seen and entry.state is not EntryState.DELETED and _kept(entry.key, retention, now)
    ]
    loads.sort(key=lambda load: (-load.key.window.start_epoch, load.key.integration))
    return CloudPlan(tuple(loads), tuple(gone), tuple(skips), unchanged)


def list_cloud(bucket: BucketReader) -> tuple[CloudFound, ...]:
    """List every object of the bills."""
    return tuple(discover(bucket))


def cloud_ledger_of(database: Database) -> Mapping[str, CloudEntry]:
    """Return every entry of the ledger of bills by its path, from a snapshot of its own."""
    with database.snapshot() as snapshot:
        return read_cloud_ledger(snapshot)


def apply_cloud(plan: CloudPlan, bucket: BucketReader, database: Database, now: datetime) -> tuple[CloudEntry, ...]:
    """
    Carry out a plan, a few days a transaction, and reconcile the days it touches.

    Returns:
        The ledger entries written, one per object.

    Raises:
        NoRoomError: disk or memory is used up; what was committed stays.
        StoreError: the bucket does not answer; the rest is left for the next pass.
    """
    folder = database.file.parent / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written: list[CloudEntry] = []
    gone = left_bucket(plan.gone, now)
    try:
        if gone:
            written += _replace(database, (), gone)
        for batch in _batches(plan.loads):
            read = [fetch_bill(load, bucket, folder / f"{number}.parquet", now) for number, load in enumerate(batch)]
            written += _applied(database, read)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return tuple(written)


_LEFT = "no longer in the bucket"


def _applied(database: Database, read: Sequence[BillRead]) -> list[CloudEntry]:
    """Load days together; where a file is bad, each alone."""
    try:
        return _replace(database, [one.file for one in read if one.file], [one.entry for one in read])
    except (SetDamagedError, WorkTooLargeError) as error:
        if len(read) > 1:
            return [entry for one in read for entry in _applied(database, [one])]
        damaged = replace(read[0].entry, state=EntryState.DAMAGED, reason=str(error))
        return _replace(database, (), [damaged])


def _replace(database: Database, files: Sequence[CloudFile], entries: Sequence[CloudEntry]) -> list[CloudEntry]:
    with database.transaction() as writer:
        drop_cloud(writer, [entry.key for entry in entries])
        load_cloud(writer, files)
        write_cloud_entries(writer, entries)
        reconcile_days(writer, {entry.key.window.start for entry in entries})
    return list(entries)


def left_bucket(gone: Sequence[CloudEntry], now: datetime) -> list[CloudEntry]:
    """Return what the ledger will say of objects that have left the bucket."""
    return [replace(entry, state=EntryState.DELETED, ingested_at=now, reason=_LEFT) for entry in gone]


def fetch_bill(load: CloudLoad, bucket: BucketReader, file: Path, now: datetime) -> BillRead:
    """
    Fetch a day's object into a file, and check it.

    Raises:
        NoRoomError: the disk is full.
        StoreError: the bucket does not answer.
    """
    entry = CloudEntry(
        key=load.key, path=load.info.path, etag=load.info.etag, size_bytes=load.info.size_bytes,
        written_at=load.info.modified, ingested_at=now, state=EntryState.INGESTED,
    )  # fmt: skip
    try:
        content, header = checked(
            lambda: bucket.get(load.info.path), load.info.size_bytes, lambda content: (content, _header(content, load))
        )
    except ObjectMissingError:
        return BillRead(load, replace(entry, state=EntryState.DELETED, reason="deleted while it was read"))
    except StoreRefusedError as error:
        return BillRead(load, replace(entry, state=EntryState.REFUSED, reason=str(error), etag=""))
    except DamagedError as error:
        return BillRead(load, replace(entry, state=EntryState.DAMAGED, reason=str(error)))
    except FleetcostError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever reading an object ends in is that object's state
        reason = f"read {load.info.path}: {type(error).__name__}: {str(error)[:LONGEST_REASON]}"
        return BillRead(load, replace(entry, state=EntryState.DAMAGED, reason=reason))
    if header.key != load.key:
        reason = f"the file says it is {header.key}; it was copied or renamed"
        return BillRead(load, replace(entry, state=EntryState.REFUSED, reason=reason))
    try:
        file.write_bytes(content)
    except OSError as error:
        raise NoRoomError(f"write {file}: {error.strerror}: give the data directory more room") from error
    read = CloudFile(load.key, header.rows, header.totals, file, header.format_version)
    return BillRead(load, _described(entry, header), read)


def _header(content: bytes, load: CloudLoad) -> CloudSetHeader:
    header = checked_header(content, UNPACKED_BYTES, load.info.path)
    check_values(content, load.key.window, MARGIN, load.info.path)
    return header


def _described(entry: CloudEntry, header: CloudSetHeader) -> CloudEntry:
    return replace(
        entry,
        version=header.version,
        bill_state=header.state,
        rows=header.rows,
        bill_rows=header.bill_rows,
        unmapped_rows=header.unmapped_rows,
        source=header.source,
        built_at=header.built_at,
        digest=header.digest,
        format_version=header.format_version,
    )


def _kept(key: CloudSetKey, retention: Retention, now: datetime) -> bool:
    keep = retention.of(Resolution.DAY)
    return keep is None or key.window.end > now - keep


def _batches(loads: Sequence[CloudLoad]) -> Iterator[Sequence[CloudLoad]]:
    for first in range(0, len(loads), BATCH_DAYS):
        yield loads[first : first + BATCH_DAYS]
