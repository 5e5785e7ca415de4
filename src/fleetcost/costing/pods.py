"""Pods: which ran, when, on which node, with which containers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fleetcost.costing.node_facts import machine_runs
from fleetcost.costing.notes import Notes
from fleetcost.costing.runs import Run, hull, run_of
from fleetcost.model.finding import FindingKind
from fleetcost.model.records import ContainerSeen, ContainerValue
from fleetcost.model.samples import Samples


class PodKey(NamedTuple):
    """What tells pods apart; `uid` is empty where no source knows it."""

    namespace: str
    pod: str
    uid: str


class ContainerKey(NamedTuple):
    """What tells containers apart."""

    pod: PodKey
    container: str


@dataclass(frozen=True, slots=True)
class Pod:
    """
    One pod inside the window.

    Its run is from the first start to the last end of its containers: requests are held for as long as the pod is. It
    ends with its node at the latest: Kubernetes goes on naming the pods of a node that is gone until it collects them.
    """

    key: PodKey
    run: Run
    node: str
    containers: tuple[str, ...]


class Pods:
    """
    The pods of a window, found by key or, where a source knows no uid or a wrong one, by name.

    Args:
        pods: that ran
        others: keys of pods that kube-state-metrics names, whether they ran or not
        notes: keeps what was found by name although it came with a uid
    """

    def __init__(self, pods: Iterable[Pod], others: Iterable[PodKey], notes: Notes) -> None:
        self._pods = {pod.key: pod for pod in pods}
        self._exact: dict[tuple[str, str, str], list[Pod]] = {key: [pod] for key, pod in self._pods.items() if key.uid}
        self._others = frozenset(others)
        self._notes = notes
        self._named: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in self._pods.values():
            self._named[pod.key.namespace, pod.key.pod].append(pod)

    def __iter__(self) -> Iterator[Pod]:
        return iter(self._pods.values())

    def match(self, namespace: str, pod: str, uid: str) -> Sequence[Pod]:
        """
        Return the pod of this uid or, where the uid is unknown on either side, every pod of this name.

        A uid that no pod of this name has is the source's mistake: OpenCost's exporter chooses it by the pod's name
        alone, so pods of one name in two namespaces share one. The uid of a pod of this name that did not run is none.
        """
        key = (namespace, pod, uid)
        exact = self._exact.get(key)
        if exact is not None:
            return exact
        named = self._named.get((namespace, pod), [])
        anonymous = [one for one in named if not uid or not one.key.uid]
        if anonymous or not named or key in self._others:
            return anonymous
        self._notes.notice(FindingKind.UID_UNKNOWN, f"{namespace}/{pod}")
        return named


def find_pods(samples: Samples, notes: Notes) -> Pods:
    """Return the pods that ran inside the window, sorted by key."""
    runs = _runs(samples)
    values = (*samples.pods.cpu_requested, *samples.pods.ram_requested, *samples.pods.cpu_allocated)
    places: dict[PodKey, Counter[str]] = defaultdict(Counter)
    names: dict[PodKey, set[str]] = {key: set(of_pod) for key, of_pod in runs.items()}
    others = [PodKey(place.namespace, place.pod, place.uid) for place in samples.pods.places]
    known = Pods((Pod(key, hull(list(of_pod.values())), "", ()) for key, of_pod in runs.items()), others, notes)
    for place in samples.pods.places:
        _place(places, known, place.namespace, place.pod, place.uid, place.node)
    for value in values:
        for pod in _place(places, known, value.namespace, value.pod, value.uid, value.node):
            names[pod.key].add(value.container)
    ends: dict[str, float] = {}
    for (name, _), (_, run) in machine_runs(samples).items():
        ends[name] = max(run.end, ends.get(name, run.end))
    found = []
    for pod in sorted(known, key=lambda pod: pod.key):
        node = _commonest(places[pod.key])
        run = _until(ends.get(node, pod.run.end), pod.run)
        found.append(Pod(pod.key, run, node, tuple(sorted(names[pod.key]))))
    return Pods(found, others, notes)


def _until(end: float, run: Run) -> Run:
    """Return a run cut off at a time that is inside it."""
    return Run(run.start, end) if run.start < end < run.end else run


def _runs(samples: Samples) -> Mapping[PodKey, Mapping[str, Run]]:
    runs: dict[PodKey, dict[str, Run]] = defaultdict(dict)
    for seen in _without_copies(samples.pods.running):
        run = run_of(seen.first, seen.last, samples.window, samples.resolution_seconds)
        if run is None:
            continue
        of_pod = runs[PodKey(seen.namespace, seen.pod, seen.uid)]
        of_pod[seen.container] = hull([run, of_pod.get(seen.container, run)])
    return runs


def _without_copies(running: Iterable[ContainerSeen]) -> list[ContainerSeen]:
    """Drop sightings without a uid of pods that another exporter reports with one: they are the same pods."""
    seen = list(running)
    identified = {(one.namespace, one.pod) for one in seen if one.uid}
    return [one for one in seen if one.uid or (one.namespace, one.pod) not in identified]


def _place(
    places: dict[PodKey, Counter[str]], pods: Pods, namespace: str, name: str, uid: str, node: str
) -> Sequence[Pod]:
    matches = pods.match(namespace, name, uid)
    for pod in matches:
        if node:
            places[pod.key][node] += 1
    return matches


def _commonest(nodes: Counter[str]) -> str:
    return min(nodes, key=lambda node: (-nodes[node], node), default="")


class Values:
    """
    Figures of containers, found by key; a source that knows no uid speaks of every pod of the name.

    Args:
        values: in any order
        pods: of the window; figures of others are left out
        shared: figures are amounts, not rates, so that pods of one name share what only the name is known for
    """

    def __init__(self, values: Iterable[ContainerValue], pods: Pods, *, shared: bool = False) -> None:
        exact: dict[tuple[PodKey, str], list[float]] = defaultdict(list)
        named: dict[tuple[PodKey, str], list[float]] = defaultdict(list)
        for value in values:
            for pod in pods.match(value.namespace, value.pod, value.uid):
                found = exact if pod.key.uid == value.uid else named
                part = part_of_name(pods, pod) if shared and pod.key.uid != value.uid else 1.0
                found[pod.key, value.container].append(value.value * part)
        self._found = {key: sorted(values) for key, values in (named | exact).items()}

    def mean(self, key: ContainerKey) -> float | None:
        """Return the mean of a container's figures, or None."""
        found = self._found.get(key)
        return sum(found) / len(found) if found else None

    def most(self, key: ContainerKey) -> float | None:
        """Return the largest of a container's figures, or None."""
        found = self._found.get(key)
        return found[-1] if found else None

    def total(self, key: ContainerKey) -> float | None:
        """Return the sum of a container's figures, or None."""
        found = self._found.get(key)
        return sum(found) if found else None


def part_of_name(pods: Pods, pod: Pod) -> float:
    """Return which part of the time that pods of this name ran was this pod's: 1 unless it was re-created."""
    named = pods.match(pod.key.namespace, pod.key.pod, "")
    return pod.run.hours / sum(one.run.hours for one in named) if len(named) > 1 else 1.0
