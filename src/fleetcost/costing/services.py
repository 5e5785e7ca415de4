"""Services: which pods are behind which, by selector or, where nobody reports selectors, by endpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fleetcost.costing.labels import LabelBook
from fleetcost.costing.machines import Machines
from fleetcost.costing.pods import Pod, PodKey, Pods
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.records import Selector
from fleetcost.model.samples import Samples


class Selectors:
    """The selectors of one kind of object, by namespace."""

    def __init__(self, selectors: Iterable[Selector], kind: str) -> None:
        newest: dict[tuple[str, str], Selector] = {}
        for one in sorted(selectors, key=lambda s: (s.seen, sorted(s.labels.items()))):
            if one.kind == kind and one.labels:
                newest[one.namespace, one.name] = one
        self._of_namespace: dict[str, list[tuple[str, Labels]]] = defaultdict(list)
        for (namespace, name), one in sorted(newest.items()):
            if not _is_copy(namespace, name, newest):
                self._of_namespace[namespace].append((name, one.labels))

    def __bool__(self) -> bool:
        return bool(self._of_namespace)

    def selecting(self, namespace: str, labels: Labels) -> list[str]:
        """Return the sorted names of the objects that select a pod with these labels."""
        found = self._of_namespace.get(namespace, ())
        return [name for name, wanted in found if all(labels.get(k) == v for k, v in wanted.items())]


def _is_copy(namespace: str, name: str, known: Mapping[tuple[str, str], Selector]) -> bool:
    """Tell whether a name is another's with dashes turned into underscores, as some exporters do."""
    if "_" not in name:
        return False
    return any(ns == namespace and other != name and other.replace("-", "_") == name for ns, other in known)


class ServicePods:
    """The pods behind each service."""

    def __init__(self, samples: Samples, pods: Pods, labels: LabelBook, machines: Machines) -> None:
        self._selectors = Selectors(samples.names.selectors, "service")
        self._labels = labels
        self._endpoints = _by_endpoints(samples, pods, machines)
        self._of = {pod.key: self._services(pod) for pod in pods}
        self._behind: dict[tuple[str, str], list[Pod]] = defaultdict(list)
        for pod in pods:
            for service in self.of(pod):
                self._behind[pod.key.namespace, service].append(pod)

    def of(self, pod: Pod) -> tuple[str, ...]:
        """Return the names of a pod's services, sorted."""
        return self._of[pod.key]

    def _services(self, pod: Pod) -> tuple[str, ...]:
        selecting = self._selectors.selecting(pod.key.namespace, self._labels.own(pod))
        return tuple(sorted({*selecting, *self._endpoints.get(pod.key, ())}))

    def behind(self, service: tuple[str, str]) -> list[Pod]:
        """Return the pods behind a service, which is given by namespace and name."""
        return self._behind.get(service, [])


def _by_endpoints(samples: Samples, pods: Pods, machines: Machines) -> Mapping[PodKey, set[str]]:
    """Return each pod's services by what endpoints and slices say: the pod's name, else its address."""
    addressed: dict[tuple[str, str], set[str]] = defaultdict(set)
    found: dict[PodKey, set[str]] = defaultdict(set)
    for endpoint in samples.services.endpoints:
        addressed[endpoint.namespace, endpoint.ip].add(endpoint.service)
    named = {(one.namespace, one.name): one.labels for one in samples.services.slice_labels}
    for one in samples.services.slice_endpoints:
        service = named.get((one.namespace, one.name), NO_LABELS).get(_SERVICE_LABEL) or _service_of_slice(one.name)
        if not one.pod:
            addressed[one.namespace, one.ip].add(service)
        for pod in pods.match(one.namespace, one.pod, "") if one.pod else ():
            found[pod.key].add(service)
    for place in samples.pods.places if addressed else ():
        services = addressed.get((place.namespace, place.ip), set())
        if services and place.ip and not machines.is_node_address(place.ip):
            for pod in pods.match(place.namespace, place.pod, place.uid):
                found[pod.key] |= services
    return found


_SERVICE_LABEL = "kubernetes_io_service_name"


def _service_of_slice(name: str) -> str:
    """Return the service a slice is of by its name, which is the service's, a dash and five characters."""
    return name.rpartition("-")[0] or name
