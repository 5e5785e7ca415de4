"""Asking a second time for some rows only, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import repeat

from fleetcost.samples.promql import Instant, Matchers
from fleetcost.samples.query import Matcher, Op, Query
from fleetcost.samples.source import Row

NAMES_AT_ONCE = 500
"""Names in one condition: some twenty kilobytes of text, which every server takes."""

Render = Callable[[Matchers], Instant]
Ask = Callable[[Query, Render], list[Row]]
Identity = tuple[str, ...]


def identity(row: Row, query: Query) -> Identity:
    """Return the values of the labels that identify a row."""
    return tuple(map(row.labels.get, query.by, repeat("")))


def narrowed(query: Query, wanted: Collection[Identity], of: int, ask: Ask, render: Render) -> list[Row]:
    """
    Ask a text for some rows only.

    Args:
        query: whose rows
        wanted: their identities
        of: how many rows the query has in all
        ask: sends a text, given the conditions that are added to it
        render: writes the text, given further conditions
    """
    rows: list[Row] = []
    for names in _conditions(query, sorted(wanted), of):
        found = ask(query, lambda extra, names=names: render(extra + names))  # type: ignore[misc]
        rows += [row for row in found if identity(row, query) in wanted]
    return rows


def _conditions(query: Query, wanted: Sequence[Identity], of: int) -> Iterator[Matchers]:
    """Iterate conditions that together leave all that is wanted; none where everything has to be looked at anyway."""
    if not wanted:
        return
    distinct = [{key[i] for key in wanted} for i in range(len(query.by))]
    candidates = [i for i, values in enumerate(distinct) if "" not in values]
    if not candidates or len(wanted) * 2 > of:
        yield ()
        return
    best = max(candidates, key=lambda i: len(distinct[i]))
    names = sorted(distinct[best])
    for start in range(0, len(names), NAMES_AT_ONCE):
        pattern = "|".join(re.escape(name) for name in names[start : start + NAMES_AT_ONCE])
        yield (Matcher(query.by[best], Op.REGEX, pattern),)
