"""One round of the agent: learn, build, add up, push, beat; and the loop around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from fleetcost.agent.build import Builder
from fleetcost.agent.claim import Claim, claim, heartbeat
from fleetcost.agent.health import Health
from fleetcost.agent.plan import (
    BuildDay,
    BuildHour,
    Built,
    Timing,
    days_of,
    due_days,
    due_hours,
    horizon,
    may_force,
    whole_days,
)
from fleetcost.agent.push import Settled, adopt, expired, lost, push, unpushed
from fleetcost.agent.store import built, shelf
from fleetcost.bucket.port import Bucket
from fleetcost.errors import (
    ClaimRefusedError,
    DamagedError,
    FleetcostError,
    SourceError,
    StoreError,
    StoreRefusedError,
)
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.ops import log, metrics
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import Published, publish

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
    """

    builder: Builder
    store: Bucket
    bucket: Bucket
    timing: Timing
    clock: Clock
    _claim: Claim | None = field(default=None, init=False)
    _settled: Settled = field(default_factory=dict, init=False)
    _gaps: dict[Window, datetime] = field(default_factory=dict, init=False)
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
        window = horizon(now, self.timing)
        self._learn(window, now)
        due = due_hours(now, self.timing, self._built(Resolution.HOUR, window), self._gaps)
        hours = Round((), ())
        failure: SourceError | None = None
        try:
            hours = self._build(due, now=now, force=False, progress=progress)
        except SourceError as error:
            failure = error
        self._add_up(due_days(now, self.timing, *self._hours_and_days(whole_days(window))), now)
        uploaded = self._push(now)
        self._forget(now)
        if failure:
            raise failure
        return replace(hours, uploaded=uploaded)

    def build(self, window: Window, *, force: bool = False, progress: Progress | None = None) -> Round:
        """
        Build and push the hours of a window and their days, whether they are due or not.

        Args:
            window: what to build; hours that have not begun are left out
            force: replace even fuller sets of these hours, and of those days of which every hour is at hand
            progress: called with hours done and hours due

        Raises:
            ClaimRefusedError: the cluster id belongs to another cluster.
            SourceError: the source did not answer; what was built before stays in the local store.
            StoreError, StoreRefusedError: the bucket did not answer, or did not take the sets.
        """
        now = self.clock()
        self._hold(now)
        self._learn(whole_days(window), now)
        begun = [hour for hour in window.split(Resolution.HOUR) if hour.start < now]
        hours = tuple(BuildHour(hour, self.timing.final(hour, now)) for hour in begun)
        done = self._build(hours, now=now, force=force, progress=progress)
        days = [BuildDay(day, self.timing.final(day, now)) for day in days_of(done.built)]
        forced = [day for day in days if force and may_force(day.window, window, now, self.timing)]
        self._add_up(days, now, forced)
        windows = {*done.built, *(day.window for day in forced)} if force else set()
        return replace(done, uploaded=self._push(now, windows))

    def _build(self, hours: Sequence[BuildHour], *, now: datetime, force: bool, progress: Progress | None) -> Round:
        report = progress or _quiet
        built: list[Window] = []
        gaps: list[Window] = []
        for done, hour in enumerate(hours):
            report(done, len(hours))
            sets = self.builder.hour(hour.window, final=hour.final, now=now)
            (built if sets else gaps).append(hour.window)
            self._remember(hour.window, now, seen=bool(sets))
            for cost_set in sets:
                publish(self.store, cost_set, force=force)
        report(len(hours), len(hours))
        return Round(tuple(built), tuple(gaps))

    def _add_up(self, days: Iterable[BuildDay], now: datetime, forced: Sequence[BuildDay] = ()) -> None:
        for day in days:
            for cost_set in self.builder.day(day.window, self.store, final=day.final, now=now):
                publish(self.store, cost_set, force=day in forced)

    def _push(self, now: datetime, forced: Collection[Window] = ()) -> tuple[Published, ...]:
        """Bring the bucket up to what the local store holds; return what was written."""
        cluster = self.builder.identity.cluster
        held = self._hold(now)
        local, remote = shelf(self.store, cluster), shelf(self.bucket, cluster)
        keys = unpushed(local, remote, self._settled)
        force = {key for key in keys if key.window in forced}
        written = []
        for key, published in zip(keys, push(keys, self.store, self.bucket, force), strict=True):
            if published.written:
                written.append(published)
            elif key in remote.objects:
                self._settled[key] = (local.objects[key].etag, remote.objects[key].etag)
        if written:
            self._claim = heartbeat(self.bucket, held, now)
            metrics.LAST_PUSH.set(now.timestamp())
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
                metrics.GAPS.set(len(self._gaps))
                _log.info("round", built=len(done.built), gaps=len(done.gaps), uploaded=len(done.uploaded))
            except ClaimRefusedError:
                raise
            except Exception as error:  # noqa: BLE001 - a loop goes on; what is not ours is logged whole
                self._health = self._told(status="failing", last_error=str(error))
                metrics.ROUNDS.labels("failed").inc()
                unknown = None if isinstance(error, FleetcostError) else error
                _log.error("round failed", error=str(error), kind=type(error).__name__, exc_info=unknown)
            stop.wait(interval_seconds)

    def status(self) -> Health:
        """Return the agent's account of itself."""
        return self._health

    def _told(self, **facts: object) -> Health:
        return msgspec.structs.replace(
            self._health, cluster=self.builder.identity.cluster, last_round_at=rfc3339(self.clock()), **facts
        )

    def _learn(self, window: Window, now: datetime) -> None:
        """
        Claim the id and take from the bucket what the local store lacks of these days.

        A bucket that is away, or a claim that cannot be read, does not stop the building; pushing will say it again.
        """
        cluster = self.builder.identity.cluster
        try:
            self._hold(now)
            missing = lost(shelf(self.store, cluster), shelf(self.bucket, cluster), whole_days(window))
            adopt(missing, self.bucket, self.store)
        except (StoreError, StoreRefusedError, DamagedError) as error:
            _log.warning("bucket not used: building locally, pushing later", error=str(error))

    def _built(self, resolution: Resolution, window: Window) -> dict[Window, Built]:
        return built(self.store, self.builder.identity.cluster, resolution, window.split(resolution))

    def _hours_and_days(self, days: Window) -> tuple[dict[Window, Built], dict[Window, Built]]:
        return self._built(Resolution.HOUR, days), self._built(Resolution.DAY, days)

    def _remember(self, hour: Window, now: datetime, *, seen: bool) -> None:
        if seen:
            self._gaps.pop(hour, None)
        else:
            self._gaps[hour] = now

    def _hold(self, now: datetime) -> Claim:
        if self._claim is None:
            identity = self.builder.identity
            self._claim = claim(self.bucket, identity.cluster, identity.uid, now)
        return self._claim

    def _forget(self, now: datetime) -> None:
        """Delete hourly sets past their retention here and in the bucket, and forget old gaps; days stay."""
        self._gaps = {hour: asked for hour, asked in self._gaps.items() if horizon(now, self.timing).holds(hour)}
        kept_since = self.timing.kept_since(now)
        if kept_since is None:
            return
        for place in (self.bucket, self.store):
            for key in expired(shelf(place, self.builder.identity.cluster), kept_since):
                place.delete(set_path(key))


def _quiet(done: int, due: int) -> None:
    """Report nothing."""
