"""Controllers: who stands behind a pod, found by walking up its owners."""

from __future__ import annotations

import re
from typing import NamedTuple

from fleetcost.costing.labels import LabelBook
from fleetcost.costing.pods import Pod
from fleetcost.costing.services import Selectors
from fleetcost.model.allocation import Labels
from fleetcost.model.records import Owner
from fleetcost.model.samples import Samples


class Controller(NamedTuple):
    """A controller; its kind in lower case."""

    kind: str
    name: str


NO_CONTROLLER = Controller("", "")

_NOBODY = ("", "<none>")
_CRON_JOB = re.compile(r"^(.+)-(?:\d{10}|\d{8})$")
_HASHES = (("pod_template_hash", "deployment"), ("rollouts_pod_template_hash", "rollout"))


class Controllers:
    """
    Finds the controller of a pod.

    Pod → ReplicaSet → Deployment or Rollout; pod → Job → CronJob; pod → StatefulSet, DaemonSet and any other kind.
    Where nobody reports the owner of a ReplicaSet, the Deployment that selects the pod, else the hash its Deployment
    gave both; where nobody reports the owner of the pod, the Deployment or StatefulSet that selects it.
    """

    def __init__(self, samples: Samples, labels: LabelBook) -> None:
        self._labels = labels
        self._selectors = [(kind, Selectors(samples.names.selectors, kind)) for kind in ("deployment", "statefulset")]
        self._owners: dict[tuple[str, str, str, str], Controller] = {}
        for owner in sorted(samples.names.owners, key=_order):
            known = Controller(owner.owner_kind, owner.owner_name)
            self._owners[owner.namespace, owner.kind, owner.name, owner.uid] = known
            self._owners[owner.namespace, owner.kind, owner.name, ""] = known

    def of(self, pod: Pod) -> Controller:
        """Return a pod's controller, or none for a bare pod."""
        labels = self._labels.own(pod)
        found = self._owner(pod.key.namespace, "Pod", pod.key.pod, pod.key.uid)
        if found is None:
            return self._selecting(pod, labels) or NO_CONTROLLER
        if found.kind in _NOBODY:
            return NO_CONTROLLER
        above = self._owner(pod.key.namespace, found.kind, found.name, "")
        if above is not None and above.kind not in _NOBODY:
            return _named(above)
        if above is None and found.kind == "ReplicaSet":
            return self._selecting(pod, labels) or _hashed(found.name, labels) or _named(found)
        return _named(found)

    def _owner(self, namespace: str, kind: str, name: str, uid: str) -> Controller | None:
        return self._owners.get((namespace, kind, name, uid)) or self._owners.get((namespace, kind, name, ""))

    def _selecting(self, pod: Pod, labels: Labels) -> Controller | None:
        for kind, selectors in self._selectors:
            for name in selectors.selecting(pod.key.namespace, labels):
                return Controller(kind, name)
        return None


def job_name(name: str) -> str:
    """Return the CronJob's name for the Jobs one makes, such as `backup` for `backup-28312345`, others unchanged."""
    found = _CRON_JOB.match(name)
    return found.group(1) if found else name


def _named(owner: Controller) -> Controller:
    return Controller(owner.kind.lower(), job_name(owner.name) if owner.kind == "Job" else owner.name)


def _hashed(replicaset: str, labels: Labels) -> Controller | None:
    for label, kind in _HASHES:
        suffix = f"-{labels.get(label, '')}"
        if len(suffix) > 1 and replicaset.endswith(suffix):
            return Controller(kind, replicaset.removesuffix(suffix))
    return None


def _order(owner: Owner) -> tuple[str, ...]:
    return (owner.namespace, owner.kind, owner.name, owner.uid, owner.owner_kind, owner.owner_name)
