"""Which files of the lake are the tables that a month was closed by: they stay as long as its statement does."""

from __future__ import annotations

from collections.abc import Iterator

from fleetcost.bucket.port import BucketReader
from fleetcost.lake.manifest import Manifest, read, window_mark
from fleetcost.model.statement import CalendarMonth
from fleetcost.model.window import Resolution
from fleetcost.statements.book import book_names
from fleetcost.statements.records import PinnedFile
from fleetcost.statements.store import read_chain
from fleetcost.tables.database import Snapshot
from fleetcost.tables.lake import WHOLE, mark_of, states, tables_of
from fleetcost.tables.view import View


def pinned_files(bucket: BucketReader, snapshot: View, month: CalendarMonth) -> tuple[int, tuple[PinnedFile, ...]]:
    """
    Return the manifest's version and the files of a month, where the lake is what the tables are; otherwise none.

    Raises:
        DamagedError: the manifest cannot be read.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    found = read(bucket)
    if found is None or not isinstance(snapshot, Snapshot) or not _same(found.manifest, snapshot, month):
        return 0, ()
    return found.manifest.version, tuple(_files(found.manifest, month))


def pinned_paths(bucket: BucketReader) -> frozenset[str]:
    """
    Return every file that a statement of any book needs.

    Raises:
        DamagedError: a statement was removed or changed, so that nobody knows what it needs.
        StoreError, StoreRefusedError: the bucket did not answer, or refused.
    """
    headers = (one.header for name in book_names(bucket) for one in read_chain(bucket, name))
    return frozenset(file.path for header in headers for file in header.inputs.pinned)


def _same(manifest: Manifest, snapshot: Snapshot, month: CalendarMonth) -> bool:
    """Tell whether the lake was written after the tables were last changed, as far as the month needs it."""
    days = [one for one in states(snapshot) if one.resolution is Resolution.DAY and month.window.holds(one.window)]
    return all(manifest.marks.get(window_mark(one.resolution, one.window)) == one.mark for one in days) and all(
        manifest.marks.get(name) == mark_of(snapshot, name) for name in WHOLE
    )


def _files(manifest: Manifest, month: CalendarMonth) -> Iterator[PinnedFile]:
    for table in (*tables_of(Resolution.DAY), *WHOLE):
        for file in manifest.tables[table].files:
            if file.start is None or month.window.start <= file.start < month.window.end:
                yield PinnedFile(table, file.path)
