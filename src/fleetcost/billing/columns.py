"""The columns a form wants, found in a bill under any of their names: one view in place of many header variants."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

_TEXT = "VARCHAR"


class BillColumnKind(enum.Enum):
    """What a column holds; the value is its type in the view."""

    TEXT = _TEXT
    AMOUNT = "DECIMAL(38, 12)"
    TIME = "TIMESTAMP"
    COUNT = "BIGINT"


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


def _cell(column: BillColumn, header: str, found_type: str, readers: Readers) -> HeldColumn:
    name, kind = quoted(header), column.kind
    if kind is BillColumnKind.TEXT or found_type != _TEXT:
        return HeldColumn(column, header, f"CAST({name} AS {_TEXT})", _typed(kind, name, found_type))
    text = f"NULLIF(trim({name}), '')"
    return HeldColumn(column, header, text, readers.get(kind, _PLAIN[kind])(text))


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
        own = f"list_filter({name}, lambda one: NOT coalesce(one.x_inherited, false))" if inherited else name
        rest = f"list_concat({own}, list_filter({name}, lambda one: coalesce(one.x_inherited, false)))"
        pair = "{'key': CAST(one.key AS VARCHAR), 'value': CAST(one.value AS VARCHAR)}"
        return f"list_transform({rest if inherited else own}, lambda one: {pair})"
    written = name if kind == "VARCHAR" else f"CAST(to_json({name}) AS VARCHAR)"
    text = f"NULLIF(trim({written}), '')"
    shape = '[{"key":"VARCHAR","value":"VARCHAR"}]'
    return f"CASE WHEN {text} LIKE '[%' THEN from_json({text}, '{shape}') ELSE map_entries({json_map(written)}) END"


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
