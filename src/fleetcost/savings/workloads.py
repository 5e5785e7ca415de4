"""Workloads that do nothing, and GPUs that are held and not used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from fleetcost.query.inventory import HeldWorkload
from fleetcost.savings.ledger import SavingClaim
from fleetcost.savings.opportunity import (
    ClusterTime,
    CouldSave,
    Opportunity,
    SavingFact,
    SavingMoney,
    SavingPlace,
)
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

QUIET_BYTES_PER_SECOND = 500
"""Traffic in and out below which a pod is quiet: probes and scrapes cause some."""

QUIET_PART = 0.99
"""Of the days of its pods, so many must be quiet."""

STILL_CORES = 0.005
"""The highest CPU use of a workload that does nothing is no further above its mean."""

IDLE_DAYS = 7
"""A workload that was seen on fewer days may be one that works each Monday."""

_NOT_JUDGED = frozenset({"job", "cronjob", "daemonset"})
_OF_THE_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
_NANOS = 10**9


def idle_workloads(workloads: Iterable[HeldWorkload], times: Mapping[str, ClusterTime]) -> CouldSave:
    """Judge workloads by traffic and CPU; jobs, daemonsets and the system's own are not looked at."""
    every = tuple(workloads)
    traffic: Counter[str] = Counter()
    for one in every:
        traffic[one.cluster] += one.network_bytes
    there = [one for one in every if _there(one, times) and _judged(one)]
    unknown = Counter(reason for one in there if (reason := _unknown(one, traffic)))
    idle = [one for one in there if _unknown(one, traffic) is None and _idle(one)]
    return CouldSave(tuple(_of_idle(one, times[one.cluster]) for one in idle), len(there), unknown)


def unused_gpus(workloads: Iterable[HeldWorkload], times: Mapping[str, ClusterTime]) -> CouldSave:
    """Judge workloads that ask for GPUs: those that never used one."""
    there = [one for one in workloads if _there(one, times) and one.gpu_asked_nanos > 0]
    unmeasured = [one for one in there if one.gpu_used_nanos is None or one.gpu_unmeasured]
    partly = [one for one in there if one not in unmeasured and one.gpu_used_nanos and _gpus(one) > 1]
    unknown = Counter({SavingReason.NO_USAGE: len(unmeasured), SavingReason.SHARED_USE: len(partly)})
    unused = [one for one in there if one not in unmeasured and not one.gpu_used_nanos and not one.gpu_used_max]
    return CouldSave(tuple(_of_gpus(one, times[one.cluster]) for one in unused), len(there), +unknown)


def held_account(one: HeldWorkload) -> tuple[str, ...]:
    """Return the account of what a workload holds: its CPU, memory and GPUs."""
    return (one.currency, one.cluster, one.namespace, one.controller_kind, one.controller)


def held_nanos(one: HeldWorkload) -> int:
    """Return the cost of what a workload holds."""
    return one.cpu_nanos + one.ram_nanos + one.gpu_nanos


def _there(one: HeldWorkload, times: Mapping[str, ClusterTime]) -> bool:
    return one.cluster in times and one.last >= times[one.cluster].last


def _judged(one: HeldWorkload) -> bool:
    return bool(one.controller) and one.controller_kind not in _NOT_JUDGED and one.namespace not in _OF_THE_SYSTEM


def _unknown(one: HeldWorkload, traffic: Mapping[str, int]) -> SavingReason | None:
    if not traffic[one.cluster]:
        return SavingReason.NO_NETWORK
    return SavingReason.NO_USAGE if one.burst_cores is None or one.unmeasured else None


def _idle(one: HeldWorkload) -> bool:
    quiet = one.quiet_windows >= QUIET_PART * one.pod_windows
    return quiet and one.burst_cores is not None and one.burst_cores < STILL_CORES


def _gpus(one: HeldWorkload) -> float:
    """Return how many GPUs each of its pods asks for on average."""
    return one.gpu_asked_nanos / _NANOS * 3600 / max(one.seconds, 1)


def _opportunity(
    kind: SavingKind, one: HeldWorkload, cost: int, verdict: SavingReason | None, facts: tuple[SavingFact, ...]
) -> Opportunity:
    return Opportunity(
        kind=kind,
        place=SavingPlace(one.cluster, one.namespace, one.controller_kind, one.controller),
        currency=one.currency,
        verdict=Verdict.THIN if verdict else Verdict.OK,
        reasons=(verdict,) if verdict else (),
        cost_nanos=cost,
        money=SavingMoney(freed_nanos=cost),
        facts=facts,
        freed_claim=SavingClaim((held_account(one),), cost),
    )


def _of_idle(one: HeldWorkload, time: ClusterTime) -> Opportunity:
    facts = (
        SavingFact("seen on", one.days, "days"),
        SavingFact("pods on average", one.seconds / 86400 / max(one.days, 1), ""),
        SavingFact("traffic of a pod", one.network_bytes / max(one.seconds, 1), "bytes/s"),
        SavingFact("CPU at most above its mean", one.burst_cores or 0.0, "cores"),
    )
    short = SavingReason.SHORT if one.days < IDLE_DAYS else None
    return _opportunity(SavingKind.IDLE_WORKLOADS, one, time.monthly(held_nanos(one)), short, facts)


def _of_gpus(one: HeldWorkload, time: ClusterTime) -> Opportunity:
    facts = (
        SavingFact("seen on", one.days, "days"),
        SavingFact("GPUs of a pod", _gpus(one), ""),
        SavingFact("GPU hours held", one.gpu_asked_nanos / _NANOS, "hours"),
        *([SavingFact("model", one.gpu_model)] if one.gpu_model else []),
    )
    short = SavingReason.SHORT if one.days < IDLE_DAYS else None
    return _opportunity(SavingKind.UNUSED_GPUS, one, time.monthly(one.gpu_nanos), short, facts)
