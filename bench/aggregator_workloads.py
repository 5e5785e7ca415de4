"""The controllers of the measured fleets: their names, their pods' names, and labels in the ways of different tools."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Workload:
    """A controller: its names, its pods, its sizes."""

    namespace: str
    kind: str
    name: str
    containers: tuple[str, ...]
    pods: int
    cores: float
    gib: float
    volume_gib: int
    gpus: int
    rollout_days: int
    flavour: str
    team: str


def text_hash(*parts: object, length: int = 10) -> str:
    """Return letters and digits that stand for these parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:length]


def pod_name(workload: Workload, generation: int, pod: int, template: str) -> tuple[str, str]:
    """Return a pod's name and its controller's."""
    suffix = text_hash(template, pod, length=5)
    match workload.kind:
        case "statefulset":
            return f"{workload.name}-{pod}", workload.name
        case "daemonset":
            return f"{workload.name}-{suffix}", workload.name
        case "job":
            return f"{workload.name}-{29_000_000 + generation * 1440}-{suffix}", workload.name
        case "":
            return workload.name, ""
    return f"{workload.name}-{template}-{suffix}", workload.name


def labels_of(workload: Workload, pod: str, template: str, generation: int) -> list[tuple[str, str]]:
    """Return a pod's labels, in the way of the tool that set them."""
    labels = {}
    if workload.kind == "statefulset":
        labels |= {"apps_kubernetes_io_pod_index": pod[-1], "controller_revision_hash": template,
                   "statefulset_kubernetes_io_pod_name": pod}  # fmt: skip
    elif workload.kind == "daemonset":
        labels |= {"controller_revision_hash": template, "pod_template_generation": str(generation),
                   "k8s_app": workload.name}  # fmt: skip
    elif workload.kind == "job":
        labels |= {"batch_kubernetes_io_job_name": pod[:-6],
                   "batch_kubernetes_io_controller_uid": text_hash(pod, length=32)}  # fmt: skip
    else:
        labels["pod_template_hash"] = template
    if workload.flavour == "chart":
        labels |= {"app_kubernetes_io_name": workload.name, "app_kubernetes_io_instance": workload.name,
                   "app_kubernetes_io_managed_by": "Helm", "app_kubernetes_io_version": f"1.{generation}.0",
                   "helm_sh_chart": f"{workload.name}-1.{generation}.0"}  # fmt: skip
    elif workload.flavour != "daemon":
        labels["app"] = workload.name
    if workload.flavour == "team":
        labels |= {"team": workload.team, "env": "prod", "tier": ("front", "back", "data")[workload.pods % 3],
                   "cost_center": f"cc-{len(workload.team) * 100}"}  # fmt: skip
    if workload.flavour == "mesh":
        labels |= {"security_istio_io_tlsMode": "istio", "service_istio_io_canonical_name": workload.name,
                   "service_istio_io_canonical_revision": "latest", "version": f"v{generation}"}  # fmt: skip
    return sorted(labels.items())
