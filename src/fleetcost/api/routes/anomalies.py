"""`GET /api/v1/anomalies`: days that cost other than their like, each with what made the difference."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from fleetcost.api.change import ChangeFactJson, exact_nanos, fact_document
from fleetcost.api.compared import WindowJson, window_document
from fleetcost.api.context import Context
from fleetcost.api.operation import Operation, Parameter
from fleetcost.api.parameters import ESTIMATED, nanos_of, whole
from fleetcost.api.questions import native_question
from fleetcost.api.words import Family
from fleetcost.errors import QuestionError
from fleetcost.model.sets import SetKind
from fleetcost.model.window import rfc3339
from fleetcost.query.dimensions import parse_dimensions
from fleetcost.why.anomalies import AnomalyKind
from fleetcost.why.anomalies_ask import AnomalyEvent, AnomalySearch, FoundAnomalies, ask_anomalies

DEFAULT_DAYS, MOST_DAYS = 7, 30
DEFAULT_EVENTS, MOST_EVENTS = 10, 50
DEFAULT_FLOOR = "10"
_ID_LENGTH = 24

BY_CHANCE = 0.007
"""Of quiet days of a group, at most this part stands out where no least amount is asked for; measured by simulation."""

ANOMALY_PARAMETERS = (
    Parameter("aggregate", "the groups that are judged, in each cluster: names joined by commas", default="namespace"),
    Parameter("filter", "which rows count, in the filter language"),
    ESTIMATED,
    Parameter("days", f"days that are judged, today among them; {MOST_DAYS} at most", str(DEFAULT_DAYS), whole=True),
    Parameter("floor", "a difference below this amount is not worth looking at", DEFAULT_FLOOR, amount=True),
    Parameter("limit", f"most events to return, {MOST_EVENTS} at most", str(DEFAULT_EVENTS), whole=True),
)


class AnomalyJson(msgspec.Struct, frozen=True):
    """
    A day, or a week that ends with it, that stands out.

    Attributes:
        id: the same for the same event in every answer
        key: the value of each dimension; of a whole cluster only that
        day: whose cost it is, or the last of its week
        at_least: the day was not wholly observed: it costs that or more
        cost, usual, excess: exact amounts at list price
        like: a day that costs what is usual, which `facts` compare with
        facts: what makes the difference, the largest first
    """

    id: str
    key: dict[str, str]
    currency: str
    day: str
    kind: AnomalyKind
    at_least: bool
    cost: str
    usual: str
    excess: str
    like: str
    facts: list[ChangeFactJson]


class AnomaliesJson(msgspec.Struct, frozen=True):
    """
    What stands out.

    Attributes:
        window: the days that were judged
        floor: the least amount of a difference
        events: the largest first
        event_count: how many there are
        folded: events of clusters that one of their groups explains, which are not among them
        groups: how many were judged, clusters among them
        learning: how many of these have less than two weeks of history, so that nothing is known of them
        by_chance: quiet days that at most stand out by chance, without a least amount
    """

    window: WindowJson
    aggregate: list[str]
    floor: str
    events: list[AnomalyJson]
    event_count: int
    folded: int
    groups: int
    learning: int
    by_chance: float
    as_of: str
    took_ms: float


def anomalies(context: Context) -> AnomaliesJson:
    """Look for days that stand out."""
    began = time.perf_counter()
    search = _search(context)
    found, as_of = find_anomalies(context)
    return AnomaliesJson(
        window=window_document(found.window),
        aggregate=[str(one) for one in found.dimensions],
        floor=exact_nanos(search.floor_nanos),
        events=[_event(one, found) for one in found.events],
        event_count=found.event_count,
        folded=found.folded,
        groups=found.groups,
        learning=found.learning,
        by_chance=round((found.groups - found.learning) * search.days * BY_CHANCE, 1),
        as_of=as_of,
        took_ms=round((time.perf_counter() - began) * 1000, 1),
    )


def find_anomalies(context: Context, *, explained: bool = True) -> tuple[FoundAnomalies, str]:
    """
    Look for days that stand out.

    Args:
        context: of a request with `ANOMALY_PARAMETERS`
        explained: the largest events, each with what makes the difference; else all of them, without

    Returns:
        What stands out, and how new the tables are.
    """
    asked = context.parameters.get("aggregate", "namespace")
    question = replace(
        native_question(context, SetKind.ALLOCATIONS), dimensions=parse_dimensions(asked, SetKind.ALLOCATIONS)
    )
    search = replace(_search(context), explained=explained)
    with context.snapshot() as snapshot:
        found = ask_anomalies(snapshot, question, search, context.tables.known, context.now)
        return found, rfc3339(context.as_of(snapshot))


def id_of(one: AnomalyEvent) -> str:
    """Return what names an event: a checksum, because names of groups may have any character."""
    named = msgspec.json.encode([one.found.day.isoformat(), one.found.kind, one.currency, *one.names])
    return hashlib.sha256(named).hexdigest()[:_ID_LENGTH]


def anomaly_key(one: AnomalyEvent, found: FoundAnomalies) -> dict[str, str]:
    """Return the value of each dimension of an event; of a whole cluster only that."""
    return {str(dimension): name for dimension, name in zip(found.dimensions, one.names, strict=False)}


def _search(context: Context) -> AnomalySearch:
    """
    Read what is looked for.

    Raises:
        QuestionError: more days or events than are judged, or none.
    """
    days = _bounded(context, "days", DEFAULT_DAYS, (1, MOST_DAYS))
    most = _bounded(context, "limit", DEFAULT_EVENTS, (0, MOST_EVENTS))
    return AnomalySearch(days, nanos_of(context.parameters, "floor", DEFAULT_FLOOR), most)


def _bounded(context: Context, name: str, default: int, between: Sequence[int]) -> int:
    value = whole(context.parameters, name)
    if value is not None and not between[0] <= value <= between[1]:
        raise QuestionError(name, str(value), f"a whole number from {between[0]} to {between[1]}")
    return default if value is None else value


def _event(one: AnomalyEvent, found: FoundAnomalies) -> AnomalyJson:
    day = one.found
    return AnomalyJson(
        id=id_of(one),
        key=anomaly_key(one, found),
        currency=one.currency,
        day=day.day.isoformat(),
        kind=day.kind,
        at_least=day.at_least,
        cost=exact_nanos(day.nanos),
        usual=exact_nanos(day.usual_nanos),
        excess=exact_nanos(day.excess_nanos),
        like=day.like.isoformat(),
        facts=[fact_document(fact) for fact in one.facts],
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/anomalies", handler=anomalies, family=Family.NATIVE, parameters=ANOMALY_PARAMETERS,
        summary="Days that cost other than their like", answers=AnomaliesJson,
    ),
)  # fmt: skip
