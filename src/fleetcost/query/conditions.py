"""Filters to SQL conditions, and the columns they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.reconciliation import RowOutcome
from fleetcost.model.sets import SetKind
from fleetcost.query.dialect import Dialect
from fleetcost.query.dimensions import ALIASES, CLOUD_COLUMNS, EXTERNAL, KEYED, UNALLOCATED, Dimension, label_key
from fleetcost.query.filters import Compare, Every, Filter, Match, Some
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.tables.columns import LABEL_COLUMNS

_PLAIN: Mapping[RowKind, Mapping[str, str]] = {
    SetKind.ALLOCATIONS: {
        "cluster": "cluster",
        "node": "node",
        "namespace": "namespace",
        "controllerName": "controller",
        "controller": "controller",
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
        "region": "region",
    },
    CLOUD: CLOUD_COLUMNS,
}
_LISTS: Mapping[RowKind, Mapping[str, str]] = {
    SetKind.ALLOCATIONS: {"services": "services", "service": "services"},
    SetKind.ASSETS: {},
    CLOUD: {},
}
_KINDS: Mapping[RowKind, tuple[str, ...]] = {
    SetKind.ALLOCATIONS: ("deployment", "statefulset", "daemonset", "job"),
    SetKind.ASSETS: (),
    CLOUD: (),
}
_ALIASES: Mapping[RowKind, Mapping[str, str]] = {SetKind.ALLOCATIONS: ALIASES, SetKind.ASSETS: ALIASES, CLOUD: {}}

OF_CLUSTERS = f"(kubernetes OR outcome <> '{RowOutcome.OUTSIDE}')"
"""Whether a row of a bill is a cluster's: by tags or service, or because reconciliation has found its cluster."""

YES_OR_NO = f"CASE WHEN {OF_CLUSTERS} THEN 'true' ELSE 'false' END"
"""A truth value as the text that filters compare."""

IDLE_COLUMNS = frozenset({"cluster", "node", "provider_id"})
"""The columns an idle row has; every other one is unknown there."""


class Conditions:
    """Turns a filter into a condition on the rows of one kind."""

    def __init__(self, kind: RowKind, dialect: Dialect, *, idle: bool = False) -> None:
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

    def any_of(self, compare: Compare) -> str:
        """Write the condition that one of the values of a comparison fits; it is never NULL."""
        tests = [self._test(compare, value) for value in dict.fromkeys(compare.values)]
        return f"coalesce({_either(tests)}, FALSE)"

    def _compare(self, compare: Compare) -> str:
        condition = self.any_of(compare)
        found = self._dialect.staged.get(condition, condition)
        return f"NOT {found}" if compare.negated else found

    def _test(self, compare: Compare, value: str) -> str:
        columns = _columns(compare, self._kind)
        wanted = "" if value == UNALLOCATED else value
        if self._idle and not IDLE_COLUMNS.issuperset(columns):
            return "FALSE"
        field, key, match = compare.field, compare.key, compare.match
        if field in KEYED[self._kind]:
            return self._keyed(columns[0], key, match, value if key is None else wanted)
        if field in _LISTS[self._kind]:
            return self._list(columns[0], match, wanted)
        if field in _ALIASES[self._kind]:
            return self._match(self._alias(field), match, wanted)
        return self._plain(field, columns[0], match, wanted)

    def _plain(self, field: str, column: str, match: Match, wanted: str) -> str:
        if field in _KINDS[self._kind]:
            return f"(controller_kind = '{field}' AND {self._match('controller', match, wanted)})"
        if column == "type":
            # The field's clients write asset types as they like.
            return self._match("lower(type)", match, wanted.lower())
        if column == "kubernetes":
            return self._match(YES_OR_NO, match, wanted.lower())
        return self._match(column, match, wanted)

    def _alias(self, field: str) -> str:
        label = ALIASES[field]
        if self._kind is SetKind.ASSETS:
            return self._known(self._label("labels", EXTERNAL + label), self._label("labels", label))
        return self._known(self._label("labels", label), self._label("annotations", label))

    def _known(self, *labels: str) -> str:
        """Return the first label a row has, or an empty text."""
        return self._dialect.first_known(*labels, "''")

    def _label(self, column: str, key: str) -> str:
        return self._dialect.label(column, key)

    def _keyed(self, column: str, key: str | None, match: Match, wanted: str) -> str:
        """Compare a label; without a key, ask whether there is one of such a name."""
        if key is not None:
            return self._match(self._known(self._label(column, label_key(key, self._kind))), match, wanted)
        if match in {Match.EQUALS, Match.CONTAINS}:
            return f"{self._label(column, label_key(wanted, self._kind))} IS NOT NULL"
        return self._dialect.list_has(self._dialect.label_names(column), match, label_key(wanted, self._kind))

    def _list(self, column: str, match: Match, wanted: str) -> str:
        if not wanted and match in {Match.EQUALS, Match.CONTAINS}:
            return f"{self._dialect.length(column)} = 0"
        exact = Match.EQUALS if match is Match.CONTAINS else match
        return self._dialect.list_has(column, exact, wanted)

    def _match(self, expression: str, match: Match, wanted: str) -> str:
        return self._dialect.matches(expression, match, wanted)


def columns_of(tree: Filter | None, kind: RowKind) -> frozenset[str]:
    """
    Return the columns a filter reads.

    Raises:
        QuestionError: a field that rows of this kind do not have.
    """
    if tree is None:
        return frozenset()
    return frozenset(column for compare in comparisons(tree) for column in _columns(compare, kind))


def label_conditions(tree: Filter, dialect: Dialect) -> list[str]:
    """Return the conditions of a filter of allocations that read nothing but labels."""
    conditions = Conditions(SetKind.ALLOCATIONS, dialect)
    return [
        conditions.any_of(one)
        for one in comparisons(tree)
        if {*LABEL_COLUMNS}.issuperset(_columns(one, SetKind.ALLOCATIONS))
    ]


def comparisons(tree: Filter) -> Iterator[Compare]:
    """Yield every comparison of a filter."""
    if isinstance(tree, Compare):
        yield tree
        return
    for part in tree.parts:
        yield from comparisons(part)


def fields(kind: RowKind) -> tuple[str, ...]:
    """Return the fields a filter of this kind may name."""
    keyed = (f"{name}[<name>]" for name in KEYED[kind])
    return (*_PLAIN[kind], *_LISTS[kind], *_KINDS[kind], *keyed, *_ALIASES[kind])


def _columns(compare: Compare, kind: RowKind) -> tuple[str, ...]:
    field = compare.field
    if field in KEYED[kind]:
        return (KEYED[kind][field],)
    if compare.key is None:
        if field in _PLAIN[kind]:
            return (_PLAIN[kind][field],)
        if field in _LISTS[kind]:
            return (_LISTS[kind][field],)
        if field in _KINDS[kind]:
            return ("controller", "controller_kind")
        if field in _ALIASES[kind]:
            return ("labels",) if kind is SetKind.ASSETS else ("labels", "annotations")
    written = field if compare.key is None else f"{field}[{compare.key}]"
    accepted = fields(kind)
    raise QuestionError(
        "filter", written, f"a field of {kind}: {', '.join(accepted)}", case=f"There is no field `{written}`",
        code=QuestionCode.UNKNOWN_FIELD, position=compare.position + 1, suggestion=closest(written, accepted),
    )  # fmt: skip


def _either(tests: list[str]) -> str:
    return tests[0] if len(tests) == 1 else "(" + " OR ".join(tests) + ")"


def may_hold(tree: Filter | None, value: str, field: str = "cluster") -> bool:
    """Tell whether a row with this value of a field can pass a filter, whatever else it is."""
    if tree is None:
        return True
    if isinstance(tree, Every):
        return all(may_hold(part, value, field) for part in tree.parts)
    if isinstance(tree, Some):
        return any(may_hold(part, value, field) for part in tree.parts)
    if tree.field != field or tree.key is not None:
        return True
    return any(_matches(value, tree.match, wanted) for wanted in tree.values) != tree.negated


def _matches(text: str, match: Match, wanted: str) -> bool:
    if match is Match.CONTAINS:
        return wanted in text
    if match is Match.STARTS_WITH:
        return text.startswith(wanted)
    if match is Match.ENDS_WITH:
        return text.endswith(wanted)
    return text == wanted


def holds(tree: Filter, values: Mapping[Dimension, str]) -> bool:
    """
    Tell whether a group passes a filter, by the values of its dimensions.

    Raises:
        KeyError: the filter compares something that is none of them.
    """
    if isinstance(tree, Every):
        return all(tuple(holds(part, values) for part in tree.parts))
    if isinstance(tree, Some):
        return any(tuple(holds(part, values) for part in tree.parts))
    value = values[Dimension(tree.field, label_key(tree.key, SetKind.ALLOCATIONS) if tree.key else "")]
    known = "" if value == UNALLOCATED else value
    wanted = ("" if one == UNALLOCATED else one for one in tree.values)
    return any(_matches(known, tree.match, one) for one in wanted) != tree.negated
