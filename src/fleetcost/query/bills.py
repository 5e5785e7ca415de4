"""How far the bills behind an answer have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from fleetcost.model.cloud_cost import BillState
from fleetcost.model.window import Resolution
from fleetcost.query.answer import BillCompleteness, Completeness
from fleetcost.query.dialects import dialect_of
from fleetcost.query.known import Known
from fleetcost.query.question import Frame
from fleetcost.tables.cloud import CloudEntry, read_cloud_ledger
from fleetcost.tables.ledger import EntryState
from fleetcost.tables.view import View

AWAITED = timedelta(days=2)
"""A day without any row of its bill is waited for this long after its end; later there was nothing to pay."""


def bill_entries(snapshot: View, known: Known) -> tuple[CloudEntry, ...]:
    """Return every entry of the ledger of bills."""
    entries: tuple[CloudEntry, ...] = known.remembered(
        snapshot, "bill entries", lambda: tuple(read_cloud_ledger(snapshot).values())
    )
    return entries


def bills_behind(snapshot: View, frame: Frame, now: datetime, known: Known) -> tuple[BillCompleteness, ...]:
    """Judge every known integration over a frame."""
    by_integration: dict[str, list[CloudEntry]] = {}
    for entry in bill_entries(snapshot, known):
        if entry.state is not EntryState.DELETED:
            by_integration.setdefault(entry.key.integration, []).append(entry)
    return tuple(_judged(name, own, frame, now) for name, own in sorted(by_integration.items()))


def with_bills(snapshot: View, judged: Iterable[Completeness], frame: Frame, known: Known) -> tuple[Completeness, ...]:
    """Add to what stands behind an answer how far each cluster's bills have come."""
    states: Mapping[str, dict[BillState, int]] = known.remembered(
        snapshot, ("bill states", frame), lambda: _states(snapshot, frame)
    )
    return tuple(replace(one, bills=states[one.cluster]) if one.cluster in states else one for one in judged)


def _states(snapshot: View, frame: Frame) -> dict[str, dict[BillState, int]]:
    dialect = dialect_of(snapshot)
    start, end = dialect.time(Resolution.DAY.floor(frame.window.start)), dialect.time(frame.window.end)
    found: dict[str, dict[BillState, int]] = {}
    for cluster, state, days in snapshot.rows(
        "SELECT cluster, bill_state, count(*) FROM reconciled_day "  # noqa: S608 - times only
        f"WHERE window_start >= {start} AND window_start < {end} GROUP BY cluster, bill_state"
    ):
        found.setdefault(cluster, {})[BillState(state)] = int(days)
    return found


def _judged(integration: str, own: list[CloudEntry], frame: Frame, now: datetime) -> BillCompleteness:
    inside = [entry for entry in own if entry.key.window.meets(frame.window)]
    good = [entry for entry in inside if entry.state is EntryState.INGESTED]
    counts = Counter(entry.bill_state for entry in good)
    known = {entry.key.window for entry in inside}
    first = min(entry.key.window.start for entry in own)
    for window in frame.window.split(Resolution.DAY):
        if window not in known and first <= window.start < now < window.end + AWAITED:
            counts[BillState.ESTIMATED] += 1
    causes = [f"{entry.key.window}: {entry.reason}" for entry in inside if entry.state is not EntryState.INGESTED]
    return BillCompleteness(
        integration=integration,
        counts=dict(counts),
        first=min((entry.key.window.start for entry in good), default=None),
        last=max((entry.key.window.end for entry in good), default=None),
        causes=tuple(sorted(causes)[:20]),
        unmapped_rows=sum(entry.unmapped_rows for entry in good),
    )
