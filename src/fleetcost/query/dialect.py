"""
What differs between engines: literals, labels, lists, dates. The compiler knows no engine, a dialect knows one.

The compiler writes names that need quotes as `"start"`, casts as `x::TYPE` and the types of `Dialect.type_names`;
whoever runs a statement hands it through `Dialect.spelled` first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from fleetcost.model.window import Resolution
from fleetcost.query.filters import Match
from fleetcost.query.question import Step
from fleetcost.query.sql.stage import Stage
from fleetcost.tables.rollups import raw_source, source_for


class Dialect(ABC):
    """
    One engine's way of writing.

    Args:
        rollups: False reads single rows only, which gives the same answers and takes longer
    """

    marker = "$"
    """Stands before the name of a parameter."""

    def __init__(self, *, rollups: bool = True) -> None:
        self._source = source_for if rollups else raw_source
        self.absent: frozenset[str] = frozenset()
        """Measures of which no row has anything, see `known.absent`: nobody needs to add them up."""
        self._names: dict[Hashable, str] = {}
        self.staged: dict[str, str] = {}
        """What `label_stages` has looked up: expressions on labels, each with the column that holds it."""
        self.bound: dict[str, Any] = {}
        """The values behind the parameters of what was written, by name; whoever runs a statement hands them over."""

    def _bind(self, value: str | datetime | Decimal) -> str:
        """Return the parameter that stands for a value; equal values have one."""
        name = self._names.setdefault(value, f"v{len(self._names)}")
        self.bound[name] = value
        return f"{self.marker}{name}"

    def source(self, table: str, columns: frozenset[str], resolution: Resolution) -> str:
        """Give what stands behind `FROM` to read rows that these columns tell apart; `members` counts single rows."""
        return self._source(table, columns, resolution)

    def label_stages(self, conditions: Sequence[str], names: Sequence[str]) -> list[Stage]:
        """
        Give the stage `label_sets` that holds conditions and texts on labels by label set; then `staged` has them.

        Engines whose rows carry their labels have none.
        """
        del conditions, names
        return []

    def looked_up(self, column: str) -> str:
        """Give a column of `label_sets` as `l`; a row is missing where no condition is met and nothing is named."""
        return f"coalesce(l.{column}, FALSE) AS {column}" if column.startswith("met_") else f"l.{column}"

    def spelled(self, sql: str) -> str:
        """Give a whole statement in this engine's spelling of names and types."""
        return sql

    def name(self, value: str) -> str:
        """Write a name of a column."""
        return '"' + value.replace('"', '""') + '"'

    def exact(self, value: Decimal) -> str:
        """Write an amount."""
        return f"{value:f}::DECIMAL(38, 9)"

    def step(self, step: Step, column: str, start: datetime) -> str:
        """Give the start of the step a window belongs to; steps are counted as in `question.cut`."""
        begin = self.time(start)
        if step is Step.ALL:
            return begin
        if step is Step.SEVEN_DAYS:
            return f"{begin} + {self.whole_weeks(begin, column)} * INTERVAL '7' DAY"
        if step is Step.WEEK:
            # An engine's weeks begin on Monday, the field's on Sunday.
            cut = f"{self.truncated('week', f'{column} + INTERVAL 1 DAY')} - INTERVAL 1 DAY"
        else:
            cut = self.truncated(step.value, column)
        return f"greatest({cut}, {begin})"

    def part(self, amount: str, upto: str, whole: str, kind: str = "DECIMAL(38, 9)") -> str:
        """
        Give the part of an amount that falls to the rows up to a position, on the exact grid.

        Differences of two such parts add up to the amount, whatever was rounded in between. `kind` is its type.
        """
        share = f"({amount})::DOUBLE * (({upto})::DOUBLE / ({whole})::DOUBLE)"
        return f"CASE WHEN ({upto}) = ({whole}) THEN ({amount}) ELSE ({share})::{kind} END"

    def contains(self, expression: str, value: str) -> str:
        """Test for a part."""
        return f"contains({expression}, {self.text(value)})"

    def matches(self, expression: str, match: Match, value: str) -> str:
        """Compare a text as a filter does."""
        if match is Match.CONTAINS:
            return self.contains(expression, value)
        if match is Match.STARTS_WITH:
            return self.starts_with(expression, value)
        if match is Match.ENDS_WITH:
            return self.ends_with(expression, value)
        return f"{expression} = {self.text(value)}"

    def changed(self, rows: str, columns: Mapping[str, str], every: Collection[str]) -> str:
        """
        Give rows of which some columns are made of an expression instead; to stand behind `FROM`.

        Args:
            rows: what stands behind `FROM`
            columns: the expressions by name
            every: all columns that anybody reads
        """
        del every
        made = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
        return f"(SELECT * REPLACE ({made}) FROM {rows})"  # noqa: S608 - columns of our own

    @abstractmethod
    def text(self, value: str) -> str:
        """Write a text, or the parameter that stands for it."""

    @abstractmethod
    def time(self, instant: datetime) -> str:
        """Write an aware time, or its parameter, as the UTC time without a zone that the tables hold."""

    @abstractmethod
    def truncated(self, unit: str, expression: str) -> str:
        """Give the beginning of the hour, day, week, month or quarter a time is in."""

    @abstractmethod
    def whole_weeks(self, start: str, column: str) -> str:
        """Give how many times seven whole days lie between two times."""

    @abstractmethod
    def whole(self, column: str) -> str:
        """Give a column of whole numbers so that their sum has room."""

    @abstractmethod
    def label(self, column: str, key: str) -> str:
        """Read one label; NULL where it is absent."""

    def first_known(self, *expressions: str) -> str:
        """Give the first of some texts that is not NULL."""
        return f"coalesce({', '.join(expressions)})"

    @abstractmethod
    def label_names(self, column: str) -> str:
        """Give the names of all labels."""

    @abstractmethod
    def label_pairs(self, column: str) -> str:
        """Give the labels as a list of pairs of `key` and `value`."""

    @abstractmethod
    def latest(self, expression: str, *by: str) -> str:
        """
        Give a value of that one of a group's rows that comes last by some columns.

        Among equals it is the greatest: an answer must not depend on the order in which rows were written.
        """

    @abstractmethod
    def json(self, expression: str) -> str:
        """Give a value as JSON text."""

    @abstractmethod
    def agreed(self, column: str) -> str:
        """Give the value all rows of a group agree on, else NULL; values are never NULL."""

    @abstractmethod
    def bounds(self, column: str) -> Mapping[str, str]:
        """Give two aggregates, `_low` and `_high` behind the column's name: they are the same where all rows agree."""

    @abstractmethod
    def starts_with(self, expression: str, value: str) -> str:
        """Test a prefix."""

    @abstractmethod
    def ends_with(self, expression: str, value: str) -> str:
        """Test a suffix."""

    @abstractmethod
    def first_of(self, column: str) -> str:
        """Give the first element of a list in alphabetical order; NULL where it is empty."""

    @abstractmethod
    def length(self, column: str) -> str:
        """Give the number of a list's elements."""

    @abstractmethod
    def list_has(self, column: str, match: Match, value: str) -> str:
        """Test whether any element matches."""

    @abstractmethod
    def each(self, column: str) -> str:
        """Give a row per element of a list."""

    @abstractmethod
    def list_of(self, fields: Mapping[str, str], by: int) -> str:
        """
        Collect a group's rows as a list of records.

        Args:
            fields: name and expression of each
            by: how many of the fields, from the first, the list is ordered by; together they are different in each row
        """

    @abstractmethod
    def map_of(self, pair: str) -> str:
        """Collect a group's pairs of `key` and `value` as a mapping in the order of its keys."""


def quoted_text(value: str) -> str:
    """Write a text literal of the embedded engine, for the few places that take no parameter."""
    return "'" + value.replace("\0", "").replace("'", "''") + "'"


class DuckDb(Dialect):
    """The embedded engine, whose labels are VARIANT values. Values are bound: equal questions of users are one text."""

    def label_stages(self, conditions: Sequence[str], names: Sequence[str]) -> list[Stage]:
        """Give the stage; single rows that are read without rollups do not say which label set is theirs."""
        if not (conditions or names) or self._source is raw_source:
            return []
        self.staged = {one: f"met_{place}" for place, one in enumerate(dict.fromkeys(conditions))}
        some = "" if names else f" WHERE {' OR '.join(self.staged.values())}"
        self.staged |= {one: f"named_{place}" for place, one in enumerate(dict.fromkeys(names))}
        chosen = "".join(f", {one} AS {column}" for one, column in self.staged.items())
        return [Stage("label_sets", f"SELECT * FROM (SELECT label_set{chosen} FROM label_set){some}")]  # noqa: S608 - bound

    def text(self, value: str) -> str:
        """Bind a text."""
        return self._bind(value.replace("\0", ""))

    def time(self, instant: datetime) -> str:
        """Bind an aware time as the UTC time without a zone that the tables hold."""
        return self._bind(instant.astimezone(UTC).replace(tzinfo=None))

    def exact(self, value: Decimal) -> str:
        """Bind an amount."""
        return f"{self._bind(value)}::DECIMAL(38, 9)"

    def truncated(self, unit: str, expression: str) -> str:
        """Give the beginning of the hour, day, week, month or quarter a time is in."""
        return f"date_trunc('{unit}', {expression})"

    def whole_weeks(self, start: str, column: str) -> str:
        """Give how many times seven whole days lie between two times."""
        return f"(date_diff('day', {start}, {column}) // 7)"

    def whole(self, column: str) -> str:
        """Give a column of whole numbers so that their sum has room: the engine's sums are 128 bits wide."""
        return column

    def label(self, column: str, key: str) -> str:
        """Read one label; NULL where it is absent."""
        return f"{column}[{self.text(key)}]::VARCHAR"

    def label_names(self, column: str) -> str:
        """Give the names of all labels."""
        return f"json_keys(to_json({column}))"

    def label_pairs(self, column: str) -> str:
        """Give the labels as a list of pairs of `key` and `value`."""
        return f"map_entries({self.json(column)}::JSON::MAP(VARCHAR, VARCHAR))"

    def latest(self, expression: str, *by: str) -> str:
        """Give a value of that one of a group's rows that comes last by some columns; among equals the greatest."""
        return f"arg_max({expression}, ({', '.join((*by, expression))}))"

    def json(self, expression: str) -> str:
        """Give a value as JSON text."""
        return f"to_json({expression})::VARCHAR"

    def agreed(self, column: str) -> str:
        """Give the value all rows of a group agree on, else NULL; comparing hashes is six times faster than texts."""
        return f"CASE WHEN min(hash({column})) = max(hash({column})) THEN any_value({column}) END"

    def bounds(self, column: str) -> Mapping[str, str]:
        """Give the least and the largest hash, see `agreed`."""
        return {f"{column}_low": f"min(hash({column}))", f"{column}_high": f"max(hash({column}))"}

    def starts_with(self, expression: str, value: str) -> str:
        """Test a prefix."""
        return f"starts_with({expression}, {self.text(value)})"

    def ends_with(self, expression: str, value: str) -> str:
        """Test a suffix."""
        return f"ends_with({expression}, {self.text(value)})"

    def first_of(self, column: str) -> str:
        """Give the first element of a list in alphabetical order; NULL where it is empty."""
        return f"list_min({column})"

    def length(self, column: str) -> str:
        """Give the number of a list's elements."""
        return f"len({column})"

    def list_has(self, column: str, match: Match, value: str) -> str:
        """Test whether any element matches."""
        return f"len(list_filter({column}, lambda element : {self.matches('element', match, value)})) > 0"

    def each(self, column: str) -> str:
        """Give a row per element of a list."""
        return f"unnest({column})"

    def list_of(self, fields: Mapping[str, str], by: int) -> str:
        """Collect a group's rows as a list of records."""
        record = ", ".join(f"{name}: {expression}" for name, expression in fields.items())
        return f"list({{{record}}} ORDER BY {', '.join([*fields.values()][:by])})"

    def map_of(self, pair: str) -> str:
        """Collect a group's pairs of `key` and `value` as a mapping in the order of its keys."""
        return f"map_from_entries(list({pair} ORDER BY {pair}.key))"
