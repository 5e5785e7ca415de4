"""Where a cluster's documents lie in the bucket."""

from __future__ import annotations

from fleetcost.model.identity import ClusterId

FEDERATED = "federated"


def cluster_folder(cluster: ClusterId) -> str:
    """Return the folder that belongs to one cluster."""
    return f"{FEDERATED}/{cluster}"


def identity_path(cluster: ClusterId) -> str:
    """Return where a cluster's claim and heartbeat live."""
    return f"{cluster_folder(cluster)}/cluster.json"


def diagnostics_path(cluster: ClusterId) -> str:
    """Return where a cluster's diagnostics live."""
    return f"{cluster_folder(cluster)}/diagnostics.json"


def requests_folder(cluster: ClusterId) -> str:
    """Return where a cluster's repair requests and their results lie."""
    return f"{cluster_folder(cluster)}/requests"
