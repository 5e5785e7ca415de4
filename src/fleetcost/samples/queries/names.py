"""Names: labels, annotations and owners."""

from __future__ import annotations

from fleetcost.samples.queries.parts import POD, labels, most
from fleetcost.samples.query import Matcher, Op

POD_LABELS = labels("pod labels", "kube_pod_labels", POD, "costs are asked for by label")
NAMESPACE_LABELS = labels("namespace labels", "kube_namespace_labels", ("namespace",), "costs are asked for by label")
POD_ANNOTATIONS = labels("pod annotations", "kube_pod_annotations", POD, "costs are asked for by annotation")
NAMESPACE_ANNOTATIONS = labels(
    "namespace annotations", "kube_namespace_annotations", ("namespace",), "costs are asked for by annotation"
)
POD_OWNERS = most(
    "pod owners",
    "kube_pod_owner",
    (*POD, "owner_kind", "owner_name"),
    "the controller of a pod",
    Matcher("owner_is_controller", Op.NOT_EQUAL, "false"),
)
REPLICASET_OWNERS = most(
    "ReplicaSet owners",
    "kube_replicaset_owner",
    ("namespace", "replicaset", "owner_kind", "owner_name"),
    "the Deployment or Rollout above a ReplicaSet",
)
JOB_OWNERS = most(
    "Job owners",
    "kube_job_owner",
    ("namespace", "job_name", "owner_kind", "owner_name"),
    "the CronJob above a Job",
)
