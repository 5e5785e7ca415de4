"""What containers should ask for, as savings: what it frees, and what cannot be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from fleetcost.query.inventory import ContainerLoad
from fleetcost.query.usage import ContainerUse, ResourceUse
from fleetcost.savings.ledger import Account, SavingClaim
from fleetcost.savings.opportunity import ClusterTime, CouldSave, Opportunity, SavingMoney, SavingPlace
from fleetcost.savings.packing import NOTHING, PodSize
from fleetcost.savings.recommend import RequestAdvice, ResourceAdvice, SizingRule, freed_of, recommend
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

WORTH_CHANGING = 0.1
"""A request that differs by less than this part of it is left alone."""

_NANOS = 10**9
ContainerKey = tuple[str, str, str, str, str]


def sized_requests(
    usage: Iterable[ContainerUse], times: Mapping[str, ClusterTime], rule: SizingRule, idle: Collection[Account]
) -> CouldSave:
    """
    Judge what every container of a controller asks for.

    Args:
        usage: of the fleet
        times: of its clusters
        rule: how much is recommended
        idle: workloads that go as a whole
    """
    found, judged, unknown = [], 0, Counter[SavingReason]()
    for number, use in enumerate(usage):
        time = times.get(use.cluster)
        if time is None or use.last < time.last or workload_account(use) in idle:
            continue
        judged += 1
        advice = recommend(use, rule)
        if advice.verdict is Verdict.WITHHELD:
            unknown[advice.reasons[0]] += 1
        elif not (_worth(advice.cpu) or _worth(advice.ram)):
            continue
        found.append(_opportunity(advice, number, time))
    return CouldSave(tuple(found), judged, unknown)


def workload_account(use: ContainerUse) -> Account:
    """Return the account of what the workload of a container holds."""
    return (use.currency, use.cluster, use.namespace, use.controller_kind, use.controller)


def monthly_freed(advice: RequestAdvice, time: ClusterTime) -> tuple[int, int]:
    """Return what CPU and memory are freed per month, negative where more would be held."""
    use, time = advice.use, time.of(advice.use)
    amounts = [freed_of(one, given, use.priced_hours) for one, given in ((use.cpu, advice.cpu), (use.ram, advice.ram))]
    cpu, ram = (time.monthly(nanos) if nanos > 0 else -time.monthly(-nanos) for nanos in amounts)
    return cpu, ram


def sizes_after(found: Iterable[Opportunity], idle: Collection[Account]) -> AdvisedSizes:
    """Return what containers would ask for once everything that is sure is done."""
    advised: dict[ContainerKey, PodSize] = {}
    for one in found:
        if one.advice is not None and one.verdict is Verdict.OK:
            use, place = one.advice.use, one.place
            cores = use.cpu.asked if one.advice.cpu.request is None else one.advice.cpu.request
            ram = use.ram.asked if one.advice.ram.request is None else one.advice.ram.request
            key = (place.cluster, place.namespace, place.controller_kind, place.controller, use.container)
            advised[key] = PodSize(round(cores * _NANOS), round(ram))
    return AdvisedSizes(advised, frozenset(account[1:] for account in idle))


class AdvisedSizes:
    """What a container would ask for: nothing where its workload goes, what is recommended, or what it asks for now."""

    def __init__(self, advised: Mapping[ContainerKey, PodSize], idle: Collection[Account]) -> None:
        self._advised = advised
        self._idle = idle

    def __call__(self, load: ContainerLoad) -> PodSize:
        """Return the size of a container."""
        workload = (load.cluster, load.namespace, load.controller_kind, load.controller)
        if workload in self._idle:
            return NOTHING
        advised = self._advised.get((*workload, load.container))
        if advised is None:
            return PodSize(load.cores_nanos, load.ram_bytes, load.gpus_nanos)
        return advised._replace(gpus_nanos=load.gpus_nanos)


def _worth(advice: ResourceAdvice) -> bool:
    return advice.request is not None and abs(advice.request - advice.now) > WORTH_CHANGING * advice.now


def _opportunity(advice: RequestAdvice, number: int, time: ClusterTime) -> Opportunity:
    use = advice.use
    cpu, ram = monthly_freed(advice, time)
    freed = max(cpu + ram, 0)
    return Opportunity(
        kind=SavingKind.REQUESTS,
        place=SavingPlace(use.cluster, use.namespace, use.controller_kind, use.controller, use.container),
        currency=use.currency,
        verdict=advice.verdict,
        reasons=advice.reasons,
        cost_nanos=time.of(use).monthly(use.cpu.cost_nanos + use.ram.cost_nanos),
        money=SavingMoney(freed_nanos=freed),
        freed_claim=SavingClaim((workload_account(use),), freed),
        advice=replace(
            advice, use=replace(use, cpu=_bare(use.cpu), ram=_bare(use.ram)), cpu_freed_nanos=cpu, ram_freed_nanos=ram
        ),
        number=number,
    )


def _bare(use: ResourceUse) -> ResourceUse:
    """Return a use without its distributions, which take more room than all else; the fleet's usage keeps them."""
    return replace(use, whole=None, earlier=None, later=None)
