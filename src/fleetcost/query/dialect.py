"""What differs between engines: literals, label access, dates. The compiler knows no engine, this file knows one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from fleetcost.model.window import Resolution
from fleetcost.query.question import Step
from fleetcost.tables.rollups import raw_source, source_for


class DuckDb:
    """
    The embedded engine, whose labels are VARIANT values.

    Args:
        rollups: False reads single rows only, which gives the same answers and takes longer
    """

    def __init__(self, *, rollups: bool = True) -> None:
        self._source = source_for if rollups else raw_source

    def source(self, table: str, columns: frozenset[str], resolution: Resolution) -> str:
        """Give what stands behind `FROM` to read rows that these columns tell apart; `members` counts single rows."""
        return self._source(table, columns, resolution)

    def text(self, value: str) -> str:
        """Write a text literal."""
        return "'" + value.replace("\0", "").replace("'", "''") + "'"

    def name(self, value: str) -> str:
        """Write a name of a column."""
        return '"' + value.replace('"', '""') + '"'

    def time(self, instant: datetime) -> str:
        """Write an aware time as the UTC time without a zone that the tables hold."""
        return f"TIMESTAMP '{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"

    def exact(self, value: Decimal) -> str:
        """Write an amount."""
        return f"{value:f}::DECIMAL(38, 9)"

    def table(self, name: str, query: str) -> str:
        """Keep a query's rows for the statements that follow in the same snapshot."""
        return f"CREATE OR REPLACE TEMP TABLE {name} AS\n{query}"

    def label(self, column: str, key: str) -> str:
        """Read one label; NULL where it is absent."""
        return f"{column}[{self.text(key)}]::VARCHAR"

    def label_names(self, column: str) -> str:
        """Give the names of all labels."""
        return f"json_keys(to_json({column}))"

    def newest(self, expression: str) -> str:
        """Give a value of the newest of a group's rows; of several from one window always the same."""
        return f'arg_max({expression}, (window_start, "end", pod_uid))'

    def json(self, expression: str) -> str:
        """Give a value as JSON text."""
        return f"to_json({expression})::VARCHAR"

    def step(self, step: Step, column: str, start: datetime) -> str:
        """Give the start of the step a window belongs to; steps are counted as in `question.cut`."""
        if step is Step.ALL:
            return self.time(start)
        if step is Step.SEVEN_DAYS:
            begin = self.time(start)
            return f"{begin} + (date_diff('day', {begin}, {column}) // 7 * 7) * INTERVAL 1 DAY"
        if step is Step.WEEK:
            # date_trunc's weeks begin on Monday, the field's on Sunday.
            cut = f"date_trunc('week', {column} + INTERVAL 1 DAY) - INTERVAL 1 DAY"
        else:
            cut = f"date_trunc('{step.value}', {column})"
        return f"greatest({cut}, {self.time(start)})"

    def agreed(self, column: str) -> str:
        """Give the value all rows of a group agree on, else NULL; comparing hashes is six times faster than texts."""
        return f"CASE WHEN min(hash({column})) = max(hash({column})) THEN any_value({column}) END"

    def part(self, amount: str, upto: str, whole: str) -> str:
        """
        Give the part of an amount that falls to the rows up to a position, on the exact grid.

        Differences of two such parts add up to the amount, whatever was rounded in between.
        """
        share = f"({amount})::DOUBLE * (({upto})::DOUBLE / ({whole})::DOUBLE)"
        return f"CASE WHEN ({upto}) = ({whole}) THEN ({amount}) ELSE ({share})::DECIMAL(38, 9) END"

    def starts_with(self, expression: str, value: str) -> str:
        """Test a prefix."""
        return f"starts_with({expression}, {self.text(value)})"

    def ends_with(self, expression: str, value: str) -> str:
        """Test a suffix."""
        return f"ends_with({expression}, {self.text(value)})"

    def contains(self, expression: str, value: str) -> str:
        """Test for a part."""
        return f"contains({expression}, {self.text(value)})"

    def first_of(self, column: str) -> str:
        """Give the first element of a list in alphabetical order; NULL where it is empty."""
        return f"list_min({column})"

    def list_has(self, column: str, condition: str) -> str:
        """Test whether any element, called `element`, meets a condition."""
        return f"len(list_filter({column}, lambda element : {condition})) > 0"
