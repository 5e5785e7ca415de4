"""Which clusters a filter lets one see."""

from __future__ import annotations

from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.conditions import Conditions
from fleetcost.query.dialect import DuckDb
from fleetcost.query.filters import Filter
from fleetcost.tables.database import Snapshot


def visible_clusters(snapshot: Snapshot, allowed: Filter) -> tuple[str, ...]:
    """
    Return the clusters that have at least one allocation passing a filter.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    condition = Conditions(SetKind.ALLOCATIONS, DuckDb()).sql(allowed)
    found: set[str] = set()
    for resolution in Resolution:
        sql = f"SELECT DISTINCT cluster FROM allocation_{resolution} WHERE {condition}"  # noqa: S608 - quoted by the dialect
        found |= {row[0] for row in snapshot.rows(sql)}
    return tuple(sorted(found))
