"""Controllers: who stands behind a pod, found by walking up its owners."""

from __future__ import annotations

import re
from typing import NamedTuple

from fleetcost.costing.pods import Pod
from fleetcost.model.samples import Owner, Samples


class Controller(NamedTuple):
    """A controller; its kind in lower case."""

    kind: str
    name: str


NO_CONTROLLER = Controller("", "")

_CRON_JOB = re.compile(r"^(.+)-(?:\d{10}|\d{8})$")


class Controllers:
    """Finds the controller of a pod: pod → ReplicaSet → Deployment or Rollout, pod → Job → CronJob, pod → others."""

    def __init__(self, samples: Samples) -> None:
        self._owners: dict[tuple[str, str, str, str], tuple[str, str]] = {}
        for owner in sorted(samples.names.owners, key=_order):
            if owner.owner_kind and owner.owner_kind != "<none>":
                known = (owner.owner_kind, owner.owner_name)
                self._owners[owner.namespace, owner.kind, owner.name, owner.uid] = known
                self._owners[owner.namespace, owner.kind, owner.name, ""] = known

    def of(self, pod: Pod) -> Controller:
        """Return a pod's controller, or none for a bare pod."""
        namespace, name, uid = pod.key
        found = self._owners.get((namespace, "Pod", name, uid)) or self._owners.get((namespace, "Pod", name, ""))
        if found is None:
            return NO_CONTROLLER
        kind, owner = found
        above = self._owners.get((namespace, kind, owner, ""))
        if above is not None:
            kind, owner = above
        return Controller(kind.lower(), job_name(owner) if kind == "Job" else owner)


def job_name(name: str) -> str:
    """Return the CronJob's name for the Jobs one makes, such as `backup` for `backup-28312345`, others unchanged."""
    found = _CRON_JOB.match(name)
    return found.group(1) if found else name


def _order(owner: Owner) -> tuple[str, ...]:
    return (owner.namespace, owner.kind, owner.name, owner.uid, owner.owner_kind, owner.owner_name)
