"""
The columns of sets, each said once: what it holds, in which unit, how it adds up, since which version of the format.

The rows `Allocation`, `Asset` and `CloudCost` are the tables: a field is a column, its annotation says what it holds.
Everything else follows from them: the columns of files and of the database, what rollups, days and answers add up, the
rows of the API, the columns of the command line, the documentation. To add a column, add a field:

    cpu_limit_hours: Annotated[Decimal | None, Holds(MEASURE, "its limit × time", "core-hours", since=2)] = None

give it its value where rows are made (`costing/`, `billing/`), and add golden files of the new version. `since` is the
version of the format that brought it. Files of older versions do not have it: there it has its default, so a measure
that they cannot know is optional, and None in them, never zero.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fleetcost.model.histogram import Histogram


class ColumnKind(enum.StrEnum):
    """What a column is to the rows, which says how it adds up."""

    TEXT = "text"
    LABELS = "labels"
    TIME = "time"
    FLAG = "flag"
    MEASURE = "measure"
    COST = "cost"
    PART = "part"
    ADJUSTMENT = "adjustment"
    ESTIMATE = "estimate"
    PEAK = "peak"
    FRACTION = "fraction"
    SHARES = "shares"
    DISTRIBUTION = "distribution"

    @property
    def adds_up(self) -> str:
        """How several rows become one, in words for the documentation."""
        return _ADDS_UP[self]


TEXT, LABELS, TIME, FLAG = ColumnKind.TEXT, ColumnKind.LABELS, ColumnKind.TIME, ColumnKind.FLAG
MEASURE, COST, PART, ADJUSTMENT = ColumnKind.MEASURE, ColumnKind.COST, ColumnKind.PART, ColumnKind.ADJUSTMENT
ESTIMATE = ColumnKind.ESTIMATE
PEAK, FRACTION, SHARES = ColumnKind.PEAK, ColumnKind.FRACTION, ColumnKind.SHARES
DISTRIBUTION = ColumnKind.DISTRIBUTION

SUMMED = (MEASURE, COST, PART, ADJUSTMENT, ESTIMATE)
"""Kinds that are added, exactly."""

_ADDS_UP = {
    TEXT: "kept where all rows agree",
    LABELS: "the newest row's",
    TIME: "from the first to the last",
    FLAG: "set where any row's is",
    MEASURE: "sum",
    COST: "sum; in the total",
    PART: "sum; inside another cost, not in the total",
    ADJUSTMENT: "sum; in the total",
    ESTIMATE: "sum; inside a cost, not in the total",
    PEAK: "largest",
    FRACTION: "mean, weighted by cost",
    SHARES: "sum by what they are of",
    DISTRIBUTION: "merged",
}


@dataclass(frozen=True, slots=True)
class Holds:
    """
    What a column holds; stands in the annotation of its field.

    Attributes:
        kind: how it adds up
        meaning: one sentence for people; the documentation's tables are made of these
        unit: of a number; money is in the currency of the set or row
        weight: the costs that weight a fraction in a mean
        since: the version of the format that brought it
    """

    kind: ColumnKind
    meaning: str
    unit: str = ""
    weight: tuple[str, ...] = ()
    since: int = 1


@dataclass(frozen=True, slots=True)
class SetColumn:
    """
    One column of a table.

    Attributes:
        name: in rows, files, tables, answers
        type: str, int, float, bool, datetime, Decimal; dict for labels, list for texts and shares, bytes for
            distributions
        nullable: whether a row may be without a value
        default: what rows have where nothing is said, and files of versions before `since`
        holds: what it holds
        members: the columns of a share
    """

    name: str
    type: type
    nullable: bool
    default: object
    holds: Holds
    members: tuple[SetColumn, ...] = ()


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """
    The columns of one kind of row, in the order of its files.

    Attributes:
        columns: all of the newest version
        keys: what makes a row the same row in the next set; rows are sorted by it
        digits: of an amount, places included
    """

    columns: tuple[SetColumn, ...]
    keys: tuple[str, ...]
    digits: int

    @cached_property
    def newest(self) -> int:
        """The version of the format that brought the newest column."""
        return max(column.holds.since for column in self.columns)

    @cached_property
    def by_name(self) -> Mapping[str, SetColumn]:
        """Every column by its name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def sums(self) -> tuple[str, ...]:
        """What adds up exactly."""
        return self.of(*SUMMED)

    @cached_property
    def costs(self) -> tuple[str, ...]:
        """The costs and adjustments that are the total."""
        return self.of(COST, ADJUSTMENT)

    @cached_property
    def adjustments(self) -> tuple[str, ...]:
        """What bills add to the costs."""
        return self.of(ADJUSTMENT)

    @cached_property
    def nullable(self) -> frozenset[str]:
        """What a row may be without."""
        return frozenset(column.name for column in self.columns if column.nullable)

    @cached_property
    def counts(self) -> frozenset[str]:
        """Sums of whole numbers."""
        return frozenset(name for name in self.sums if self.by_name[name].type is int)

    def of(self, *kinds: ColumnKind) -> tuple[str, ...]:
        """Return the names of the columns of some kinds, in order."""
        return tuple(column.name for column in self.columns if column.holds.kind in kinds)

    def known_in(self, version: int) -> tuple[SetColumn, ...]:
        """Return the columns that files of a version have."""
        return tuple(column for column in self.columns if column.holds.since <= version)


def table_of(row: type, keys: tuple[str, ...], digits: int = 18) -> ColumnTable:
    """
    Return the table that a dataclass of rows describes.

    Args:
        row: the dataclass; every field is annotated with what it `Holds`
        keys: what makes a row the same row in the next set
        digits: of an amount, places included

    Raises:
        TypeError: a field does not say what it holds, or came later and has no default for older files.
    """
    hints = get_type_hints(row, include_extras=True)
    columns = tuple(_column(field, hints[field.name]) for field in dataclasses.fields(row))
    for column in columns:
        if column.holds.since > 1 and column.default is dataclasses.MISSING:
            raise TypeError(f"{row.__name__}.{column.name} is since version {column.holds.since}: give it a default")
    return ColumnTable(columns, keys, digits)


def _column(field: dataclasses.Field[Any], hint: Any) -> SetColumn:  # noqa: ANN401 - a type
    said = [one for one in getattr(hint, "__metadata__", ()) if isinstance(one, Holds)]
    if not said:
        raise TypeError(f"{field.name} does not say what it holds: annotate it with Holds")
    made = field.default_factory
    default = field.default if made is dataclasses.MISSING else made()
    bare, nullable = _without_none(get_args(hint)[0])
    return SetColumn(field.name, _plain(bare), nullable, default, said[0], _members(bare))


def _members(hint: Any) -> tuple[SetColumn, ...]:  # noqa: ANN401 - a type
    """Return the columns of a share; its amounts add up, the rest says what it is of."""
    inner = get_args(hint)[0] if get_origin(hint) is tuple else None
    if not dataclasses.is_dataclass(inner):
        return ()
    hints = get_type_hints(inner)
    return tuple(
        SetColumn(one.name, _plain(hints[one.name]), nullable=False, default=None, holds=_MEMBER[hints[one.name]])
        for one in dataclasses.fields(inner)
    )


_MEMBER = {
    str: Holds(TEXT, ""),
    bool: Holds(FLAG, ""),
    int: Holds(MEASURE, ""),
    Decimal: Holds(MEASURE, ""),
}


def _without_none(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401 - types
    if get_origin(hint) not in {Union, UnionType}:
        return hint, False
    (bare,) = (one for one in get_args(hint) if one is not NoneType)
    return bare, True


def _plain(hint: Any) -> type:  # noqa: ANN401 - a type
    origin = get_origin(hint)
    if origin is tuple:
        return list
    if origin is not None and issubclass(origin, Mapping):
        return dict
    if issubclass(hint, enum.StrEnum):
        return str
    if hint is Histogram:
        return bytes
    if hint not in {str, int, float, bool, datetime, Decimal}:
        raise TypeError(f"a column cannot hold {hint}")
    plain: type = hint
    return plain
