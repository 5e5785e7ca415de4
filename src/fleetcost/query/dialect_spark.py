"""Spark SQL, as Apache Spark 4 and engines that speak its Connect protocol understand it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from fleetcost.query.dialect import Dialect
from fleetcost.query.filters import Match
from fleetcost.query.macros import expanded

_ESCAPED = {character: f"\\u{ord(character):04X}" for character in "'\\$"}
"""
Characters of a text literal that mean something to the parser. A dollar sign does: `${…}` inside a literal is replaced
by a variable of the server, its environment's included, before the statement is parsed.
"""

_EDGE = "\x01"
"""Stands between the elements of a list that is searched as one text; no name has it."""

_TYPES = {
    "VARCHAR": "STRING",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "USMALLINT": "INT",
    "HUGEINT": "DECIMAL(38, 0)",
}
_SPELLED = re.compile(r"""--[^\n]*|'[^']*'|"([^"]*)"|::(VARCHAR|TIMESTAMP|USMALLINT|HUGEINT)\b""")

_RESOURCES = ("cpu", "ram", "gpu")
_WEIGHTS = (f"named_struct('resource', '{name}', 'weight', {{{place}}})" for place, name in enumerate(_RESOURCES))
_PRICES = (
    f"named_struct('resource', '{name}', 'list', {{{2 * place}}}, 'adjustment', {{{2 * place + 1}}})"
    for place, name in enumerate(_RESOURCES)
)

_PLAIN_KEY = "regexp_replace(lower({0}), '[^a-z0-9]+', '_')"

MACROS: Mapping[str, str] = MappingProxyType(
    {
        "hash": "xxhash64({*})",
        "unnest": "explode({0})",
        "starts_with": "startswith({0}, {1})",
        "ends_with": "endswith({0}, {1})",
        "nanos": "CAST(CAST({0} AS DECIMAL(28, 9)) * CAST(1000000000 AS DECIMAL(10, 0)) AS DECIMAL(38, 0))",
        "amount_of": "CAST(CAST({0} AS DECIMAL(28, 0)) * CAST(0.000000001 AS DECIMAL(10, 9)) AS DECIMAL(38, 9))",
        # DIV cuts towards zero, as `//` does (https://spark.apache.org/docs/latest/api/sql/#div); `/` gives a decimal
        # whose places depend on the operands.
        "quotient": "CAST(({0}) DIV ({1}) AS DECIMAL(38, 0))",
        "seconds_between": "timestampdiff(SECOND, {0}, {1})",
        "wide": "CAST({0} AS DECIMAL(38, 0))",
        "agreed": "CASE WHEN min({0}) = max({0}) THEN min({0}) ELSE '' END",
        "weights_of": f"array({', '.join(_WEIGHTS)})",
        "prices_of": f"array({', '.join(_PRICES)})",
        "plain_key": _PLAIN_KEY,
        "label_among": (
            "get(filter(map_entries({0}), "
            f"tag -> contains({{1}}, concat(' ', {_PLAIN_KEY.format('tag.key')}, ' '))), 0).value"
        ),
        "first_starting": f"get(filter(map_keys({{0}}), name -> startswith({_PLAIN_KEY.format('name')}, {{1}})), 0)",
        "match_key": (
            "CASE WHEN lower({0}) LIKE 'azure://%' THEN regexp_replace(substr(lower({0}), 9), '/+$', '') "
            "WHEN lower({0}) LIKE '/subscriptions/%' THEN regexp_replace(lower({0}), '/+$', '') "
            "WHEN lower({0}) LIKE 'arn:%:elasticloadbalancing:%' "
            "THEN regexp_extract(lower({0}), 'loadbalancer/(?:(?:app|net|gwy)/)?([^/]+)', 1) "
            "ELSE regexp_extract(lower({0}), '([^/]+)/?$', 1) END"
        ),
    }
)
"""What the tables' own SQL calls by these names; `tables/sql/schema.sql` has the embedded engine's."""


class Spark(Dialect):
    """An engine behind Spark Connect, whose labels are maps and whose bytes are 64 bits wide. Texts are bound."""

    marker = ":"

    def spelled(self, sql: str) -> str:
        """Give a whole statement in this engine's spelling: names in backticks, its names of types."""

        def spell(found: re.Match[str]) -> str:
            if found[1] is not None:
                return f"`{found[1]}`"
            if found[0].startswith("--"):
                return ""
            return f"::{_TYPES[found[2]]}" if found[2] is not None else found[0]

        return expanded(_SPELLED.sub(spell, sql), MACROS)

    def changed(self, rows: str, columns: Mapping[str, str], every: Collection[str]) -> str:
        """Give rows of which some columns are made of an expression; Sail reads no `* EXCEPT`, so all are named."""
        made = ", ".join(f'{columns[name]} AS "{name}"' if name in columns else f'"{name}"' for name in every)
        return f"(SELECT {made} FROM {rows})"  # noqa: S608 - columns of our own

    def text(self, value: str) -> str:
        """Bind a text."""
        return self._bind(value.replace("\0", ""))

    def time(self, instant: datetime) -> str:
        """Write an aware time as the UTC time without a zone that the tables hold."""
        return f"TIMESTAMP_NTZ '{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"

    def truncated(self, unit: str, expression: str) -> str:
        """Give the beginning of the hour, day, week, month or quarter a time is in."""
        return f"date_trunc('{unit}', {expression})::TIMESTAMP"

    def whole_weeks(self, start: str, column: str) -> str:
        """Give how many times seven whole days lie between two times."""
        return f"(datediff({column}, {start}) DIV 7)"

    def whole(self, column: str) -> str:
        """Give a column of whole numbers so that their sum has room: bytes of a large fleet do not fit 64 bits."""
        return f"{column}::DECIMAL(38, 0)"

    def label(self, column: str, key: str) -> str:
        """Read one label; NULL where it is absent."""
        return f"try_element_at({column}, {self.text(key)})"

    def first_known(self, *expressions: str) -> str:
        """Give the first of some texts that is not NULL; Sail's optimizer errs where one statement has several."""
        whole = expressions[-1]
        for each in reversed(expressions[:-1]):
            whole = f"CASE WHEN {each} IS NULL THEN {whole} ELSE {each} END"
        return whole

    def label_names(self, column: str) -> str:
        """Give the names of all labels."""
        return f"map_keys({column})"

    def label_pairs(self, column: str) -> str:
        """Give the labels as a list of pairs of `key` and `value`."""
        return f"map_entries({column})"

    def latest(self, expression: str, *by: str) -> str:
        """Give a value of that one of a group's rows that comes last by some columns; among equals the greatest."""
        return f"max_by({expression}, struct({', '.join((*by, expression))}))"

    def json(self, expression: str) -> str:
        """Give a value as JSON text."""
        return f"to_json({expression})"

    def agreed(self, column: str) -> str:
        """Give the value all rows of a group agree on, else NULL."""
        return f"CASE WHEN min({column}) = max({column}) THEN min({column}) END"

    def bounds(self, column: str) -> Mapping[str, str]:
        """Give the least and the largest value."""
        return {f"{column}_low": f"min({column})", f"{column}_high": f"max({column})"}

    def starts_with(self, expression: str, value: str) -> str:
        """Test a prefix."""
        return f"startswith({expression}, {self.text(value)})"

    def ends_with(self, expression: str, value: str) -> str:
        """Test a suffix."""
        return f"endswith({expression}, {self.text(value)})"

    def first_of(self, column: str) -> str:
        """Give the first element of a list in alphabetical order; NULL where it is empty."""
        return f"array_min({column})"

    def length(self, column: str) -> str:
        """Give the number of a list's elements."""
        return f"size({column})"

    def list_has(self, column: str, match: Match, value: str) -> str:
        """Test whether any element matches; as one text, for not every engine has functions over elements."""
        if match is Match.EQUALS:
            return f"array_contains({column}, {self.text(value)})"
        if _EDGE in value:
            return "FALSE"
        if not value:
            # Every name begins and ends with nothing, but a list may have none.
            return f"{self.length(column)} > 0"
        before = _EDGE if match is Match.STARTS_WITH else ""
        after = _EDGE if match is Match.ENDS_WITH else ""
        edge = self.text(_EDGE)
        every = f"concat({edge}, array_join({column}, {edge}), {edge})"
        return self.contains(every, before + value + after)

    def each(self, column: str) -> str:
        """Give a row per element of a list."""
        return f"explode({column})"

    def list_of(self, fields: Mapping[str, str], by: int) -> str:
        """Collect a group's rows as a list of records; records are ordered by their fields, from the first."""
        del by
        record = ", ".join(f"'{name}', {expression}" for name, expression in fields.items())
        return f"array_sort(collect_list(named_struct({record})))"

    def map_of(self, pair: str) -> str:
        """Collect a group's pairs of `key` and `value` as a mapping in the order of its keys."""
        return f"map_from_entries(array_sort(collect_list({pair})))"


class SparkLiterals(Spark):
    """The same for statements that take no parameters: those of views and files, whose texts are names of ours."""

    def text(self, value: str) -> str:
        """Write a text literal; nothing in it ends it, and nothing in it is replaced."""
        return "'" + "".join(_ESCAPED.get(character, character) for character in value if character != "\0") + "'"
