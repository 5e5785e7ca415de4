"""One round of the agent: learn, build, add up, push, beat; and the loop around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from fleetcost.agent.build import Builder
from fleetcost.agent.claim import OWN, claim, heartbeat
from fleetcost.agent.health import Health
from fleetcost.agent.plan import (
    BuildDay,
    BuildHour,
    BuildTiming,
    StoredWindow,
    days_of,
    due_days,
    due_hours,
    horizon,
    may_force,
    may_grow,
    to_bridge,
    whole_days,
)
from fleetcost.agent.push import Settled, adopt, expired, lost, push, unpushed
from fleetcost.agent.store import built, set_index
from fleetcost.bucket.port import Bucket
from fleetcost.documents.cluster import ClusterClaim
from fleetcost.errors import (
    ClaimRefusedError,
    DamagedError,
    FleetcostError,
    SourceError,
    StoreError,
    StoreRefusedError,
)
from fleetcost.model.finding import Finding
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops import log, metrics
from fleetcost.samples.retention import coverage_minutes
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
    uploaded: tuple[Published, ...] = ()


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
        takeover: take the id from another uid or agent at the first claim
        holder: the name of this agent where it builds many clusters, empty for a cluster's own
    """

    builder: Builder
    store: Bucket
    bucket: Bucket
    timing: BuildTiming
    clock: Clock
    takeover: bool = False
    holder: str = OWN
    _claim: ClusterClaim | None = field(default=None, init=False)
    _settled: Settled = field(default_factory=dict, init=False)
    _looked_at: dict[Window, datetime] = field(default_factory=dict, init=False)
    _bridged_at: dict[Window, datetime] = field(default_factory=dict, init=False)
    _gaps: dict[Window, datetime] = field(default_factory=dict, init=False)
    _noticed: tuple[Window, tuple[Finding, ...]] | None = field(default=None, init=False)
    _busy: threading.RLock = field(default_factory=threading.RLock, init=False)
    _health: Health = field(default=Health("starting", "", 0, None, ""), init=False)

    def round(self, progress: Progress | None = None, *, beats: bool = True) -> Round:
        """
        Do everything that is due now.

        A bucket that does not answer does not stop the building: sets wait in the local store for a later round.

        Args:
            progress: called with hours done and hours due
            beats: tell the bucket that the cluster is there even if nothing was pushed

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster.
            SourceError: the source did not answer; what was built before stays in the local store.
            StoreError, StoreRefusedError: the bucket did not take the sets; they stay in the local store.
        """
        now = self.clock()
        window = horizon(now, self.timing)
        self._learn(window, now)
        there = self._built(Resolution.HOUR, window)
        due = due_hours(now, self.timing, there, self._gaps)
        hours = Round((), ())
        failure: SourceError | None = None
        try:
            hours = self.build_hours((*due, *self._grown(there, now)), now=now, progress=progress)
            bridged = self.build_hours(self._silent(window, now), now=now)
            hours = replace(hours, built=(*hours.built, *bridged.built))
        except SourceError as error:
            failure = error
        self._add_up(due_days(now, self.timing, *self._hours_and_days(whole_days(window))), now)
        uploaded = self._push(now, beats=beats)
        self._forget(now)
        if failure:
            raise failure
        return replace(hours, uploaded=uploaded)

    def build(self, window: Window, *, force: bool = False, progress: Progress | None = None) -> Round:
        """
        Build and push the hours of a window and their days, whether they are due or not.

        Args:
            window: what to build; hours that have not begun are left out
            force: as of `settle`
            progress: called with hours done and hours due

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster.
            SourceError: the source did not answer; what was built before stays in the local store.
            StoreError, StoreRefusedError: the bucket did not answer, or did not take the sets.
        """
        now = self.clock()
        self.prepare(window, now)
        begun = [hour for hour in window.split(Resolution.HOUR) if hour.start < now]
        hours = tuple(BuildHour(hour, self.timing.final(hour, now)) for hour in begun)
        done = self.build_hours(hours, now=now, force=force, progress=progress)
        return replace(done, uploaded=self.settle(window, done.built, now=now, force=force))

    def prepare(self, window: Window, now: datetime) -> None:
        """
        ClusterClaim the id and learn what the bucket knows of the days of a window, so that they can be added up.

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster.
            StoreError, StoreRefusedError: the bucket did not answer.
        """
        self._hold(now)
        self._learn(whole_days(window), now)

    def build_hours(
        self, hours: Sequence[BuildHour], *, now: datetime, force: bool = False, progress: Progress | None = None
    ) -> Round:
        """
        Build hours into the local store; `force` replaces even fuller sets.

        The loop and a repair never build at the same time.
        """
        report = progress or _quiet
        built: list[Window] = []
        gaps: list[Window] = []
        with self._busy:
            for done, hour in enumerate(hours):
                report(done, len(hours))
                made = self.builder.hour(hour.window, self.store, final=hour.final, now=now)
                (built if made.sets else gaps).append(hour.window)
                self._remember(hour.window, now, seen=bool(made.sets))
                if made.sets and (self._noticed is None or hour.window >= self._noticed[0]):
                    self._noticed = (hour.window, made.findings)
                for cost_set in made.sets:
                    publish(self.store, cost_set, force=force)
        report(len(hours), len(hours))
        return Round(tuple(built), tuple(gaps))

    def settle(
        self, window: Window, hours: Iterable[Window], *, now: datetime, force: bool = False
    ) -> tuple[Published, ...]:
        """
        Add up the days of hours that were built, and push; return what was written.

        Args:
            window: what was ordered
            hours: what was built of it
            now: the clock's reading
            force: replace even fuller sets of these hours, and of those days of which every hour is at hand

        Raises:
            StoreError, StoreRefusedError: the bucket did not take the sets; they stay in the local store.
        """
        built = tuple(hours)
        days = [BuildDay(day, self.timing.final(day, now)) for day in days_of(built)]
        forced = [day for day in days if force and may_force(day.window, window, now, self.timing)]
        self._add_up(days, now, forced)
        forcing = {*built, *(day.window for day in forced)} if force else set[Window]()
        return self._push(now, forcing, beats=False)

    def _add_up(self, days: Iterable[BuildDay], now: datetime, forced: Sequence[BuildDay] = ()) -> None:
        with self._busy:
            for day in days:
                for cost_set in self.builder.day(day.window, self.store, final=day.final, now=now):
                    publish(self.store, cost_set, force=day in forced)

    def _push(self, now: datetime, forced: Collection[Window] = (), *, beats: bool) -> tuple[Published, ...]:
        """
        Bring the bucket up to what the local store holds.

        Args:
            now: the clock's reading
            forced: windows whose sets replace even fuller ones
            beats: tell that the agent is there even if nothing was written; a single build does not
        """
        with self._busy:
            held = self._hold(now)
            written = self._copy(forced)
            if written or beats:
                self._claim = heartbeat(self.bucket, held, now, pushed=bool(written))
        if written:
            metrics.LAST_PUSH.set(now.timestamp())
        return written

    def _copy(self, forced: Collection[Window]) -> tuple[Published, ...]:
        cluster = self.builder.identity.cluster
        local, remote = set_index(self.store, cluster), set_index(self.bucket, cluster)
        settled = {key: etags for key, etags in self._settled.items() if key.window not in forced}
        keys = unpushed(local, remote, settled)
        force = {key for key in keys if key.window in forced}
        written = []
        for key, published in zip(keys, push(keys, self.store, self.bucket, force), strict=True):
            if published.written:
                written.append(published)
            elif key in remote.objects:
                self._settled[key] = (local.objects[key].etag, remote.objects[key].etag)
        return tuple(written)

    def run(self, stop: threading.Event, interval_seconds: float) -> None:
        """
        Do rounds until asked to stop; a failed round is logged and tried again at the next.

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster; trying again would not help.
        """
        while not stop.is_set():
            try:
                done = self.round()
                self._health = self._updated(rounds=self._health.rounds + 1, status="ok", last_error="")
                metrics.ROUNDS.labels("done").inc()
                metrics.GAPS.set(len(self.gaps))
                _log.info("round", built=len(done.built), gaps=len(done.gaps), uploaded=len(done.uploaded))
            except ClaimRefusedError:
                raise
            except Exception as error:  # noqa: BLE001 - a loop goes on; what is not ours is logged whole
                self._health = self._updated(status="failing", last_error=str(error))
                metrics.ROUNDS.labels("failed").inc()
                unknown = None if isinstance(error, FleetcostError) else error
                _log.error("round failed", error=str(error), kind=type(error).__name__, exc_info=unknown)
            stop.wait(interval_seconds)

    def status(self) -> Health:
        """Return the agent's account of itself."""
        return self._health

    @property
    def gaps(self) -> tuple[Window, ...]:
        """Hours within the backfill in which the source was not observed when it was last asked, oldest first."""
        return tuple(sorted(self._gaps))

    @property
    def noticed(self) -> tuple[Window, tuple[Finding, ...]] | None:
        """The newest hour this process built and what that build noticed; None before the first."""
        return self._noticed

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

    def _updated(self, **facts: object) -> Health:
        return msgspec.structs.replace(
            self._health, cluster=self.builder.identity.cluster, last_round_at=rfc3339(self.clock()), **facts
        )

    def _learn(self, window: Window, now: datetime) -> None:
        """
        ClusterClaim the id and take from the bucket what the local store lacks of these days.

        A bucket that is away, or a claim that cannot be read, does not stop the building; pushing will say it again.
        """
        cluster = self.builder.identity.cluster
        try:
            self._hold(now)
            missing = lost(set_index(self.store, cluster), set_index(self.bucket, cluster), whole_days(window))
            adopt(missing, self.bucket, self.store)
        except (StoreError, StoreRefusedError, DamagedError) as error:
            _log.warning("bucket not used: building locally, pushing later", error=str(error))

    def _built(self, resolution: Resolution, window: Window) -> dict[Window, StoredWindow]:
        return built(self.store, self.builder.identity.cluster, resolution, window.split(resolution))

    def _hours_and_days(self, days: Window) -> tuple[dict[Window, StoredWindow], dict[Window, StoredWindow]]:
        return self._built(Resolution.HOUR, days), self._built(Resolution.DAY, days)

    def _grown(self, built: Mapping[Window, StoredWindow], now: datetime) -> tuple[BuildHour, ...]:
        """Return the incomplete hours of which the source has more samples now than when they were built."""
        grown = []
        for hour in may_grow(built, now, self._looked_at):
            self._looked_at[hour] = now
            seen = coverage_minutes(self.builder.source, hour, self.builder.step_seconds(hour))
            if seen > built[hour].coverage_minutes:
                grown.append(BuildHour(hour, final=True))
        return tuple(grown)

    def _silent(self, within: Window, now: datetime) -> tuple[BuildHour, ...]:
        """Return the hours in which the source was silent and that an hour which was built since may bridge."""
        there = self._built(Resolution.HOUR, within)
        hours = to_bridge(there, self._gaps, self.builder.bridge, self._bridged_at)
        self._bridged_at |= dict.fromkeys(hours, now)
        return tuple(BuildHour(hour, final=True) for hour in hours)

    def _remember(self, hour: Window, now: datetime, *, seen: bool) -> None:
        if seen:
            self._gaps.pop(hour, None)
        else:
            self._gaps[hour] = now

    def _hold(self, now: datetime) -> ClusterClaim:
        if self._claim is None:
            identity = self.builder.identity
            self._claim = claim(
                self.bucket, identity.cluster, identity.uid, now, takeover=self.takeover, holder=self.holder
            )
        return self._claim

    def _forget(self, now: datetime) -> None:
        """Delete hourly sets past their retention here and in the bucket, and forget old gaps; days stay."""
        within = horizon(now, self.timing)
        self._gaps = {hour: asked for hour, asked in self._gaps.items() if within.holds(hour)}
        self._bridged_at = {hour: asked for hour, asked in self._bridged_at.items() if within.holds(hour)}
        self._looked_at = {hour: asked for hour, asked in self._looked_at.items() if within.holds(hour)}
        kept_since = self.timing.kept_since(now)
        if kept_since is None:
            return
        for place in (self.bucket, self.store):
            for key in expired(set_index(place, self.builder.identity.cluster), kept_since):
                place.delete(set_path(key))


def _quiet(done: int, due: int) -> None:
    """Report nothing."""
