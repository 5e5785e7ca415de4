"""The columns a form wants, found in a bill under any of their names: one view in place of many header variants."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

_TEXT = "VARCHAR"

ABSENT = ("", "NULL", "null", "Null", "(null)", "None", "NaN", "nan", "NaT", "<NA>", "N/A", "n/a", "\\N")
"""
Texts that are no value: CSV has no NULL, so every program unloads it as a word of its own.

Databases write `NULL` or `\\N`, Python's libraries the rest; the FOCUS Foundation publishes `NULL`.
"""


class BillColumnKind(enum.Enum):
    """What a column holds; the value is its type in the view."""

    TEXT = _TEXT
    AMOUNT = "DECIMAL(38, 12)"
    TIME = "TIMESTAMP"
    COUNT = "BIGINT"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class BillColumn:
    """
    One column of a form.

    Attributes:
        name: in the form's SQL
        kind: what it holds
        headers: names in bills, the first that is there wins
    """

    name: str
    kind: BillColumnKind
    headers: tuple[str, ...]

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names as `plain` makes them, to be compared."""
        return tuple(map(plain, self.headers))


def columns(kind: BillColumnKind, *lines: str) -> tuple[BillColumn, ...]:
    """Return columns from lines such as `name: spelling, spelling`; a column without spellings has its own name."""
    made = []
    for line in lines:
        name, _, spellings = line.partition(":")
        headers = tuple(one.strip() for one in spellings.split(",") if one.strip())
        made.append(BillColumn(name.strip(), kind, headers or (name.strip(),)))
    return tuple(made)


def plain(header: str) -> str:
    """
    Return a header without case, signs and translation.

    Bills of other languages carry the English name in parentheses; a byte order mark may stick to the first one.
    """
    inner = re.search(r"\(([A-Za-z_/: ]+)\)\s*$", header)
    return re.sub(r"[^a-z0-9]", "", (inner[1] if inner else header).lower())


def found(headers: Sequence[str]) -> dict[str, str]:
    """Return the bill's own header by its plain name; of two that look alike the first."""
    known: dict[str, str] = {}
    for header in headers:
        known.setdefault(plain(header), header)
    return known


def has(headers: Sequence[str], *names: str) -> bool:
    """Tell whether a bill has all these columns."""
    known = found(headers)
    return all(plain(name) in known for name in names)


Readers = Mapping[BillColumnKind, Callable[[str], str]]
"""How texts of a kind are read where that differs from plain conversion."""


@dataclass(frozen=True, slots=True)
class HeldColumn:
    """
    Where a bill has a column of its form, and how its values are read.

    Attributes:
        column: of the form
        header: the bill's own name of it
        text: the value as it is written, NULL where there is none
        read: the value in the column's type
    """

    column: BillColumn
    header: str
    text: str
    read: str


def cells(
    wanted: Sequence[BillColumn], types: Mapping[str, str], readers: Readers | None = None
) -> tuple[HeldColumn, ...]:
    """
    Return those columns of a form that a bill has.

    Args:
        wanted: columns of the form
        types: the bill's headers and their types
        readers: how texts of a kind are read where that differs from plain conversion
    """
    known = found(list(types))
    headers = ((one, next((known[name] for name in one.spellings if name in known), None)) for one in wanted)
    return tuple(_cell(column, header, types[header], readers or {}) for column, header in headers if header)


def json_cells(names: Sequence[str], types: Mapping[str, str]) -> tuple[HeldColumn, ...]:
    """Return those columns of these names that a bill has as texts; their values are JSON."""
    known = {name: header for name, header in found(list(types)).items() if types[header] == _TEXT}
    have = [(name, known[name], f"NULLIF(trim({quoted(known[name])}), '')") for name in names if name in known]
    return tuple(
        HeldColumn(
            BillColumn(name, BillColumnKind.JSON, (header,)),
            header,
            text,
            f"CASE WHEN json_valid({text}) THEN {text} END",
        )
        for name, header, text in have
    )


def view(wanted: Sequence[BillColumn], have: Sequence[HeldColumn], required: Collection[str] = ()) -> str:
    """
    Return the select list that gives every wanted column its own name and type, NULL where the bill has none.

    Args:
        wanted: columns of the form
        have: those that the bill has
        required: names of columns in which an empty value refuses the bill
    """
    reads = {cell.column.name: cell.read for cell in have}
    for name in required:
        reads[name] = f"coalesce({reads[name]}, error('empty'))"
    return ",\n    ".join(
        f"CAST({reads.get(column.name, 'NULL')} AS {column.kind.value}) AS {column.name}" for column in wanted
    )


def added_up(
    wanted: Sequence[BillColumn], have: Sequence[HeldColumn], bill: str, carried: Sequence[str], signed: Sequence[str]
) -> str:
    """
    Return a bill whose rows of one day that differ in times and amounts alone are one row, with the amounts' sums.

    What a form makes of rows is then made of some per cent of them. It is the same to the last digit: rows are only
    added that have the same texts and the same amounts absent, and whose amounts of `signed` have the same sign. A row
    for more than a day keeps its end.

    Args:
        wanted: columns of the form
        have: those that the bill has
        bill: the query that gives the columns of the form
        carried: columns beside those of the form
        signed: amounts whose sign tells rows apart
    """
    there = {cell.column.name for cell in have}
    amounts = [one.name for one in wanted if one.kind is BillColumnKind.AMOUNT and one.name in there]
    texts = [*carried, *(one.name for one in wanted if one.kind is BillColumnKind.TEXT and one.name in there)]
    apart = [f"{name} IS NULL" for name in amounts] + [f"{name} < 0" for name in signed]
    end = "usage_end" if "usage_end" in there else "usage_start"
    next_day = "date_trunc('day', usage_start) + INTERVAL 1 DAY"
    absent = ", ".join(
        f"CAST(NULL AS {one.kind.value}) AS {one.name}"
        for one in wanted
        if one.name not in there and one.name not in {"usage_end", "bill_rows"}
    )
    return f"""SELECT {", ".join(filter(None, [*texts, *amounts, absent]))}, usage_start, bill_rows,
    coalesce(long_end, usage_end) AS usage_end
FROM (
    SELECT {", ".join(texts)}, {", ".join(f"sum({name}) AS {name}" for name in amounts)},
        min(usage_start) AS usage_start, sum(coalesce(bill_rows, 1)) AS bill_rows,
        max(greatest(usage_start, least(coalesce({end}, usage_start), {next_day}))) AS usage_end, long_end
    FROM (
        SELECT *, CASE WHEN {end} > usage_start + INTERVAL 1 DAY THEN {end} END AS long_end FROM ({bill})
    )
    GROUP BY {", ".join([*texts, "long_end", "date_trunc('day', usage_start)", *apart])}
)"""


def _cell(column: BillColumn, header: str, found_type: str, readers: Readers) -> HeldColumn:
    name, kind = quoted(header), column.kind
    if kind is BillColumnKind.TEXT or found_type != _TEXT:
        text, read = f"CAST({name} AS {_TEXT})", _typed(kind, name, found_type)
    else:
        text = f"NULLIF(trim({name}), '')"
        read = readers.get(kind, _PLAIN[kind])(text)
    return HeldColumn(column, header, text, f"dated({read})" if kind is BillColumnKind.TIME else read)


def _typed(kind: BillColumnKind, name: str, found_type: str) -> str:
    # A moment in nanoseconds with a zone is converted only through one in microseconds.
    zoned = kind is BillColumnKind.TIME and ("TZ" in found_type or "ZONE" in found_type)
    return f"CAST({name} AS TIMESTAMPTZ)" if zoned else f"CAST({name} AS {kind.value})"


def amount(text: str) -> str:
    """
    Return a text as an amount.

    The engine reads decimals of 18 digits forty times as fast as those of 38, so the short form is tried first; both
    round alike.
    """
    return f"coalesce(TRY_CAST({text} AS DECIMAL(18, 12)), CAST({text} AS {BillColumnKind.AMOUNT.value}))"


def moment(text: str) -> str:
    """
    Return a text as a moment in UTC: ISO 8601 with the year in four digits first, an offset is honoured.

    The engine alone reads `11/2/26` as a day of the year 11; nothing but ISO 8601 says which number is the month
    (FOCUS, Date/Time Format).
    """
    return f"CAST(CASE WHEN {text} LIKE '____-__-__%' THEN {text} ELSE 'not ISO 8601: ' || {text} END AS TIMESTAMPTZ)"


_PLAIN: dict[BillColumnKind, Callable[[str], str]] = {
    BillColumnKind.AMOUNT: amount,
    BillColumnKind.TIME: moment,
    BillColumnKind.COUNT: lambda text: f"CAST({text} AS {BillColumnKind.COUNT.value})",
}


def quoted(name: str) -> str:
    """Return a name as the engine takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as the engine takes it, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def entries(name: str, kind: str, *, inherited: bool = False) -> str:
    """
    Return tags as a list of pairs, whichever way a bill writes them; NULL where there are none.

    Args:
        name: the column
        kind: its type: a map, a list of pairs, a struct, or a text of JSON, an object or a list of pairs
        inherited: the pairs say whether they are a folder's or project's; a resource's own come first
    """
    if kind.startswith("MAP"):
        return f"map_entries(CAST({name} AS MAP(VARCHAR, VARCHAR)))"
    if kind.startswith("STRUCT") and kind.endswith("[]"):
        said = "coalesce(one.x_inherited, false)" if inherited else "false"
        pair = f"{{'key': CAST(one.key AS VARCHAR), 'value': CAST(one.value AS VARCHAR), 'x_inherited': {said}}}"
        return f"own_first(list_transform({name}, lambda one: {pair}))"
    written = name if kind == "VARCHAR" else f"CAST(to_json({name}) AS VARCHAR)"
    text = f"NULLIF(trim({written}), '')"
    shape = '[{"key":"VARCHAR","value":"VARCHAR","x_inherited":"BOOLEAN"}]'
    listed, mapped = f"own_first(from_json({text}, '{shape}'))", f"map_entries({json_map(written)})"
    return f"CASE WHEN {text} LIKE '[%' THEN {listed} ELSE {mapped} END"


def json_map(name: str) -> str:
    """Return a column of JSON objects as a map of texts; an empty text is no map."""
    return f"from_json(NULLIF(trim({name}), ''), '\"MAP(VARCHAR, VARCHAR)\"')"


def sorted_map(pairs: str) -> str:
    """
    Return pairs as a map without empty values, its keys sorted, so that equal labels are equal rows; NULL gives none.

    Of a key that is there more than once the first counts.
    """
    full = f"list_filter({pairs}, lambda tag: coalesce(tag.value, '') <> '' AND tag.key IS NOT NULL)"
    return f"coalesce(map_of_first({full}), MAP {{}}::MAP(VARCHAR, VARCHAR))"
