"""
The tags by which a bill says that a row is a cluster's: all of them, each once, whichever way a bill spells them.

Exports write one tag in several ways: `aws:eks:cluster-name` is `aws_eks_cluster_name` in CUR 2.0 and Athena. Keys are
therefore compared as `plain_key` makes them, and only what is listed here is known anywhere.
"""

from __future__ import annotations

import re

NAMING_TAGS = (
    "aws:eks:cluster-name",
    "eks:cluster-name",
    "eks:eks-cluster-name",
    "alpha.eksctl.io/cluster-name",
    "eksctl.cluster.k8s.io/v1alpha1/cluster-name",
    "karpenter.sh/managed-by",
    "elbv2.k8s.aws/cluster",
    "goog-k8s-cluster-name",
    "aks-managed-cluster-name",
)
"""Tags whose value is the cloud's name of the cluster."""

NAMING_BEGINNING = "kubernetes.io/cluster/"
"""What follows in the key is the cloud's name of the cluster; the value says who owns the resource."""

SERVICE_TAGS = ("kubernetes.io/service-name", "service.k8s.aws/stack", "k8s-azure-service")
"""Tags whose value is a Service of the cluster as `namespace/name`, several of them joined by commas."""

OTHER_TAGS = ("KubernetesCluster", "CSIVolumeName", "karpenter.sh/discovery")
"""Tags that only clusters give, and that name none that can be relied on."""

BEGINNINGS = (
    NAMING_BEGINNING,
    "kubernetes.io/created-",
    "k8s.io/cluster-autoscaler/",
    "k8s.io/role/",
    "kops.k8s.io/",
    "sigs.k8s.io/cluster-api-provider-",
    "karpenter.sh/node",
    "karpenter.sh/provisioner-",
    "karpenter.k8s.aws/",
    "alpha.eksctl.io/",
    "aws:eks:",
    "eks:nodegroup-",
    "eks:kubernetes-",
    "ebs.csi.aws.com/",
    "elbv2.k8s.aws/",
    "ingress.k8s.aws/",
    "service.k8s.aws/",
    "aks-managed-",
    "k8s-azure-",
    "karpenter.azure.com/",
    "goog-gke-",
    "goog-k8s-",
)
"""What keys begin with that only clusters give."""

TAGS = (*NAMING_TAGS, *SERVICE_TAGS, *OTHER_TAGS)
"""Whole keys that only clusters give."""


def plain_key(key: str) -> str:
    """Return a tag's key as it is compared: lower case, one underscore for each run of signs."""
    return re.sub(r"[^a-z0-9]+", "_", key.lower())
