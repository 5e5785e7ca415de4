"""What the metrics say of the objects of the bucket and of each cluster after a pass."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from fleetcost.ingest.plan import Plan
from fleetcost.model.states import ObjectState
from fleetcost.ops import metrics
from fleetcost.tables.database import Database
from fleetcost.tables.ledger import EntryState, count_states, freshness

NOT_READ = (
    ObjectState.FOREIGN_SET,
    ObjectState.COMBINED,
    ObjectState.BESIDE,
    ObjectState.DOUBLE,
    ObjectState.UNKNOWN,
    ObjectState.OVER_QUOTA,
)
PAST_RETENTION = "past retention"
"""A set that is older than what the tables keep; with the states of the ledger and the ones above, every object's."""

LATELY = timedelta(hours=6)
"""Within which two clusters that write under one id are noticed."""


def tell_objects(database: Database, todo: Plan, now: datetime) -> None:
    """Tell the metrics how many objects of the bucket are in which state, and how each cluster is."""
    states = Counter({state.value: count for state, count in count_states(database).items()})
    states.update(skip.state.value for skip in todo.skips)
    states[PAST_RETENTION] = todo.expired
    for state in (*EntryState, *NOT_READ, PAST_RETENTION):
        metrics.OBJECTS.labels(str(state)).set(states[str(state)])
    _tell_clusters(database, now)


def _tell_clusters(database: Database, now: datetime) -> None:
    """Tell the metrics how each cluster is; one that has left the ledger leaves them too."""
    gauges = (
        metrics.CLUSTER_LAST_UPLOAD, metrics.CLUSTER_NEWEST_HOUR, metrics.CLUSTER_HOLES, metrics.CLUSTER_UNUSABLE,
        metrics.CLUSTER_IDENTITIES,
    )  # fmt: skip
    for gauge in gauges:
        gauge.clear()
    for one in freshness(database, now - LATELY):
        newest = one.newest_hour.timestamp() if one.newest_hour else 0.0
        values = (one.last_upload.timestamp(), newest, one.missing_days, one.unusable, one.identities)
        for gauge, value in zip(gauges, values, strict=True):
            gauge.labels(one.cluster).set(value)
