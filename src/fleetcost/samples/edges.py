"""
Sightings from the window's edges: most things are there all the time, and only the others need a look at every step.

A step-by-step look at thirty thousand containers takes the server a minute, and nearly all of them are seen at the
start and at the end. So a first sighting is asked for at the start, a last sighting and labels at the end, and what was
there in between but not at that edge is looked for step by step, by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from fleetcost.model.window import Window
from fleetcost.samples.promql import Instant, Matchers, render, render_edge, render_present
from fleetcost.samples.query import Matcher, Op, Over, Query
from fleetcost.samples.source import Row

EDGED = frozenset({Over.FIRST_SEEN, Over.LAST_SEEN, Over.LABELS})
"""The kinds of query that are answered so."""

NAMES_AT_ONCE = 500
"""Names in one condition: some twenty kilobytes of text, which every server takes."""

Render = Callable[[Matchers], Instant]
Ask = Callable[[Query, Render], list[Row]]
Identity = tuple[str, ...]


def sightings(query: Query, window: Window, resolution_seconds: int, now_epoch: int, ask: Ask) -> list[Row]:
    """
    Answer a query of sightings.

    Args:
        query: of a kind in `EDGED`
        window: what it looks back over
        resolution_seconds: the step where steps are needed
        now_epoch: the clock's reading in Unix seconds; a window that is not over is looked at from there
        ask: sends a text, given the conditions that are added to it

    Returns:
        The rows; of labels only the newest of each object.
    """
    rows = ask(query, lambda extra: render_edge(query, window, now_epoch, extra))
    present = {identity(row, query) for row in ask(query, lambda extra: render_present(query, window, extra))}
    missing = present - {identity(row, query) for row in rows}
    for names in _conditions(query, sorted(missing), of=len(present)):
        found = ask(query, lambda extra, names=names: render(query, window, resolution_seconds, extra + names))  # type: ignore[misc]
        rows += [row for row in found if identity(row, query) in missing]
    return newest(query, rows) if query.over is Over.LABELS else rows


def identity(row: Row, query: Query) -> Identity:
    """Return the values of the labels that identify a row."""
    return tuple(row.labels.get(label, "") for label in query.by)


def newest(query: Query, rows: Sequence[Row]) -> list[Row]:
    """Return of each object's rows the newest, all of them where several are."""
    latest: dict[Identity, float] = {}
    for row in rows:
        key = identity(row, query)
        latest[key] = max(row.value, latest.get(key, row.value))
    return [row for row in rows if row.value >= latest[identity(row, query)]]


def _conditions(query: Query, missing: Sequence[Identity], of: int) -> Iterator[Matchers]:
    """Iterate conditions that together leave all of the missing; none where everything has to be looked at anyway."""
    if not missing:
        return
    distinct = [{key[i] for key in missing} for i in range(len(query.by))]
    candidates = [i for i, values in enumerate(distinct) if "" not in values]
    if not candidates or len(missing) * 2 > of:
        yield ()
        return
    best = max(candidates, key=lambda i: len(distinct[i]))
    names = sorted(distinct[best])
    for start in range(0, len(names), NAMES_AT_ONCE):
        pattern = "|".join(re.escape(name) for name in names[start : start + NAMES_AT_ONCE])
        yield (Matcher(query.by[best], Op.REGEX, pattern),)
