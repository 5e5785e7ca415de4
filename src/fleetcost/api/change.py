"""Two windows compared, in JSON: rows, totals and what drove the difference; every amount an exact text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from fleetcost.api.behind import CompletenessJson, completeness_document, exact_text
from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.currency import ConversionJson, WarningJson, conversion_document
from fleetcost.model.amount import PLACES
from fleetcost.query.answer import Completeness, OtherCurrencies
from fleetcost.query.question import Question
from fleetcost.why.compare import ChangeDriver, ChangeRow, WindowChange
from fleetcost.why.compare_ask import ComparedWindows
from fleetcost.why.compare_items import ChangeItem, ItemGroup, Items
from fleetcost.why.compare_pairs import Likeness
from fleetcost.why.compare_words import ChangeFact, facts_of, sentence_of

MOST_DRIVERS = 10
MOST_UNLIKE = 100
"""Cluster-windows that are named; the counts are of all."""


class ChangeFiguresJson(msgspec.Struct, frozen=True, kw_only=True):
    """
    A difference and what makes it.

    Attributes:
        before, after, delta: exact amounts
        relative: the difference as a part of what was before; None where nothing was
        items: exact amounts by cause; they add up to the difference, what is absent is nothing
    """

    currency: str
    before: str
    after: str
    delta: str
    relative: float | None
    items: dict[str, str]


class ChangeRowJson(ChangeFiguresJson, frozen=True, kw_only=True):
    """The difference of one row; `key` has the values it is grouped by, and is empty for idle and shared costs."""

    name: str
    key: dict[str, str]


class ChangeFactJson(msgspec.Struct, frozen=True):
    """One fact of the sentence, with its exact amount and the item it is part of."""

    text: str
    amount: str
    item: str


class ChangeTotalJson(ChangeFiguresJson, frozen=True, kw_only=True):
    """
    The difference of all rows in one currency.

    Attributes:
        groups: the items together: what was done, what happened, what is not known yet, and the windows' lengths
        sentence: in words
        facts: the ten largest of what makes the difference, of which the sentence says the first
    """

    groups: dict[str, str]
    sentence: str
    facts: list[ChangeFactJson]


class ChangeDriverJson(msgspec.Struct, frozen=True):
    """
    One item of one workload, or of a row where no workload stands behind it.

    Attributes:
        place: `cluster/namespace/controller`, or the name of the row
        containers_before, containers_after: on average over the compared windows; None for a row
    """

    place: str
    item: str
    amount: str
    currency: str
    cluster: str | None = None
    namespace: str | None = None
    controller_kind: str | None = None
    controller: str | None = None
    containers_before: float | None = None
    containers_after: float | None = None


class FoldedJson(msgspec.Struct, frozen=True):
    """Rows in which every amount of a difference is below the limit: how many, and their differences by currency."""

    rows: int
    delta: dict[str, str]


class UnlikeWindowJson(msgspec.Struct, frozen=True):
    """A cluster's window that was not observed alike, with the parts of it that were."""

    cluster: str
    window: WindowJson
    base: WindowJson
    observed: float
    observed_before: float


class LikenessJson(msgspec.Struct, frozen=True):
    """
    How far the two windows can be compared.

    Attributes:
        pairs: windows with a counterpart
        unlike_count: cluster-windows that were not observed alike; `unlike` names the first of them
    """

    pairs: int
    unlike_count: int
    unlike: list[UnlikeWindowJson]


class CompareQuestionJson(msgspec.Struct, frozen=True):
    """What was understood: both windows as they were read."""

    window: WindowJson
    base: WindowJson
    aggregate: list[str]
    filter: str
    resolution: str
    basis: str
    idle: str
    tenancy: str
    estimated: str


class CompareJson(msgspec.Struct, frozen=True):
    """
    What changed between two windows.

    Attributes:
        rows: the largest difference first
        row_count: how many there are, those that are folded left out
        folded: rows in which nothing reaches `fold`
        totals: one a currency
        drivers: the ten largest items of workloads and rows
        base_completeness: of the earlier window
        conversion, base_conversion: the exchange rates behind either, where one currency was asked for and rows are in
            others
    """

    question: CompareQuestionJson
    currency: str
    totals: list[ChangeTotalJson]
    rows: list[ChangeRowJson]
    row_count: int
    folded: FoldedJson
    drivers: list[ChangeDriverJson]
    likeness: LikenessJson
    completeness: list[CompletenessJson]
    base_completeness: list[CompletenessJson]
    warnings: list[WarningJson]
    as_of: str
    took_ms: float
    conversion: ConversionJson | None = None
    base_conversion: ConversionJson | None = None


class ShownChange(msgspec.Struct, frozen=True):
    """
    What is shown of a comparison.

    Attributes:
        found: the comparison
        filter: as it was asked
        fold_nanos: rows in which nothing reaches it are folded into one
        rows: which of the others come back: the first, and how many; None for all
        completeness: of the later window, of the earlier one
        others: what became of rows in other currencies, in the same order
        as_of: when the tables were last equal to the bucket
        took_ms: time spent
    """

    found: ComparedWindows
    filter: str
    fold_nanos: int
    offset: int
    limit: int | None
    completeness: tuple[Sequence[Completeness], Sequence[Completeness]]
    others: tuple[OtherCurrencies, OtherCurrencies]
    as_of: str
    took_ms: float


def change_document(shown: ShownChange) -> CompareJson:
    """Put an answer together."""
    found = shown.found
    change, asked = found.change, found.after
    kept = [row for row in change.rows if _reaches(row, shown.fold_nanos)]
    folded = [row for row in change.rows if not _reaches(row, shown.fold_nanos)]
    last = None if shown.limit is None else shown.offset + shown.limit
    currencies = {total.key.currency for total in change.totals}
    chosen = asked.shown.currency if asked.shown else ""
    return CompareJson(
        question=_question(found, shown.filter),
        currency=chosen or (currencies.pop() if len(currencies) == 1 else ""),
        totals=[_total(total, change, found.likeness, shown.fold_nanos) for total in change.totals],
        rows=[_row(row, found) for row in kept[shown.offset : last]],
        row_count=len(kept),
        folded=_folded(folded),
        drivers=[_driver(one, found.likeness) for one in change.drivers[:MOST_DRIVERS]],
        likeness=_likeness(found.likeness),
        completeness=[completeness_document(one) for one in shown.completeness[0]],
        base_completeness=[completeness_document(one) for one in shown.completeness[1]],
        warnings=_warnings(change),
        as_of=shown.as_of,
        took_ms=round(shown.took_ms, 1),
        conversion=conversion_document(asked, shown.others[0]),
        base_conversion=conversion_document(found.before, shown.others[1]),
    )


def exact_nanos(nanos: int) -> str:
    """Write an amount with every place it has."""
    return exact_text(Decimal(nanos).scaleb(-PLACES))


def fact_document(fact: ChangeFact) -> ChangeFactJson:
    """Write a fact."""
    return ChangeFactJson(fact.text, exact_nanos(fact.nanos), fact.item.value)


def _reaches(row: ChangeRow, fold_nanos: int) -> bool:
    return any(abs(nanos) >= fold_nanos for nanos in (row.delta, *row.items.values()))


def _folded(rows: Sequence[ChangeRow]) -> FoldedJson:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.key.currency] = sums.get(row.key.currency, 0) + row.delta
    return FoldedJson(len(rows), {currency: exact_nanos(nanos) for currency, nanos in sums.items()})


def _figures(row: ChangeRow) -> dict[str, Any]:
    return {
        "currency": row.key.currency,
        "before": exact_nanos(row.before),
        "after": exact_nanos(row.after),
        "delta": exact_nanos(row.delta),
        "relative": row.delta / row.before if row.before > 0 else None,
        "items": _items(row.items),
    }


def _items(items: Items) -> dict[str, str]:
    return {item.value: exact_nanos(items[item]) for item in ChangeItem if items.get(item)}


def _row(row: ChangeRow, found: ComparedWindows) -> ChangeRowJson:
    names = found.change.names.get(row.key, ())
    dimensions = found.after.dimensions
    key = {str(one): name for one, name in zip(dimensions, names, strict=True)} if names else {}
    return ChangeRowJson(name=row.key.name, key=key, **_figures(row))


def _total(total: ChangeRow, change: WindowChange, likeness: Likeness, fold_nanos: int) -> ChangeTotalJson:
    facts = facts_of(change, total, likeness)
    groups = {group: sum(nanos for item, nanos in total.items.items() if item.group is group) for group in ItemGroup}
    return ChangeTotalJson(
        **_figures(total),
        groups={group.value: exact_nanos(nanos) for group, nanos in groups.items() if nanos},
        sentence=sentence_of(total, facts, fold_nanos),
        facts=[fact_document(one) for one in facts[:MOST_DRIVERS]],
    )


def _driver(one: ChangeDriver, likeness: Likeness) -> ChangeDriverJson:
    workload = one.workload
    if workload is None:
        return ChangeDriverJson(one.place, one.item.value, exact_nanos(one.nanos), one.currency)
    seconds = sum((pair.after.end - pair.after.start).total_seconds() for pair in likeness.pairs) or 1.0
    before, after = one.container_seconds or (0, 0)
    return ChangeDriverJson(
        one.place, one.item.value, exact_nanos(one.nanos), one.currency, workload.cluster, workload.namespace,
        workload.controller_kind, workload.controller, round(before / seconds, 3), round(after / seconds, 3),
    )  # fmt: skip


def _likeness(likeness: Likeness) -> LikenessJson:
    named = [
        UnlikeWindowJson(
            one.cluster,
            window_document(one.pair.after),
            window_document(one.pair.before),
            round(one.after, 4),
            round(one.before, 4),
        )
        for one in likeness.unlike[:MOST_UNLIKE]
    ]
    return LikenessJson(len(likeness.pairs), len(likeness.unlike), named)


def _question(found: ComparedWindows, filter_text: str) -> CompareQuestionJson:
    asked: Question = found.after
    return CompareQuestionJson(
        window=window_document(asked.frame.window),
        base=window_document(found.before.frame.window),
        aggregate=[str(dimension) for dimension in asked.dimensions],
        filter=filter_text,
        resolution=asked.frame.resolution.value,
        basis=asked.basis.value,
        idle="separate" if asked.idle.value == "split" else asked.idle.value,
        tenancy=asked.tenancy.value,
        estimated="include" if asked.estimated else "exclude",
    )


def _warnings(change: WindowChange) -> list[WarningJson]:
    currencies = [total.key.currency for total in change.totals]
    if len(currencies) > 1:
        message = f"costs in {', '.join(currencies)} are never added; currency={currencies[0]} shows them in one"
        return [WarningJson("several-currencies", message)]
    return []
