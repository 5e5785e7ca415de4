"""
Means and growth: asked for in one look, and step by step only where that look is not the answer.

Nearly every row has one series, and its mean and growth are the server's own. Where a row's series have different
means, or where growth is of a thing that came in pieces, the row is asked for once more, by name, as `stepwise` says.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleetcost.samples.narrowing import Ask, Identity, identity, narrowed
from fleetcost.samples.promql import MEAN_LABEL, Lookback, render
from fleetcost.samples.query import Over, Query
from fleetcost.samples.source import Row
from fleetcost.samples.stepwise import render_by_step, render_pieces, render_several

PIECED = frozenset({Over.AVG, Over.INCREASE})
"""The kinds of query that are answered so."""


def whole(query: Query, look: Lookback, ask: Ask) -> list[Row]:
    """
    Answer a query of means or growth.

    Args:
        query: of a kind in `PIECED`
        look: what it looks back over
        ask: sends a text, given the conditions that are added to it
    """
    rows = ask(query, lambda extra: render(query, look, extra))
    if query.over is Over.AVG:
        rows = [_mean(row) for row in rows]
        again = _repeated(query, rows)
    else:
        again = _in_pieces(query, look, ask, len(rows))
    if not again:
        return rows
    kept = [row for row in rows if identity(row, query) not in again]
    return kept + narrowed(query, again, len(rows), ask, lambda extra: render_by_step(query, look, extra))


def _mean(row: Row) -> Row:
    """Return the row whose value `count_values` gave as a label; how many series have it is no matter."""
    labels = dict(row.labels)
    return Row(labels, float(labels.pop(MEAN_LABEL)))


def _repeated(query: Query, rows: Sequence[Row]) -> set[Identity]:
    seen: set[Identity] = set()
    repeated: set[Identity] = set()
    for row in rows:
        key = identity(row, query)
        (repeated if key in seen else seen).add(key)
    return repeated


def _in_pieces(query: Query, look: Lookback, ask: Ask, of: int) -> set[Identity]:
    """Return the rows with a thing in pieces: those that have several series of one thing, copies aside."""
    several = {
        identity(row, query) for row in (ask(query, lambda extra: render_several(query, look, extra)) if of else ())
    }
    found = narrowed(query, several, of, ask, lambda extra: render_pieces(query, look, extra))
    return {identity(row, query) for row in found}
