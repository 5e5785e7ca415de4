"""Asks the tables for days that stand out: groups of workloads and clusters, at list price, each event explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from fleetcost.model.identity import ClusterId
from fleetcost.model.window import Resolution, Window
from fleetcost.query.ask import needed
from fleetcost.query.completeness import Covered
from fleetcost.query.dimensions import Dimension
from fleetcost.query.filters import Compare, Match, every
from fleetcost.query.known import Known
from fleetcost.query.lines import ask_days
from fleetcost.query.question import Frame, Idle, Question
from fleetcost.query.sharing import Tenancy
from fleetcost.tables.view import View
from fleetcost.why.anomalies import MOST_HISTORY_DAYS, AnomalousDay, AnomalyKind, DayCost, judge_days
from fleetcost.why.compare_ask import ask_change
from fleetcost.why.compare_words import ChangeFact, facts_of

LOOK_BACK_DAYS = MOST_HISTORY_DAYS + 14
"""Days that are read before the first that is judged: the history, and days in it that do not count."""

FOLDED_PART = 0.8
"""What one group explains of its cluster's event to this part is said of the group alone."""

MOST_FACTS = 3
CLUSTER = Dimension("cluster")


@dataclass(frozen=True, slots=True)
class AnomalyEvent:
    """
    Something stands out.

    Attributes:
        names: the value of each dimension of `FoundAnomalies`, fewer for a whole cluster
        found: the day
        facts: what makes the difference to a day that costs what is usual, the largest first
    """

    names: tuple[str, ...]
    currency: str
    found: AnomalousDay
    facts: tuple[ChangeFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundAnomalies:
    """
    What stands out.

    Attributes:
        dimensions: of the groups, the cluster first
        window: the days that were judged
        events: the largest first, at most as many as asked for
        event_count: how many there are
        folded: events of clusters that one group explains, which are not among them
        groups: how many were judged, clusters among them
        learning: how many of these have too little history
    """

    dimensions: tuple[Dimension, ...]
    window: Window
    events: tuple[AnomalyEvent, ...]
    event_count: int
    folded: int
    groups: int
    learning: int


@dataclass(frozen=True, slots=True)
class AnomalySearch:
    """
    What is looked for.

    Attributes:
        days: how many are judged, today among them
        floor_nanos: a difference below it is not worth looking at, in each currency
        most: events that are explained
        explained: False gives all events instead, and explains none
    """

    days: int
    floor_nanos: int
    most: int
    explained: bool = True


def ask_anomalies(
    snapshot: View, question: Question, search: AnomalySearch, known: Known, now: datetime
) -> FoundAnomalies:
    """
    Look for days that stand out.

    Args:
        snapshot: the view
        question: its dimensions are the groups, its filter says which rows count; prices are list prices, because
            bills come in late
        search: what is looked for
        known: what earlier questions learned of the ledger
        now: the clock's reading

    Raises:
        QuestionError: the filter names an unknown field.
    """
    today = Resolution.DAY.window_of(now)
    judged = Window(today.end - timedelta(days=search.days), today.end)
    whole = Window(judged.start - timedelta(days=LOOK_BACK_DAYS), judged.end)
    dimensions = (CLUSTER, *(one for one in question.dimensions if one != CLUSTER))
    bare = replace(
        question, frame=Frame(whole, Resolution.DAY), dimensions=dimensions, adjusted=False, idle=Idle.HIDE,
        tenancy=Tenancy.HIDE, sharing=None, shown=None, summed=False,
    )  # fmt: skip
    covered = known.coverages(snapshot, bare.frame, needed(bare.kind), now)
    costs = _with_clusters(ask_days(snapshot, bare))
    found: list[AnomalyEvent] = []
    learning = 0
    for (names, currency), by_day in sorted(costs.items()):
        days = list(_days(by_day, covered.get(ClusterId(names[0]), {})))
        result = judge_days(days, search.floor_nanos)
        learning += result.learning
        found += [AnomalyEvent(names, currency, one) for one in result.anomalous if one.day >= judged.start.date()]
    events = sorted(_unfolded(found), key=lambda one: (-abs(one.found.excess_nanos), one.found.day, one.names))
    said = tuple(events)
    if search.explained:
        said = tuple(_explained(snapshot, bare, one, known, now) for one in events[: search.most])
    return FoundAnomalies(
        dimensions, judged, said, len(events), len(found) - len(events), groups=len(costs), learning=learning
    )


_Costs = Mapping[tuple[tuple[str, ...], str], Mapping[datetime, int]]


def _with_clusters(rows: Mapping[tuple[str, ...], Mapping[tuple[str, datetime], int]]) -> _Costs:
    """Return costs by day of each group and currency, and of each cluster."""
    found: dict[tuple[tuple[str, ...], str], dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
    for names, costs in rows.items():
        for (currency, day), nanos in costs.items():
            for key in {(names, currency), (names[:1], currency)}:
                found[key][day] += nanos
    return found


def _days(costs: Mapping[datetime, int], covered: Mapping[Window, Covered]) -> Iterator[DayCost]:
    """Yield the days on which a cluster was observed; what has no row on such a day cost nothing."""
    for window, part in sorted(covered.items()):
        coverage = part.observed + part.estimated
        if coverage > 0:
            yield DayCost(window.start.date(), costs.get(window.start, 0), min(coverage, 1.0))


def _unfolded(events: Sequence[AnomalyEvent]) -> list[AnomalyEvent]:
    """Leave out events of clusters that one of their groups explains."""
    largest: dict[tuple[object, ...], int] = {}
    for one in events:
        if len(one.names) > 1:
            place = (one.names[0], one.currency, one.found.day, one.found.excess_nanos > 0)
            largest[place] = max(largest.get(place, 0), abs(one.found.excess_nanos))
    return [
        one
        for one in events
        if len(one.names) > 1
        or largest.get((one.names[0], one.currency, one.found.day, one.found.excess_nanos > 0), 0)
        < FOLDED_PART * abs(one.found.excess_nanos)
    ]


def _explained(snapshot: View, question: Question, event: AnomalyEvent, known: Known, now: datetime) -> AnomalyEvent:
    """Return an event with what makes its difference to a usual day, or to a usual week."""
    length = timedelta(days=7 if event.found.kind is AnomalyKind.DRIFT else 1)
    end, like = (_midnight(day) + timedelta(days=1) for day in (event.found.day, event.found.like))
    conditions = [
        Compare(one.name, one.key or None, Match.EQUALS, negated=False, values=(name,), position=0)
        for one, name in zip(question.dimensions, event.names, strict=False)
        if one.name in {"cluster", "namespace", "label"}
    ]
    asked = replace(
        question, frame=Frame(Window(end - length, end), Resolution.DAY), dimensions=(),
        filter=every(question.filter, *conditions),
    )  # fmt: skip
    compared = ask_change(snapshot, asked, Window(like - length, like), known, now)
    total = next((one for one in compared.change.totals if one.key.currency == event.currency), None)
    facts = facts_of(compared.change, total, compared.likeness) if total else ()
    return replace(event, facts=facts[:MOST_FACTS])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
