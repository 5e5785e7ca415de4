"""Labels and annotations of pods: their own, their namespace's, and some of their node's."""

from __future__ import annotations

from collections.abc import Iterable

from fleetcost.costing.node_facts import newest, newest_of
from fleetcost.costing.pods import Pod
from fleetcost.model.allocation import NO_LABELS, Labels
from fleetcost.model.records import ObjectLabels
from fleetcost.model.samples import Samples

NODE_LABELS = (
    "cloud_google_com_gke_nodepool",
    "eks_amazonaws_com_nodegroup",
    "kubernetes_azure_com_agentpool",
    "node_kubernetes_io_instance_type",
    "topology_kubernetes_io_region",
    "topology_kubernetes_io_zone",
)
"""Labels a pod takes over from its node, so that costs can be asked for by zone, instance type and pool."""


class LabelBook:
    """The labels of every pod and namespace; of several sets of one object the newest wins."""

    def __init__(self, samples: Samples) -> None:
        names = samples.names
        self._nodes = newest(samples.nodes.labels)
        self._namespaces = newest(names.namespace_labels)
        self._namespace_annotations = newest(names.namespace_annotations)
        self._pods = _newest_of_pods(names.pod_labels)
        self._pod_annotations = _newest_of_pods(names.pod_annotations)

    def own(self, pod: Pod) -> Labels:
        """Return a pod's own labels, by which services and controllers select it."""
        return _of_pod(self._pods, pod)

    def merged(self, pod: Pod) -> Labels:
        """Return a pod's labels over its namespace's over some of its node's."""
        node = self._nodes.get(pod.node, NO_LABELS)
        chosen = {name: node[name] for name in NODE_LABELS if name in node}
        return {**chosen, **self.of_namespace(pod.key.namespace), **self.own(pod)}

    def annotations(self, pod: Pod) -> Labels:
        """Return a pod's annotations over its namespace's."""
        return {**self.namespace_annotations(pod.key.namespace), **_of_pod(self._pod_annotations, pod)}

    def of_namespace(self, namespace: str) -> Labels:
        """Return a namespace's labels."""
        return self._namespaces.get(namespace, NO_LABELS)

    def namespace_annotations(self, namespace: str) -> Labels:
        """Return a namespace's annotations."""
        return self._namespace_annotations.get(namespace, NO_LABELS)


_PodLabels = dict[tuple[str, str, str], Labels]


def _newest_of_pods(records: Iterable[ObjectLabels]) -> _PodLabels:
    return newest_of(((one.namespace, one.name, uid), one) for one in records for uid in {one.uid, ""})


def _of_pod(labels: _PodLabels, pod: Pod) -> Labels:
    namespace, name, uid = pod.key
    return labels.get((namespace, name, uid), labels.get((namespace, name, ""), NO_LABELS))
