"""Names: labels, annotations and owners."""

from __future__ import annotations

from fleetcost.model.samples import NameSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import POD, labels, most
from fleetcost.samples.query import Fills, Matcher, Op

POD_LABELS = labels(
    "pod labels",
    "kube_pod_labels",
    POD,
    "costs are asked for by label",
    fills=Fills(NameSamples, "pod_labels", r.pod_labels(r.LABEL)),
)
NAMESPACE_LABELS = labels(
    "namespace labels",
    "kube_namespace_labels",
    ("namespace",),
    "costs are asked for by label",
    fills=Fills(NameSamples, "namespace_labels", r.namespace_labels(r.LABEL)),
)
POD_ANNOTATIONS = labels(
    "pod annotations",
    "kube_pod_annotations",
    POD,
    "costs are asked for by annotation",
    fills=Fills(NameSamples, "pod_annotations", r.pod_labels(r.ANNOTATION)),
)
NAMESPACE_ANNOTATIONS = labels(
    "namespace annotations",
    "kube_namespace_annotations",
    ("namespace",),
    "costs are asked for by annotation",
    fills=Fills(NameSamples, "namespace_annotations", r.namespace_labels(r.ANNOTATION)),
)
POD_OWNERS = most(
    "pod owners",
    "kube_pod_owner",
    (*POD, "owner_kind", "owner_name"),
    "the controller of a pod",
    Matcher("owner_is_controller", Op.NOT_EQUAL, "false"),
    fills=Fills(NameSamples, "owners", r.owner("Pod", "pod")),
)
REPLICASET_OWNERS = most(
    "ReplicaSet owners",
    "kube_replicaset_owner",
    ("namespace", "replicaset", "owner_kind", "owner_name"),
    "the Deployment or Rollout above a ReplicaSet",
    fills=Fills(NameSamples, "owners", r.owner("ReplicaSet", "replicaset")),
)
JOB_OWNERS = most(
    "Job owners",
    "kube_job_owner",
    ("namespace", "job_name", "owner_kind", "owner_name"),
    "the CronJob above a Job",
    fills=Fills(NameSamples, "owners", r.owner("Job", "job_name")),
)
