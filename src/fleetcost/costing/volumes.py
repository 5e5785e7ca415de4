"""
Persistent volumes: what they cost, and who pays for which part of their time.

A volume's cost is spread over its whole run: each moment is shared equally by the pods that mounted it then, and each
pod's part equally by its containers; what no pod mounted goes to the claim's namespace, and what no claim held to the
cluster. The parts add up to the asset's cost exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from fleetcost.costing.cost_owners import CostOwner, Nobody, owner_order
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pod, Pods
from fleetcost.costing.price_table import VolumeFacts
from fleetcost.costing.prices import GIB, Price, PriceBook, choose
from fleetcost.costing.provider_ids import volume_id
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.costing.shares import split_cost, split_count
from fleetcost.model.allocation import VolumeShare
from fleetcost.model.asset import Asset, AssetType, PriceSource
from fleetcost.model.finding import FindingKind
from fleetcost.model.records import ClaimSeen, ClaimValue, VolumeInfo, VolumeValue
from fleetcost.model.samples import Samples

MOST_BYTES = 10 * 2.0**50
"""Largest volume believed; above it the size counts as nothing."""

UNKNOWN_CLASS = "__unknown__"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim's hold on a volume."""

    namespace: str
    name: str
    run: Run
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One persistent volume inside the window."""

    name: str
    provider_id: str
    storage_class: str
    byte_count: float
    price: Price
    run: Run
    claims: tuple[Claim, ...]
    pods: tuple[tuple[Pod, Run], ...]


def find_volumes(samples: Samples, pods: Pods, book: PriceBook, notes: Notes) -> list[Volume]:
    """Return the volumes that existed inside the window, priced, sorted by name."""
    figures = _Figures(samples)
    claims = _claims(samples)
    mounted = _mounted(samples, pods)
    volumes = []
    for name, run in sorted(_runs(samples).items()):
        of_volume = tuple(claim for claim in claims.get(name, ()) if claim.run.overlap(run))
        facts = figures.facts(name)
        if facts.byte_count <= 0:
            notes.notice(FindingKind.VOLUME_SIZE_UNKNOWN, f"volume {name}")
        volumes.append(
            Volume(
                name=name,
                provider_id=volume_id(facts.provider_id or name),
                storage_class=facts.storage_class or UNKNOWN_CLASS,
                byte_count=facts.byte_count,
                price=_price(facts, figures.price.get(name), book, notes),
                run=run,
                claims=of_volume,
                pods=_holders(of_volume, mounted, run),
            )
        )
    return volumes


def _price(facts: VolumeFacts, offered: float | None, book: PriceBook, notes: Notes) -> Price:
    subject, rate = f"volume {facts.name}", book.storage_rate(facts.storage_class)
    listed = notes.listed(book.table.volume(facts))
    if listed is not None:
        return choose(listed, rate, book, subject, notes, PriceSource.CUSTOM)
    return choose(offered, rate, book, subject, notes)


def volume_asset(volume: Volume, samples: Samples, notes: Notes) -> Asset:
    """Return the disk a volume is."""
    hours, subject = volume.run.hours, f"volume {volume.name}"
    newest = max(volume.claims, key=lambda claim: (claim.last, claim.namespace, claim.name), default=None)
    used = _of_claim(samples.storage.claim_used, newest)
    return Asset(
        type=AssetType.DISK,
        name=volume.name,
        provider_id=volume.provider_id,
        start=volume.run.starts_at,
        end=volume.run.ends_at,
        cost=notes.amount(volume.price.value * volume.byte_count / GIB * hours, subject),
        byte_hours=notes.count(volume.byte_count * hours, subject),
        byte_usage_hours=None if used is None else notes.count(used * hours, subject),
        byte_usage_max=_of_claim(samples.storage.claim_used_max, newest),
        storage_class=volume.storage_class,
        volume_name=volume.name,
        claim_name=newest.name if newest else "",
        claim_namespace=newest.namespace if newest else "",
        price_source=volume.price.source,
    )


def share_volume(volume: Volume, asset: Asset) -> dict[CostOwner, VolumeShare]:
    """Return every owner's part of a volume; the parts add up to the asset exactly."""
    weights = _weights(volume)
    owners = sorted(weights, key=owner_order)
    seconds = [weights[owner] for owner in owners]
    costs = split_cost(asset.cost, seconds)
    byte_hours = split_count(asset.byte_hours, seconds)
    return {
        owner: VolumeShare(volume.name, volume.provider_id, byte_hours[i], costs[i]) for i, owner in enumerate(owners)
    }


def _weights(volume: Volume) -> dict[CostOwner, float]:
    runs = [volume.run, *(claim.run for claim in volume.claims), *(run for _, run in volume.pods)]
    times = sorted({time for run in runs for time in (run.start, run.end)})
    weights: dict[CostOwner, float] = defaultdict(float)
    for start, end in pairwise(times):
        moment = Run(start, end)
        if not moment.overlap(volume.run):
            continue
        holders = [pod for pod, run in volume.pods if run.overlap(moment)]
        for pod in holders:
            for container in pod.containers:
                weights[ContainerKey(pod.key, container)] += (end - start) / len(holders) / len(pod.containers)
        if not holders:
            weights[_nobody(volume, moment)] += end - start
    return weights


def _nobody(volume: Volume, moment: Run) -> Nobody:
    holding = [claim.namespace for claim in volume.claims if claim.run.overlap(moment)]
    return Nobody(min(holding, default=""))


class _Figures:
    """Figures of volumes by name."""

    def __init__(self, samples: Samples) -> None:
        storage = samples.storage
        self.size = _means(storage.volume_bytes)
        self.price = _means(storage.volume_price)
        self.ids = {value.volume: value.provider_id for value in sorted(storage.volume_price, key=_by_id)}
        self.info: dict[str, VolumeInfo] = {}
        for info in sorted(storage.volume_info, key=lambda i: (i.seen, i.storage_class, i.provider_id)):
            known = self.info.get(info.volume)
            self.info[info.volume] = _completed(info, known)
        self._classes = {c.volume: c.storage_class for c in sorted(storage.claims, key=_claim_order) if c.storage_class}

    def facts(self, name: str) -> VolumeFacts:
        """Return what a price file may compare a volume with."""
        info = self.info.get(name)
        return VolumeFacts(
            name=name,
            provider_id=self.ids.get(name) or (info.provider_id if info else ""),
            storage_class=(info.storage_class if info else "") or self._classes.get(name, ""),
            byte_count=_size(self.size.get(name, 0.0)),
        )


def _by_id(value: VolumeValue) -> str:
    return value.provider_id


def _completed(info: VolumeInfo, known: VolumeInfo | None) -> VolumeInfo:
    if known is None:
        return info
    return VolumeInfo(
        info.volume, info.storage_class or known.storage_class, info.provider_id or known.provider_id, info.seen
    )


def _means(values: Iterable[VolumeValue]) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for value in values:
        found[value.volume].append(value.value)
    return {name: sum(sorted(of_name)) / len(of_name) for name, of_name in found.items()}


def _size(byte_count: float) -> float:
    return byte_count if 0 <= byte_count < MOST_BYTES else 0.0


def _runs(samples: Samples) -> dict[str, Run]:
    runs: dict[str, Run] = {}
    for seen in samples.storage.volumes:
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None:
            runs[seen.volume] = hull([run, runs.get(seen.volume, run)])
    return runs


def _claim_order(claim: ClaimSeen) -> tuple[float, str, str]:
    return (claim.last, claim.namespace, claim.claim)


def _claims(samples: Samples) -> Mapping[str, list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for seen in sorted(samples.storage.claims, key=_claim_order):
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None:
            found[seen.volume].append(Claim(seen.namespace, seen.claim, run, seen.last))
    return found


def _mounted(samples: Samples, pods: Pods) -> Mapping[tuple[str, str], dict[tuple[str, ...], Pod]]:
    mounted: dict[tuple[str, str], dict[tuple[str, ...], Pod]] = defaultdict(dict)
    for mount in samples.storage.mounts:
        for pod in pods.match(mount.namespace, mount.pod, mount.uid):
            mounted[mount.namespace, mount.claim][pod.key] = pod
    return mounted


def _holders(
    claims: Iterable[Claim], mounted: Mapping[tuple[str, str], dict[tuple[str, ...], Pod]], run: Run
) -> tuple[tuple[Pod, Run], ...]:
    """Return the pods that held a volume through one of its claims, each with the time it did."""
    held: dict[tuple[str, ...], tuple[Pod, Run]] = {}
    for claim in claims:
        for key, pod in mounted.get((claim.namespace, claim.name), {}).items():
            together = claim.run.overlap(run)
            overlap = together.overlap(pod.run) if together else None
            if overlap is not None:
                known = held.get(key)
                held[key] = (pod, hull([overlap, known[1]]) if known else overlap)
    return tuple(held[key] for key in sorted(held))


def _of_claim(values: Iterable[ClaimValue], claim: Claim | None) -> float | None:
    if claim is None:
        return None
    found = [v.value for v in values if (v.namespace, v.claim) == (claim.namespace, claim.name) and v.value >= 0]
    return max(found, default=None)
