"""
What `/metrics` tells of bills: days by state, age, rows by outcome, the part no asset carries.

No amounts: whoever reaches the port reads it.
"""

from __future__ import annotations

from collections import Counter
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
    by_integration: dict[str, list[CloudEntry]] = {}
    for entry in entries:
        by_integration.setdefault(entry.key.integration, []).append(entry)
    for integration, own in by_integration.items():
        _tell(integration, own)


def _tell(integration: str, own: list[CloudEntry]) -> None:
    good = [entry for entry in own if entry.state is EntryState.INGESTED]
    states = Counter(entry.bill_state.value for entry in good) + Counter(
        entry.state.value for entry in own if entry.state is not EntryState.INGESTED
    )
    for state in (*BillState, EntryState.DAMAGED, EntryState.REFUSED):
        metrics.BILL_DAYS.labels(integration, str(state)).set(states[str(state)])
    newest = max((entry.key.window.end for entry in good), default=None)
    if newest is not None:
        metrics.BILL_NEWEST_DAY.labels(integration).set(newest.timestamp())
    written = max(entry.written_at for entry in own)
    metrics.BILL_WRITTEN.labels(integration).set(written.timestamp())
    metrics.BILL_UNMAPPED.labels(integration).set(sum(entry.unmapped_rows for entry in good))
