"""Every saving of a fleet, with the costs of each claimed once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fleetcost.query.inventory import FleetInventory
from fleetcost.query.usage import ContainerUse
from fleetcost.savings.bills import (
    billed_monthly,
    commitment_account,
    demand_account,
    orphan_account,
    orphaned_resources,
    unused_commitments,
)
from fleetcost.savings.ledger import Account, settle
from fleetcost.savings.opportunity import ClusterTime, CouldSave, Opportunity, spend_account, with_granted
from fleetcost.savings.pools import NodePool, pool_account, pools_of, spare_nodes
from fleetcost.savings.recommend import SizingRule
from fleetcost.savings.requests import sized_requests, sizes_after
from fleetcost.savings.volumes import oversized_volumes, unmounted_volumes
from fleetcost.savings.words import SavingKind, SavingReason, Verdict
from fleetcost.savings.workloads import held_account, held_nanos, idle_workloads, unused_gpus


@dataclass(frozen=True, slots=True)
class SavingProfile:
    """
    How much room is left.

    Attributes:
        target: of what is asked for, the part that is used
        headroom: what a volume keeps above its highest use, as a part of that
        fewest_nodes: of a pool that are kept in any case
    """

    target: float
    headroom: float
    fewest_nodes: int


PROFILES: Mapping[str, SavingProfile] = {
    "development": SavingProfile(0.80, 0.25, 1),
    "production": SavingProfile(0.65, 0.50, 2),
    "high-availability": SavingProfile(0.50, 1.00, 3),
}


@dataclass(frozen=True, slots=True)
class KindSummary:
    """
    What one kind comes to.

    Attributes:
        judged: things that were looked at
        withheld: of these, by reason, those that could not be judged
        found: how many could be saved, by verdict
    """

    kind: SavingKind
    judged: int
    withheld: Mapping[SavingReason, int]
    found: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class FleetSavings:
    """
    Everything.

    Attributes:
        found: by money, the most first: what is expected, then what is freed
        kinds: of every kind, in the order in which they claim
        spent_nanos: what each currency's clusters cost per month, with what is billed beside them
    """

    found: tuple[Opportunity, ...]
    kinds: tuple[KindSummary, ...]
    spent_nanos: Mapping[str, int]

    def __len__(self) -> int:
        """How many savings there are: what it takes to remember them."""
        return len(self.found)


def find_savings(
    held: FleetInventory, usage: Iterable[ContainerUse], times: Mapping[str, ClusterTime], profile: SavingProfile
) -> FleetSavings:
    """
    Judge everything a fleet holds, and let each saving claim its costs.

    Args:
        held: by the fleet
        usage: of its containers
        times: of its clusters
        profile: how much room is left
    """
    idle = idle_workloads(held.workloads, times)
    going = {account for one in idle.found if one.verdict is Verdict.OK for account in one.freed_claim.accounts}
    requests = sized_requests(usage, times, SizingRule(cpu_target=profile.target), going)
    pools = pools_of(held.nodes, held.busy, profile.fewest_nodes)
    nodes, further = spare_nodes(pools, held.nodes, times, sizes_after(requests.found, going))
    said = {
        SavingKind.UNMOUNTED_VOLUMES: unmounted_volumes(held.volumes, times),
        SavingKind.ORPHANED_RESOURCES: orphaned_resources(held.orphans, held.billed),
        SavingKind.OVERSIZED_VOLUMES: oversized_volumes(held.volumes, times, profile.headroom),
        SavingKind.IDLE_WORKLOADS: idle,
        SavingKind.UNUSED_GPUS: unused_gpus(held.workloads, times),
        SavingKind.REQUESTS: requests,
        SavingKind.NODES: nodes,
        SavingKind.NODES_AFTER: further,
        SavingKind.COMMITMENTS: unused_commitments(held.commitments, held.billed),
    }
    budgets = budgets_of(held, times, pools)
    found = _settled([one for kind in SavingKind for one in said[kind].found], budgets)
    spent: dict[str, int] = defaultdict(int)
    for account, nanos in budgets.items():
        if _is_spend(account):
            spent[account[0]] += nanos
    return FleetSavings(
        tuple(sorted(found, key=_order)), tuple(_summary(kind, said[kind]) for kind in SavingKind), dict(spent)
    )


def budgets_of(
    held: FleetInventory, times: Mapping[str, ClusterTime], pools: Sequence[NodePool]
) -> Mapping[Account, int]:
    """Return what each account has per month: clusters, their volumes and pools, workloads, and bills beside them."""
    budgets: dict[Account, int] = defaultdict(int)
    for volume in held.volumes:
        if time := times.get(volume.cluster):
            whole = spend_account(volume.currency, volume.cluster)
            budgets[whole] += time.monthly(volume.cost_nanos)
            budgets[*whole, "volume", volume.volume] += time.monthly(volume.cost_nanos)
    for node in held.nodes:
        if time := times.get(node.cluster):
            budgets[spend_account(node.currency, node.cluster)] += time.monthly(node.cost_nanos)
    for pool in pools:
        if time := times.get(pool.cluster):
            budgets[pool_account(pool)] += sum(time.monthly(one.cost_nanos) for one in pool.nodes)
    for workload in held.workloads:
        if time := times.get(workload.cluster):
            budgets[held_account(workload)] += time.monthly(held_nanos(workload))
    for orphan in held.orphans:
        budgets[orphan_account(orphan)] += billed_monthly(orphan.cost_nanos, held.billed[orphan.integration].days)
    for one in held.commitments:
        days = held.billed[one.integration].days
        budgets[commitment_account(one)] += billed_monthly(one.unused_nanos, days)
        budgets[demand_account(one)] = billed_monthly(one.demand_nanos, days)
    return dict(budgets)


def _is_spend(account: Account) -> bool:
    """Whether an account is no part of another one."""
    return (account == account[:2] and bool(account[1])) or account[1:3] in {("", "bill"), ("", "commitment")}


def _settled(found: Sequence[Opportunity], budgets: Mapping[Account, int]) -> list[Opportunity]:
    """Return savings with what the ledger grants them; what is thin claims after what is sure, and is in no sum."""
    sure = [one for one in found if one.verdict is Verdict.OK]
    rest = [one for one in found if one.verdict is not Verdict.OK]
    ordered = [*sure, *rest]
    return with_granted(
        ordered,
        settle(budgets, [one.claim for one in ordered]),
        settle(budgets, [one.freed_claim for one in ordered]),
    )


def _order(one: Opportunity) -> tuple[object, ...]:
    sure = one.verdict is Verdict.OK
    return (not sure, -one.money.expected_nanos, -one.money.freed_nanos, one.id, one.currency)


def _summary(kind: SavingKind, said: CouldSave) -> KindSummary:
    found = {verdict: sum(one.verdict is verdict for one in said.found) for verdict in Verdict}
    return KindSummary(kind, said.judged, dict(said.withheld or {}), {one: n for one, n in found.items() if n})
