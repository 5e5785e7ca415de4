"""What only bills know: disks and addresses that nothing uses, and commitments that cover nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from fleetcost.query.inventory import BilledOrphan, BilledTime, UnusedCommitment
from fleetcost.savings.ledger import Account, SavingClaim
from fleetcost.savings.opportunity import (
    MINUTES_PER_MONTH,
    CouldSave,
    Opportunity,
    SavingFact,
    SavingMoney,
    SavingPlace,
)
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

ORPHANED_DAYS = 3
"""A resource that was billed on fewer days may be about to be used, or to go."""

LATE_BY = timedelta(days=1)
"""What an integration's newest day does not name yet may only be late."""

_MINUTES_PER_DAY = 1440


def orphaned_resources(orphans: Iterable[BilledOrphan], billed: Mapping[str, BilledTime]) -> CouldSave:
    """Judge resources that are billed and used by nothing; one that is billed no more saves nothing any more."""
    there = [one for one in orphans if _is_there(one, billed)]
    found = tuple(_orphaned(one, billed[one.integration].days) for one in there if one.cost_nanos > 0)
    return CouldSave(found, len(found))


def unused_commitments(commitments: Iterable[UnusedCommitment], billed: Mapping[str, BilledTime]) -> CouldSave:
    """Judge commitments: what is unused is saved as far as use at on-demand prices could move below it."""
    every = [one for one in commitments if _is_there(one, billed)]
    idle = sum(one.demand_nanos <= 0 for one in every)
    found = tuple(_unused(one, billed[one.integration].days) for one in every)
    return CouldSave(found, len(every), +Counter({SavingReason.NO_DEMAND: idle}))


def _is_there(one: BilledOrphan | UnusedCommitment, billed: Mapping[str, BilledTime]) -> bool:
    """Whether it was billed to the end, or all but: a provider bills some resources a day later than others."""
    return one.last >= billed[one.integration].last - LATE_BY


def orphan_account(one: BilledOrphan) -> Account:
    """Return the account of a resource of a bill that is no asset."""
    return (one.currency, "", "bill", one.integration, one.account_id, one.region_id, one.service, one.provider_id)


def commitment_account(one: UnusedCommitment) -> Account:
    """Return the account of a commitment's unused part."""
    return (one.currency, "", "commitment", one.integration, one.provider, one.payer, one.commitment_id)


def demand_account(one: UnusedCommitment) -> Account:
    """Return the account of what a payer pays for machines that no commitment covers."""
    return (one.currency, "", "demand", one.provider, one.payer)


def billed_monthly(nanos: int, days: int) -> int:
    """Return what a cost of some billed days is per month."""
    return nanos * MINUTES_PER_MONTH // (days * _MINUTES_PER_DAY) if nanos > 0 and days else 0


def _orphaned(one: BilledOrphan, days: int) -> Opportunity:
    cost = billed_monthly(one.cost_nanos, days)
    short = one.days < ORPHANED_DAYS
    return Opportunity(
        kind=SavingKind.ORPHANED_RESOURCES,
        place=SavingPlace(
            one.cluster,
            name=one.provider_id,
            source=_joined(one.integration, one.account_id, one.region_id, one.service),
        ),
        currency=one.currency,
        verdict=Verdict.THIN if short else Verdict.OK,
        reasons=(SavingReason.SHORT,) if short else (),
        cost_nanos=cost,
        money=SavingMoney(low_nanos=cost, expected_nanos=cost, high_nanos=cost),
        facts=(
            SavingFact("what it is", "address" if one.address else "disk"),
            SavingFact("billed on", one.days, "days"),
            SavingFact("metered as", one.usage_type),
            SavingFact("provider", one.provider),
            SavingFact("account", one.account_id),
            SavingFact("region", one.region_id),
        ),
        claim=SavingClaim((orphan_account(one),), cost),
    )


def _unused(one: UnusedCommitment, days: int) -> Opportunity:
    cost = billed_monthly(one.unused_nanos, days)
    covered = min(cost, billed_monthly(one.demand_nanos, days))
    return Opportunity(
        kind=SavingKind.COMMITMENTS,
        place=SavingPlace(name=one.commitment_id, source=_joined(one.integration, one.payer, one.service)),
        currency=one.currency,
        verdict=Verdict.OK if covered else Verdict.WITHHELD,
        reasons=() if covered else (SavingReason.NO_DEMAND,),
        cost_nanos=cost,
        money=SavingMoney(expected_nanos=covered, high_nanos=covered),
        facts=(
            SavingFact("unused on", one.days, "days"),
            SavingFact("paid at on-demand prices", billed_monthly(one.demand_nanos, days) / 10**9, one.currency),
            SavingFact("provider", one.provider),
            SavingFact("service", one.service),
        ),
        claim=SavingClaim((commitment_account(one), demand_account(one)), covered),
    )


def _joined(*names: str) -> str:
    return "/".join(filter(None, names))
