"""Questions the tests of engines ask, and their answers in a form that can be compared."""

from __future__ import annotations

from datetime import datetime

from compat.fleets import day
from fleetcost.model.sets import SetKind
from fleetcost.model.window import Resolution
from fleetcost.query.ask import ask_allocations
from fleetcost.query.dimensions import Dimension
from fleetcost.query.known import Known
from fleetcost.query.question import Frame, Question, Step
from fleetcost.tables.view import Tables

BY_NAMESPACE = Question(
    kind=SetKind.ALLOCATIONS,
    frame=Frame(day("2024-01-01"), Resolution.DAY),
    step=Step.ALL,
    dimensions=(Dimension("namespace"),),
)


def costs(tables: Tables, question: Question, now: datetime, known: Known | None = None) -> list[tuple[str, float]]:
    """Return name and cost of each row of an answer, in its order, amounts to the ninth place."""
    with tables.snapshot() as view:
        answer = ask_allocations(view, question, now, known)
    return [(row.name, round(row.total_cost, 9)) for step in answer.steps for row in step.rows]
