"""The native routes under `/api/v1` that ask about costs and clusters."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from fleetcost.api.as_of import AS_OF, answered_as_of
from fleetcost.api.compared import Alike
from fleetcost.api.context import Context
from fleetcost.api.currency import native_currency, shown_covers
from fleetcost.api.export import exported
from fleetcost.api.native import Asked, envelope
from fleetcost.api.operation import Handed, Operation
from fleetcost.api.questions import (
    ALLOCATION_PARAMETERS,
    ASSET_PARAMETERS,
    STEPS,
    asked_columns,
    asked_window,
    measures_of,
    native_question,
)
from fleetcost.api.reads.fleet import LOOKED_BACK, Member, members
from fleetcost.api.schema import AllocationsJson, AssetsJson
from fleetcost.api.services import Services
from fleetcost.api.statement_shelf import StatementShelf
from fleetcost.api.words import Family
from fleetcost.model.identity import ClusterId
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.answer import Answer, Completeness
from fleetcost.query.ask import ask_allocations, ask_assets, compared
from fleetcost.query.bills import BillCover, bill_cover
from fleetcost.query.comparison import Earlier
from fleetcost.query.question import Frame, Page, Question, Step
from fleetcost.tables.ledger import Entry, EntryState
from fleetcost.tables.report import Unmonitored, unmonitored
from fleetcost.tables.view import View

MOST_COMPARED = 2000
"""Rows that are named one by one to compare them; beyond it all rows of both windows are read."""


class ClusterJson(msgspec.Struct, frozen=True):
    """
    One cluster of the fleet, whether it reports or not.

    Attributes:
        state, cause: of its last two days, the worst that occurs; retired where it was declared gone
        first, last: start of its first and end of its last window with data
        last_uploaded, last_ingested: newest object, by the bucket's clock and by ours
        provider, region, nodes, price_source: of its newest assets, None where nobody said
        agent_version, source: who wrote its newest set, and from what
        monitored: False for a cluster that only bills know
        billed_cost: of such a cluster over 30 days, None where it is in several currencies
    """

    cluster: str
    state: WindowState
    cause: str
    first: str | None
    last: str | None
    last_uploaded: str | None
    last_ingested: str | None
    currency: str
    provider: str | None = None
    region: str | None = None
    nodes: int | None = None
    agent_version: str | None = None
    price_source: str | None = None
    source: str | None = None
    monitored: bool = True
    billed_cost: float | None = None


class ClustersJson(msgspec.Struct, frozen=True):
    """Every known cluster."""

    clusters: list[ClusterJson]
    as_of: str


def allocations(context: Context, shelf: StatementShelf | None) -> Any:  # noqa: ANN401 - a JSON document or a file
    """Answer a question about allocations, as it is now or as of a closed month."""
    if "as_of" in context.parameters:
        return answered_as_of(context, shelf, lambda one: _answered(one, SetKind.ALLOCATIONS))
    return _answered(context, SetKind.ALLOCATIONS)


def assets(context: Context) -> Any:  # noqa: ANN401 - a JSON document or a file
    """Answer a question about assets."""
    return _answered(context, SetKind.ASSETS)


def clusters(context: Context) -> ClustersJson:
    """Return the fleet from the registry, so that a silent cluster stays visible."""
    known, now = context.tables.known, context.now
    today = Resolution.DAY.window_of(now)
    frame = Frame(Window(today.start - Resolution.DAY.delta, today.end), Resolution.DAY)
    with context.snapshot() as snapshot:
        allowed = context.clusters(snapshot)
        entries = known.ends(snapshot)
        judged = known.completeness(snapshot, frame, tuple(SetKind), now)
        fleet = {one.cluster: one for one in members(snapshot, entries, now)}
        billed_only = unmonitored(snapshot, now - LOOKED_BACK) if allowed is None else ()
        as_of = rfc3339(context.as_of(snapshot))
    own: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.state is not EntryState.DELETED:
            own.setdefault(entry.key.cluster, []).append(entry)
    chosen = [one for one in judged if allowed is None or one.cluster in allowed]
    gone = known.retired()
    found = [_cluster(one, own.get(one.cluster, []), fleet[one.cluster]) for one in chosen]
    found = [_retired(one, gone.get(ClusterId(one.cluster))) for one in found]
    return ClustersJson([*found, *map(_billed_only, billed_only)], as_of)


def _answered(context: Context, kind: SetKind) -> Any:  # noqa: ANN401 - a JSON document or a file
    began = time.perf_counter()
    question, columns = native_question(context, kind), asked_columns(context, kind)
    if context.parameters.get("format", "json") != "json":
        by_step = context.parameters.get("step", "auto") != "auto"
        step = question.series if by_step and question.series else Step.ALL
        return exported(context, replace(question, step=step, series=None), columns)
    question = replace(question, figures=measures_of(columns, question))
    asked = Asked(
        window=asked_window(context),
        filter=context.parameters.get("filter", ""),
        hours=STEPS.get(context.parameters.get("step", "auto")) is Step.HOUR,
        now=context.now,
        columns=columns,
    )
    with context.snapshot() as snapshot:
        question = native_currency(context, snapshot, question)
        answer = _ask(snapshot, question, context)
        earlier = _alike(snapshot, question, answer, context) if "compare" in context.parameters else None
        cover = _cover(snapshot, answer, context) if question.adjusted else ()
        as_of = rfc3339(context.as_of(snapshot))
    return envelope(answer, asked, earlier, cover, as_of, (time.perf_counter() - began) * 1000)


def _ask(snapshot: View, question: Question, context: Context) -> Answer[Any]:
    ask: Any = ask_allocations if question.kind is SetKind.ALLOCATIONS else ask_assets
    answer: Answer[Any] = ask(snapshot, question, context.now, context.tables.known)
    return replace(answer, completeness=context.seen(snapshot, answer.completeness))


def _cover(snapshot: View, answer: Answer[Any], context: Context) -> tuple[BillCover, ...]:
    """Return what bills stand behind an answer, of the clusters that stand behind it."""
    behind = {one.cluster for one in answer.completeness}
    every = bill_cover(snapshot, answer.question, context.tables.known)
    return shown_covers((one for one in every if one.cluster in behind), answer)


def _alike(snapshot: View, question: Question, answer: Answer[Any], context: Context) -> Alike:
    """Ask about the part that both windows have; about rows of the answer alone, as long as they can be named."""
    how = Earlier(context.parameters["compare"])
    asked = compared(snapshot, question, how, context.now, context.tables.known)
    names = tuple(row.name for row in answer.rows)
    page = Page(only=names if len(names) <= MOST_COMPARED else None)
    now, before = (_ask(snapshot, replace(one, page=page), context) for one in (asked.now, asked.before))
    return Alike(asked, now, before)


def _cluster(judged: Completeness, own: list[Entry], member: Member) -> ClusterJson:
    return ClusterJson(
        cluster=judged.cluster,
        state=judged.state,
        cause=_cause(judged),
        first=_time(member.first),
        last=_time(member.last),
        last_uploaded=_time(max((entry.written_at for entry in own), default=None)),
        last_ingested=_time(max((entry.ingested_at for entry in own), default=None)),
        currency=member.currency,
        provider=member.provider or None,
        region=member.region or None,
        nodes=member.nodes or None,
        agent_version=member.agent_version or None,
        price_source=member.price_source or None,
        source=member.source or None,
    )


def _retired(one: ClusterJson, at: datetime | None) -> ClusterJson:
    """Return a cluster as it is reported where it was declared gone: its silence is no fault."""
    if at is None:
        return one
    return msgspec.structs.replace(one, state=WindowState.RETIRED, cause=f"the cluster was retired at {rfc3339(at)}")


def _billed_only(one: Unmonitored) -> ClusterJson:
    return ClusterJson(
        cluster=one.name,
        state=WindowState.MISSING,
        cause="only bills know it: no agent pushes for it",
        first=rfc3339(one.first),
        last=rfc3339(one.last),
        last_uploaded=None,
        last_ingested=None,
        currency=one.currency if one.cost is not None else "",
        provider=one.provider or None,
        region=one.region or None,
        nodes=one.nodes,
        monitored=False,
        billed_cost=None if one.cost is None else float(one.cost),
    )


def _cause(judged: Completeness) -> str:
    """Return the newest reason for a cluster's state."""
    reasons = [gap.cause for gap in judged.gaps if gap.state is judged.state and not gap.running]
    return reasons[-1] if reasons else ""


def _time(instant: Any) -> str | None:  # noqa: ANN401 - a time or None
    return rfc3339(instant) if instant else None


def _shelf(services: Services) -> StatementShelf | None:
    return services.statements


_FILES = ("application/json", "text/csv", "application/vnd.apache.parquet")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/allocations", handler=Handed(allocations, _shelf), family=Family.NATIVE,
        parameters=(*ALLOCATION_PARAMETERS, AS_OF), summary="What workloads cost", answers=AllocationsJson,
        media_types=_FILES,
    ),
    Operation(
        path="/api/v1/assets", handler=assets, family=Family.NATIVE, parameters=ASSET_PARAMETERS,
        summary="What nodes, disks and load balancers cost", answers=AssetsJson, media_types=_FILES,
    ),
    Operation(
        path="/api/v1/clusters", handler=clusters, family=Family.NATIVE, summary="The fleet", answers=ClustersJson
    ),
)  # fmt: skip
