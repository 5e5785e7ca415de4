"""Holding a FOCUS file against the rules of the specification, by the embedded engine in one pass over its rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleetcost.errors import CallerError
from fleetcost.focus.rules import KNOWN_TYPES, LONGEST_NAME, FocusRule, known_columns, row_rules
from fleetcost.focus.statements import focus_query
from fleetcost.model.focus import FocusColumn, FocusLevel, FocusType, FocusVersion, focus_columns
from fleetcost.query.dialect import quoted_text
from fleetcost.tables.database import EngineLimits, Row
from fleetcost.tables.scratch import Scratch, scratch

_AT_ONCE = 64
"""Rules that are asked in one statement."""

_TYPED = {
    FocusType.TEXT: "VARCHAR",
    FocusType.JSON: "VARCHAR",
    FocusType.DECIMAL: "DECIMAL(38, 12)",
    FocusType.TIME: "TIMESTAMPTZ",
}
_SPLIT = {"x_SplitOriginId", "x_SplitOriginCost", "x_CostKind"}
"""Our own columns that say which rows are parts of one."""

_PARENTS = (("SkuPriceId-PARENT", "of one SkuId"),)
_ORIGINS = (
    ("AllocatedMethodDetails-SUM", "AllocatedRatio adds up to 1 over the parts of an origin"),
    ("AllocatedResourceId-ONCE", "once among the parts of an origin; parts of nobody once a kind"),
    ("EffectiveCost-ORIGIN", "parts add up to x_SplitOriginCost, the same on all of them"),
)


@dataclass(frozen=True, slots=True)
class FocusBreach:
    """
    A rule that a file breaks.

    Attributes:
        rule: its id
        words: what must be so
        rows: how many rows break it; 0 where it is the file as a whole
        example: a value or an origin for which it is so, empty where there is none
    """

    rule: str
    words: str
    rows: int = 0
    example: str = ""


@dataclass(frozen=True, slots=True)
class FocusVerdict:
    """What was found: rows that were read, rules that were asked, those that are broken in the order of their names."""

    rows: int
    rules: int
    breaches: tuple[FocusBreach, ...]


def check_focus(file: Path, version: FocusVersion, engine: EngineLimits) -> FocusVerdict:
    """
    Hold a file of Parquet or CSV, also packed with gzip or zstd, against the rules of a version.

    Args:
        file: what is checked; the ending of its name says what it is
        version: of the specification
        engine: limits

    Raises:
        CallerError: there is no such file, or its name ends otherwise.
        BillDamagedError: it cannot be read.
    """
    if not file.is_file():
        raise CallerError(f"check {file}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="focus-") as folder, scratch(Path(folder), engine) as work:
        return _Checked(work, file, version).verdict()


class _Checked:
    """One file in the engine: `checked` has its columns with their types, and as `raw_<name>` as they are written."""

    def __init__(self, work: Scratch, file: Path, version: FocusVersion) -> None:
        self._work, self._file, self._version = work, str(file), version
        self._texts = not file.name.endswith(".parquet")
        rows = _reader(file)
        self._types = {row[0]: row[1] for row in self._ask(f"DESCRIBE SELECT * FROM {rows}")}  # noqa: S608 - a quoted name
        self._columns = known_columns(list(self._types), version)
        for each in focus_query("check_macros").split(";"):
            self._ask(each)
        made = ", ".join(self._typed(column) for column in self._columns.values())
        own = "".join(f", {_own(name)}" for name in self._types if name in _SPLIT)
        self._ask(f"CREATE VIEW checked AS SELECT {made}{own}, row_number() OVER () AS rowid FROM {rows}")  # noqa: S608 - names of the table

    def verdict(self) -> FocusVerdict:
        """Ask every rule."""
        rules = list(row_rules(self._version, self._columns, texts=self._texts))
        asked = [rule for rule in rules if self._columns.keys() >= set(rule.columns)]
        ((rows,),) = self._ask("SELECT count(*) FROM checked")
        of_file = list(self._of_file(rows))
        breaches = [*of_file, *self._of_rows(asked), *self._of_groups()]
        count = len(asked) + len(focus_columns(self._version)) * 2 + len(_PARENTS) + len(_ORIGINS)
        return FocusVerdict(rows, count, tuple(sorted(breaches, key=lambda one: one.rule)))

    def _typed(self, column: FocusColumn) -> str:
        kind, name = _TYPED[column.type], column.name
        cast = f'TRY_CAST("{name}" AS {kind})'
        return f'{cast} AS {name}, CAST("{name}" AS VARCHAR) AS raw_{name}'

    def _of_file(self, rows: int) -> Iterator[FocusBreach]:
        """Judge which columns are there, their names and their types."""
        for column in focus_columns(self._version):
            name = column.name
            if name not in self._types and column.level is FocusLevel.MANDATORY:
                yield FocusBreach(f"{name}-PRESENT", "a column of every file")
            if name in self._types and not self._texts and not KNOWN_TYPES[column.type](self._types[name]):
                yield FocusBreach(f"{name}-TYPE", f"of type {column.type}", rows, self._types[name])
        for name in self._types:
            if name not in self._columns and not name.startswith("x_"):
                yield FocusBreach("Columns-NAMED", "a column of the version, or a name that begins with x_", 0, name)
            if len(name) > LONGEST_NAME:
                yield FocusBreach("Columns-LENGTH", f"names of at most {LONGEST_NAME} characters", 0, name)

    def _of_rows(self, rules: Sequence[FocusRule]) -> Iterator[FocusBreach]:
        for first in range(0, len(rules), _AT_ONCE):
            some = rules[first : first + _AT_ONCE]
            asked = ", ".join(
                f"count(*) FILTER (WHERE {rule.broken}), min(raw_{rule.columns[0]}) FILTER (WHERE {rule.broken})"
                for rule in some
            )
            (found,) = self._ask(f"SELECT {asked} FROM checked")  # noqa: S608 - conditions of our own
            for rule, rows, example in zip(some, found[::2], found[1::2], strict=True):
                if rows:
                    yield FocusBreach(rule.id, rule.words, int(rows), str(example or ""))

    def _of_groups(self) -> Iterator[FocusBreach]:
        """Judge prices of one SKU, and the parts of origins where the file says which are of one."""
        if {"SkuId", "SkuPriceId", "ProviderName"} <= self._columns.keys():
            yield from self._found(_PARENTS, focus_query("check_parents"))
        if self._types.keys() >= _SPLIT:
            split = {"AllocatedMethodDetails", "AllocatedResourceId"} <= self._columns.keys()
            ratio = "ratio_of(AllocatedMethodDetails)" if split else "NULL::DECIMAL(38, 12)"
            identity = "(coalesce(AllocatedResourceId, ''), x_CostKind)" if split else "rowid"
            yield from self._found(_ORIGINS, focus_query("check_origins", ratio=ratio, identity=identity))

    def _found(self, rules: Sequence[tuple[str, str]], statement: str) -> Iterator[FocusBreach]:
        (found,) = self._ask(statement)
        for (rule, words), rows, example in zip(rules, found[::2], found[1::2], strict=True):
            if rows:
                yield FocusBreach(rule, words, int(rows), str(example))

    def _ask(self, sql: str) -> list[Row]:
        return self._work.rows(sql, about=self._file)


def _own(name: str) -> str:
    return f'TRY_CAST("{name}" AS DECIMAL(38, 12)) AS {name}' if name.endswith("Cost") else f'"{name}" AS {name}'


_READERS: Mapping[str, str] = {
    ".parquet": "read_parquet({})",
    ".csv": "read_csv({}, header = true, all_varchar = true)",
    ".csv.gz": "read_csv({}, header = true, all_varchar = true, compression = 'gzip')",
    ".csv.zst": "read_csv({}, header = true, all_varchar = true, compression = 'zstd')",
}


def _reader(file: Path) -> str:
    for ending, reader in _READERS.items():
        if file.name.endswith(ending):
            return reader.format(quoted_text(str(file)))
    raise CallerError(f"check {file}: the name ends on none of {', '.join(_READERS)}")
