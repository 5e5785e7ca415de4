"""
What `/metrics` tells of bills: days by state, age, rows by outcome, the part no asset carries.

No amounts and no names: whoever reaches the port reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from fleetcost.model.cloud_cost import BillState
from fleetcost.model.reconciliation import RowOutcome
from fleetcost.ops import metrics
from fleetcost.tables.cloud import CloudEntry, read_cloud_ledger
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, naive
from fleetcost.tables.statements import statement

LOOKED_BACK = timedelta(days=30)
"""How far back rows are counted: what is older does not change any more."""


def tell_bills(database: Database, now: datetime) -> None:
    """Set the metrics of bills to what is in the tables."""
    since = {"start": naive(now - LOOKED_BACK)}
    with database.snapshot() as snapshot:
        entries = [entry for entry in read_cloud_ledger(snapshot).values() if entry.state is not EntryState.DELETED]
        outcomes = {str(outcome): int(rows) for outcome, rows in snapshot.rows(statement("count_outcomes"), since)}
        unmatched = {str(currency): float(part) for currency, part in snapshot.rows(statement("bill_metrics"), since)}
    if not entries:
        return
    for outcome in RowOutcome:
        metrics.BILL_ROWS.labels(outcome.value).set(outcomes.get(outcome.value, 0))
    for currency, part in unmatched.items():
        metrics.BILL_UNMATCHED.labels(currency).set(part)
    good = [entry for entry in entries if entry.state is EntryState.INGESTED]
    _tell_days(entries, good)
    metrics.BILL_UNMAPPED.set(sum(entry.unmapped_rows for entry in good))
    metrics.BILL_WRITTEN.set(_furthest_behind({e: e.written_at for e in entries}))
    if good:
        metrics.BILL_NEWEST_DAY.set(_furthest_behind({e: e.key.window.end for e in good}))


def _tell_days(entries: Sequence[CloudEntry], good: Sequence[CloudEntry]) -> None:
    states = Counter(entry.bill_state.value for entry in good)
    states.update(entry.state.value for entry in entries if entry.state is not EntryState.INGESTED)
    # Whether a final day is invoiced depends on the clock, and is not of the ledger.
    known = (state for state in BillState if state is not BillState.INVOICED)
    for state in (*known, EntryState.DAMAGED, EntryState.REFUSED):
        metrics.BILL_DAYS.labels(str(state)).set(states[str(state)])


def _furthest_behind(times: Mapping[CloudEntry, datetime]) -> float:
    """Return the least of what is the newest of each integration."""
    newest: dict[str, float] = {}
    for entry, time in times.items():
        name = entry.key.integration
        newest[name] = max(newest.get(name, 0.0), time.timestamp())
    return min(newest.values())
