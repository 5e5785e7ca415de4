"""
Applying a batch: one transaction that replaces rows, derives from them and writes the ledger.

A bad object never stops the others: it becomes a ledger entry with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.errors import SetDamagedError, WorkTooLargeError
from fleetcost.ingest.fetch import Fetched
from fleetcost.ingest.plan import Batch, Forget, Load, Retention
from fleetcost.model.bounds import MARGIN
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution
from fleetcost.sets.files import from_bytes
from fleetcost.sets.limits import check_rows
from fleetcost.tables.cloud import expire_cloud
from fleetcost.tables.database import Database, Writer
from fleetcost.tables.ledger import Entry, EntryState, write_entries
from fleetcost.tables.reconcile import reconcile_sets
from fleetcost.tables.rows import SetFile, derive_idle, drop_rows, expire, forget_labels, load_files


@dataclass(frozen=True, slots=True)
class Applied:
    """
    What a batch came to.

    Attributes:
        entries: the ledger entries written, one per object
        unreached: objects that are left for the next pass, and why
    """

    entries: tuple[Entry, ...]
    unreached: tuple[Fetched, ...] = ()

    @property
    def bad(self) -> tuple[Entry, ...]:
        """Those that could not be used."""
        return tuple(entry for entry in self.entries if entry.state in {EntryState.DAMAGED, EntryState.REFUSED})


def apply(batch: Batch, fetched: Sequence[Fetched], database: Database, now: datetime) -> Applied:
    """
    Carry out a batch whose objects were fetched.

    Raises:
        NoRoomError: the disk is full; nothing of the batch, or of a part of it, has changed.
        DatabaseDamagedError, DatabaseStoppedError: the database cannot go on.
    """
    batch, fetched, unreached = reached(batch, fetched)
    gone = [deleted(forget, now) for forget in batch.forgets]
    if not fetched and not gone:
        return Applied((), unreached)
    try:
        entries = _replace(database, batch, fetched, gone)
    except SetDamagedError:
        entries = _replace(database, batch, _proved(fetched, database), gone)
    except WorkTooLargeError as error:
        entries = _in_halves(batch, fetched, database, now, error)
    return Applied(entries, unreached)


def _in_halves(
    batch: Batch, fetched: Sequence[Fetched], database: Database, now: datetime, error: WorkTooLargeError
) -> tuple[Entry, ...]:
    """Apply ever smaller parts of a batch, until what is too large stands alone and is refused."""
    parts = halves(batch, fetched)
    if len(parts) > 1:
        return tuple(entry for part in parts for entry in apply(*part, database, now).entries)
    return apply(batch, [refused(item, str(error)) for item in fetched], database, now).entries


def halves(batch: Batch, fetched: Sequence[Fetched]) -> tuple[tuple[Batch, Sequence[Fetched]], ...]:
    """Return a batch in two parts, or in one where it is about a single cluster-window."""
    places = sorted({_place(key) for key in batch.keys}, key=str)
    if len(places) < 2:  # noqa: PLR2004 - two halves
        return ((batch, fetched),)
    middle = len(places) // 2
    return tuple(
        (_without(batch, left), [item for item in fetched if _place(item.load.key) not in left])
        for left in (set(places[middle:]), set(places[:middle]))
    )


def refused(item: Fetched, reason: str) -> Fetched:
    """Return a fetched object as one that cannot be used; one that could not be used before stays as it is."""
    if item.entry is None or item.file is None:
        return item
    return Fetched(item.load, replace(item.entry, state=EntryState.REFUSED, reason=reason))


def reached(batch: Batch, fetched: Sequence[Fetched]) -> tuple[Batch, list[Fetched], tuple[Fetched, ...]]:
    """Return a batch and its objects without the cluster-windows of those that could not be reached, and these."""
    unreached = tuple(item for item in fetched if item.entry is None)
    left = {_place(item.load.key) for item in unreached}
    return _without(batch, left), [item for item in fetched if _place(item.load.key) not in left], unreached


def _place(key: SetKey) -> tuple[object, ...]:
    """Return what is only ever changed together: a cluster-window."""
    return (key.cluster, key.resolution, key.window)


def _without(batch: Batch, left: set[tuple[object, ...]]) -> Batch:
    if not left:
        return batch
    return Batch(
        tuple(item for item in batch.loads if _place(item.key) not in left),
        tuple(item for item in batch.forgets if _place(item.key) not in left),
    )


def _replace(database: Database, batch: Batch, fetched: Sequence[Fetched], gone: Sequence[Entry]) -> tuple[Entry, ...]:
    entries = (*(item.entry for item in fetched if item.entry is not None), *gone)
    replaced = [load.key for load in batch.loads if load.replaces] + [forget.key for forget in batch.forgets]
    with database.transaction() as writer:
        drop_rows(writer, replaced)
        load_files(writer, _files(fetched))
        if any(key.kind is SetKind.ALLOCATIONS for key in replaced):
            forget_labels(writer)
        write_entries(writer, entries)
        reconcile_sets(writer, batch.keys)
        derive_idle(writer, batch.keys)
    return entries


def _proved(fetched: Sequence[Fetched], database: Database) -> list[Fetched]:
    """Find the files whose rows are bad: first by looking at each, then by loading ever smaller parts of the batch."""
    read = [_readable(item) for item in fetched]
    reasons = dict(_bad([item for item in read if item.file is not None], database))
    return [_damaged(item, reasons[item.load]) if item.load in reasons else item for item in read]


def _readable(item: Fetched) -> Fetched:
    if item.file is None:
        return item
    path = item.load.info.path
    try:
        rows = from_bytes(item.file.read_bytes(), path).table
        check_rows(rows, item.load.key.window, MARGIN, path)
    except SetDamagedError as error:
        return _damaged(item, str(error))
    return item


def _bad(items: Sequence[Fetched], database: Database) -> Iterator[tuple[Load, str]]:
    """Iterate the loads that cannot be loaded, with the reason; the halves of a part that can are not tried."""
    if not items:
        return
    try:
        with _discarded(database) as writer:
            drop_rows(writer, [item.load.key for item in items])
            load_files(writer, _files(items))
    except (SetDamagedError, WorkTooLargeError) as error:
        if len(items) == 1:
            yield items[0].load, str(error)
            return
        middle = len(items) // 2
        yield from _bad(items[:middle], database)
        yield from _bad(items[middle:], database)


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


def _files(fetched: Sequence[Fetched]) -> list[SetFile]:
    return [
        SetFile(item.entry.key, item.entry.currency, item.entry.rows, item.entry.total_cost, item.file, item.version)
        for item in fetched
        if item.entry is not None and item.file is not None
    ]


def _damaged(item: Fetched, reason: str) -> Fetched:
    if item.entry is None:
        return item
    return Fetched(item.load, replace(item.entry, state=EntryState.DAMAGED, reason=reason))


def deleted(forget: Forget, now: datetime) -> Entry:
    """Return what the ledger says of an object that is not used any more."""
    return replace(forget.entry, state=EntryState.DELETED, reason=forget.reason, ingested_at=now)


def expire_all(writer: Writer, retention: Retention, now: datetime) -> frozenset[datetime]:
    """
    Remove what is older than what is kept: rows of sets and bills, and what the ledgers say of them.

    Returns:
        Days of which some sets are gone and others may be left: their bills are to be reconciled again.
    """
    days: set[datetime] = set()
    for resolution in Resolution:
        keep = retention.of(resolution)
        if keep is not None:
            days.update(expire(writer, resolution, now - keep))
    if retention.daily is not None:
        expire_cloud(writer, now - retention.daily)
    return frozenset(days)
