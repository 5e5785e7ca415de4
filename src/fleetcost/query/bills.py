"""How far the bills behind an answer have come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fleetcost.model.cloud_cost import BillState
from fleetcost.model.cloud_sets import IntegrationId
from fleetcost.model.identity import ClusterId
from fleetcost.model.reconciliation import AssetOutcome
from fleetcost.model.statement import CalendarMonth
from fleetcost.model.window import Resolution, Window
from fleetcost.query.answer import BillCompleteness, Completeness
from fleetcost.query.conditions import may_hold
from fleetcost.query.dialects import dialect_of
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Question
from fleetcost.query.rows import on_grid
from fleetcost.tables.cloud import CloudEntry, read_cloud_ledger
from fleetcost.tables.ledger import EntryState, aware
from fleetcost.tables.view import View

AWAITED = timedelta(days=2)
"""A day without any row of its bill is waited for this long after its end; later there was nothing to pay."""


INVOICED_AFTER = timedelta(days=5)
"""A month that names no invoices is invoiced this long after its end at the earliest."""


QUIET = timedelta(days=5)
"""For how long nothing of such a month's bill may have changed, where nobody says otherwise."""


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
    invoiced = invoiced_days(snapshot, frame.window, QUIET, now, known) if by_integration else frozenset()
    return tuple(_judged(name, own, frame, now, invoiced) for name, own in sorted(by_integration.items()))


def with_bills(snapshot: View, judged: Iterable[Completeness], frame: Frame, known: Known) -> tuple[Completeness, ...]:
    """Add to what stands behind an answer how far each cluster's bills have come."""
    states: Mapping[str, dict[BillState, int]] = known.remembered(
        snapshot, ("bill states", frame), lambda: _states(snapshot, frame)
    )
    return tuple(replace(one, bills=states[one.cluster]) if one.cluster in states else one for one in judged)


@dataclass(frozen=True, slots=True)
class BillCover:
    """
    How much of one cluster's assets bills stand behind on one day, or on the part of it that is asked about.

    Attributes:
        cluster: whose
        day: its day
        currency: of both costs
        list_cost: of all its assets
        uncovered_cost: of those that no bill covers, which stay at list price
    """

    cluster: ClusterId
    day: datetime
    currency: str
    list_cost: float
    uncovered_cost: float


def bill_cover(snapshot: View, question: Question, known: Known) -> tuple[BillCover, ...]:
    """Return what bills stand behind the prices of an answer: an entry per day and cluster its filter may hold."""
    every: tuple[BillCover, ...] = known.remembered(
        snapshot, ("bill cover", question.frame), lambda: _cover(snapshot, question.frame)
    )
    held = {name for name in {one.cluster for one in every} if may_hold(question.filter, name)}
    return tuple(one for one in every if one.cluster in held)


def _cover(snapshot: View, frame: Frame) -> tuple[BillCover, ...]:
    """Judge every cluster and day; a set whose agent has reconciled it brings adjustments where no bill was read."""
    dialect = dialect_of(snapshot)
    start, end = dialect.time(frame.window.start), dialect.time(frame.window.end)
    first = dialect.time(Resolution.DAY.floor(frame.window.start))
    assets = dialect.source("asset", frozenset({"cluster", "window_start", "currency"}), frame.resolution)
    covered = ", ".join(dialect.text(one) for one in (AssetOutcome.MATCHED, AssetOutcome.OWN))
    found = snapshot.rows(
        "SELECT a.cluster, a.day, a.currency, a.list_cost::DOUBLE AS list_cost, "  # noqa: S608 - times and outcomes only
        "coalesce(r.part, a.own_cost::DOUBLE / nullif(a.list_cost::DOUBLE, 0), 0) AS part\n"
        f"FROM (SELECT cluster, currency, {dialect.truncated('day', 'window_start')} AS day, sum(cost) AS list_cost, "
        "coalesce(sum(cost) FILTER (WHERE adjustment <> 0), 0) AS own_cost\n"
        f"  FROM {assets} WHERE window_start >= {start} AND window_start < {end} GROUP BY 1, 2, 3) AS a\n"
        "LEFT JOIN (SELECT cluster, window_start AS day, currency, "
        f"sum(CASE WHEN outcome IN ({covered}) THEN list_cost ELSE 0 END)::DOUBLE "
        "/ nullif(sum(list_cost)::DOUBLE, 0) AS part\n"
        f"  FROM reconciled_asset WHERE window_start >= {first} AND window_start < {end} "
        "GROUP BY cluster, window_start, currency) AS r "
        "ON r.cluster = a.cluster AND r.day = a.day AND r.currency = a.currency\n"
        "ORDER BY a.day, a.cluster, a.currency",
        dialect.bound,
    )
    return tuple(
        BillCover(ClusterId(cluster), aware(day), currency, cost, on_grid(cost * (1 - part)))
        for cluster, day, currency, cost, part in found
    )


def day_states(snapshot: View, frame: Frame) -> Mapping[tuple[ClusterId, datetime], BillState]:
    """Return how far the bills of each cluster have come, by day; a day of no bill is not there."""
    dialect = dialect_of(snapshot)
    start, end = dialect.time(Resolution.DAY.floor(frame.window.start)), dialect.time(frame.window.end)
    found = snapshot.rows(
        "SELECT cluster, window_start, bill_state FROM reconciled_day "  # noqa: S608 - times only
        f"WHERE window_start >= {start} AND window_start < {end}",
        dialect.bound,
    )
    return {(ClusterId(cluster), aware(day)): BillState(state) for cluster, day, state in found}


def invoiced_days(
    snapshot: View, window: Window, quiet: timedelta, now: datetime, known: Known
) -> frozenset[tuple[IntegrationId, datetime]]:
    """
    Return the days of a window whose bill is an invoice, by integration.

    A day is, where its bill is final and each of its rows names its invoice, or where its month ended five days ago and
    nothing of the month's bill has changed for a while.

    Args:
        snapshot: the view
        window: whole days
        quiet: for how long nothing may have changed
        now: the clock's reading
        known: what earlier questions learned of the ledger
    """
    named = known.remembered(snapshot, ("invoices", window), lambda: _named_invoices(snapshot, window))
    final: dict[tuple[IntegrationId, int, int], list[CloudEntry]] = {}
    for entry in bill_entries(snapshot, known):
        start = entry.key.window.start
        if entry.state is EntryState.INGESTED:
            final.setdefault((entry.key.integration, start.year, start.month), []).append(entry)
    return frozenset(
        (integration, entry.key.window.start)
        for (integration, year, month), own in final.items()
        for settled in (_settled(CalendarMonth(year, month), own, quiet, now),)
        for entry in own
        if entry.bill_state is BillState.FINAL
        and window.holds(entry.key.window)
        and (settled or (integration, entry.key.window.start) in named)
    )


def _settled(month: CalendarMonth, own: Iterable[CloudEntry], quiet: timedelta, now: datetime) -> bool:
    """Tell whether a month's bill has ended changing."""
    last = max(entry.built_at or entry.written_at for entry in own)
    return now >= month.window.end + INVOICED_AFTER and now - last >= quiet


def _named_invoices(snapshot: View, window: Window) -> frozenset[tuple[IntegrationId, datetime]]:
    dialect = dialect_of(snapshot)
    start, end = dialect.time(window.start), dialect.time(window.end)
    found = snapshot.rows(
        "SELECT integration, window_start FROM cloud_cost_1d "  # noqa: S608 - times only
        f"WHERE window_start >= {start} AND window_start < {end} "
        "GROUP BY integration, window_start HAVING count(*) FILTER (WHERE invoice_id = '') = 0",
        dialect.bound,
    )
    return frozenset((IntegrationId(integration), aware(day)) for integration, day in found)


def _states(snapshot: View, frame: Frame) -> dict[str, dict[BillState, int]]:
    dialect = dialect_of(snapshot)
    start, end = dialect.time(Resolution.DAY.floor(frame.window.start)), dialect.time(frame.window.end)
    found: dict[str, dict[BillState, int]] = {}
    for cluster, state, days in snapshot.rows(
        "SELECT cluster, bill_state, count(*) FROM reconciled_day "  # noqa: S608 - times only
        f"WHERE window_start >= {start} AND window_start < {end} GROUP BY cluster, bill_state",
        dialect.bound,
    ):
        found.setdefault(cluster, {})[BillState(state)] = int(days)
    return found


def _judged(
    integration: str,
    own: list[CloudEntry],
    frame: Frame,
    now: datetime,
    invoiced: Collection[tuple[IntegrationId, datetime]],
) -> BillCompleteness:
    inside = [entry for entry in own if entry.key.window.meets(frame.window)]
    good = [entry for entry in inside if entry.state is EntryState.INGESTED]
    counts = Counter(
        BillState.INVOICED if (entry.key.integration, entry.key.window.start) in invoiced else entry.bill_state
        for entry in good
    )
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
