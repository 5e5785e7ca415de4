"""
The deriver: keeps the lake equal to the bucket by a distributed engine, without a database of rows.

A pass lists the bucket and goes from the newest day to the oldest, some days at a time: new objects are fetched and
checked here, the engine reads their rows and writes every table of these days, and a manifest makes them visible.
Whatever fails leaves the lake as the last manifest says, and the next pass begins there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from fleetcost.bucket.port import Bucket
from fleetcost.engine.arrivals import Arrivals, DaysWork, arrive
from fleetcost.engine.days import stale_days
from fleetcost.engine.derive_run import DeriveRun, EngineAt
from fleetcost.engine.lake_state import LakeState
from fleetcost.engine.ledgers import Ledgers
from fleetcost.errors import StoreError, TryAgainError
from fleetcost.ingest.budget import Budget
from fleetcost.ingest.cloud import CloudPlan, list_cloud, plan_cloud
from fleetcost.ingest.listing import list_bucket
from fleetcost.ingest.object_metrics import tell_objects
from fleetcost.ingest.passes import Clock, Pass, Passes, Phase, summary
from fleetcost.ingest.plan import Batch, Plan, Retention, by_day, plan
from fleetcost.ingest.prefetch import Prefetcher
from fleetcost.ops import log
from fleetcost.tables.database import EngineLimits
from fleetcost.tables.ledger import EntryState, clusters

_log = log.get("engine")

DAYS_AT_ONCE = 8
"""Days that one run is about, at most; the newest day has a run of its own, so that it is seen early."""

BYTES_AT_ONCE = 1 << 30
"""New sets that one run is about, at most, unless a single day has more."""

TRIES = 3
"""How often days are derived again without the sets that were found to be damaged."""


class Deriver(Passes):
    """
    Keeps the lake equal to the bucket.

    Args:
        bucket: Federated Storage, where the lake is too
        engine: where rows are worked on
        folder: the data directory; the ledgers and objects on their way lie there
        retention: how old rows may get
        clock: gives the time
        currency: of foreign sets, which do not name theirs
        budget: of memory, for downloads and decoding
    """

    def __init__(
        self, bucket: Bucket, engine: EngineAt, folder: Path, retention: Retention, clock: Clock,
        *, currency: str, budget: Budget,
    ) -> None:  # fmt: skip
        super().__init__(clock)
        self._bucket = bucket
        self._engine = engine
        self._retention = retention
        self._ledgers = Ledgers(folder, bucket, EngineLimits(budget.engine_bytes, budget.threads), clock())
        self._stage = partial(Prefetcher, bucket, folder, budget, currency, clock)
        self._lake = LakeState(bucket, self._ledgers, clock)

    def plan(self) -> Plan:
        """
        List the bucket and plan; changes nothing.

        Raises:
            StoreError, StoreRefusedError: the bucket cannot be listed.
            DamagedError: the manifest cannot be read.
        """
        self._lake.refresh()
        ledger = self._ledgers.ledger()
        listing = list_bucket(self._bucket, clusters(ledger.values()))
        return plan(listing.found, ledger, self._retention, self._clock(), listing.unlisted, self._tries)

    def close(self) -> None:
        """Close the ledgers."""
        self._ledgers.close()

    def _passed(self) -> Pass:
        try:
            return self._kept_equal()
        except BaseException:
            self._ledgers.doubt()
            raise

    def _kept_equal(self) -> Pass:
        self._say(phase=Phase.LISTING, done=0, total=0)
        todo = self.plan()
        bills = plan_cloud(list_cloud(self._bucket), self._ledgers.bills(), self._retention, self._clock(), self._tries)
        self._skips = todo.skips
        skipped = (*(skip.path for skip in todo.skips), *(path for path, _ in bills.skips))
        self._say(phase=Phase.INGESTING, total=todo.size + len(bills.loads) + len(bills.gone), skipped=skipped)
        self._ledgers.expire(self._retention, self._clock())
        troubles = [reason for _, reason in todo.unlisted]
        states: Counter[EntryState] = Counter()
        for work in self._days(todo, bills):
            done = self._done(work)
            troubles += done.troubles
            self._note([*done.entries, *done.bills])
            found = [*(entry.state for entry in done.entries), *(entry.state for entry in done.bills)]
            states.update(found)
            self._say(done=self._status.done + len(found))
        self._lake.tidy()
        tell_objects(self._ledgers.database, todo, self._clock())
        if troubles:
            raise StoreError(summary(troubles))
        return Pass.of(states, todo.unchanged)

    def _days(self, todo: Plan, bills: CloudPlan) -> Sequence[DaysWork]:
        """Return what is to do, newest days first; also for days of which the lake is not as the ledgers say."""
        sets = by_day(todo)
        billed = {load.key.window.start for load in bills.loads} | {entry.key.window.start for entry in bills.gone}
        behind = stale_days(self._ledgers.states(), self._lake.manifest)
        return [
            DaysWork(
                days,
                [batch for day in sorted(days, reverse=True) for batch in sets.get(day, ())],
                [load for load in bills.loads if load.key.window.start in days],
                [entry for entry in bills.gone if entry.key.window.start in days],
            )
            for days in together({*sets, *billed, *behind}, {day: _bytes(chosen) for day, chosen in sets.items()})
        ]

    def _done(self, work: DaysWork) -> Arrivals:
        with self._stage() as stage:
            run = DeriveRun(work.days, self._bucket, self._engine, self._lake, self._ledgers, stage)
            arrived = arrive(work, stage, self._bucket, run.name, self._clock)
            self._ledgers.write(arrived.entries, arrived.bills)
            run.converted.update(arrived.converted)
            for _ in range(TRIES):
                damaged = run.derive()
                if not damaged:
                    return arrived
                for entry in damaged:
                    _log.warning("object not used", path=entry.path, state=entry.state.value, reason=entry.reason)
                self._ledgers.write(damaged)
                arrived = arrived.without(damaged)
        raise TryAgainError(f"derive {max(work.days):%Y-%m-%d}: {TRIES} times another set was found to be damaged")


def together(days: Collection[datetime], size_bytes: Mapping[datetime, int]) -> Iterator[frozenset[datetime]]:
    """Yield days in groups, newest first: the newest alone, then as many as a run is about."""
    group: list[datetime] = []
    for position, day in enumerate(sorted(days, reverse=True)):
        full = sum(size_bytes.get(one, 0) for one in (*group, day)) > BYTES_AT_ONCE or len(group) == DAYS_AT_ONCE
        if group and (full or position == 1):
            yield frozenset(group)
            group = []
        group.append(day)
    if group:
        yield frozenset(group)


def _bytes(batches: Sequence[Batch]) -> int:
    return sum(load.info.size_bytes for batch in batches for load in batch.loads)
