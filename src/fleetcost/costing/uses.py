"""
What the containers of a pod are charged for one resource: max(request, usage), and at least what the pod asked for.

Kubernetes lets a pod ask as a whole for more than its containers do: pod-level resources
(https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#pod-level-resource-specification), a
runtime's overhead, an init container that needs more. The scheduler keeps all of it free for the pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Demand(NamedTuple):
    """
    What is known of one resource of a container or of a pod as a whole, in units; None where nothing is.

    Attributes:
        allocated: an exporter's mean of max(request, usage)
        limit: the most it may use
    """

    allocated: float | None
    requested: float | None
    used: float | None
    peak: float | None
    limit: float | None

    @property
    def basis(self) -> float:
        """What is charged: max(request, usage), the exporter's mean of it where there is one, else of the means."""
        basis = self.used if self.allocated is None else self.allocated
        return max(basis or 0.0, self.requested or 0.0)


NO_DEMAND = Demand(None, None, None, None, None)


class Use(NamedTuple):
    """The same over the pod's hours, and what is charged; the peak stays a rate."""

    charged: float
    requested: float
    used: float | None
    peak: float | None
    limit: float | None


def uses(containers: Mapping[str, Demand], pod: Demand, hours: float) -> Mapping[str, Use]:
    """
    Return the use of each container.

    Their charges add up to no less than what the pod asks for as a whole, and each is no less than its own request.

    Args:
        containers: rates by name, at least one
        pod: rates of the pod as a whole
        hours: that it ran
    """
    if pod == NO_DEMAND:
        return {name: _use(one, one.basis, one.requested or 0.0, hours) for name, one in containers.items()}
    rates = _with_limits(_with_use(containers, pod.used), pod.limit)
    basis = {name: one.basis for name, one in rates.items()}
    missing = max((pod.requested or 0.0) - sum(basis.values()), 0.0) / len(rates)
    charged = {name: of_one + missing for name, of_one in basis.items()}
    requested = _requested(rates, charged, pod.requested or 0.0)
    return {name: _use(one, charged[name], requested[name], hours) for name, one in rates.items()}


def _use(rates: Demand, charged: float, requested: float, hours: float) -> Use:
    return Use(
        charged * hours,
        requested * hours,
        None if rates.used is None else rates.used * hours,
        rates.peak,
        None if rates.limit is None else rates.limit * hours,
    )


def _with_use(rates: Mapping[str, Demand], used: float | None) -> Mapping[str, Demand]:
    """Share the use of the pod's control group by requests, or equally, where no container's own use is known."""
    if used is None or any(one.used is not None for one in rates.values()):
        return rates
    asked = sum(one.requested or 0.0 for one in rates.values())
    parts = {name: (one.requested or 0.0) / asked if asked else 1 / len(rates) for name, one in rates.items()}
    return {name: one._replace(used=used * parts[name]) for name, one in rates.items()}


def _with_limits(rates: Mapping[str, Demand], limit: float | None) -> Mapping[str, Demand]:
    """Give the containers without a limit of their own equal parts of what the pod's leaves them."""
    open_ended = sum(one.limit is None for one in rates.values())
    if limit is None or not open_ended:
        return rates
    left = max(limit - sum(one.limit or 0.0 for one in rates.values()), 0.0) / open_ended
    return {name: one._replace(limit=left) if one.limit is None else one for name, one in rates.items()}


def _requested(rates: Mapping[str, Demand], charged: Mapping[str, float], of_pod: float) -> Mapping[str, float]:
    """Share what the pod asks for beyond its containers by how much more than their requests they are charged."""
    own = {name: one.requested or 0.0 for name, one in rates.items()}
    beyond = max(of_pod - sum(own.values()), 0.0)
    room = {name: charged[name] - own[name] for name in rates}
    total = sum(room.values())
    return {name: own[name] + (beyond * min(room[name] / total, 1.0) if total > 0 else 0.0) for name in rates}
