"""Savings as documents: what they are about, whether to believe them, what is known, and their money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from fleetcost.api.advice import RequestAdviceJson, advice_document
from fleetcost.api.change import exact_nanos
from fleetcost.model.window import rfc3339
from fleetcost.query.usage import ContainerUse
from fleetcost.savings.find import FleetSavings, KindSummary
from fleetcost.savings.opportunity import Opportunity, SavingFact
from fleetcost.savings.words import SavingKind, SavingReason, Verdict


class SavingFactJson(msgspec.Struct, frozen=True):
    """One thing that is known: a text, a time or an exact number as text, and its unit, empty for texts and counts."""

    name: str
    value: str
    unit: str


class ReasonJson(msgspec.Struct, frozen=True):
    """Why something is thin or withheld, what would change it, and how often."""

    reason: SavingReason
    meaning: str
    count: int = 1


class ArchivedJson(msgspec.Struct, frozen=True):
    """Who put a saving aside, when, until when (empty: for good) and why."""

    by: str
    at: str
    until: str
    note: str


class SavingJson(msgspec.Struct, frozen=True):
    """
    One saving; amounts are exact, per month of 730 hours.

    Attributes:
        id: the same for the same thing in every answer
        name: of a volume, a container, a pool, or a resource of a bill
        source: where a bill names it: integration, account and service
        verdict: whether to believe it
        cost: what it is about costs
        freed: what is given back at the prices it was charged; money only when a node goes
        low, expected, high: what the bill becomes smaller by
        archived: somebody put it aside; it is in no sum
        advice: what a container should ask for, of kind `requests`
    """

    id: str
    kind: SavingKind
    cluster: str
    namespace: str
    controller_kind: str
    controller: str
    name: str
    source: str
    currency: str
    verdict: Verdict
    reasons: list[ReasonJson]
    cost: str
    freed: str
    low: str
    expected: str
    high: str
    facts: list[SavingFactJson]
    archived: ArchivedJson | None = None
    advice: RequestAdviceJson | None = None


class SavingsTotalJson(msgspec.Struct, frozen=True):
    """
    The sums of one currency, per month: of savings whose verdict is ok and that nobody put aside.

    Attributes:
        spent: what clusters cost, and what is billed beside them and could be saved; `expected` is never above it
    """

    currency: str
    spent: str
    freed: str
    low: str
    expected: str
    high: str
    count: int


class SavingKindJson(msgspec.Struct, frozen=True):
    """
    What one kind comes to.

    Attributes:
        meaning: its rule, and when it becomes money
        judged: things that were looked at
        found: how many could be saved, by verdict
        withheld: how many could not be judged, and why
        totals: as of the whole
    """

    kind: SavingKind
    meaning: str
    judged: int
    found: dict[Verdict, int]
    withheld: list[ReasonJson]
    totals: list[SavingsTotalJson]


def saving_document(one: Opportunity, archived: ArchivedJson | None, use: ContainerUse | None = None) -> SavingJson:
    """Write one saving; `use` is that of its container, with distributions, where they are wanted."""
    place, money = one.place, one.money
    return SavingJson(
        id=one.id,
        kind=one.kind,
        cluster=place.cluster,
        namespace=place.namespace,
        controller_kind=place.controller_kind,
        controller=place.controller,
        name=place.name,
        source=place.source,
        currency=one.currency,
        verdict=one.verdict,
        reasons=[ReasonJson(reason, reason.meaning) for reason in one.reasons],
        cost=exact_nanos(one.cost_nanos),
        freed=exact_nanos(money.freed_nanos),
        low=exact_nanos(money.low_nanos),
        expected=exact_nanos(money.expected_nanos),
        high=exact_nanos(money.high_nanos),
        facts=[_fact(fact) for fact in one.facts],
        archived=archived,
        advice=advice_document(one, use),
    )


def kind_document(summary: KindSummary, found: Iterable[Opportunity], spent: Mapping[str, int]) -> SavingKindJson:
    """Write what one kind comes to; `found` are those of it that nobody put aside."""
    return SavingKindJson(
        kind=summary.kind,
        meaning=summary.kind.meaning,
        judged=summary.judged,
        found=dict(summary.found),
        withheld=[
            ReasonJson(reason, reason.meaning, count)
            for reason, count in sorted(summary.withheld.items(), key=lambda one: -one[1])
        ],
        totals=total_documents(found, spent),
    )


def total_documents(found: Iterable[Opportunity], spent: Mapping[str, int]) -> list[SavingsTotalJson]:
    """Add up what is sure, by currency."""
    by_currency: dict[str, list[Opportunity]] = defaultdict(list)
    for one in found:
        if one.verdict is Verdict.OK:
            by_currency[one.currency].append(one)
    return [_total(currency, those, spent.get(currency, 0)) for currency, those in sorted(by_currency.items())]


def _total(currency: str, found: Sequence[Opportunity], spent_nanos: int) -> SavingsTotalJson:
    money = [one.money for one in found]
    return SavingsTotalJson(
        currency=currency,
        spent=exact_nanos(spent_nanos),
        freed=exact_nanos(sum(one.freed_nanos for one in money)),
        low=exact_nanos(sum(one.low_nanos for one in money)),
        expected=exact_nanos(sum(one.expected_nanos for one in money)),
        high=exact_nanos(sum(one.high_nanos for one in money)),
        count=len(found),
    )


def of_kind(found: FleetSavings, kind: SavingKind | None) -> list[Opportunity]:
    """Return the savings of a kind, or all."""
    return [one for one in found.found if kind is None or one.kind is kind]


def _fact(fact: SavingFact) -> SavingFactJson:
    value = fact.value
    if isinstance(value, datetime):
        return SavingFactJson(fact.name, rfc3339(value), "time")
    return SavingFactJson(fact.name, f"{value:.6g}" if isinstance(value, float) else str(value), fact.unit)
