"""The ingest loop: list, plan, apply; and what it says of itself while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from fleetcost.bucket.port import BucketReader
from fleetcost.errors import DatabaseDamagedError, DatabaseStoppedError, StoreError
from fleetcost.ingest.apply import Applied, apply, expire_all, halves, refused
from fleetcost.ingest.bill_metrics import tell_bills
from fleetcost.ingest.budget import Budget, split
from fleetcost.ingest.cloud import apply_cloud, cloud_ledger_of, list_cloud, plan_cloud
from fleetcost.ingest.fetch import Fetched
from fleetcost.ingest.listing import list_bucket
from fleetcost.ingest.object_metrics import tell_objects
from fleetcost.ingest.passes import Clock, Pass, Passes, Phase, summary
from fleetcost.ingest.plan import Batch, Plan, Retention, plan
from fleetcost.ingest.prefetch import Prefetcher
from fleetcost.ops import log
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import Entry, EntryState, clusters, ledger_of
from fleetcost.tables.reconcile import reconcile_days

DEFAULT_CURRENCY = "USD"
"""Of foreign sets, unless a setting names another."""

_log = log.get("ingest")


class Ingestor(Passes):
    """
    Keeps the tables equal to the bucket.

    Args:
        bucket: Federated Storage; only read
        database: the tables
        retention: how old rows may get
        clock: gives the time
        currency: of foreign sets, which do not name theirs
        budget: of memory, for downloads and decoding
        held: gives, before each pass, since when rows of days are kept however old they are; None for no such time
    """

    def __init__(
        self,
        bucket: BucketReader,
        database: Database,
        retention: Retention,
        clock: Clock,
        *,
        currency: str = DEFAULT_CURRENCY,
        budget: Budget | None = None,
        held: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        super().__init__(clock)
        self._held = held
        self._bucket = bucket
        self._database = database
        self._retention = self._kept = retention
        self._currency = currency
        self._budget = budget or split(0, cores=1)

    def plan(self) -> Plan:
        """
        List the bucket and plan; changes nothing.

        Raises:
            StoreError, StoreRefusedError: the bucket cannot be listed.
        """
        self._kept = self._retention.holding(self._held(), self._clock())
        ledger = ledger_of(self._database)
        listing = list_bucket(self._bucket, clusters(ledger.values()))
        return plan(listing.found, ledger, self._kept, self._clock(), listing.unlisted, self._tries)

    def _wanted(self) -> bool:
        return bool(self._database.broken)

    def _passed(self) -> Pass:
        self._database.heal(self._clock())
        try:
            return self._kept_equal()
        except DatabaseDamagedError:
            self._database.heal(self._clock())
            return self._kept_equal()

    def _kept_equal(self) -> Pass:
        self._say(phase=Phase.LISTING, done=0, total=0)
        todo = self.plan()
        self._skips = todo.skips
        self._say(phase=Phase.INGESTING, total=todo.size, skipped=tuple(skip.path for skip in todo.skips))
        troubles = [reason for _, reason in todo.unlisted]
        found: Counter[EntryState] = Counter()
        with Prefetcher(self._bucket, self._database.file.parent, self._budget, self._currency, self._clock) as stage:
            for batch, fetched in stage.each(todo.batches):
                entries = self._apply(batch, fetched, troubles)
                found.update(entry.state for entry in entries)
                self._say(done=self._status.done + len(entries))
        found.update(self._bills())
        self._expire()
        tell_objects(self._database, todo, self._clock())
        self._nothing_because = todo.nothing_because
        if todo.nothing_because:
            _log.warning("nothing to load", reason=todo.nothing_because)
        if troubles:
            raise StoreError(summary(troubles))
        return Pass.of(found, todo.unchanged)

    def _apply(self, batch: Batch, fetched: Sequence[Fetched], troubles: list[str]) -> tuple[Entry, ...]:
        try:
            return self._reported(apply(batch, fetched, self._database, self._clock()), troubles)
        except DatabaseStoppedError:
            # What made the engine give up is in this batch; the others go on with a new engine.
            self._database.reopen(self._clock())
        parts = halves(batch, fetched)
        if len(parts) > 1:
            return tuple(entry for part in parts for entry in self._apply(*part, troubles))
        return self._alone(batch, fetched, troubles)

    def _alone(self, batch: Batch, fetched: Sequence[Fetched], troubles: list[str]) -> tuple[Entry, ...]:
        """Apply once more a cluster-window at which the engine gave up; where it does so again, refuse its objects."""
        try:
            return self._reported(apply(batch, fetched, self._database, self._clock()), troubles)
        except DatabaseStoppedError as error:
            self._database.reopen(self._clock())
            barred = [refused(item, str(error)) for item in fetched]
        return self._reported(apply(batch, barred, self._database, self._clock()), troubles)

    def _reported(self, applied: Applied, troubles: list[str]) -> tuple[Entry, ...]:
        """Report what a batch could not use or reach, and return what became of its objects."""
        self._note(applied.entries)
        for entry in applied.bad:
            _log.warning("object not used", path=entry.path, state=entry.state.value, reason=entry.reason)
        troubles += [item.failure for item in applied.unreached]
        return applied.entries

    def _bills(self) -> Counter[EntryState]:
        """Keep the bills equal to the bucket's; they come after the clusters they are reconciled with."""
        todo = plan_cloud(
            list_cloud(self._bucket), cloud_ledger_of(self._database), self._kept, self._clock(), self._tries
        )
        self._say(skipped=(*self._status.skipped, *(path for path, _ in todo.skips)))
        entries = apply_cloud(todo, self._bucket, self._database, self._clock())
        self._note(entries)
        for entry in entries:
            if entry.state in {EntryState.DAMAGED, EntryState.REFUSED}:
                _log.warning("bill not used", path=entry.path, state=entry.state.value, reason=entry.reason)
        tell_bills(self._database, self._clock())
        return Counter(entry.state for entry in entries)

    def _expire(self) -> None:
        with self._database.transaction() as writer:
            reconcile_days(writer, expire_all(writer, self._kept, self._clock()))
