"""Filters to SQL conditions."""

from __future__ import annotations

from collections.abc import Sequence

from fleetcost.errors import QuestionError, near
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect import DuckDb
from fleetcost.query.dimensions import ALIASES, UNALLOCATED, sanitize
from fleetcost.query.filters import Compare, Every, Filter, Match, Some

_PLAIN = {
    SetKind.ALLOCATIONS: {
        "cluster": "cluster",
        "node": "node",
        "namespace": "namespace",
        "controllerName": "controller",
        "controllerKind": "controller_kind",
        "container": "container",
        "pod": "pod",
        "provider": "provider_id",
        "providerID": "provider_id",
    },
    SetKind.ASSETS: {
        "name": "name",
        "assetType": "type",
        "type": "type",
        "category": "category",
        "cluster": "cluster",
        "project": "project",
        "provider": "provider",
        "providerID": "provider_id",
        "account": "account",
        "service": "service",
    },
}
_MAPS = {SetKind.ALLOCATIONS: {"label": "labels", "annotation": "annotations"}, SetKind.ASSETS: {"label": "labels"}}
_LISTS = {SetKind.ALLOCATIONS: {"services": "services"}, SetKind.ASSETS: {}}

IDLE_COLUMNS = frozenset({"cluster", "node", "provider_id"})
"""The columns an idle row has; every other one is unknown there."""


class Conditions:
    """Turns a filter into a condition on the rows of one kind."""

    def __init__(self, kind: SetKind, dialect: DuckDb, *, idle: bool = False) -> None:
        self._kind = kind
        self._dialect = dialect
        self._idle = idle

    def sql(self, tree: Filter) -> str:
        """
        Write the condition; it is never NULL.

        Raises:
            QuestionError: a field that rows of this kind do not have.
        """
        if isinstance(tree, Every):
            return "(" + " AND ".join(self.sql(part) for part in tree.parts) + ")"
        if isinstance(tree, Some):
            return "(" + " OR ".join(self.sql(part) for part in tree.parts) + ")"
        return self._compare(tree)

    def _compare(self, compare: Compare) -> str:
        tests = [self._test(compare, value) for value in compare.values]
        any_of = "coalesce(" + " OR ".join(tests) + ", FALSE)"
        return f"NOT {any_of}" if compare.negated else any_of

    def _test(self, compare: Compare, value: str) -> str:
        maps, lists, plain = _MAPS[self._kind], _LISTS[self._kind], _PLAIN[self._kind]
        wanted = "" if value == UNALLOCATED else value
        if compare.field in ALIASES and compare.key is None:
            return self._label(list(maps.values()), ALIASES[compare.field], compare.match, wanted)
        if compare.field in maps:
            column = maps[compare.field]
            if compare.key is None:
                return self._names(column, compare.match, sanitize(value))
            return self._label([column], sanitize(compare.key), compare.match, wanted)
        if compare.field in lists and compare.key is None:
            return self._list(lists[compare.field], compare.match, wanted)
        if compare.field in plain and compare.key is None:
            column = plain[compare.field]
            return "FALSE" if self._idle and column not in IDLE_COLUMNS else self._match(column, compare.match, wanted)
        accepted = [*plain, *lists, *(f"{name}[<key>]" for name in maps), *ALIASES]
        raise QuestionError(
            "filter", compare.field, f"a field of {self._kind}: {', '.join(accepted)}{near(compare.field, accepted)}"
        )

    def _label(self, columns: Sequence[str], key: str, match: Match, wanted: str) -> str:
        """Compare a label, in the first of the columns that has it; absent is the empty text."""
        if self._idle:
            return "FALSE"
        labels = ", ".join(self._dialect.label(column, key) for column in columns)
        return self._match(f"coalesce({labels}, '')", match, wanted)

    def _names(self, column: str, match: Match, wanted: str) -> str:
        """Ask whether there is a label whose name matches, whatever its value."""
        if self._idle:
            return "FALSE"
        if match in {Match.EQUALS, Match.CONTAINS}:
            return f"{self._dialect.label(column, wanted)} IS NOT NULL"
        return self._dialect.list_has(self._dialect.label_names(column), self._match("element", match, wanted))

    def _list(self, column: str, match: Match, wanted: str) -> str:
        if self._idle:
            return "FALSE"
        if match is Match.EQUALS and not wanted:
            return f"len({column}) = 0"
        exact = Match.EQUALS if match is Match.CONTAINS else match
        return self._dialect.list_has(column, self._match("element", exact, wanted))

    def _match(self, expression: str, match: Match, wanted: str) -> str:
        if match is Match.CONTAINS:
            return self._dialect.contains(expression, wanted)
        if match is Match.STARTS_WITH:
            return self._dialect.starts_with(expression, wanted)
        if match is Match.ENDS_WITH:
            return self._dialect.ends_with(expression, wanted)
        return f"{expression} = {self._dialect.text(wanted)}"
