"""The values a field has, for a filter box."""

from __future__ import annotations

from dataclasses import dataclass

from fleetcost.errors import QuestionCode, QuestionError, closest
from fleetcost.model.sets import SetKind
from fleetcost.query.conditions import YES_OR_NO, columns_of, fields
from fleetcost.query.dialect import Dialect
from fleetcost.query.dialects import dialect_of
from fleetcost.query.dimensions import ALIASES, KEYED, label_key
from fleetcost.query.filters import Compare, Filter, Match
from fleetcost.query.kinds import CLOUD, RowKind
from fleetcost.query.question import Frame, Question, Step
from fleetcost.query.sql.source import FromClause
from fleetcost.tables.view import View

MOST = 1000
"""Values that are returned at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Whose values are wanted.

    Attributes:
        field: of the filter language; `label` alone asks for names, `label:team` and `label[team]` for values
        search: only values that contain it, in any case
        limit: how many at most
    """

    field: str
    search: str = ""
    limit: int = 100


def values(snapshot: View, kind: RowKind, frame: Frame, wanted: Wanted, allowed: Filter | None) -> list[str]:
    """
    Return values in alphabetical order, empty ones left out.

    Raises:
        QuestionError: the field or the filter's field is unknown.
    """
    dialect = dialect_of(snapshot)
    question = Question(kind=kind, frame=frame, step=Step.ALL, dimensions=(), filter=allowed)
    source = FromClause(question, dialect)
    expression, columns = _expression(wanted.field, kind, dialect)
    columns |= columns_of(allowed, kind)
    table = "cloud_cost" if kind is CLOUD else "allocation"
    rows = source.assets() if kind is SetKind.ASSETS else source.table(table, columns)
    search = dialect.contains("lower(value)", wanted.search.lower()) if wanted.search else "TRUE"
    return [
        str(row[0])
        for row in snapshot.rows(
            f"SELECT DISTINCT value FROM (SELECT {expression} AS value FROM {rows} "  # noqa: S608 - quoted by the dialect
            f"WHERE {source.in_frame()} AND {source.passes()}) "
            f"WHERE value <> '' AND {search} ORDER BY value LIMIT {min(wanted.limit, MOST)}",
            dialect.bound,
        )
    ]


def _expression(field: str, kind: RowKind, dialect: Dialect) -> tuple[str, set[str]]:
    head, _, key = field.removesuffix("]").replace("[", ":", 1).partition(":")
    spellings = {name.lower(): name for name in KEYED[kind]}
    if head.lower() in spellings:
        column = KEYED[kind][spellings[head.lower()]]
        return (dialect.label(column, label_key(key, kind)) if key else dialect.each(dialect.label_names(column))), {
            column
        }
    if field in ALIASES and kind is not CLOUD:
        maps = ("labels", "annotations") if kind is SetKind.ALLOCATIONS else ("labels",)
        return f"coalesce({', '.join(dialect.label(name, ALIASES[field]) for name in maps)})", set(maps)
    try:
        columns = set(columns_of(Compare(field, None, Match.EQUALS, negated=False, values=("",), position=0), kind))
    except QuestionError:
        accepted = (*fields(kind), *(f"{name}:<name>" for name in KEYED[kind]))
        raise QuestionError(
            "field",
            field,
            f"one of {', '.join(accepted)}",
            case=f"There is no field `{field}`",
            code=QuestionCode.UNKNOWN_FIELD,
            suggestion=closest(field, accepted),
        ) from None
    if columns == {"services"}:
        return dialect.each("services"), columns
    if len(columns) > 1:
        return f"CASE WHEN controller_kind = '{field}' THEN controller END", columns
    return (YES_OR_NO if columns == {"kubernetes"} else next(iter(columns))), columns
