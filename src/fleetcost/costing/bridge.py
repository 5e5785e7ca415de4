"""
Bridges: what was the same before and after a time without scrapes is taken to have been there all the time.

A thing is the same where its identity is (a pod's uid, a node's name and id, a volume's name), it was seen next to the
silence on both sides, and node and price are the same on both sides. Its sightings are drawn across the silence; what
it used goes on at the rate it had before. Whatever is not the same on both sides stays as it was seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.model.records import (
    ClaimSeen,
    ContainerResource,
    ContainerSeen,
    ContainerValue,
    LoadBalancerSeen,
    LocalDiskSeen,
    ManagementSeen,
    Mount,
    NodeSeen,
    PodPlace,
    PodTraffic,
    PodValue,
    VolumeSeen,
)
from fleetcost.model.samples import Samples, Silence

NEXT_TO_STEPS = 2
"""What is seen so many steps from a silence or nearer is next to it: targets are scraped at different seconds."""

_Thing = tuple[str, ...]
_PodName = tuple[str, str, str]
_SIGHTED = (
    ContainerSeen, NodeSeen, VolumeSeen, ClaimSeen, LocalDiskSeen, LoadBalancerSeen, ManagementSeen,
)  # fmt: skip
_OF_PODS = (ContainerValue, ContainerResource, PodPlace, PodValue, PodTraffic, Mount)
_COUNTERS = {
    "pods": ("cpu_used_seconds", "cpu_used_beside_seconds", "whole_cpu_used_seconds"),
    "network": ("received", "sent", "traffic"),
}
"""Figures that are amounts of the window and not rates."""


def carried(samples: Samples, before: Samples, after: Samples, silence: Silence) -> Samples:
    """
    Carry what is the same before and after a silence over the part of it that lies in a window.

    Args:
        samples: of the window, which are `before` or `after` themselves where it was seen in part
        before: of the window in which the silence begins, or that ends where it begins
        after: of the window in which it ends, or that begins where it ends
        silence: the whole of it

    Returns:
        The samples, with their part of the silence among those that are bridged; unchanged where nothing was the same.
    """
    same = _same(before, after, silence)
    window = samples.window
    part = Silence(max(silence.start, window.start_epoch), min(silence.end, window.end_epoch))
    if not same or part.end <= part.start:
        return samples
    unseen = samples.coverage_minutes <= 0
    base = _left(before, samples, same) if unseen else samples
    drawn = _each(base, _SIGHTED, lambda one: _drawn(one, part, base) if _identity(one) in same else one)
    runs = (_runs(before if unseen else base), _runs(drawn))
    return replace(_grown(drawn, *runs), bridged=(*samples.bridged, part))


def _same(before: Samples, after: Samples, silence: Silence) -> frozenset[_Thing]:
    """Return the identities of what is the same on both sides of a silence."""
    reach = NEXT_TO_STEPS * before.resolution_seconds
    left = {_identity(one): one for one in _sighted(before) if one.last >= silence.start - reach}
    right = {_identity(one) for one in _sighted(after) if one.first <= silence.end + reach}
    facts = _Facts.of(before), _Facts.of(after)
    both = [one for identity, one in left.items() if identity in right]
    steady = {_subject(one) for one in both if facts[0].priced[_subject(one)] == facts[1].priced[_subject(one)]}
    return frozenset(
        _identity(one)
        for one in both
        if (_is_steady_pod(one, facts, steady) if isinstance(one, ContainerSeen) else _subject(one) in steady)
    )


def _is_steady_pod(one: ContainerSeen, facts: tuple[_Facts, _Facts], steady: set[_Thing]) -> bool:
    """Tell whether it is the same pod on the same node: without a uid nobody knows."""
    places = [of.places[one.namespace, one.pod, one.uid] | of.places[one.namespace, one.pod, ""] for of in facts]
    seen = {subject for node in places[0] for subject in [("node", node)] if any(of.nodes >= {node} for of in facts)}
    return bool(one.uid) and places[0] == places[1] and seen <= steady


@dataclass(frozen=True, slots=True)
class _Facts:
    """
    What must not change across a silence.

    Attributes:
        priced: the prices of each subject by what they are of, to six digits: they are means
        places: the nodes a pod was on, by whoever names them
        nodes: the names of those that were seen
    """

    priced: Mapping[_Thing, frozenset[tuple[str, str]]]
    places: Mapping[_Thing, frozenset[str]]
    nodes: frozenset[str]

    @classmethod
    def of(cls, samples: Samples) -> _Facts:
        """Read them from samples."""
        priced: dict[_Thing, frozenset[tuple[str, str]]] = defaultdict(frozenset)
        places: dict[_Thing, frozenset[str]] = defaultdict(frozenset)
        nodes, storage, services = samples.nodes, samples.storage, samples.services
        for name in ("cpu_price", "ram_price", "gpu_price", "spot"):
            for node in getattr(nodes, name):
                priced["node", node.node] |= {(name, f"{node.value:.6g}")}
        for volume in storage.volume_price:
            priced["volume", volume.volume] |= {("price", f"{volume.value:.6g}")}
        for front in services.load_balancer_prices:
            priced["balancer", front.namespace, front.service] |= {(front.ip, f"{front.value:.6g}")}
        for fee in services.management_prices:
            priced["management", fee.provisioner] |= {("price", f"{fee.value:.6g}")}
        pods = samples.pods
        placed: Iterable[Any] = (*pods.places, *pods.cpu_requested, *pods.ram_requested, *pods.cpu_allocated)
        for place in placed:
            places[_pod_of(place)] |= {place.node} - {""}
        return cls(priced, places, frozenset(seen.node for seen in nodes.seen))


def _subject(one: Any) -> _Thing:  # noqa: ANN401 - a sighting of any kind
    """Return what a sighting is of, as prices name it."""
    match one:
        case NodeSeen() | LocalDiskSeen():
            return ("node", one.node)
        case VolumeSeen() | ClaimSeen():
            return ("volume", one.volume)
        case LoadBalancerSeen():
            return ("balancer", one.namespace, one.service)
        case ManagementSeen():
            return ("management", one.provisioner)
        case _:
            return ("pod", one.namespace, one.pod)


def _identity(one: Any) -> _Thing:  # noqa: ANN401 - a sighting of any kind
    kind = type(one)
    return (kind.__name__, *(str(getattr(one, name)) for name in kind._fields if name not in ("first", "last")))


def _sighted(samples: Samples) -> Iterable[Any]:
    for group in _groups(samples).values():
        for one in fields(group):
            value = getattr(group, one.name)
            if isinstance(value, tuple) and value and isinstance(value[0], _SIGHTED):
                yield from value


def _groups(samples: Samples) -> Mapping[str, Any]:
    every = {one.name: getattr(samples, one.name) for one in fields(samples)}
    return {name: group for name, group in every.items() if is_dataclass(group) and name != "window"}


def _each(samples: Samples, kinds: tuple[type[Any], ...], change: Callable[[Any], Any]) -> Samples:
    """Return the samples with every record of some kinds changed; one that becomes None is left out."""
    changed = {}
    for name, group in _groups(samples).items():
        lists = {one.name: getattr(group, one.name) for one in fields(group)}
        new = {
            field: tuple(made for made in map(change, value) if made is not None)
            for field, value in lists.items()
            if isinstance(value, tuple) and value and isinstance(value[0], kinds)
        }
        changed[name] = replace(group, **new)
    return replace(samples, **changed)


def _drawn(one: Any, part: Silence, samples: Samples) -> Any:  # noqa: ANN401 - a sighting of any kind
    """Return a sighting that reaches over the part of a silence that is at an edge of the window."""
    window = samples.window
    first = min(one.first, window.start_epoch) if part.start <= window.start_epoch else one.first
    last = max(one.last, window.end_epoch) if part.end >= window.end_epoch else one.last
    return one._replace(first=first, last=last)


def _left(before: Samples, samples: Samples, same: frozenset[_Thing]) -> Samples:
    """Return what is known of a window in which nothing was seen: of what was the same, what was known before."""
    kept = _each(before, _SIGHTED, lambda one: one if _identity(one) in same else None)
    moved = replace(
        kept,
        window=samples.window,
        coverage_minutes=samples.coverage_minutes,
        source=samples.source,
        findings=(),
        bridged=samples.bridged,
    )
    pods = {(one.namespace, one.pod, uid) for one in moved.pods.running for uid in (one.uid, "")}
    return _each(moved, _OF_PODS, lambda one: one if _pod_of(one) in pods else None)


def _pod_of(one: Any) -> _PodName:  # noqa: ANN401 - a record of any kind of pods
    return (one.namespace, one.pod, getattr(one, "uid", ""))


def _runs(samples: Samples) -> Mapping[_PodName, float]:
    """Return how many hours each pod ran, and those of each name, which has no uid."""
    runs: dict[_PodName, list[Run]] = defaultdict(list)
    for seen in samples.pods.running:
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is not None:
            runs[_pod_of(seen)].append(run)
    hours: dict[_PodName, float] = defaultdict(float)
    for (namespace, pod, uid), of_pod in runs.items():
        for known_as in {uid, ""}:
            hours[namespace, pod, known_as] += hull(of_pod).hours
    return hours


def _grown(samples: Samples, seen: Mapping[_PodName, float], drawn: Mapping[_PodName, float]) -> Samples:
    """Return the samples with amounts that go on while their pods do, at the rate they had."""

    def longer(one: Any) -> Any:  # noqa: ANN401 - a figure of a pod or a container
        pod = _pod_of(one)
        return one._replace(value=one.value * drawn[pod] / seen[pod]) if drawn.get(pod) and seen.get(pod) else one

    changed = {
        group: {field: tuple(map(longer, getattr(getattr(samples, group), field))) for field in names}
        for group, names in _COUNTERS.items()
    }
    return replace(samples, **{group: replace(getattr(samples, group), **new) for group, new in changed.items()})
