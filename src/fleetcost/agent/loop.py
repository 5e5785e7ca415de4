"""One round of the agent: learn, build, add up, push, beat; and the loop around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from fleetcost.agent.build import Builder
from fleetcost.agent.claim import Claim, claim, heartbeat
from fleetcost.agent.health import Health
from fleetcost.agent.plan import BuildHour, Timing, days_of, due_hours, horizon, may_grow
from fleetcost.agent.push import Settled, adopt, expired, lost, push, unpushed
from fleetcost.agent.store import built_hours, shelf
from fleetcost.bucket.port import Bucket
from fleetcost.errors import ClaimRefusedError, FleetcostError, StoreError, StoreRefusedError
from fleetcost.model.sets import SetHeader, SetKey, SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops import log, metrics
from fleetcost.samples.held import coverage_minutes
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import Published, header_at, publish

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]

_log = log.get("agent")


@dataclass(frozen=True, slots=True)
class Round:
    """
    What one round did.

    Attributes:
        built: hours built from the source
        gaps: hours in which the source was not observed
        uploaded: sets the bucket took
    """

    built: tuple[Window, ...]
    gaps: tuple[Window, ...]
    uploaded: tuple[Published, ...]


@dataclass(slots=True)
class Agent:
    """
    One cluster's agent.

    Attributes:
        builder: makes the sets
        store: the local store
        bucket: Federated Storage
        timing: when windows are due, and how long hourly sets are kept
        clock: gives the time
        takeover: take the id from another uid at the first claim
        gaps: hours of the last round in which the source was not observed
    """

    builder: Builder
    store: Bucket
    bucket: Bucket
    timing: Timing
    clock: Clock
    takeover: bool = False
    _claim: Claim | None = field(default=None, init=False)
    gaps: tuple[Window, ...] = field(default=(), init=False)
    _looked_at: dict[Window, datetime] = field(default_factory=dict, init=False)
    _settled: Settled = field(default_factory=dict, init=False)
    _busy: threading.RLock = field(default_factory=threading.RLock, init=False)
    _health: Health = field(default=Health("starting", "", 0, None, ""), init=False)

    def round(self, progress: Progress | None = None) -> Round:
        """
        Do everything that is due now.

        A bucket that does not answer does not stop the building: sets wait in the local store for a later round.

        Args:
            progress: called with hours done and hours due

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster.
            SourceError: the source did not answer; what was built before stays in the local store.
            StoreError, StoreRefusedError: the bucket did not take the sets; they stay in the local store.
        """
        now = self.clock()
        self._learn(now)
        windows = horizon(now, self.timing).split(Resolution.HOUR)
        built = built_hours(self.store, self.builder.identity.cluster, windows)
        due = (*due_hours(now, self.timing, built), *self._grown(built, now))
        done = self.build(due, now=now, progress=progress)
        self.gaps = tuple(sorted(done.gaps))
        uploaded = self.push(now)
        if not uploaded:
            self._claim = heartbeat(self.bucket, self._hold(now), now, pushed=False)
        self._forget(now)
        return Round(done.built, done.gaps, uploaded)

    def build(
        self, hours: tuple[BuildHour, ...], *, now: datetime, force: bool = False, progress: Progress | None = None
    ) -> Round:
        """
        Build these hours and their days into the local store; `force` replaces even fuller sets.

        The loop and a repair never build at the same time.
        """
        with self._busy:
            return self._build(hours, now=now, force=force, report=progress or _quiet)

    def _build(self, hours: tuple[BuildHour, ...], *, now: datetime, force: bool, report: Progress) -> Round:
        built: list[Window] = []
        gaps: list[Window] = []
        for done, hour in enumerate(hours):
            report(done, len(hours))
            sets = self.builder.hour(hour.window, final=hour.final, now=now)
            (built if sets else gaps).append(hour.window)
            for cost_set in sets:
                publish(self.store, cost_set, force=force)
        for day in days_of(tuple(built)):
            for cost_set in self.builder.day(day, self.store, final=self.timing.final(day, now), now=now):
                publish(self.store, cost_set, force=force)
        report(len(hours), len(hours))
        return Round(tuple(built), tuple(gaps), ())

    def push(self, now: datetime, *, force: bool = False) -> tuple[Published, ...]:
        """Bring the bucket up to what the local store holds; return what was written."""
        with self._busy:
            return self._push(now, force=force)

    def _push(self, now: datetime, *, force: bool) -> tuple[Published, ...]:
        cluster = self.builder.identity.cluster
        held = self._hold(now)
        local, remote = shelf(self.store, cluster), shelf(self.bucket, cluster)
        keys = unpushed(local, remote, self._settled)
        written = []
        for key, published in zip(keys, push(keys, self.store, self.bucket, force=force), strict=True):
            if published.written:
                written.append(published)
            elif key in remote.objects:
                self._settled[key] = (local.objects[key].etag, remote.objects[key].etag)
        if written:
            self._claim = heartbeat(self.bucket, held, now, pushed=True)
        return tuple(written)

    def run(self, stop: threading.Event, interval_seconds: float) -> None:
        """
        Do rounds until told to stop; a failed round is logged and tried again at the next.

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster; trying again would not help.
        """
        while not stop.is_set():
            try:
                done = self.round()
                self._health = self._told(rounds=self._health.rounds + 1, status="ok", last_error="")
                metrics.ROUNDS.labels("done").inc()
                metrics.GAPS.set(len(done.gaps))
                _log.info("round", built=len(done.built), gaps=len(done.gaps), uploaded=len(done.uploaded))
            except ClaimRefusedError:
                raise
            except FleetcostError as error:
                self._health = self._told(status="failing", last_error=str(error))
                metrics.ROUNDS.labels("failed").inc()
                _log.error("round failed", error=str(error), kind=type(error).__name__)
            stop.wait(interval_seconds)

    def status(self) -> Health:
        """Return the agent's account of itself."""
        return self._health

    def counts(self, kind: SetKind) -> dict[Resolution, tuple[int, int]]:
        """Return how many sets of a kind within the backfill are complete, and how many are not, by resolution."""
        within = horizon(self.clock(), self.timing)
        cluster = self.builder.identity.cluster
        found = {}
        for resolution in Resolution:
            keys = [SetKey(cluster, kind, resolution, window) for window in within.split(resolution)]
            headers = [header for header in (header_at(self.store, key) for key in keys) if header]
            complete = sum(header.complete for header in headers)
            found[resolution] = (complete, len(headers) - complete)
        return found

    def _told(self, **facts: object) -> Health:
        return msgspec.structs.replace(
            self._health, cluster=self.builder.identity.cluster, last_round_at=rfc3339(self.clock()), **facts
        )

    def _learn(self, now: datetime) -> None:
        """Claim the id and take from the bucket what the local store lacks; a bucket that is away is only logged."""
        cluster = self.builder.identity.cluster
        try:
            self._hold(now)
            missing = lost(shelf(self.store, cluster), shelf(self.bucket, cluster), horizon(now, self.timing))
            adopt(missing, self.bucket, self.store)
        except (StoreError, StoreRefusedError) as error:
            _log.warning("bucket not reached: building locally, pushing later", error=str(error))

    def _grown(self, built: Mapping[Window, SetHeader], now: datetime) -> tuple[BuildHour, ...]:
        """Return the incomplete hours of which the source has more samples now than when they were built."""
        grown = []
        for window in may_grow(built, now, self._looked_at):
            self._looked_at[window] = now
            seen = coverage_minutes(self.builder.source, window, self.builder.resolution_seconds)
            if seen > built[window].coverage_minutes:
                grown.append(BuildHour(window, final=True))
        return tuple(grown)

    def _hold(self, now: datetime) -> Claim:
        if self._claim is None:
            identity = self.builder.identity
            self._claim = claim(self.bucket, identity.cluster, identity.uid, now, takeover=self.takeover)
        return self._claim

    def _forget(self, now: datetime) -> None:
        """Delete hourly sets past their retention here and in the bucket; their days stay."""
        if self.timing.hourly_retention is None:
            return
        for place in (self.bucket, self.store):
            for key in expired(shelf(place, self.builder.identity.cluster), now - self.timing.hourly_retention):
                place.delete(set_path(key))


def _quiet(done: int, due: int) -> None:
    """Report nothing."""
