"""One saving as a value: what it is about, what is known of it, whether to believe it, and its money."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fleetcost.query.sharing import HOURS_PER_MONTH
from fleetcost.query.usage import ContainerUse
from fleetcost.savings.ledger import NO_CLAIM, Account, SavingClaim
from fleetcost.savings.recommend import RequestAdvice
from fleetcost.savings.words import SavingKind, SavingReason, Verdict

MINUTES_PER_MONTH = HOURS_PER_MONTH * 60


@dataclass(frozen=True, slots=True)
class ClusterTime:
    """How many minutes of a cluster stand behind its costs in the window, and the end of its newest set there."""

    minutes: int
    last: datetime

    def monthly(self, nanos: int) -> int:
        """Return what a cost of the window is per month, rounded towards zero, so that parts stay within the whole."""
        return int(nanos * MINUTES_PER_MONTH // self.minutes) if nanos > 0 else 0

    def of(self, use: ContainerUse) -> ClusterTime:
        """Return what stands behind a container's costs: not the time before it asked for what it asks for now."""
        if use.priced_since <= use.first:
            return self
        minutes = int((self.last - use.priced_since).total_seconds() // 60)
        return ClusterTime(max(min(minutes, self.minutes), 1), self.last)


@dataclass(frozen=True, slots=True)
class SavingPlace:
    """
    What a saving is about.

    Attributes:
        name: of a volume, a container, a pool, or a resource of a bill
        source: where a bill names it, whose names are unique nowhere else: integration, account and service
    """

    cluster: str = ""
    namespace: str = ""
    controller_kind: str = ""
    controller: str = ""
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SavingMoney:
    """
    Per month, in billionths of the currency's unit.

    Attributes:
        freed_nanos: what is given back at the prices it was charged; money only when a node goes
        low_nanos, expected_nanos, high_nanos: what the bill becomes smaller by
    """

    freed_nanos: int = 0
    low_nanos: int = 0
    expected_nanos: int = 0
    high_nanos: int = 0


@dataclass(frozen=True, slots=True)
class SavingFact:
    """One thing that is known: its name, its value, and the unit, empty for texts and counts."""

    name: str
    value: str | int | float | datetime
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """
    A saving.

    Attributes:
        cost_nanos: what it is about costs per month
        money: what could be saved; nothing where the verdict is withheld
        reasons: why the verdict is not ok
        facts: the evidence
        claim: of costs, for its expected money
        freed_claim: of what workloads hold, for what it frees
        advice: what a container should ask for, without its distributions
        number: of the container among the fleet's usage, which has them
    """

    kind: SavingKind
    place: SavingPlace
    currency: str
    verdict: Verdict
    cost_nanos: int
    money: SavingMoney = SavingMoney()
    reasons: tuple[SavingReason, ...] = ()
    facts: tuple[SavingFact, ...] = ()
    claim: SavingClaim = NO_CLAIM
    freed_claim: SavingClaim = NO_CLAIM
    advice: RequestAdvice | None = None
    number: int = -1

    @property
    def id(self) -> str:
        """The same for the same thing in every answer, in whichever currency: 16 letters and digits."""
        place = self.place
        parts = (
            self.kind, place.cluster, place.namespace, place.controller_kind, place.controller, place.name,
            *filter(None, [place.source]),
        )  # fmt: skip
        return hashlib.blake2s("\0".join(parts).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class CouldSave:
    """
    What the judges of one kind say.

    Attributes:
        found: savings
        judged: how many things were looked at
        withheld: how many of these could not be judged, by reason
    """

    found: tuple[Opportunity, ...] = ()
    judged: int = 0
    withheld: Mapping[SavingReason, int] | None = None


def spend_account(currency: str, cluster: str) -> Account:
    """Return the account of all that a cluster costs."""
    return (currency, cluster)


def with_granted(found: Sequence[Opportunity], spent: Sequence[int], freed: Sequence[int]) -> list[Opportunity]:
    """Return savings whose money is what the ledger granted: expected, and low with it."""
    made = []
    for one, expected, given_back in zip(found, spent, freed, strict=True):
        money = SavingMoney(
            freed_nanos=given_back,
            low_nanos=min(one.money.low_nanos, expected),
            expected_nanos=expected,
            high_nanos=max(one.money.high_nanos, expected),
        )
        made.append(replace(one, money=money))
    return made
