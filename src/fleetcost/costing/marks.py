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
    # https://docs.openshift.com (machine API): machines on spot instances carry this label, without a value as above.
    "machine_openshift_io_interruptible_instance": ANY,
    "spotinst_io_node_lifecycle": "spot",
    "scheduling_cast_ai_spot": "true",
    # What people and installers write by hand: kops' and the spot termination handlers' documents use these.
    "lifecycle": "ec2spot",
    "node_lifecycle": "spot",
    "kops_k8s_io_instance_lifecycle": "spot",
    "node_role_kubernetes_io_spot_worker": ANY,
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
    # https://github.com/interlink-hq: nodes that hand their pods to batch systems.
    "virtual_node_interlink_no_schedule": ANY,
}
"""Nodes that are no machines: what pods ask for is run, and billed, elsewhere; the declared size is a limit only."""

VIRTUAL_NAMES = ("virtual-node-aci-", "virtual-kubelet", "eklet-", "fargate-")
"""How providers name such nodes, for clusters that report neither labels nor taints."""

MOST_CORES = 4096
"""No machine one can rent has so many: the largest have about 1,920 (https://aws.amazon.com/ec2/instance-types/u7i)."""


def marked(labels: Labels, marks: Mapping[str, str]) -> bool:
    """Tell whether an object has one of these marks."""
    return any(marks.get(name.lower()) in (ANY, value.lower()) for name, value in labels.items())
