"""
Sightings from the window's edges: most things are there all the time, and only the others need a look at every step.

A step-by-step look at thirty thousand containers takes the server a minute, and nearly all of them are seen at the
start and at the end. So a first sighting is asked for at the start, a last sighting and labels at the end, and what was
there in between but not at that edge is looked for step by step, by name.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future

from fleetcost.samples.narrowing import Ask, Identity, identity, narrowed
from fleetcost.samples.promql import Lookback, render, render_edge, render_present
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import Row

EDGED = frozenset({Over.FIRST_SEEN, Over.LAST_SEEN, Over.LABELS})
"""The kinds of query that are answered so."""


class Presence:
    """
    Which objects there were in a window: asked by the query of first sightings or by its twin of last ones, for both.

    It reads every sample of the window, more than all else a query of sightings does. The two come in one read of the
    window and at the same time; what only one of them wanted is forgotten, and so is what is older than a minute.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[tuple[object, ...], Future[frozenset[Identity]]] = {}

    def of(self, query: Query, look: Lookback, now_epoch: int, ask: Ask) -> frozenset[Identity]:
        """Return the identities, asking for them unless the twin has or does."""
        if query.over is Over.LABELS:
            return _present(query, look, ask)
        key = (query.metric, query.matchers, query.by, query.nonzero, look, now_epoch // 60)
        with self._lock:
            asked = self._asked.pop(key, None)
            if asked is None:
                self._asked = {other: one for other, one in self._asked.items() if other[-1] == key[-1]}
                mine = self._asked[key] = Future()
        if asked is not None:
            return asked.result()
        try:
            mine.set_result(_present(query, look, ask))
        except BaseException as error:
            mine.set_exception(error)
            raise
        return mine.result()


def _present(query: Query, look: Lookback, ask: Ask) -> frozenset[Identity]:
    rows = ask(query, lambda extra: render_present(query, look.window, extra))
    return frozenset(identity(row, query) for row in rows)


def seen_times(query: Query, look: Lookback, now_epoch: int, ask: Ask, presence: Presence) -> list[Row]:
    """
    Answer a query of sightings.

    Args:
        query: of a kind in `EDGED`
        look: what it looks back over, with the step where steps are needed
        now_epoch: the clock's reading in Unix seconds; a window that is not over is looked at from there
        ask: sends a text, given the conditions that are added to it
        presence: shared by all queries of a source

    Returns:
        The rows; of labels only the newest of each object.
    """
    rows = ask(query, lambda extra: render_edge(query, look.window, now_epoch, extra))
    present = presence.of(query, look, now_epoch, ask)
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
