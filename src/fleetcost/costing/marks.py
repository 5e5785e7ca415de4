"""
Marks by which clouds and tools say what kind of node a node is: labels and taints, keys in Prometheus spelling.

Each table is a list of facts about products; a mark's value is compared in lower case, and `ANY` is any value.
"""

from __future__ import annotations

from collections.abc import Mapping

from fleetcost.model.allocation import Labels

ANY = "*"

SPOT: Mapping[str, str] = {
    "eks_amazonaws_com_capacity_type": "spot",
    "eks_amazonaws_com_capacitytype": "spot",
    "karpenter_sh_capacity_type": "spot",
    "cloud_google_com_gke_spot": "true",
    "cloud_google_com_gke_preemptible": "true",
    "cloud_google_com_gke_provisioning": "spot",
    "kubernetes_azure_com_scalesetpriority": "spot",
    "node_kubernetes_io_lifecycle": "spot",
    # https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm
    "oci_oraclecloud_com_oke_is_preemptible": "true",
    # https://cluster-api.sigs.k8s.io/reference/labels_and_annotations: Cluster API leaves the value empty, which
    # Prometheus cannot tell from no label; providers and users write one.
    "cluster_x_k8s_io_interruptible": ANY,
    "spotinst_io_node_lifecycle": "spot",
    "scheduling_cast_ai_spot": "true",
}
"""Nodes their cloud may take back any time."""

VIRTUAL: Mapping[str, str] = {
    "eks_amazonaws_com_compute_type": "fargate",
    "type": "virtual-kubelet",
    "node_kubernetes_io_instance_type": "eklet",
    "liqo_io_type": "virtual-node",
    # https://github.com/virtual-kubelet/virtual-kubelet: every provider (Azure, Alibaba, …) taints its nodes by it.
    "virtual_kubelet_io_provider": ANY,
    "virtual_node_liqo_io_not_allowed": ANY,
    "eks_tke_cloud_tencent_com_eklet": ANY,
}
"""Nodes that are no machines: what pods ask for is run, and billed, elsewhere; the declared size is a limit only."""


def marked(labels: Labels, marks: Mapping[str, str]) -> bool:
    """Tell whether an object has one of these marks."""
    return any(marks.get(name.lower()) in (ANY, value.lower()) for name, value in labels.items())
