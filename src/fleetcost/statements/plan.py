"""
What a closing writes; pure.

A statement is never changed. What is learned later of a month that was closed is posted in the statement of a later
month, so that for each key and month the postings and what is not posted yet are exactly what it costs as known now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleetcost.model.statement import CalendarMonth, StatementLine, StatementLineKind
from fleetcost.statements.amounts import (
    NOTHING,
    ByKey,
    KeyAmounts,
    StatementKey,
    added,
    amounts_of,
    decimal_of,
    key_of,
    less,
)


@dataclass(frozen=True, slots=True)
class Materiality:
    """
    From when a difference is posted: it reaches the amount, and the part of what was posted, of its key or its month.

    Attributes:
        nanos: of the currency
        millionths: of what was posted
    """

    nanos: int = 10**9
    millionths: int = 1000

    def reached(self, due_nanos: int, posted_nanos: int) -> bool:
        """Tell whether a difference is to be posted."""
        least = max(self.nanos * 10**6, abs(posted_nanos) * self.millionths)
        return due_nanos != 0 and abs(due_nanos) * 10**6 >= least


@dataclass(frozen=True, slots=True)
class LiveMonth:
    """
    A month as the tables have it now.

    Attributes:
        now: what each key costs
        by_old_rates: the same by the exchange rates that its last posting was made with; None where these are the same
    """

    now: ByKey
    by_old_rates: ByKey | None = None


@dataclass(frozen=True, slots=True)
class EarlierMonth:
    """
    A month that was closed before.

    Attributes:
        month: which
        posted: the sum of all lines about it
        live: as it is now
    """

    month: CalendarMonth
    posted: ByKey
    live: LiveMonth


@dataclass(frozen=True, slots=True)
class CauseNanos:
    """What a difference comes from."""

    coverage: int = 0
    bill: int = 0
    rates: int = 0


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """
    What a statement says.

    Attributes:
        lines: in the order of their keys
        unposted: by earlier month, what is known and too small to be posted
    """

    lines: tuple[StatementLine, ...]
    unposted: Mapping[CalendarMonth, ByKey] = field(default_factory=dict)


def closed(
    month: CalendarMonth, live: ByKey, earlier: Sequence[EarlierMonth], materiality: Materiality
) -> StatementPlan:
    """
    Return the statement of a month that is closed for the first time.

    Args:
        month: which
        live: what each key costs
        earlier: months before it that were closed and that the tables keep; what they do not keep is what was posted
        materiality: which differences are posted
    """
    lines = list(_lines(StatementLineKind.COST, month, live))
    unposted: dict[CalendarMonth, ByKey] = {}
    for one in earlier:
        due = less(one.live.now, one.posted)
        chosen = _material(due, one.posted, materiality)
        lines += _postings(one, {key: due[key] for key in chosen})
        unposted[one.month] = {key: amounts for key, amounts in due.items() if key not in chosen}
    return StatementPlan(tuple(sorted(lines, key=_order)), unposted)


def closed_again(month: CalendarMonth, live: ByKey, posted: ByKey) -> StatementPlan:
    """Return the statement that takes back all that was posted for a month, and says it once more."""
    back = {key: -amounts for key, amounts in posted.items()}
    lines = [*_lines(StatementLineKind.REVERSAL, month, back), *_lines(StatementLineKind.COST, month, live)]
    return StatementPlan(tuple(sorted(lines, key=_order)))


def posted_for(month: CalendarMonth, statements: Iterable[Iterable[StatementLine]]) -> dict[StatementKey, KeyAmounts]:
    """Return the sum of all lines about a month."""
    name = str(month)
    return added({key_of(one): amounts_of(one)} for lines in statements for one in lines if one.origin_month == name)


def _material(due: ByKey, posted: ByKey, materiality: Materiality) -> frozenset[StatementKey]:
    """Return the keys whose differences are posted: their own is material, or that of all keys of their currency."""
    sums: dict[str, int] = defaultdict(int)
    before: dict[str, int] = defaultdict(int)
    for key, amounts in due.items():
        sums[key.currency] += amounts.total_nanos
    for key, amounts in posted.items():
        before[key.currency] += amounts.total_nanos
    whole = {currency for currency, nanos in sums.items() if materiality.reached(nanos, before[currency])}
    return frozenset(
        key
        for key, amounts in due.items()
        if key.currency in whole or materiality.reached(amounts.total_nanos, posted.get(key, NOTHING).total_nanos)
    )


def _postings(one: EarlierMonth, due: ByKey) -> Iterator[StatementLine]:
    for key, amounts in due.items():
        causes = _causes(key, amounts, one)
        yield StatementLine(
            **_columns(StatementLineKind.PRIOR, one.month, key, amounts),
            of_coverage=decimal_of(causes.coverage),
            of_bill=decimal_of(causes.bill),
            of_rates=decimal_of(causes.rates),
        )


def _causes(key: StatementKey, due: KeyAmounts, one: EarlierMonth) -> CauseNanos:
    """Split a difference: what other rates made of the same rows, what bills adjust, and the rest, which is of sets."""
    old = one.live.by_old_rates
    rates = NOTHING if old is None else one.live.now.get(key, NOTHING) - old.get(key, NOTHING)
    rest = due - rates
    return CauseNanos(rest.list_nanos, rest.adjustment_nanos, rates.total_nanos)


def _lines(kind: StatementLineKind, month: CalendarMonth, amounts: ByKey) -> Iterator[StatementLine]:
    return (StatementLine(**_columns(kind, month, key, one)) for key, one in amounts.items() if one)


def _columns(kind: StatementLineKind, month: CalendarMonth, key: StatementKey, amounts: KeyAmounts) -> dict[str, Any]:
    named = {"row": key.row, "name": key.name, "names": key.names, "currency": key.currency}
    return {"kind": kind, "origin_month": str(month), **named, **amounts.columns()}


def _order(line: StatementLine) -> tuple[str, ...]:
    return line.origin_month, line.kind, line.row, line.currency, *line.names
