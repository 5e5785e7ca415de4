"""GPUs as the DCGM exporter sees them: which there are, who holds them, and how busy they are."""

from __future__ import annotations

from fleetcost.model.samples import NodeSamples, PodSamples
from fleetcost.samples import records as r
from fleetcost.samples.queries.parts import CONTAINER, EXPORTED_CONTAINER, POD, mean_of_either, most, present
from fleetcost.samples.query import Fills

GPU_DEVICES = tuple(
    most(
        f"GPU devices by {word}",
        metric,
        ("Hostname", "node", "UUID", "modelName", "GPU_I_PROFILE", "GPU_I_ID", *CONTAINER, *EXPORTED_CONTAINER),
        f"physical GPUs of a node, which sharing hides from Kubernetes, and who holds them; {why}",
        present("UUID"),
        fills=Fills(NodeSamples, "gpu_devices", r.gpu_device),
    )
    for word, metric, why in (
        ("load", "DCGM_FI_DEV_GPU_UTIL", "not measured of slices"),
        ("activity", "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "not measured by older cards"),
        ("memory", "DCGM_FI_DEV_FB_USED", "measured of every card and slice"),
    )
)
GPU_BUSY = mean_of_either(
    "GPU busy",
    "DCGM_FI_DEV_GPU_UTIL",
    ((*EXPORTED_CONTAINER, "container", "uid"), CONTAINER),
    "percent of time in which a kernel ran, where the profiling metrics are absent",
    present("container"),
    fills=Fills(PodSamples, "gpu_busy_percent", r.exported_value),
)
GPU_BUSY_MAX = most(
    "GPU busy at most",
    "DCGM_FI_DEV_GPU_UTIL",
    (*CONTAINER, *EXPORTED_CONTAINER),
    "the peak of the same percentage",
    present("container"),
    fills=Fills(PodSamples, "gpu_busy_percent_max", r.exported_value),
)
DEVICE_CLAIMS = most(
    "claims of devices",
    "kube_pod_resourceclaim_info",
    POD,
    "which pods hold devices through ResourceClaims (DRA), which no metric of Kubernetes counts",
    fills=Fills(PodSamples, "device_claims", r.pod_value),
)
