"""What has arrived: objects are fetched and checked, and become entries of the ledgers; rows are not read."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.engine.job import SCRATCH
from fleetcost.ingest.apply import deleted, reached
from fleetcost.ingest.cloud import CloudLoad, fetch_bill, left_bucket
from fleetcost.ingest.fetch import Fetched
from fleetcost.ingest.passes import Clock
from fleetcost.ingest.plan import Batch
from fleetcost.ingest.prefetch import Prefetcher
from fleetcost.tables.cloud import CloudEntry
from fleetcost.tables.ledger import Entry


@dataclass(frozen=True, slots=True)
class DaysWork:
    """
    What a pass has to do about some days.

    Attributes:
        days: their beginnings
        batches: sets to load and to forget
        bills: of the days, to load
        bills_gone: entries of bills that have left the bucket
    """

    days: frozenset[datetime]
    batches: Sequence[Batch] = ()
    bills: Sequence[CloudLoad] = ()
    bills_gone: Sequence[CloudEntry] = ()


@dataclass(slots=True)
class Arrivals:
    """
    What came of it.

    Attributes:
        entries, bills: for the ledgers
        converted: where foreign sets lie in our format, by their paths
        troubles: why objects were left for the next pass
    """

    entries: list[Entry] = field(default_factory=list)
    bills: list[CloudEntry] = field(default_factory=list)
    converted: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def without(self, damaged: Sequence[Entry]) -> Arrivals:
        """Return the same with other entries for sets that turned out to be damaged."""
        found = {entry.path: entry for entry in damaged}
        return replace(self, entries=[found.get(entry.path, entry) for entry in self.entries])


def arrive(work: DaysWork, stage: Prefetcher, bucket: Bucket, run: str, clock: Clock) -> Arrivals:
    """
    Fetch and check what is to be loaded.

    Args:
        work: names it
        stage: fetches sets
        bucket: where foreign sets are put in our format, for the engine
        run: names this run's objects
        clock: gives the time

    Raises:
        NoRoomError: the disk is full.
        StoreError: the bucket does not answer.
    """
    found = Arrivals()
    for batch, fetched in stage.each(work.batches):
        kept, usable, unreached = reached(batch, fetched)
        found.entries += [item.entry for item in usable if item.entry is not None]
        found.entries += [deleted(forget, clock()) for forget in kept.forgets]
        found.troubles += [item.failure for item in unreached]
        found.converted |= put_converted(usable, bucket, run)
    found.bills += left_bucket(work.bills_gone, clock())
    with tempfile.TemporaryDirectory(prefix="bill-") as folder:
        for load in work.bills:
            found.bills.append(fetch_bill(load, bucket, Path(folder) / "bill.parquet", clock()).entry)
    return found


def put_converted(fetched: Sequence[Fetched], bucket: Bucket, run: str) -> dict[str, str]:
    """Put foreign sets into the bucket in our format; return where each one is."""
    put = {}
    for item in fetched:
        if item.load.foreign and item.file is not None:
            path = f"{SCRATCH}/{run}/sets/{item.entry.digest if item.entry else ''}-{item.file.stem}.parquet"
            bucket.put(path, item.file.read_bytes())
            put[item.load.info.path] = path
    return put
