"""Which clusters a filter lets one see."""

from __future__ import annotations

from datetime import UTC, datetime

from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution, Window
from fleetcost.query.conditions import columns_of
from fleetcost.query.dialects import dialect_of
from fleetcost.query.filters import Filter
from fleetcost.query.question import Frame, Question, Step
from fleetcost.query.sql.source import FromClause
from fleetcost.tables.view import View

_EVER = Window(datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


def allowed_clusters(snapshot: View, allowed: Filter) -> tuple[str, ...]:
    """
    Return the clusters that have at least one allocation passing a filter.

    Raises:
        QuestionError: the filter names an unknown field.
    """
    found: set[str] = set()
    for resolution in Resolution:
        question = Question(
            kind=SetKind.ALLOCATIONS, frame=Frame(_EVER, resolution), step=Step.ALL, dimensions=(), filter=allowed
        )
        dialect = dialect_of(snapshot)
        source = FromClause(question, dialect)
        rows = source.table("allocation", {"cluster"} | columns_of(allowed, SetKind.ALLOCATIONS))
        passing = f"SELECT DISTINCT cluster FROM {rows} WHERE {source.passes()}"  # noqa: S608 - names of ours
        found |= {row[0] for row in snapshot.rows(passing, dialect.bound)}
    return tuple(sorted(found))
