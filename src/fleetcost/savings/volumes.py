"""Volumes that nobody mounts, and volumes far larger than what is on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from fleetcost.query.inventory import HeldVolume
from fleetcost.savings.ledger import SavingClaim
from fleetcost.savings.opportunity import (
    ClusterTime,
    CouldSave,
    Opportunity,
    SavingFact,
    SavingMoney,
    SavingPlace,
    spend_account,
)
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

GIB = 1 << 30

SPARE_DAYS = 3
"""A volume that was mounted later than that may be between two pods."""

MEASURED_DAYS = 7
"""A volume whose use was measured on fewer days may not have shown its highest."""

WORTH_SHRINKING = 0.2
"""A volume is left alone where less than this part of it could go."""


def unmounted_volumes(volumes: Iterable[HeldVolume], times: Mapping[str, ClusterTime]) -> CouldSave:
    """Judge volumes that no pod mounted in the newest set of their cluster."""
    there = [one for one in volumes if _there(one, times)]
    return CouldSave(tuple(_unmounted(one, times[one.cluster]) for one in there if is_spare(one)), judged=len(there))


def oversized_volumes(volumes: Iterable[HeldVolume], times: Mapping[str, ClusterTime], headroom: float) -> CouldSave:
    """
    Judge mounted volumes by their highest use.

    Args:
        volumes: of the fleet
        times: of its clusters
        headroom: what a volume needs above its highest use, as a part of that
    """
    there = [one for one in volumes if _there(one, times) and not is_spare(one)]
    found = (_oversized(one, times[one.cluster], headroom) for one in there)
    unknown = sum(one.used_bytes_max is None for one in there)
    return CouldSave(
        tuple(one for one in found if one is not None),
        judged=len(there),
        withheld=Counter({SavingReason.NO_USAGE: unknown} if unknown else {}),
    )


def needed_bytes(used_bytes_max: float, headroom: float) -> int:
    """Return the size a volume needs: whole GiB, one at least."""
    return max(-int(-used_bytes_max * (1 + headroom) // GIB), 1) * GIB


def _there(one: HeldVolume, times: Mapping[str, ClusterTime]) -> bool:
    """Whether a volume is there in the newest set of its cluster."""
    return one.cluster in times and one.last >= times[one.cluster].last


def is_spare(one: HeldVolume) -> bool:
    """Whether no pod mounts a volume in its newest set."""
    return one.spare_until is not None and one.spare_until >= one.last


def _place(one: HeldVolume) -> SavingPlace:
    return SavingPlace(one.cluster, one.claim_namespace, name=one.volume)


def _claim(one: HeldVolume, nanos: int) -> SavingClaim:
    whole = spend_account(one.currency, one.cluster)
    return SavingClaim((whole, (*whole, "volume", one.volume)), nanos)


def _about(one: HeldVolume) -> tuple[SavingFact, ...]:
    return (
        SavingFact("size", one.capacity_bytes, "bytes"),
        *([SavingFact("claim", f"{one.claim_namespace}/{one.claim_name}")] if one.claim_name else []),
        *([SavingFact("storage class", one.storage_class)] if one.storage_class else []),
    )


def _unmounted(one: HeldVolume, time: ClusterTime) -> Opportunity:
    cost, since = time.monthly(one.cost_nanos), one.mounted_until
    spare = one.last - (since or one.first)
    known = SavingFact("last mounted", since) if since else SavingFact("not mounted since before", one.first)
    short = spare < timedelta(days=SPARE_DAYS)
    return Opportunity(
        kind=SavingKind.UNMOUNTED_VOLUMES,
        place=_place(one),
        currency=one.currency,
        verdict=Verdict.THIN if short else Verdict.OK,
        reasons=(SavingReason.SHORT,) if short else (),
        cost_nanos=cost,
        money=SavingMoney(low_nanos=cost, expected_nanos=cost, high_nanos=cost),
        facts=(known, SavingFact("unmounted for at least", spare.days, "days"), *_about(one)),
        claim=_claim(one, cost),
    )


def _oversized(one: HeldVolume, time: ClusterTime, headroom: float) -> Opportunity | None:
    if one.used_bytes_max is None or one.capacity_bytes <= 0:
        return None
    needed = needed_bytes(one.used_bytes_max, headroom)
    if needed > one.capacity_bytes * (1 - WORTH_SHRINKING):
        return None
    cost = time.monthly(one.cost_nanos)
    saved = cost * (one.capacity_bytes - needed) // one.capacity_bytes
    short = one.measured_days < MEASURED_DAYS
    return Opportunity(
        kind=SavingKind.OVERSIZED_VOLUMES,
        place=_place(one),
        currency=one.currency,
        verdict=Verdict.THIN if short else Verdict.OK,
        reasons=(SavingReason.SHORT,) if short else (),
        cost_nanos=cost,
        money=SavingMoney(expected_nanos=saved, high_nanos=saved),
        facts=(
            SavingFact("highest use", round(one.used_bytes_max), "bytes"),
            SavingFact("size it needs", needed, "bytes"),
            SavingFact("measured", one.measured_days, "days"),
            *_about(one),
        ),
        claim=_claim(one, saved),
    )
