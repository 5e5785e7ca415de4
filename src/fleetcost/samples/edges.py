"""
Sightings from the window's edges: most things are there all the time, and only the others need a look at every step.

A step-by-step look at thirty thousand containers takes the server a minute, and nearly all of them are seen at the
start and at the end. So a first sighting is asked for at the start, a last sighting and labels at the end, and what was
there in between but not at that edge is looked for step by step, by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleetcost.samples.narrowing import Ask, Identity, identity, narrowed
from fleetcost.samples.promql import Lookback, render, render_edge, render_present
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import Row

EDGED = frozenset({Over.FIRST_SEEN, Over.LAST_SEEN, Over.LABELS})
"""The kinds of query that are answered so."""


def sightings(query: Query, look: Lookback, now_epoch: int, ask: Ask) -> list[Row]:
    """
    Answer a query of sightings.

    Args:
        query: of a kind in `EDGED`
        look: what it looks back over, with the step where steps are needed
        now_epoch: the clock's reading in Unix seconds; a window that is not over is looked at from there
        ask: sends a text, given the conditions that are added to it

    Returns:
        The rows; of labels only the newest of each object.
    """
    rows = ask(query, lambda extra: render_edge(query, look.window, now_epoch, extra))
    present = {identity(row, query) for row in ask(query, lambda extra: render_present(query, look.window, extra))}
    missing = present - {identity(row, query) for row in rows}
    rows += narrowed(query, missing, len(present), ask, lambda extra: render(query, look, extra))
    return newest(query, rows) if query.over is Over.LABELS else rows


def newest(query: Query, rows: Sequence[Row]) -> list[Row]:
    """Return of each object's rows the newest, all of them where several are."""
    latest: dict[Identity, float] = {}
    for row in rows:
        key = identity(row, query)
        latest[key] = max(row.value, latest.get(key, row.value))
    return [row for row in rows if row.value >= latest[identity(row, query)]]
