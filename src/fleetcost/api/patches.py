"""Recommendations as text for `kubectl patch`: what the API server of any cluster would take, or why there is none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from fleetcost.api.advice import mebibytes, millicores
from fleetcost.savings.opportunity import Opportunity
from fleetcost.savings.recommend import RequestAdvice

_TEMPLATES = {
    **dict.fromkeys(("deployment", "statefulset", "daemonset", "replicaset", "replicationcontroller"), ("template",)),
    "cronjob": ("jobTemplate", "spec", "template"),
}
"""
Where the template of pods lies in the `spec` of what Kubernetes itself can patch; a job's may not be changed, and of
kinds that others add a list of containers would be replaced whole:
https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
"""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
"""What Kubernetes lets objects and containers be named."""


def patches(found: Iterable[Opportunity]) -> str:
    """Write recommendations as patches of `kubectl patch --patch-file`, one a workload, each below its command."""
    by_workload: dict[tuple[str, ...], dict[str, RequestAdvice]] = defaultdict(dict)
    for one in found:
        if one.advice is not None and one.advice.changes:
            place = one.place
            by_workload[place.cluster, place.namespace, place.controller_kind, place.controller][place.name] = (
                one.advice
            )
    return "".join(
        "\n".join(_patch(workload, containers)) + "\n" for workload, containers in sorted(by_workload.items())
    )


def _patch(workload: tuple[str, ...], containers: dict[str, RequestAdvice]) -> Iterator[str]:
    cluster, namespace, kind, name = workload
    yield "---"
    if not all(_NAME.fullmatch(one) for one in (namespace, name, *containers)):
        yield f"# cluster {cluster!a}: {kind!a} {name!a} of {namespace!a}: no patch, Kubernetes names nothing so"
        return
    if kind not in _TEMPLATES:
        yield f"# cluster {cluster}: {kind!a} {name} of {namespace}: no patch, its containers are not changed by one"
        return
    yield f"# cluster {cluster}: kubectl --namespace {namespace} patch {kind} {name} --patch-file FILE"
    for depth, key in enumerate(("spec", *_TEMPLATES[kind], "spec", "containers")):
        yield f"{'  ' * depth}{key}:"
    indent = "  " * (len(_TEMPLATES[kind]) + 2)
    for container, advice in containers.items():
        yield from (f"{indent}{line}" for line in _container(container, advice))


def _container(name: str, advice: RequestAdvice) -> Iterator[str]:
    """Yield what is changed of a container: a limit with it where the request would be above, which is refused."""
    requests, limits = [], []
    for resource, one, limit, written in (
        ("cpu", advice.cpu, advice.use.cpu.limit, millicores),
        ("memory", advice.ram, advice.use.ram.limit, mebibytes),
    ):
        if one.request is not None:
            requests.append(f"      {resource}: {written(one.request)}")
            if limit is not None and limit < one.request:
                limits.append(f"      {resource}: {written(one.request)}  # its limit of {written(limit)} is below")
    yield f'- name: "{name}"'
    yield "  resources:"
    yield from ("    requests:", *requests)
    if limits:
        yield from ("    limits:", *limits)
