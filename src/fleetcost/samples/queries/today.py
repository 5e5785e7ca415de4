"""What today's Kubernetes reports elsewhere than it used to: endpoint slices, taints, the host's network."""

from __future__ import annotations

from fleetcost.model.samples import NetworkSamples, NodeSamples, ServiceSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import POD, equal, labels, most
from fleetcost.samples.query import Fills

NODE_TAINTS = most(
    "node taints",
    "kube_node_spec_taint",
    ("node", "key", "value"),
    "virtual nodes are known by their taints where nobody reports labels",
    fills=Fills(NodeSamples, "taints", r.node_taint),
)
HOST_PODS = most(
    "pods on the host's network",
    "kube_pod_info",
    POD,
    "their counters of traffic are the node's, so these bytes are no pod's",
    equal("host_network", "true"),
    fills=Fills(NetworkSamples, "host_pods", r.pod_value),
)
SLICE_ENDPOINTS = most(
    "endpoints of slices",
    "kube_endpointslice_endpoints",
    ("namespace", "endpointslice", "address", "targetref_kind", "targetref_name"),
    "which pods are behind a service: kube-state-metrics has endpoint slices where it had `kube_endpoint_address`",
    fills=Fills(ServiceSamples, "slice_endpoints", r.slice_endpoint),
)
SLICE_LABELS = labels(
    "labels of endpoint slices",
    "kube_endpointslice_labels",
    ("namespace", "endpointslice"),
    "the service of an endpoint slice, where the labels are exported; else its name begins with the service's",
    fills=Fills(ServiceSamples, "slice_labels", r.slice_labels),
)
