"""Recommended requests as documents: what to ask for, the evidence, and as a patch somebody may apply."""

from __future__ import annotations

import msgspec

from fleetcost.api.change import exact_nanos
from fleetcost.model.histogram import POINT_SECONDS, Histogram, upper_edge
from fleetcost.model.window import rfc3339
from fleetcost.query.usage import ContainerUse, ResourceUse
from fleetcost.savings.opportunity import Opportunity
from fleetcost.savings.recommend import MIB, ResourceAdvice
from fleetcost.savings.words import SavingReason


class DistributionJson(msgspec.Struct, frozen=True):
    """
    How many points of five minutes a container used about so much.

    Attributes:
        near_zero: points of next to nothing
        upper: the largest value of each bucket that has points, in cores or bytes
        points: in each
    """

    near_zero: int
    upper: list[float]
    points: list[int]


class ResourceAdviceJson(msgspec.Struct, frozen=True):
    """
    What to ask for of one resource, in cores or bytes.

    Attributes:
        now: what is asked for by the newest set
        request: what should be; none where that is withheld
        low, high: both ends of what chance may make of it; none where it rests on a peak
        base: the use it rests on
        peak: the highest use that was measured
        mean: the use on average of a pod; none where not measured
        limit: none without one
        uneven: pods are so unlike that the worst of them counts
        exceeded: of points in the second half of the window, the part above what the first half would have said
        reasons: why it is withheld, or thin
        distribution: only of `/api/v1/savings/requests`
    """

    now: float
    request: float | None
    low: float | None
    high: float | None
    base: float | None
    peak: float | None
    mean: float | None
    limit: float | None
    uneven: bool
    exceeded: float | None
    reasons: list[SavingReason]
    distribution: DistributionJson | None = None


class EvidenceJson(msgspec.Struct, frozen=True):
    """
    What a recommendation rests on.

    Attributes:
        hours_running: its pods ran together since `since`
        hours_observed: for how long of that use was measured
        coverage: the part; at most 1
        pod_days: pods of each day together
        days, weekdays_seen: on which it ran since then
        first_seen, last_seen: in the window
        since: evidence counts from here: the beginning, or when what it asks for changed
        changed: the latter
        restarts, oom_kills, throttled_fraction, cpu_pressure: none where not measured; of the third the worst day
        step_seconds: a point stands for so much time
    """

    hours_running: float
    hours_observed: float
    coverage: float
    pod_days: int
    days: int
    weekdays_seen: int
    first_seen: str
    last_seen: str
    since: str
    changed: bool
    restarts: int | None
    oom_kills: int | None
    last_oom_at: str | None
    throttled_fraction: float | None
    cpu_pressure: float | None
    step_seconds: int = POINT_SECONDS


class RequestAdviceJson(msgspec.Struct, frozen=True):
    """What a container should ask for; `cpu_freed` and `ram_freed` are per month, negative where it would hold more."""

    cpu: ResourceAdviceJson
    ram: ResourceAdviceJson
    cpu_freed: str
    ram_freed: str
    evidence: EvidenceJson


def advice_document(one: Opportunity, whole: ContainerUse | None) -> RequestAdviceJson | None:
    """
    Write what a container should ask for; None for other savings.

    Args:
        one: the saving
        whole: its use with distributions, None to leave them out
    """
    if one.advice is None:
        return None
    use, of_cpu, of_ram = one.advice.use, whole.cpu.whole if whole else None, whole.ram.whole if whole else None
    return RequestAdviceJson(
        cpu=_resource(use, use.cpu, one.advice.cpu, of_cpu),
        ram=_resource(use, use.ram, one.advice.ram, of_ram),
        cpu_freed=exact_nanos(one.advice.cpu_freed_nanos),
        ram_freed=exact_nanos(one.advice.ram_freed_nanos),
        evidence=_evidence(use, one.advice.observed_hours),
    )


def millicores(cores: float) -> str:
    """Write cores as Kubernetes does."""
    return f"{round(cores * 1000)}m"


def mebibytes(size: float) -> str:
    """Write bytes as Kubernetes does."""
    return f"{round(size / MIB)}Mi"


def _resource(
    use: ContainerUse, resource: ResourceUse, advice: ResourceAdvice, whole: Histogram | None
) -> ResourceAdviceJson:
    known = resource.peak is not None and use.priced_hours > 0
    return ResourceAdviceJson(
        now=advice.now, request=advice.request, low=advice.low, high=advice.high, base=advice.base,
        peak=resource.peak, mean=resource.used_hours / use.priced_hours if known else None, limit=resource.limit,
        uneven=advice.uneven, exceeded=advice.exceeded, reasons=list(advice.reasons),
        distribution=None if whole is None else DistributionJson(
            whole.near_zero, [upper_edge(index) for index, _ in whole.buckets], [count for _, count in whole.buckets]
        ),
    )  # fmt: skip


def _evidence(use: ContainerUse, observed_hours: float) -> EvidenceJson:
    return EvidenceJson(
        hours_running=round(use.hours, 3), hours_observed=round(observed_hours, 3),
        coverage=round(min(observed_hours / use.hours, 1.0), 4) if use.hours else 0.0, pod_days=use.pods,
        days=use.days, weekdays_seen=use.weekdays, first_seen=rfc3339(use.first), last_seen=rfc3339(use.last),
        since=rfc3339(use.since), changed=use.changed, restarts=use.restarts, oom_kills=use.oom_kills,
        last_oom_at=rfc3339(use.last_kill) if use.last_kill else None, throttled_fraction=use.throttled,
        cpu_pressure=use.pressure,
    )  # fmt: skip
