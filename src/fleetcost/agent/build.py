"""Making sets: an hour from the source, a day from its hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fleetcost.agent.bridging import Bridging
from fleetcost.bucket.port import Bucket
from fleetcost.costing.build import build
from fleetcost.costing.prices import PriceBook
from fleetcost.errors import DamagedError, ObjectMissingError
from fleetcost.model.asset import Asset
from fleetcost.model.finding import Finding, FindingKind
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKey, SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.ops import log, metrics
from fleetcost.samples.interval import scrape_step
from fleetcost.samples.read import read
from fleetcost.samples.source import Source
from fleetcost.sets.cost_set import CostSet, Provenance, assets_of, from_allocations, from_assets
from fleetcost.sets.layout import set_path
from fleetcost.sets.publish import read as read_set
from fleetcost.sets.summation import add_sets

BRIDGE = timedelta(hours=6)
"""The longest silence of the source that is bridged unless settings say otherwise."""

_log = log.get("agent")


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """Who this agent builds for: cluster id, the uid behind it, and the currency of its prices."""

    cluster: ClusterId
    uid: str
    currency: str


@dataclass(frozen=True, slots=True)
class HourSets:
    """
    What became of one hour.

    Attributes:
        sets: of each kind, or none where the source was not observed at all: a gap stays a gap
        findings: what the build noticed
    """

    sets: tuple[CostSet, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    """
    Everything it takes to build one cluster's sets.

    Attributes:
        identity: of the cluster
        source: where samples are read
        prices: what is charged where the samples hold no prices
        resolution_seconds: step of the running-time queries; None follows the scrape interval
        bridge: the longest silence of the source that is bridged
    """

    identity: AgentIdentity
    source: Source
    prices: PriceBook
    resolution_seconds: int | None
    bridge: timedelta = BRIDGE

    def step_seconds(self, window: Window) -> int:
        """
        Return the step at which a window is looked at.

        Raises:
            SourceError: the source did not answer.
        """
        return self.resolution_seconds or scrape_step(self.source, window)

    def findings(self, window: Window) -> tuple[Finding, ...]:
        """
        Return what a build of a window would notice, without making sets; nothing where the source was not observed.

        Raises:
            SourceError: the source did not answer.
        """
        samples = read(self.source, window, self.step_seconds(window))
        return build(samples, self.prices).findings if samples.coverage_minutes > 0 else ()

    def hour(self, window: Window, store: Bucket, *, final: bool, now: datetime) -> HourSets:
        """
        Build the allocation and the asset set of one hour.

        Args:
            window: the hour
            store: the local store, whose set of a day earlier the prices are compared with
            final: the hour is over
            now: the clock's reading

        Returns:
            Both sets and what was noticed. Of partial answers the sets are partial, whatever the clock says.

        Raises:
            SourceError: the source did not answer.
        """
        seen = read(self.source, window, self.step_seconds(window))
        samples = Bridging(self.source, self.bridge).bridged(seen, now)
        if samples.coverage_minutes <= 0 and not samples.bridged:
            return HourSets()
        built = build(samples, self.prices, self._day_before(window, store))
        for finding in built.findings:
            _log.warning("finding", cluster=self.identity.cluster, window=str(window), **finding.fields())
        self._tell(built.findings)
        source = f"{samples.source} (partial answers)" if samples.partial else samples.source
        minutes = (min(samples.coverage_minutes, window.minutes), samples.estimated_minutes)
        provenance = self._provenance(*minutes, final=final and not samples.partial, now=now, source=source)
        sets = (
            from_allocations(self._key(SetKind.ALLOCATIONS, Resolution.HOUR, window), built.allocations, provenance),
            from_assets(self._key(SetKind.ASSETS, Resolution.HOUR, window), built.assets, provenance),
        )
        return HourSets(sets, built.findings)

    def day(self, window: Window, store: Bucket, *, final: bool, now: datetime) -> tuple[CostSet, ...]:
        """
        Add up the hours of one day that the local store holds.

        Args:
            window: the day
            store: the local store
            final: the day is over
            now: the clock's reading

        Returns:
            A set of each kind that has at least one hour.
        """
        sets = []
        for kind in SetKind:
            hours = self._hours(kind, window, store)
            if not hours:
                continue
            headers = [hour.header for hour in hours]
            minutes = (sum(one.coverage_minutes for one in headers), sum(one.estimated_minutes for one in headers))
            whole = final and all(one.final for one in headers)
            provenance = self._provenance(*minutes, final=whole, now=now, source=headers[-1].source)
            sets.append(add_sets(self._key(kind, Resolution.DAY, window), hours, provenance))
        return tuple(sets)

    def _day_before(self, hour: Window, store: Bucket) -> tuple[Asset, ...]:
        """Return the assets of the same hour of the day before, none where they are not at hand in our currency."""
        day = Resolution.DAY.delta
        key = self._key(SetKind.ASSETS, Resolution.HOUR, Window(hour.start - day, hour.end - day))
        try:
            before = read_set(store, key)
        except (ObjectMissingError, DamagedError):
            return ()
        return assets_of(before) if before.header.currency == self.identity.currency else ()

    def _hours(self, kind: SetKind, day: Window, store: Bucket) -> list[CostSet]:
        hours = []
        for window in day.split(Resolution.HOUR):
            key = self._key(kind, Resolution.HOUR, window)
            try:
                hours.append(read_set(store, key))
            except ObjectMissingError:
                continue
            except DamagedError as error:
                # Without it the next round finds the hour missing: it is built again, or learnt from the bucket.
                _log.warning("damaged hour deleted and left out of its day", reason=str(error))
                store.delete(set_path(key))
        return hours

    def _tell(self, findings: Iterable[Finding]) -> None:
        counts = {finding.kind: finding.count for finding in findings}
        for kind in FindingKind:
            metrics.FINDINGS.labels(self.identity.cluster, kind.value).set(counts.get(kind, 0))

    def _key(self, kind: SetKind, resolution: Resolution, window: Window) -> SetKey:
        return SetKey(self.identity.cluster, kind, resolution, window)

    def _provenance(
        self, coverage_minutes: float, estimated_minutes: float, *, final: bool, now: datetime, source: str
    ) -> Provenance:
        return Provenance(
            cluster_uid=self.identity.uid,
            currency=self.identity.currency,
            coverage_minutes=coverage_minutes,
            final=final,
            source=source,
            built_at=now,
            estimated_minutes=estimated_minutes,
        )
