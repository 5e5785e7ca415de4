"""The native routes under `/api/v1`."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from fleetcost.api.native import Asked, envelope
from fleetcost.api.parameters import DEFAULT_WINDOW, check_known, native_question
from fleetcost.api.routing import Context, answered
from fleetcost.model.sets import SetKind
from fleetcost.model.states import WindowState
from fleetcost.model.window import Resolution, Window, rfc3339
from fleetcost.query.answer import Completeness
from fleetcost.query.ask import ask_allocations, ask_assets
from fleetcost.query.completeness import completeness
from fleetcost.query.question import Frame
from fleetcost.query.windows import parse_window
from fleetcost.tables.ledger import Entry, EntryState, read_ledger

_KNOWN = ("window", "aggregate", "step", "idle", "filter")


class ClusterJson(msgspec.Struct, frozen=True):
    """
    One cluster of the fleet, whether it reports or not.

    Attributes:
        state, cause: of its last two days, the worst that occurs
        first, last: start of its first and end of its last window with data
        last_uploaded, last_ingested: newest object, by the bucket's clock and by ours
    """

    cluster: str
    state: WindowState
    cause: str
    first: str | None
    last: str | None
    last_uploaded: str | None
    last_ingested: str | None
    currency: str


class ClustersJson(msgspec.Struct, frozen=True):
    """Every known cluster."""

    clusters: list[ClusterJson]
    as_of: str


@answered
def allocations(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /api/v1/allocations`."""
    return _ask(context, SetKind.ALLOCATIONS)


@answered
def assets(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /api/v1/assets`."""
    return _ask(context, SetKind.ASSETS)


@answered
def clusters(context: Context) -> Any:  # noqa: ANN401 - a JSON document
    """`GET /api/v1/clusters`: the fleet from the registry, so that a silent cluster stays visible."""
    check_known(context.parameters, ())
    now = context.now()
    with context.snapshot() as snapshot:
        entries = list(read_ledger(snapshot).values())
        as_of = context.as_of(snapshot)
    today = Resolution.DAY.window_of(now)
    frame = Frame(Window(today.start - Resolution.DAY.delta, today.end), Resolution.DAY)
    judged = completeness(entries, frame, tuple(SetKind), now)
    rows = [_cluster(one.cluster, one.state, _cause(one), entries) for one in judged]
    return ClustersJson(rows, rfc3339(as_of))


def _ask(context: Context, kind: SetKind) -> Any:  # noqa: ANN401 - a JSON document
    began = time.perf_counter()
    check_known(context.parameters, _KNOWN if kind is SetKind.ALLOCATIONS else [k for k in _KNOWN if k != "idle"])
    now = context.now()
    rows, series = native_question(context.parameters, kind, now, context.services.hourly_from())
    asked = Asked(
        window=parse_window(context.parameters.get("window", DEFAULT_WINDOW), now),
        filter=context.parameters.get("filter", ""),
        hours=context.parameters.get("step") in {"1h", "hour"},
        now=now,
    )
    with context.snapshot() as snapshot:
        if kind is SetKind.ALLOCATIONS:
            parts = ask_allocations(snapshot, rows, now), ask_allocations(snapshot, series, now)
        else:
            parts = ask_assets(snapshot, rows, now), ask_assets(snapshot, series, now)  # type: ignore[assignment]
        as_of = rfc3339(context.as_of(snapshot))
    return envelope(*parts, asked, as_of, (time.perf_counter() - began) * 1000)


def _cluster(cluster: str, state: WindowState, cause: str, entries: list[Entry]) -> ClusterJson:
    own = [entry for entry in entries if entry.key.cluster == cluster and entry.state is not EntryState.DELETED]
    covered = [entry for entry in own if entry.state is EntryState.INGESTED and entry.coverage_minutes > 0]
    newest = max(covered, key=lambda entry: entry.key.window.end, default=None)
    return ClusterJson(
        cluster=cluster,
        state=state,
        cause=cause,
        first=_time(min((entry.key.window.start for entry in covered), default=None)),
        last=_time(_seen_until(newest)),
        last_uploaded=_time(max((entry.written_at for entry in own), default=None)),
        last_ingested=_time(max((entry.ingested_at for entry in own), default=None)),
        currency=newest.currency if newest else "",
    )


def _cause(completeness: Completeness) -> str:
    """Return the newest reason for a cluster's state."""
    reasons = [gap.cause for gap in completeness.gaps if gap.state is completeness.state and not gap.running]
    return reasons[-1] if reasons else ""


def _seen_until(entry: Entry | None) -> Any:  # noqa: ANN401 - a time or None
    """Return the end of a window, or when it was built if it was not over then."""
    if entry is None:
        return None
    return entry.key.window.end if entry.final or entry.built_at is None else min(entry.key.window.end, entry.built_at)


def _time(instant: Any) -> str | None:  # noqa: ANN401 - a time or None
    return rfc3339(instant) if instant else None
