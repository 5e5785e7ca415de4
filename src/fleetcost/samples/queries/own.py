"""What the agent asks for itself: its cluster's identity and its own health; never part of a cost."""

from __future__ import annotations

from fleetcost.samples.queries.parts import ANY, REAL_CONTAINER, equal, first_last_seen, most
from fleetcost.samples.query import Matcher, Op

CLUSTER_BORN = most(
    "cluster born",
    "kube_namespace_created",
    ("namespace",),
    "when kube-system was made: the same for a cluster's whole life, and another one's is another",
    equal("namespace", "kube-system"),
)


SEES_CADVISOR = most(
    "cAdvisor is there", "container_memory_working_set_bytes", ANY, "use is measured by cAdvisor", *REAL_CONTAINER
)
SEES_KUBE_STATE = most(
    "kube-state-metrics is there",
    "kube_pod_container_resource_requests",
    ANY,
    "requests are reported by kube-state-metrics",
    equal("resource", "memory"),
)
SEES_PRICES = most("prices are there", "node_total_hourly_cost", ANY, "prices are reported by OpenCost's exporter")
SEES_ANYTHING = most("the source is scraping", "up", ANY, "tells a source that is down from one that lacks a metric")
OWN_PODS = Matcher("pod", Op.REGEX, ".*(fleetcost|kubecost|opencost).*")
_, PENDING_PODS = first_last_seen(
    "own pods pending",
    "kube_pod_status_phase",
    ("namespace", "pod"),
    "a pod of ours that waits for a node builds nothing",
    equal("phase", "Pending"),
    OWN_PODS,
    nonzero=True,
)
_, PHASES = first_last_seen(
    "phases of pods", "kube_pod_status_phase", ANY, "tells a pod that is pending from one that was and is gone"
)
KILLED_PODS = most(
    "own pods killed",
    "kube_pod_container_status_last_terminated_reason",
    ("namespace", "pod", "container"),
    "a container of ours that ran out of memory lost its work",
    equal("reason", "OOMKilled"),
    OWN_PODS,
)
