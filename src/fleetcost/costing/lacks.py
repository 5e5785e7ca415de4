"""What the source lacks of a window: named, so that a cost that is missing or of nobody does not look like a fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fleetcost.costing.gpus import Gpus
from fleetcost.costing.nodes import Nodes
from fleetcost.costing.notes import Notes
from fleetcost.costing.pods import ContainerKey, Pods
from fleetcost.model.allocation import Allocation
from fleetcost.model.finding import FindingKind
from fleetcost.model.samples import Samples


def notice_lacks(
    samples: Samples, nodes: Nodes, pods: Pods, gpus: Gpus, rows: Iterable[Allocation], notes: Notes
) -> None:
    """
    Notice what the source lacks.

    Args:
        samples: what was seen
        nodes: that were found in them
        pods: likewise
        gpus: likewise
        rows: of containers
        notes: keeps it
    """
    machines = [node for node in nodes if node.provider and not node.billed_by_pod]
    if machines and not any(node.labels or node.instance_type for node in machines):
        for node in machines:
            notes.notice(FindingKind.NODE_LABELS_MISSING, f"node {node.name}")
    if machines and samples.pods.places and not samples.names.pod_labels:
        notes.notice(FindingKind.POD_LABELS_MISSING, "all pods")
    for claim in samples.pods.device_claims:
        for pod in pods.match(claim.namespace, claim.pod, claim.uid):
            if not any(gpus.cards.of(ContainerKey(pod.key, name)) for name in pod.containers):
                notes.notice(FindingKind.DEVICES_UNKNOWN, f"{claim.namespace}/{claim.pod} on node {pod.node}")
    for name in _unmeasured(rows):
        notes.notice(FindingKind.USE_UNMEASURED, f"node {name}")


def _unmeasured(rows: Iterable[Allocation]) -> Iterable[str]:
    """Iterate the nodes of which no container's use is known, where that of others is."""
    measured: dict[str, bool] = defaultdict(bool)
    for row in rows:
        if row.node:
            measured[row.node] |= row.cpu_core_usage_hours is not None or row.ram_byte_usage_hours is not None
    return (name for name, known in measured.items() if not known and any(measured.values()))
